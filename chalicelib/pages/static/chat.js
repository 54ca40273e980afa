// The conversation of one session: what was said, what is on its way, and the draft.
import { h, hour, say, write } from "./dom.js";

export function chatPart(session, board) {
  const log = h("div", { class: "log", role: "log", "aria-label": say("chat.log"), test: "log", tabindex: "0" });
  const empty = h("p", { class: "hint" }, say("chat.empty"));
  const text = h("textarea", {
    rows: "3",
    maxlength: "2000",
    placeholder: say("chat.placeholder"),
    "aria-label": say("chat.label"),
    autocomplete: "off",
    test: "text",
  });
  const send = h("button", { class: "go", test: "send" }, say("chat.send"));
  const form = h("form", { class: "composer", test: "composer", onsubmit: submit }, text, send);
  const node = h("div", { class: "chat" }, h("div", { class: "scroll" }, empty, log), form);
  const lines = new Map();
  text.value = session.outbox.draft;

  text.addEventListener("input", () => session.outbox.save(text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  function submit(event) {
    event.preventDefault();
    const body = text.value.replace(/[^\P{Cc}\t\n]/gu, "").trim();
    if (!body || session.over) return;
    session.outbox.add(body);
    text.value = "";
    update();
    board.send(session);
    text.focus();
  }

  function line(key, from, body) {
    if (!lines.has(key)) {
      const small = h("small");
      const words = h("p", {}, body);
      const who = h("b", { class: "visually-hidden" }, `${say(`chat.${from}`)} : `);
      const item = h("div", { class: `message ${from}`, test: "message", "data-from": from }, who, words, small);
      lines.set(key, { item, small, used: true });
    }
    return lines.get(key);
  }

  function update() {
    const scroll = node.firstChild;
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
    const before = lines.size;
    for (const known of lines.values()) known.used = false;
    const order = session.messages.map((message) => {
      const drawn = line(`${message.from}${message.n}`, message.from, message.text);
      write(drawn.small, hour(message.at));
      return drawn;
    });
    for (const item of session.outbox.items) {
      if (!item.key) Object.defineProperty(item, "key", { value: `out${Math.random()}`, enumerable: false });
      const drawn = line(item.key, "counsellor", item.text);
      drawn.item.classList.add("pending");
      drawn.item.classList.toggle("refused", item.state === "refused" || Boolean(session.over));
      write(drawn.small, session.over ? say("chat.refused") : say(`chat.${item.state}`));
      if (item.state === "refused" && !session.over) drawn.small.append(" ", retry(item));
      order.push(drawn);
    }
    for (const drawn of order) drawn.used = true;
    for (const [key, known] of lines) {
      if (known.used) continue;
      known.item.remove();
      lines.delete(key);
    }
    order.forEach((drawn, place) => {
      if (log.children[place] !== drawn.item) log.insertBefore(drawn.item, log.children[place] || null);
    });
    empty.hidden = order.length > 0 || Boolean(session.over);
    text.readOnly = Boolean(session.over);
    send.disabled = Boolean(session.over);
    if (atEnd || lines.size !== before) scroll.scrollTop = scroll.scrollHeight;
  }

  function retry(item) {
    const again = () => {
      item.state = "sending";
      board.send(session);
    };
    return h("button", { type: "button", class: "plain", onclick: again }, say("chat.retry"));
  }

  return { node, update, focus: () => text.focus() };
}
