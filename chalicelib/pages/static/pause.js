// A break: says what is held and what happens to it, gives each session back cleanly, then stops the offers.
import { giveBack } from "./closing.js";
import { formSheet } from "./dialog.js";
import { h, name, problemWords, say, write } from "./dom.js";

export function breakPart(board, button) {
  const held = h("ul", { class: "list", test: "break-held" });
  const told = h("p", {});
  const form = formSheet("break", say("break.title"), [told, held], say("break.go"), go);
  const words = button.querySelector("span");

  function describe() {
    const sessions = board.living;
    write(told, say(sessions.length ? "break.what" : "break.nothing"));
    held.replaceChildren(...sessions.map((session) => h("li", {}, `${name("lane", session.data.session)} · ${name("platform", session.data.platform)} · ${name("band", session.data.band)}`)));
  }

  async function go() {
    for (const session of board.living) await giveBack(board, session);
    describe();
    if (board.living.length) return say("break.not_all");
    const answer = await board.pause(true);
    if (!answer) return problemWords(board.trouble || "other");
    return answer.ok ? "" : problemWords(answer.code);
  }

  async function press() {
    if (board.onBreak) {
      const answer = await board.pause(false);
      if (answer?.ok) board.tell("toast", "break.over");
      return;
    }
    describe();
    form.open();
  }

  button.addEventListener("click", press);
  return {
    press,
    draw: () => {
      button.setAttribute("aria-pressed", String(board.onBreak));
      write(words, say(board.onBreak ? "break.end" : "break.start"));
    },
  };
}
