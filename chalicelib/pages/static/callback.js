// The callback card: the number behind its audited button, how to call, what the call gave.
import { h, moment, name, redraw, say, write } from "./dom.js";

const OUTCOMES = ["answered", "answered_safe", "no_answer", "busy", "refused", "invalid", "answered_unsafe"];

export function callbackPart(session, board) {
  const reveal = h("button", { type: "button", class: "go", test: "reveal", onclick: show }, say("callback.reveal"));
  const masked = h("p", { class: "masked", "aria-label": say("callback.masked") }, "•• •• •• •• ••");
  const hint = h("p", { class: "hint" }, say("callback.audited"));
  const dial = h("a", { class: "dial", test: "dial", hidden: true });
  const none = h("p", {}, say("callback.none"));
  const notes = h("ul", { class: "notes", test: "callback-notes" });
  const attempts = h("ol", { class: "attempts", test: "attempts" });
  const left = h("p", { class: "hint", test: "attempts-left" });
  const buttons = OUTCOMES.map((outcome) =>
    h("button", { type: "button", class: `plain ${outcome}`, test: `outcome-${outcome}`, onclick: () => note(outcome) }, name("outcome", outcome)),
  );
  const unsafe = buttons[buttons.length - 1];
  const node = h(
    "div",
    { class: "callback", test: "callback-card" },
    h("h3", {}, say("callback.title")),
    h("div", { class: "number" }, masked, dial, none, reveal, hint),
    notes,
    h("h3", {}, say("callback.outcome")),
    h("div", { class: "outcomes" }, ...buttons),
    h("h3", {}, say("callback.attempts")),
    attempts,
    left,
  );
  let armed = 0;

  async function show() {
    reveal.disabled = true;
    const answer = await board.act(session, "reveal");
    reveal.disabled = false;
    if (!answer?.ok) return;
    session.number = answer.data;
    update();
    dial.focus();
  }

  // The unsafe outcome stops all dialling for good: it asks once more.
  async function note(outcome) {
    if (outcome === "answered_unsafe" && !armed) {
      write(unsafe, say("callback.confirm"));
      armed = setTimeout(disarm, 5000);
      return;
    }
    disarm();
    for (const button of buttons) button.disabled = true;
    const answer = await board.act(session, "attempt", outcome);
    for (const button of buttons) button.disabled = Boolean(session.over);
    if (!answer?.ok) return;
    const next = answer.data.callback?.next_at;
    board.tell("said", next ? say("callback.next", { moment: moment(next) }) : say("callback.noted"));
    if (answer.data.mine && answer.data.state !== "closed") return board.take(answer.data);
    board.drop(session.id);
    board.watch();
  }

  function disarm() {
    clearTimeout(armed);
    armed = 0;
    write(unsafe, name("outcome", "answered_unsafe"));
  }

  function update() {
    const wish = session.data.callback;
    if (!wish) return;
    const over = Boolean(session.over);
    none.hidden = wish.has_number;
    masked.hidden = Boolean(session.number) || !wish.has_number;
    reveal.hidden = hint.hidden = Boolean(session.number) || !wish.has_number;
    reveal.disabled = over;
    dial.hidden = !session.number;
    if (session.number) {
      dial.href = session.number.dial;
      write(dial, say("callback.dial", { number: spaced(session.number.number) }));
    } else {
      dial.removeAttribute("href");
      write(dial, "");
    }
    for (const button of buttons) button.disabled = over;
    redraw(notes, [wish.caller_id, wish.voicemail, wish.not_before, wish.not_after], () => [
      h("li", {}, say(wish.caller_id === "3018" ? "callback.shown" : "callback.hidden")),
      h("li", { class: wish.voicemail ? null : "firm" }, say(wish.voicemail ? "callback.voicemail" : "callback.no_voicemail")),
      ...(wish.not_before && wish.not_after
        ? [h("li", {}, say("callback.window", { start: moment(wish.not_before), end: moment(wish.not_after) }))]
        : []),
    ]);
    redraw(attempts, wish.attempts, () =>
      wish.attempts.length
        ? wish.attempts.map((attempt) => h("li", {}, `${moment(attempt.at)} : ${name("outcome", attempt.outcome)}`))
        : [h("li", { class: "hint" }, say("callback.attempts_none"))],
    );
    write(left, say("callback.attempts_left", { count: wish.attempts_left }));
  }

  return { node, update, focus: () => (session.number ? dial : reveal).focus() };
}

// +33639980000 → +33 6 39 98 00 00
function spaced(number) {
  const parts = number.match(/^(\+33|\+262|\+5\d\d|\+6\d\d)(\d)((?:\d\d)+)$/);
  return parts ? `${parts[1]} ${parts[2]} ${parts[3].match(/\d\d/g).join(" ")}` : number;
}
