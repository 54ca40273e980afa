// Dialogs: native, so that focus stays inside and comes back; and the question that is asked once more.
import { h, say, write } from "./dom.js";

export function sheet(test, title, ...children) {
  const id = `${test}-title`;
  const node = h("dialog", { class: "sheet", test, "aria-labelledby": id }, h("h2", { id }, title), ...children);
  document.body.append(node);
  return node;
}

// A form in a dialog: what went wrong is told inside it, and its words stay until the desk has them.
export function formSheet(test, title, fields, submitWords, submit) {
  const wrong = h("p", { class: "wrong", role: "alert", test: `${test}-wrong` });
  const go = h("button", { class: "go", test: `${test}-go` }, submitWords);
  const cancel = h("button", { type: "button", class: "plain", test: `${test}-cancel`, onclick: () => node.close() }, say("dialog.cancel"));
  const form = h("form", { onsubmit: run }, ...fields, wrong, h("div", { class: "choices" }, go, cancel));
  const node = sheet(`${test}-dialog`, title, form);
  let busy = false;

  async function run(event) {
    event.preventDefault();
    if (busy) return;
    busy = true;
    write(wrong, "");
    const problem = await submit();
    busy = false;
    if (problem) write(wrong, problem);
    else node.close();
  }

  return {
    node,
    open: () => {
      write(wrong, "");
      if (!node.open) node.showModal();
    },
  };
}

// Asks once more. `answers` are [words, act, class]; the last one is the harmless one and has the focus.
export function confirm(test, title, text, answers) {
  const node = sheet(`${test}-dialog`, title, h("p", {}, text));
  const buttons = answers.map(([words, act, look], index) =>
    h("button", { type: "button", class: look || "plain", test: `${test}-${index}`, onclick: () => done(act) }, words),
  );
  const done = (act) => {
    node.close();
    act?.();
  };
  node.append(h("div", { class: "choices" }, ...buttons));
  node.addEventListener("close", () => node.remove());
  node.showModal();
  buttons.at(-1).focus();
}
