// Notes for whoever comes next: the list, and one more. What is typed is kept like a message on its way.
import { send } from "./acts.js";
import { allow, h, keyed, name, redraw, say, still } from "./dom.js";
import { keep } from "./drafts.js";
import { byWords } from "./emergency.js";

const SHOWN = ["note", "triage", "handover"];

export function notesPart(session, board) {
  const list = h("ol", { class: "list", test: "notes", tabindex: "0", "aria-label": say("notes.title") });
  const text = h("textarea", {
    rows: "2", maxlength: "1000", placeholder: say("notes.placeholder"), "aria-label": say("notes.label"), autocomplete: "off", test: "note-text",
  });
  const add = h("button", { class: "plain small", test: "note-add" }, say("notes.add"));
  const form = h("form", { class: "noting", onsubmit: submit }, text, add);
  const node = h("section", { class: "notes", "aria-label": say("notes.title") }, h("h3", {}, say("notes.title"), " ", h("kbd", {}, "A")), list, form);
  const kept = keep(text);
  kept.use(`${session.id}:note`);
  let count = 0;

  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  function submit(event) {
    event.preventDefault();
    const words = text.value.replace(/[^\P{Cc}\t\n]/gu, "").trim();
    if (!words || session.over) return;
    session.note("note", "", words);
    kept.clear();
    update();
    send(board, session);
    text.focus();
  }

  function retry(item) {
    Object.assign(item, { state: "sending", again: false });
    send(board, session);
    text.focus();
  }

  const retryButton = (item) => h("button", { type: "button", class: "show", onclick: () => retry(item) }, say("chat.retry"));

  function rows() {
    const taken = session.notes.filter((note) => SHOWN.includes(note.kind)).map((note) => ({
      key: `n${note.n}`, kind: kindWords(note), text: note.text || "", told: byWords(note), handover: note.kind === "handover",
    }));
    const leaving = session.ledger.items.filter((item) => item.body?.kind === "note").map((item) => {
      if (!item.key) Object.defineProperty(item, "key", { value: `out${Math.random()}`, enumerable: false });
      const refused = item.state === "refused" || session.over;
      return { key: item.key, kind: name("note", "note"), text: item.body.text, told: say(refused ? "chat.refused" : `chat.${item.state}`), refused, item };
    });
    return [...taken, ...leaving];
  }

  function make() {
    const one = h("li", { class: "note", test: "note" });
    return {
      node: one,
      update: (row) => {
        one.classList.toggle("refused", Boolean(row.refused));
        one.classList.toggle("handover", Boolean(row.handover));
        redraw(one, [row.kind, row.text, row.told, Boolean(row.refused), session.over], () => [
          h("p", { class: "hint" }, h("b", {}, row.kind), ` ${row.told} `, row.refused && !session.over ? retryButton(row.item) : null),
          row.text ? h("p", { class: "words" }, row.text) : null,
        ]);
      },
    };
  }

  function update() {
    const all = rows();
    keyed(list, all.length || session.data.unreadable ? all : [{ key: "none" }], (row) => (row.key === "none" ? still("li", { class: "hint" }, say("notes.none")) : make()));
    if (all.length !== count) list.scrollTop = list.scrollHeight;
    count = all.length;
    text.readOnly = Boolean(session.over);
    allow(add, !session.over);
  }

  return { node, update, focus: () => text.focus() };
}

function kindWords(note) {
  if (note.kind === "triage") return `${name("note", "triage")} : ${name("band", note.code)}`;
  if (note.kind === "handover") return `${name("note", "handover")} : ${name("speciality", note.code)}`;
  return name("note", note.kind);
}
