// Triage: another band, with the reason for it, in one dialog.
import { numbered } from "./acts.js";
import { formSheet } from "./dialog.js";
import { h, name, problemWords, say } from "./dom.js";
import { keep } from "./drafts.js";
import { BANDS } from "./line.js";

let triage = null;

export function openTriage(session, board) {
  triage ||= makeTriage(board);
  triage.open(session);
}

function makeTriage(board) {
  const choices = BANDS.map((band) => h("input", { type: "radio", name: "band", value: band, test: `triage-${band}` }));
  const text = h("textarea", { rows: "3", maxlength: "500", required: true, id: "triage-text", test: "triage-text" });
  const words = keep(text);
  let session = null;
  let first = 0;
  const form = formSheet("triage", say("triage.title"), [
    h("fieldset", { class: "bands" }, h("legend", {}, say("triage.band")), ...choices.map((choice) =>
      h("label", {}, choice, h("span", {}, h("b", {}, name("band", choice.value)), h("small", {}, say(`triage.${choice.value}`)))))),
    h("label", { for: "triage-text" }, say("triage.reason")),
    text,
    h("p", { class: "hint" }, say("triage.hint")),
  ], say("triage.save"), save);

  async function save() {
    const band = choices.find((choice) => choice.checked)?.value;
    const answer = await numbered(board, session, "band", "triage", first, { band, text: text.value.trim() });
    if (!answer) return problemWords(board.trouble || "other");
    if (!answer.ok) return problemWords(answer.code);
    board.take(answer.data);
    words.clear();
    board.tell("said", say("triage.saved", { band: name("band", band) }));
    return "";
  }

  return {
    open: (asked) => {
      session = asked;
      first = session.data.counters.notes ?? 0;
      words.use(`${session.id}:triage`);
      for (const choice of choices) choice.checked = choice.value === session.data.band;
      form.open();
      choices.find((choice) => choice.checked)?.focus();
    },
  };
}
