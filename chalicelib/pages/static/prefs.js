// How this counsellor likes the console; nothing about anybody else. Kept in localStorage on this machine.
const OF_PERSON = "3018:console:";

export const wishes = new EventTarget();

export function wish(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(OF_PERSON + name)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function choose(name, value) {
  try {
    localStorage.setItem(OF_PERSON + name, JSON.stringify(value));
  } catch {
    // storage refused: holds for this page only, through the button's own state
  }
  wishes.dispatchEvent(new CustomEvent(name, { detail: value }));
}

// A button that is on or off, says so, and is remembered.
export function toggle(button, name, fallback, words) {
  const state = button.querySelector("span");
  let on = wish(name, fallback);
  const show = () => {
    button.setAttribute("aria-pressed", String(on));
    state.textContent = words(on);
  };
  button.addEventListener("click", () => choose(name, !on));
  wishes.addEventListener(name, (event) => {
    on = event.detail;
    show();
  });
  show();
}
