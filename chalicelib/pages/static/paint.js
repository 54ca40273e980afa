// Puts a view on the page that the hub has drawn: which parts are shown, and the few texts that move.
import { moment } from "./clock.js";

export function paint(view, facts, words, lang) {
  for (const part of document.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").some((name) => facts.has(name));
  }
  const known = { ...view, ...view.callback };
  for (const part of document.querySelectorAll("[data-fill]")) {
    const { fill, as } = part.dataset;
    const text = as && known[fill] ? moment(known[fill], as, words, lang) : known[fill] || "";
    if (part.textContent !== text) part.textContent = text;
  }
}

// A form that changes a choice starts with what was chosen.
export function keep(room, { voicemail, caller_id }) {
  for (const radio of room.querySelectorAll("[type=radio]")) {
    radio.checked = radio.value === (radio.name === "voicemail" ? (voicemail ? "yes" : "no") : caller_id);
  }
}

export const byId = (id) => document.getElementById(id);
export const shown = (part) => part.offsetParent !== null;
