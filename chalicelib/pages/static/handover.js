// Handing a session over: to a speciality or to a colleague who is there; the words become a note.
import { numbered } from "./acts.js";
import { formSheet } from "./dialog.js";
import { h, name, problemWords, say, starting } from "./dom.js";
import { keep } from "./drafts.js";

let handing = null;

export function openHandover(session, board, finish) {
  handing ||= makeHandover(board);
  handing.open(session, finish);
}

function makeHandover(board) {
  const whom = h("select", { id: "handover-to", required: true, test: "handover-to" });
  const text = h("textarea", { rows: "4", maxlength: "1000", id: "handover-text", test: "handover-text" });
  const words = keep(text);
  let session = null;
  let done = () => {};
  let first = 0;
  const form = formSheet("handover", say("handover.title"), [
    h("label", { for: "handover-to" }, say("handover.whom")), whom,
    h("label", { for: "handover-text" }, say("handover.words")), text,
    h("p", { class: "hint" }, say("handover.hint")),
  ], say("handover.go"), go);

  async function go() {
    const [kind, who] = whom.value.split(/:(.*)/s);
    const said = text.value.trim();
    const answer = await numbered(board, session, "handover", "handover", first, { [kind]: who, ...(said && { text: said }) });
    if (!answer) return problemWords(board.trouble || "other");
    if (!answer.ok) return problemWords(answer.code);
    words.clear();
    board.tell("said", say("handover.done", { who: name("speciality", who) }));
    setTimeout(done); // after the dialog has given the focus back
    return "";
  }

  function options() {
    const present = (board.queue?.present || []).filter((one) => !one.me);
    const there = (speciality) => present.some((one) => !one.on_break && one.specialities.includes(speciality));
    const specialities = starting("speciality.").map((one) =>
      h("option", { value: `speciality:${one}` }, `${name("speciality", one)} ${say(there(one) ? "handover.there" : "handover.not_there")}`));
    const colleagues = present.filter((one) => !one.on_break).map((one) => {
      const told = [one.username, ...one.specialities.map((can) => name("speciality", can)), say("people.holding", { count: one.holding })];
      return h("option", { value: `colleague:${one.username}` }, told.join(" · "));
    });
    return [
      h("option", { value: "" }, say("session.choose_reason")),
      h("optgroup", { label: say("handover.specialities") }, ...specialities),
      h("optgroup", { label: say("handover.colleagues") }, ...(colleagues.length ? colleagues : [h("option", { disabled: true }, say("handover.nobody"))])),
    ];
  }

  return {
    open: (asked, finish) => {
      session = asked;
      done = finish;
      first = session.data.counters.notes ?? 0;
      words.use(`${session.id}:handover`);
      whom.replaceChildren(...options());
      form.open();
    },
  };
}
