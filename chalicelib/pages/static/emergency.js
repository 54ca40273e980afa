// The emergency card: numbers to tell the youth, the steps with who took them and when, and who was alerted.
import { send } from "./acts.js";
import { allow, allowed, h, keyed, name, redraw, say, starting, write } from "./dom.js";
import { keep } from "./drafts.js";
import { hour } from "./time.js";

export function emergencyCard(session, board) {
  const open = h("summary", { "aria-keyshortcuts": "u", test: "emergency-open" }, say("emergency.title"), " ", h("kbd", {}, "U"));
  const danger = h("p", { class: "alarm", role: "note", test: "danger" }, say("emergency.danger"));
  const steps = h("ol", { class: "steps" });
  const alerted = h("ul", { class: "alerted", test: "alerted" });
  const codes = starting("alert.").map((code) => h("option", { value: code }, name("alert", code)));
  const whom = h("select", { "aria-label": say("emergency.whom"), test: "alert-code" }, ...codes);
  const words = h("input", {
    type: "text", maxlength: "1000", placeholder: say("emergency.words"), "aria-label": say("emergency.words"), autocomplete: "off", test: "alert-text",
  });
  const add = h("button", { class: "plain small", test: "alert-add" }, say("emergency.add"));
  const form = h("form", { class: "alerting", onsubmit: alert }, whom, words, add);
  const node = h("details", { class: "emergency", test: "emergency" }, open, danger,
    h("h3", {}, say("emergency.numbers")),
    h("dl", { class: "numbers" }, ...starting("number.").flatMap((number) => [h("dt", {}, number), h("dd", {}, say(`number.${number}`))])),
    h("h3", {}, say("emergency.steps")), steps,
    h("h3", {}, say("emergency.alerted")), alerted, form,
  );
  const kept = keep(words);
  kept.use(`${session.id}:alert`);

  function note(kind, code, text = "") {
    session.note(kind, code, text);
    update();
    send(board, session);
  }

  function alert(event) {
    event.preventDefault();
    if (session.over) return;
    note("alert", whom.value, words.value.trim());
    kept.clear();
  }

  function step({ key }) {
    const take = () => allowed(button) && note("step", key);
    const box = h("span", { class: "box", "aria-hidden": "true" });
    const button = h("button", { type: "button", class: "step", test: `step-${key}`, onclick: take }, box, h("span", {}, name("step", key)));
    const when = h("span", { class: "hint" });
    return {
      node: h("li", {}, button, when),
      update: (row) => {
        button.setAttribute("aria-pressed", String(row.done));
        allow(button, !row.done && !session.over);
        write(when, row.told);
      },
    };
  }

  // A note of this kind and code: what the desk has, else what is on its way.
  function found(kind, code) {
    const known = session.notes.find((one) => one.kind === kind && one.code === code);
    const leaving = session.ledger.items.some((item) => item.body?.kind === kind && item.body.code === code);
    return { done: Boolean(known) || leaving, told: known ? byWords(known) : leaving ? say("notes.leaving") : "" };
  }

  function alertRows() {
    const taken = session.notes.filter((one) => one.kind === "alert").map((one) => [one, byWords(one)]);
    const leaving = session.ledger.items.filter((item) => item.body?.kind === "alert").map((item) => [item.body, say("notes.leaving")]);
    return [...taken, ...leaving].map(([one, told]) => [name("alert", one.code), one.text || "", told]);
  }

  function update() {
    const inDanger = session.data.band === "danger";
    danger.hidden = !inDanger;
    if (inDanger && !session.inDanger) node.open = true;
    session.inDanger = inDanger;
    keyed(steps, starting("step.").map((code) => ({ key: code, ...found("step", code) })), step);
    const alerts = alertRows();
    const draw = ([who, text, told]) => h("li", {}, h("b", {}, who), ` ${text} `, h("span", { class: "hint" }, told));
    redraw(alerted, alerts, () => (alerts.length ? alerts.map(draw) : [h("li", { class: "hint" }, say("emergency.nobody"))]));
    for (const field of [whom, words, add]) field.disabled = Boolean(session.over);
  }

  function show() {
    node.open = true;
    open.focus();
    node.scrollIntoView({ block: "nearest" });
  }

  return { node, update, show };
}

export const byWords = (note) => say("notes.by", { time: hour(note.at), name: note.by });
