// Words, times and elements for the console. Text is always set as text, never as markup.
const words = JSON.parse(document.body.dataset.words);

export function say(key, values = {}) {
  return Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words[key]);
}

// Words for a value that came from outside: ours when we have them, else the value itself.
export function name(kind, value) {
  if (value === null || value === undefined || value === "") return say("fact.unknown");
  return words[`${kind}.${value}`] || String(value).replaceAll("_", " ");
}

export function problemWords(code) {
  return words[`problem.${code}`] || words["problem.other"];
}

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "test") node.dataset.testid = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Draws again only when what is shown has changed, so that focus and selection stay where they are.
export function redraw(node, shown, draw) {
  const key = JSON.stringify(shown);
  if (node.shown === key) return;
  node.shown = key;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren(...draw());
  if (focused) node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

export function duration(seconds) {
  if (seconds < 60) return say("time.seconds", { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 3600) return say("time.minutes", { n: Math.floor(seconds / 60) });
  const m = String(Math.floor((seconds % 3600) / 60)).padStart(2, "0");
  return say("time.hours", { h: Math.floor(seconds / 3600), m });
}

export function since(iso) {
  return (Date.now() - new Date(iso)) / 1000;
}

export function hour(iso) {
  return new Date(iso).toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
}

export function moment(iso) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const days = Math.floor((new Date(iso) - midnight) / 86400000);
  if (days === 0) return say("time.today", { hour: hour(iso) });
  if (days === 1) return say("time.tomorrow", { hour: hour(iso) });
  const day = new Date(iso).toLocaleDateString("fr", { weekday: "long", day: "numeric", month: "long" });
  return say("time.moment", { day, hour: hour(iso) });
}
