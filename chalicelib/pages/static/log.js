// What was said and what is on its way, one bubble each. A bubble lives as long as its message: nothing flickers.
import { veil } from "./blur.js";
import { h, keyed, redraw, say } from "./dom.js";
import { hour } from "./time.js";

export function chatLog(session, retry, takeBack) {
  const log = h("div", { class: "log", role: "log", "aria-label": say("chat.log"), test: "log", tabindex: "0" });
  const empty = h("p", { class: "hint" }, say("chat.empty"));
  const node = h("div", { class: "scroll" }, empty, log);
  let drawn = 0;

  function rows() {
    const said = session.messages.map((message) => ({
      key: `${message.from}${message.n}`, from: message.from, text: message.text, small: hour(message.at), state: "",
    }));
    const leaving = session.outbox.items.map((item) => {
      if (!item.key) Object.defineProperty(item, "key", { value: `out${Math.random()}`, enumerable: false });
      const state = session.over ? "refused" : item.state;
      return { key: item.key, from: "counsellor", text: item.text, small: say(`chat.${state}`), state, item };
    });
    return [...said, ...leaving];
  }

  function bubble(row) {
    const words = h("p", {}, row.text);
    const small = h("small", { class: "told" });
    const place = h("span", { class: "aside" });
    const who = h("b", { class: "visually-hidden" }, say(row.from === "youth" ? "chat.youth" : "chat.counsellor"), " : ");
    const item = h("div", { class: `message ${row.from}`, test: "message", "data-from": row.from }, who, words, h("div", { class: "under" }, small, place));
    if (row.from === "youth") veil(words, place, row.text);
    return { node: item, update: (now) => updateBubble(item, small, now) };
  }

  function updateBubble(item, small, row) {
    item.classList.toggle("pending", row.state !== "");
    item.classList.toggle("refused", row.state === "refused");
    const stuck = row.state === "refused" && !session.over;
    redraw(small, [row.small, stuck], () => [row.small, ...(stuck ? [" ", retryButton(row.item), " ", backButton(row.item)] : [])]);
  }

  const retryButton = (item) => h("button", { type: "button", class: "show", test: "retry", onclick: () => retry(item) }, say("chat.retry"));
  const backButton = (item) => h("button", { type: "button", class: "show", test: "take-back", onclick: () => takeBack(item) }, say("chat.take_back"));

  function update(resetting = false) {
    const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 60;
    const all = rows();
    keyed(log, all, bubble, log);
    empty.hidden = all.length > 0 || Boolean(session.over) || session.data.unreadable;
    if (atEnd || resetting || all.filter((row) => row.from === "counsellor").length !== drawn) node.scrollTop = node.scrollHeight;
    drawn = all.filter((row) => row.from === "counsellor").length;
  }

  return { node, update };
}
