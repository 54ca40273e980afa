// How a session leaves the hands: closed with a reason, put back into the line. Never with words still on their way.
import { act, owes, send } from "./acts.js";
import { confirm } from "./dialog.js";
import { allow, allowed, h, name, say, starting } from "./dom.js";

export function closingPart(session, board) {
  const reason = h("select", { required: true, "aria-label": say("session.reason"), "aria-keyshortcuts": "c", test: "close-reason" },
    h("option", { value: "" }, say("session.choose_reason")), ...starting("reason.").map((value) => h("option", { value }, name("reason", value))));
  const go = h("button", { class: "go", test: "close" }, say("session.close"), " ", h("kbd", {}, "C"));
  const node = h("form", { class: "closing", test: "close-form", onsubmit: close }, h("label", {}, h("span", {}, say("session.reason")), reason), go);

  // Typed in the list, C would jump to "Choisir…" and take the reason back: it closes, as the button says.
  reason.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (reason.value) node.requestSubmit();
  });

  function close(event) {
    event.preventDefault();
    if (!allowed(go)) return;
    if (!reason.value) return reason.focus();
    const unasked = reason.value === "left" && session.data.session === "chat" && !session.checked;
    if (!unasked) return finish("close", "session.closed", { reason: reason.value });
    confirm("unasked", say("session.unasked_title"), say("session.unasked_text"), [
      [say("session.close_anyway"), () => finish("close", "session.closed", { reason: "left" })],
      [say("chat.check"), ask, "go"],
    ]);
  }

  async function ask() {
    const answer = await act(board, session, "check");
    if (answer?.ok) board.take(answer.data);
  }

  async function finish(verb, words, body) {
    if (owes(session)) await send(board, session);
    if (owes(session)) return board.tell("toast", "session.unsent");
    allow(go, false);
    const answer = await act(board, session, verb, body);
    allow(go, true);
    if (!answer?.ok) return;
    if (verb === "close") board.recent.add(answer.data);
    board.tell("toast", verb === "close" && answer.data.undo_until ? "session.closed_undo" : words);
    board.drop(session.id);
  }

  function release() {
    confirm("release", say("session.release"), say("session.release_text"), [
      [say("session.release_yes"), () => finish("release", "session.released"), "go"],
      [say("dialog.cancel")],
    ]);
  }

  return { node, release, focus: () => reason.focus(), update: () => { node.hidden = Boolean(session.over); } };
}

// Gives one session back, words first; false when it is still here.
export async function giveBack(board, session) {
  if (owes(session)) await send(board, session);
  if (owes(session) && !session.over) return false;
  const answer = session.over ? null : await act(board, session, "release", {}, true);
  if (!answer?.ok && !session.over) return false;
  board.drop(session.id);
  return true;
}
