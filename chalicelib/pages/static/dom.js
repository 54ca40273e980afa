// Words and elements for the console. Text is always set as text, never as markup.
const words = Object.fromEntries(Object.entries(JSON.parse(document.body.dataset.words)).map(([key, text]) => [key, bound(text)]));

// French marks stay on the line of their word.
function bound(text) {
  return text.replace(/\u0020([?!:;»])/g, "\u00a0$1").replaceAll("« ", "«\u00a0");
}

export function say(key, values = {}) {
  return Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words[key] ?? key);
}

// Words for a value that came from outside: ours when we have them, else the value itself.
export function name(kind, value) {
  if (value === null || value === undefined || value === "") return say("fact.unknown");
  return words[`${kind}.${value}`] || String(value).replaceAll("_", " ");
}

export function problemWords(code) {
  return words[`problem.${code}`] || words["problem.other"];
}

// What starts with a prefix, in the catalogue's order, by the rest of the key.
export function starting(prefix) {
  return Object.keys(words).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "test") node.dataset.testid = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A button that may not be pressed now keeps the focus; `disabled` would throw it away.
export function allow(button, allowed) {
  button.setAttribute("aria-disabled", String(!allowed));
}

export function allowed(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

// Draws again only when what is shown has changed. For parts that nobody clicks; lists with buttons are `keyed`.
export function redraw(node, shown, draw) {
  const key = JSON.stringify(shown);
  if (node.shown === key) return;
  node.shown = key;
  node.replaceChildren(...draw());
}

const REACHED = "button, a[href], input, select, textarea";

// A list in step with its rows. A node lives as long as its row's key, so a click is never lost to a redraw, and
// focus is never lost either: where its row is gone, the row that took the place gets it, else `fallback`.
export function keyed(list, rows, make, fallback = null) {
  list.rows ||= new Map();
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? [...list.children].findIndex((child) => child.contains(focused)) : -1;
  const wanted = new Set(rows.map((row) => row.key));
  for (const [key, row] of list.rows) {
    if (wanted.has(key)) continue;
    row.node.remove();
    list.rows.delete(key);
  }
  rows.forEach((row, index) => {
    if (!list.rows.has(row.key)) list.rows.set(row.key, make(row));
    const { node, update } = list.rows.get(row.key);
    update?.(row);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] || null);
  });
  if (!focused || document.activeElement === focused) return;
  if (focused.isConnected) return focused.focus();
  const next = list.children[Math.min(place, list.children.length - 1)]?.querySelector(REACHED);
  (next || fallback)?.focus();
}

// A row of `keyed` that never changes.
export function still(tag, attributes, ...children) {
  return { node: h(tag, attributes, ...children) };
}

// As one searches: without accents, capitals, typographic quotes and what cannot be seen.
export function bare(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f\u00ad\u200b-\u200d]/g, "").replace(/[’ʼ]/g, "'").toLowerCase();
}
