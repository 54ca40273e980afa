// A break, and the end of a shift: says what is held and what happens to it, and gives each session back cleanly.
import { hangUp } from "./api.js";
import { giveBack } from "./closing.js";
import { formSheet } from "./dialog.js";
import { h, name, problemWords, say, write } from "./dom.js";
import { forgetAll } from "./drafts.js";

// Asks, gives back what is held, then does `then`: a problem in words, or nothing.
function partingSheet(board, test, words, then) {
  const held = h("ul", { class: "list", test: `${test}-held` });
  const told = h("p", {});
  const form = formSheet(test, say(words.title), [told, held], say(words.go), go);

  function describe() {
    write(told, say(board.living.length ? words.what : words.nothing));
    const rows = board.living.map(({ data }) => [name("lane", data.session), name("platform", data.platform), name("band", data.band)]);
    held.replaceChildren(...rows.map((row) => h("li", {}, row.join(" · "))));
  }

  async function go() {
    for (const session of board.living) await giveBack(board, session);
    describe();
    return board.living.length ? say("break.not_all") : then();
  }

  return () => {
    describe();
    form.open();
    if (board.living.length) form.node.querySelector("button[type=button]").focus(); // one key too many lets nobody go
  };
}

export function breakPart(board, button) {
  const words = { title: "break.title", what: "break.what", nothing: "break.nothing", go: "break.go" };
  const ask = partingSheet(board, "break", words, async () => {
    const answer = await board.pause(true);
    if (!answer) return problemWords(board.trouble || "other");
    return answer.ok ? "" : problemWords(answer.code);
  });

  async function press() {
    if (!board.onBreak) return ask();
    const answer = await board.pause(false);
    if (answer?.ok) board.tell("toast", "break.over");
  }

  button.addEventListener("click", press);
  return {
    press,
    draw: () => {
      button.setAttribute("aria-pressed", String(board.onBreak));
      write(button.querySelector("span"), say(board.onBreak ? "break.end" : "break.start"));
    },
  };
}

// Signing out leaves nobody waiting for a lease to end, and nothing typed on the machine.
export function signOutPart(board, form) {
  const words = { title: "leave.title", what: "leave.what", nothing: "leave.what", go: "sign_out" };
  // A look that is under way would come back as a refusal.
  const leave = () => {
    board.leaving = true;
    hangUp();
    forgetAll();
    form.submit();
  };
  const ask = partingSheet(board, "leaving", words, leave);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (board.living.length) ask();
    else leave();
  });
}
