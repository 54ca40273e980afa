// The keyboard: one letter each, never while somebody types, and all of them can be switched off.
import { wish, wishes } from "./prefs.js";

let letters = wish("letters", true);
wishes.addEventListener("letters", (event) => {
  letters = event.detail;
});

// `acts` are by key; `turn` is the session before or after, `open` the one with this number, `rest` where Escape leads.
export function listen({ acts, turn, open, rest }) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      return turn(event.key === "ArrowUp" ? -1 : 1);
    }
    const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (event.key === "Escape") return typing ? rest() : undefined;
    if (typing || event.altKey || !letters) return;
    const act = /^[1-9]$/.test(event.key) ? () => open(Number(event.key) - 1) : acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
