// The callback card: the number behind its audited button, how to call, what the call gave. Four steps, in order.
import { act } from "./acts.js";
import { confirm } from "./dialog.js";
import { allow, allowed, h, name, redraw, say, write } from "./dom.js";
import { moment } from "./time.js";

const OUTCOMES = ["answered", "answered_safe", "no_answer", "busy", "refused", "invalid", "answered_unsafe"];

export function callbackPart(session, board) {
  const reveal = h("button", { type: "button", class: "go", test: "reveal", "aria-keyshortcuts": "r", onclick: show }, say("callback.reveal"), " ", h("kbd", {}, "R"));
  const masked = h("p", { class: "masked", "aria-label": say("callback.masked"), role: "img" }, "•• •• •• •• ••");
  const dial = h("a", { class: "dial", test: "dial", hidden: true });
  const none = h("p", {}, say("callback.none"));
  const notNow = h("p", { class: "alarm", role: "note", test: "not-now", hidden: true });
  const how = h("ul", { class: "how", test: "callback-notes" });
  const attempts = h("ol", { class: "attempts", test: "attempts" });
  const left = h("p", { class: "hint", test: "attempts-left" });
  const slot = h("p", { class: "hint", test: "slot" });
  const buttons = OUTCOMES.map((outcome) => {
    const pressed = (event) => note(outcome, event.currentTarget);
    return h("button", { type: "button", class: `plain ${outcome}`, test: `outcome-${outcome}`, onclick: pressed }, name("outcome", outcome));
  });
  const node = h("div", { class: "callback", test: "callback-card" },
    h("h3", {}, say("callback.step_number")),
    h("div", { class: "number" }, masked, dial, none, reveal, h("p", { class: "hint" }, say("callback.audited"))),
    notNow,
    h("h3", {}, say("callback.step_call")),
    how,
    h("h3", {}, say("callback.step_outcome")),
    h("div", { class: "outcomes" }, ...buttons),
    slot,
    h("h3", {}, say("callback.step_close")),
    h("p", { class: "hint" }, say("callback.close_hint")),
    h("h3", {}, say("callback.attempts")),
    attempts,
    left,
  );

  async function show() {
    if (!allowed(reveal)) return;
    allow(reveal, false);
    const answer = await act(board, session, "reveal", {}, true);
    if (answer?.ok) session.number = answer.data;
    else if (answer) board.tell("problem", answer.code === "wrong_moment" ? "not_now" : answer.code);
    if (answer?.code === "called_enough") return board.drop(session.id);
    update();
    if (answer?.ok) dial.focus();
  }

  // What takes the session away asks once more: a slip beside "answered" would lose somebody who is on the phone.
  function note(outcome, button) {
    if (!allowed(button)) return;
    if (outcome.startsWith("answered") && outcome !== "answered_unsafe") return noteDown(outcome);
    if (outcome !== "answered_unsafe") {
      return confirm("away", name("outcome", outcome), awayWords(outcome, session.data.callback), [
        [say("callback.away_yes"), () => noteDown(outcome), "go"],
        [say("dialog.cancel")],
      ]);
    }
    confirm("unsafe", say("callback.unsafe_title"), say("callback.unsafe_text"), [
      [say("callback.unsafe_yes"), () => noteDown(outcome), "go alarming"],
      [say("dialog.cancel")],
    ]);
  }

  async function noteDown(outcome) {
    for (const button of buttons) allow(button, false);
    const answer = await act(board, session, "attempts", { outcome });
    if (!answer?.ok) return update();
    const { data } = answer;
    const next = data.callback?.next_at;
    board.recent.add(data);
    board.tell("said", next ? say("callback.next", { moment: moment(next) }) : say(data.state === "closed" ? "callback.closed" : "callback.noted"));
    if (data.mine && data.state !== "closed") return board.take(data);
    board.drop(session.id);
  }

  function update() {
    const wish = session.data.callback;
    if (!wish) return;
    const over = Boolean(session.over);
    none.hidden = wish.has_number;
    masked.hidden = Boolean(session.number) || !wish.has_number;
    reveal.hidden = masked.hidden;
    allow(reveal, !over);
    dial.hidden = !session.number;
    if (session.number) dial.href = session.number.dial;
    else dial.removeAttribute("href");
    write(dial, session.number ? say("callback.dial", { number: spaced(session.number.number) }) : "");
    for (const button of buttons) allow(button, !over);
    notNow.hidden = wish.dial_now !== false || over;
    write(notNow, wish.slot_at ? say("callback.not_now_until", { moment: moment(wish.slot_at) }) : say("callback.not_now"));
    redraw(how, [wish.word, wish.caller_id, wish.voicemail, wish.not_before, wish.not_after], () => howRows(wish));
    redraw(attempts, wish.attempts, () =>
      wish.attempts.length
        ? wish.attempts.map((attempt) => h("li", {}, `${moment(attempt.at)} : ${name("outcome", attempt.outcome)}`))
        : [h("li", { class: "hint" }, say("callback.attempts_none"))],
    );
    write(left, say("callback.attempts_left", { count: wish.attempts_left }));
    write(slot, slotWords(wish));
  }

  return { node, update, focus: () => (session.number ? dial : reveal).focus() };
}

function howRows(wish) {
  return [
    wish.word ? wordRow(wish.word) : null,
    h("li", { test: "caller-id" }, say(wish.caller_id === "3018" ? "callback.shown" : "callback.hidden")),
    h("li", { class: wish.voicemail ? null : "firm", test: "voicemail" }, say(wish.voicemail ? "callback.voicemail" : "callback.no_voicemail")),
    wish.not_before && wish.not_after
      ? h("li", { test: "window" }, say("callback.window", { start: moment(wish.not_before), end: moment(wish.not_after) }))
      : null,
  ].filter(Boolean);
}

function wordRow(word) {
  return h("li", { class: "word" },
    `${say("callback.say_word")} `, h("b", { test: "word" }, `«\u00a0${word}\u00a0»`), h("small", {}, ` ${say("callback.word_hint")}`),
  );
}

function awayWords(outcome, wish) {
  const again = ["no_answer", "busy"].includes(outcome) && wish.attempts_left > 1 && wish.slot_at;
  return again ? say("callback.away_again", { moment: moment(wish.slot_at) }) : say("callback.away_over");
}

function slotWords(wish) {
  if (wish.attempts_left <= 1) return say("callback.last_attempt");
  return wish.slot_at ? say("callback.slot", { moment: moment(wish.slot_at) }) : "";
}

// +33639980000 → +33 6 39 98 00 00
function spaced(number) {
  const parts = number.match(/^(\+33|\+262|\+5\d\d|\+6\d\d)(\d)((?:\d\d)+)$/);
  return parts ? `${parts[1]} ${parts[2]} ${parts[3].match(/\d\d/g).join(" ")}` : number;
}
