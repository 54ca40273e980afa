// Graphic words stay blurred until the counsellor wants to read them.
import { bare, h, say, write } from "./dom.js";
import { ROOTS } from "./graphic.js";
import { wish, wishes } from "./prefs.js";

const escaped = (root) => root.replace(/\*$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + (root.endsWith("*") ? "" : "(?![a-z])");
const GRAPHIC = new RegExp(`(?<![a-z])(?:${ROOTS.map(escaped).join("|")})`);

let blurring = wish("blur", true);

wishes.addEventListener("blur", (event) => {
  blurring = event.detail;
  for (const node of document.querySelectorAll(".graphic")) node.veil();
});

export const graphic = (text) => GRAPHIC.test(bare(text));

export const blurs = (text) => blurring && graphic(text);

// Blurs `node` when its text is graphic; the button that shows it again goes into `place`.
export function veil(node, place, text) {
  if (!graphic(text)) return;
  let shown = false;
  const told = h("span", { class: "visually-hidden" }, say("blur.hidden"));
  const button = h("button", { type: "button", class: "show", test: "show" });
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    shown = !shown;
    draw();
  });
  const draw = () => {
    const blurred = blurring && !shown;
    node.classList.toggle("blurred", blurred);
    if (blurred) node.setAttribute("aria-hidden", "true");
    else node.removeAttribute("aria-hidden");
    told.hidden = !blurred;
    button.hidden = !blurring;
    write(button, say(shown ? "blur.hide" : "blur.show"));
  };
  node.veil = draw;
  node.classList.add("graphic");
  place.append(told, button);
  draw();
}
