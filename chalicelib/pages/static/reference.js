// The drawn contract: what concerns platforms, in the page's own colours. The viewer is RapiDoc.
const dark = matchMedia("(prefers-color-scheme: dark)");
const SHOWN = ["partners", "public"];

function forPlatforms(contract) {
  const paths = {};
  for (const [path, item] of Object.entries(contract.paths)) {
    const kept = Object.entries(item).filter(([key, value]) => key === "parameters" || value.tags?.some((tag) => SHOWN.includes(tag)));
    if (kept.some(([key]) => key !== "parameters")) paths[path] = Object.fromEntries(kept);
  }
  return { ...contract, paths, tags: contract.tags.filter((tag) => SHOWN.includes(tag.name)) };
}

function paint(viewer) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  viewer.setAttribute("theme", dark.matches ? "dark" : "light");
  viewer.setAttribute("bg-color", colour("--paper"));
  viewer.setAttribute("text-color", colour("--ink"));
  viewer.setAttribute("primary-color", colour("--lead"));
}

const FIXED = {
  "render-style": "read",
  "show-header": "false",
  "show-info": "false",
  "allow-try": "false",
  "allow-server-selection": "false",
  "allow-authentication": "false",
  "allow-search": "false",
  "allow-advanced-search": "false",
  "load-fonts": "false",
  "regular-font": "inherit",
  "schema-description-expanded": "true",
  "schema-style": "table",
  "schema-expand-level": "9",
  "show-side-nav": "false",
  "update-route": "false",
};

// As high as what it shows, so that the page scrolls and not a window inside it; and in colours that can be read.
const SHEET = `
  :host { height: auto; min-width: 0; overflow: visible; contain: none; }
  :host { --green: var(--string); --blue: var(--name); --purple: var(--word); --orange: var(--number); }
  .body, .main-content, .main-content-inner { height: auto; min-width: 0; overflow: visible; }
  .section-gap, .section-gap--read-mode, .section-gap--focused-mode { padding-left: 0; padding-right: 0; }
`;

const NARROW = new CSSStyleSheet();
NARROW.replaceSync("table { width: 100%; } td { min-width: 0; overflow-wrap: anywhere; } * { transition: none; }");

const NAMES = { textarea: "Example", select: "Which example" };

// It brings a second main part into the page, and fields without a name.
function mend(root) {
  const inner = root.querySelector("main");
  if (inner) {
    const plain = document.createElement("div");
    plain.className = inner.className;
    plain.append(...inner.childNodes);
    inner.replaceWith(plain);
  }
  for (const [tag, name] of Object.entries(NAMES)) {
    for (const field of root.querySelectorAll(`${tag}:not([aria-label])`)) field.setAttribute("aria-label", name);
  }
  for (const part of root.querySelectorAll("*")) {
    if (part.shadowRoot && !watched.has(part.shadowRoot)) watch(part.shadowRoot);
  }
}

const watched = new WeakSet();

function watch(root) {
  watched.add(root);
  root.adoptedStyleSheets.push(NARROW);
  mend(root);
  new MutationObserver(() => mend(root)).observe(root, { childList: true, subtree: true });
}

const answer = await fetch("/v1/openapi.json");
const viewer = document.createElement("rapi-doc");
for (const [name, value] of Object.entries(FIXED)) viewer.setAttribute(name, value);
paint(viewer);
dark.addEventListener("change", () => paint(viewer));
document.getElementById("viewer").replaceChildren(viewer);
await customElements.whenDefined("rapi-doc");
await viewer.loadSpec(forPlatforms(await answer.json()));
const sheet = new CSSStyleSheet();
sheet.replaceSync(SHEET);
viewer.shadowRoot.adoptedStyleSheets.push(sheet);
watch(viewer.shadowRoot);
