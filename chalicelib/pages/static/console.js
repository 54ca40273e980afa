// The console: one screen, three areas, one board behind them.
import { claim, owes, renewAll, send, takeOne, undo } from "./acts.js";
import { alerts } from "./alerts.js";
import { Board } from "./board.js";
import { allow, allowed, byId, problemWords, say, write } from "./dom.js";
import { listen } from "./keys.js";
import { drawLine, offered } from "./line.js";
import { drawMine, drawRecent, ordered } from "./mine.js";
import { breakPart, signOutPart } from "./pause.js";
import { drawPeople } from "./people.js";
import { watch } from "./poll.js";
import { choose, toggle, wish } from "./prefs.js";
import { sessionPane } from "./session.js";
import { drawNotices, drawTrouble, toast } from "./strip.js";
import { Tabs } from "./tabs.js";

const { username, limit } = document.body.dataset;
const board = new Board(username);
const tabs = new Tabs(username);
const panes = new Map();
const takeNext = byId("take-next");
const personal = byId("limit");
const lane = () => new FormData(byId("take")).get("lane");
const calls = alerts(board, tabs, lane);
const pause = breakPart(board, byId("break"));
signOutPart(board, byId("sign-out"));
let claiming = false;

function drawPanes() {
  for (const session of board.held.values()) {
    if (!panes.has(session.id)) {
      panes.set(session.id, sessionPane(session, board));
      byId("session").append(panes.get(session.id).node);
    }
    panes.get(session.id).update();
  }
  for (const [id, pane] of panes) pane.node.hidden = id !== board.selected;
  byId("nothing").hidden = board.held.has(board.selected);
}

function draw() {
  if (!board.held.has(board.selected) && board.held.size) return board.select(board.held.keys().next().value);
  drawPanes();
  drawMine(board, personal.value, open);
  drawRecent(board, (row) => undo(board, row).then(arrive));
  drawNotices(board, tabs);
  drawTrouble(board);
  pause.draw();
  drawTake();
  if (!board.queue) return;
  drawLine(board, (id) => takeOne(board, id).then(arrive));
  drawPeople(board.queue);
  byId("supervisor").hidden = !board.queue.counsellor.supervisor;
  calls.look();
}

// Why a press on "take the next" would bring nothing is said before it is pressed.
function drawTake() {
  const full = board.living.length >= Number(personal.value);
  allow(takeNext, !claiming && !board.onBreak && !full);
  const waiting = board.queue ? offered(board.queue, lane()) : 0;
  write(byId("take-hint"), board.onBreak ? say("line.on_break") : full ? say("line.full") : say(waiting ? "line.some" : "line.calm"));
}

// The chosen session gets the focus when it is another one than before.
function open(id) {
  board.select(id);
  panes.get(id)?.focus();
}

function arrive() {
  panes.get(board.selected)?.focus();
}

async function takeTheNext() {
  if (claiming) return;
  if (!allowed(takeNext)) return toast(say(board.onBreak ? "line.on_break" : "line.full"));
  claiming = true;
  drawTake();
  const before = board.selected;
  await claim(board, lane(), Number(personal.value));
  claiming = false;
  draw();
  if (board.selected !== before) arrive();
}

function turn(step) {
  const ids = ordered(board).map(({ session }) => session.id);
  if (ids.length) open(ids[(ids.indexOf(board.selected) + step + ids.length) % ids.length]);
}

for (const what of ["queue", "session", "select"]) board.addEventListener(what, draw);
board.addEventListener("drop", ({ detail }) => {
  panes.get(detail)?.node.remove();
  panes.delete(detail);
  draw();
  if (document.activeElement === document.body) (panes.get(board.selected)?.node || takeNext).focus();
});
board.addEventListener("toast", ({ detail }) => toast(say(detail)));
board.addEventListener("said", ({ detail }) => toast(detail));
board.addEventListener("problem", ({ detail }) => toast(problemWords(detail)));
board.addEventListener("trouble", draw);
tabs.addEventListener("change", draw);

byId("take").addEventListener("submit", (event) => {
  event.preventDefault();
  takeTheNext();
});
byId("take").addEventListener("change", () => {
  choose("lane", lane());
  calls.forget();
  draw();
});
personal.value = String(Math.min(Number(limit), wish("limit", Number(limit)), 9));
personal.addEventListener("change", () => {
  choose("limit", Number(personal.value));
  draw();
});
for (const radio of byId("take").elements.lane) radio.checked = radio.value === wish("lane", "");
toggle(byId("sound"), "sound", true, (on) => say(on ? "on" : "off"));
toggle(byId("blur"), "blur", true, (on) => say(on ? "on" : "off"));
toggle(byId("letters"), "letters", true, (on) => say(on ? "on" : "off"));
byId("help").addEventListener("click", () => byId("keys").showModal());

const chosen = (act) => () => panes.get(board.selected)?.[act]?.();
listen({
  acts: {
    n: takeTheNext, r: chosen("focus"), c: chosen("close"), t: chosen("triage"), h: chosen("handover"), a: chosen("note"),
    u: chosen("emergency"), d: chosen("check"), "/": chosen("replies"), m: () => byId("sound").click(),
    f: () => byId("blur").click(), p: pause.press, "?": () => byId("keys").showModal(),
    z: () => board.recent.list.length && undo(board, board.recent.list[0]).then(arrive),
  },
  turn,
  open: (place) => ordered(board)[place] && open(ordered(board)[place].session.id),
  rest: () => (panes.get(board.selected)?.node || takeNext).focus(),
});

// One beat a second, at most one look at a time. Seldomer while hidden, while nothing moves, and while nobody answers.
const IDLE = 120000;
let looked = 0;
let stirred = Date.now();
let looking = false;

function due() {
  if (board.held.size || (board.queue && offered(board.queue, ""))) stirred = Date.now();
  if (board.trouble) return 3000;
  return document.hidden || Date.now() - stirred > IDLE ? 2000 : 1000;
}

async function beat() {
  if (looking || board.leaving || Date.now() - looked < due() - 250) return;
  looking = true;
  looked = Date.now();
  try {
    await watch(board);
    draw();
    if (board.trouble === "someone_else") return;
    await renewAll(board);
    for (const session of board.living) if (owes(session)) send(board, session);
  } finally {
    looking = false;
  }
}

new Worker(new URL("./pulse.js", import.meta.url)).addEventListener("message", beat);
for (const wake of ["online", "focus", "pageshow"]) addEventListener(wake, () => { looked = 0; beat(); });
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && board.held.has(board.selected)) board.select(board.selected);
});
draw();
beat();
