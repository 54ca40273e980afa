// What was typed and not sent, and small facts of this tab: in sessionStorage, so a reload or a new sign-in loses
// nothing, and nothing of a child stays on the machine when the tab is closed.
const OF_TAB = "3018:desk:";

export const boxKey = (id) => OF_TAB + id;

export function recall(key, fallback) {
  try {
    return JSON.parse(sessionStorage.getItem(OF_TAB + key)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key, value) {
  try {
    if (value === null || value === "") sessionStorage.removeItem(OF_TAB + key);
    else sessionStorage.setItem(OF_TAB + key, JSON.stringify(value));
  } catch {
    // storage refused or full: the page still holds it
  }
}

// Everything this tab keeps of one session.
export function forget(id) {
  for (const key of Object.keys(sessionStorage)) if (key === boxKey(id) || key.startsWith(`${boxKey(id)}:`)) sessionStorage.removeItem(key);
}

export function forgetAll() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(OF_TAB)) sessionStorage.removeItem(key);
}

// A field whose words survive. The key may change with the session the field is for.
export function keep(field) {
  let key = "";
  field.addEventListener("input", () => remember(key, field.value));
  return {
    use: (next) => {
      key = next;
      field.value = recall(key, "");
    },
    clear: () => {
      field.value = "";
      remember(key, null);
    },
  };
}
