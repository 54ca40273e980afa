// The strip under the header: trouble, notices and what just happened, in a place of their own that never moves anything.
import { byId, h, problemWords, redraw, say, write } from "./dom.js";
import { hour } from "./time.js";

const LASTS = 7000;
let timer = 0;

export function toast(text) {
  write(byId("toast"), text);
  clearTimeout(timer);
  timer = setTimeout(() => write(byId("toast"), ""), LASTS);
}

export function drawTrouble(board) {
  const banner = byId("banner");
  banner.hidden = !board.trouble;
  byId("notices").hidden = Boolean(board.trouble);
  byId("calm").hidden = Boolean(board.trouble) || byId("notices").childElementCount > 0;
  redraw(banner, [board.trouble, board.troubleSince], () => {
    if (!board.trouble) return [];
    const words = problemWords(board.trouble).replace("{hour}", hour(board.troubleSince));
    const again = board.trouble === "signed_out" ? h("a", { href: "/console/login", test: "sign-in-again" }, say("problem.sign_in")) : null;
    const reload = board.trouble === "someone_else" ? h("a", { href: "/console", test: "reload" }, say("problem.reload")) : null;
    return [h("span", {}, words), again || reload || ""];
  });
}

// What is good to know while nothing is wrong: a break, another tab, else that the screen is up to date.
export function drawNotices(board, tabs) {
  const words = [
    board.onBreak ? say("break.notice") : "",
    tabs.alone ? "" : say(tabs.leads ? "tabs.leads" : "tabs.follows"),
  ].filter(Boolean);
  write(byId("calm"), board.queue ? say("strip.calm", { hour: hour(Date.now()) }) : say("strip.starting"));
  redraw(byId("notices"), words, () => words.map((text) => h("span", { class: "notice", test: "notice" }, text)));
}
