// A conversation: its log, whether somebody is there, and the composer with its draft.
import { desk } from "./api.js";
import { act, send } from "./acts.js";
import { allow, allowed, h, say, write } from "./dom.js";
import { chatLog } from "./log.js";
import { openReplies } from "./replies.js";
import { duration, since } from "./time.js";

const TYPING_EVERY = 5000;
const AWAY = 90;

export function chatPart(session, board) {
  const log = chatLog(session, retry, takeBack);
  const presence = h("p", { class: "told", test: "presence" });
  const check = h("button", { type: "button", class: "plain small", test: "check", "aria-keyshortcuts": "d", onclick: ask }, say("chat.check"), " ", h("kbd", {}, "D"));
  const text = h("textarea", {
    rows: "3", maxlength: "2000", placeholder: say("chat.placeholder"), "aria-label": say("chat.label"), autocomplete: "off", test: "text",
  });
  const replies = h("button", { type: "button", class: "plain", test: "replies", "aria-keyshortcuts": "/", onclick: pick }, say("chat.replies"), " ", h("kbd", {}, "/"));
  const submit = h("button", { class: "go", test: "send" }, say("chat.send"));
  const form = h("form", { class: "composer", test: "composer", onsubmit: sendDraft }, text, h("div", { class: "beside" }, replies, submit));
  const node = h("div", { class: "chat" }, log.node, h("div", { class: "presence" }, presence, check), form);
  let told = 0;
  text.value = session.outbox.draft;

  text.addEventListener("input", () => {
    session.outbox.save(text.value);
    tellTyping();
  });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "/" && !text.value) {
      event.preventDefault();
      pick();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // The youth sees that somebody is writing; a ping that is lost costs nothing.
  function tellTyping() {
    if (session.over || board.trouble || !text.value.trim() || Date.now() - told < TYPING_EVERY) return;
    told = Date.now();
    desk.typing(session.id, session.data.epoch).catch(() => {});
  }

  function sendDraft(event) {
    event.preventDefault();
    const body = text.value.replace(/[^\P{Cc}\t\n]/gu, "").trim();
    if (!body || session.over) return;
    session.write(body);
    text.value = "";
    told = 0;
    update();
    send(board, session);
    text.focus();
  }

  function retry(item) {
    Object.assign(item, { state: "sending", again: false });
    send(board, session);
    text.focus();
  }

  // A message the desk refused becomes the draft again, to be changed.
  function takeBack(item) {
    session.outbox.items = session.outbox.items.filter((other) => other !== item);
    session.outbox.save([item.text, text.value].filter(Boolean).join("\n"));
    update();
    text.focus();
  }

  function pick() {
    if (session.over) return;
    openReplies(session.data.locale, (words) => {
      text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
      session.outbox.save(text.value);
      tellTyping();
      text.focus();
    });
  }

  async function ask() {
    if (!allowed(check)) return;
    const answer = await act(board, session, "check");
    if (answer?.ok) board.take(answer.data);
  }

  function presenceWords(youth) {
    if (session.over) return "";
    if (youth.typing) return say("chat.typing");
    const away = youth.seen_at ? since(youth.seen_at) : 0;
    if (away > AWAY) return say("chat.away", { time: duration(away) });
    if (youth.check) return say(youth.silent ? "chat.silent_checking" : "chat.checking");
    if (youth.silent) return say("chat.silent");
    return youth.seen_at ? say("chat.there") : "";
  }

  function update() {
    const over = Boolean(session.over);
    const { youth } = session;
    log.update();
    if (text.value !== session.outbox.draft) text.value = session.outbox.draft;
    write(presence, presenceWords(youth));
    presence.classList.toggle("typing", Boolean(youth.typing) && !over);
    presence.classList.toggle("silent", Boolean(youth.silent) && !youth.typing && !over);
    allow(check, !over && !youth.check);
    text.readOnly = over;
    for (const button of [replies, submit]) allow(button, !over);
  }

  return { node, update, focus: () => text.focus(), replies: pick, check: ask };
}
