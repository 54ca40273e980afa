// The console: one screen, three areas, one board behind them.
import { Board } from "./board.js";
import { duration, h, name, problemWords, redraw, say, since, write } from "./dom.js";
import { drawLine, waiting } from "./line.js";
import { sessionPane } from "./session.js";

const byId = (id) => document.getElementById(id);
const board = new Board();
const panes = new Map();
const limit = document.body.dataset.limit;

function drawMine() {
  const sessions = [...board.held.values()];
  const rows = sessions.map((session) => ({
    id: session.id,
    title: `${name("lane", session.data.session)} · ${name("platform", session.data.platform)}`,
    band: session.data.band,
    since: duration(since(session.data.claimed_at)),
    unread: board.unread(session),
    last: session.messages.filter((message) => message.from === "youth").at(-1)?.text.slice(0, 60) || "",
    over: session.over,
    current: board.selected === session.id,
  }));
  write(byId("mine-count"), say("mine.count", { count: rows.filter((row) => !row.over).length, limit: board.queue?.limit ?? limit }));
  redraw(byId("mine"), rows, () => (rows.length ? rows.map(mineRow) : [h("li", { class: "hint" }, say("mine.none"))]));
}

function mineRow(row, place) {
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: `held ${row.band}`,
        "aria-current": row.current ? "true" : null,
        "data-key": row.id,
        test: "mine-session",
        "data-id": row.id,
        onclick: () => open(row.id),
      },
      h("span", { class: "row" }, h("kbd", {}, String(place + 1)), h("b", {}, row.title), row.unread ? h("mark", { test: "unread" }, say("mine.unread", { count: row.unread })) : null),
      h("span", { class: "hint" }, row.over ? say(`mine.${row.over}`) : `${name("band", row.band)} · ${row.since}`),
      row.last ? h("span", { class: "last" }, row.last) : null,
    ),
  );
}

function drawSession(session) {
  if (!board.held.has(session.id)) return;
  if (!panes.has(session.id)) {
    const pane = sessionPane(session, board);
    panes.set(session.id, pane);
    byId("session").append(pane.node);
  }
  panes.get(session.id).update();
}

function drawSelected() {
  for (const [id, pane] of panes) pane.node.hidden = id !== board.selected;
  byId("nothing").hidden = board.held.has(board.selected);
}

function drawTitle() {
  const count = board.queue ? waiting(board.queue) : 0;
  const unread = [...board.held.values()].some((session) => board.unread(session));
  document.title = `${count ? `(${count}) ` : ""}${unread ? "• " : ""}${say("title")}`;
}

function draw() {
  for (const session of board.held.values()) drawSession(session);
  if (!board.held.has(board.selected) && board.held.size) return board.select(board.held.keys().next().value);
  drawSelected();
  drawMine();
  drawTitle();
}

function open(id) {
  board.select(id);
  panes.get(id)?.focus();
}

let toastTimer = 0;
function toast(text) {
  write(byId("toast"), text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => write(byId("toast"), ""), 6000);
}

board.addEventListener("queue", () => {
  drawLine(board.queue);
  draw();
});
board.addEventListener("session", draw);
board.addEventListener("select", draw);
board.addEventListener("drop", (event) => {
  panes.get(event.detail)?.node.remove();
  panes.delete(event.detail);
  draw();
});
board.addEventListener("toast", (event) => toast(say(event.detail)));
board.addEventListener("said", (event) => toast(event.detail));
board.addEventListener("problem", (event) => toast(problemWords(event.detail)));
board.addEventListener("trouble", () => {
  const banner = byId("banner");
  banner.hidden = !board.trouble;
  if (!board.trouble) return;
  banner.replaceChildren(problemWords(board.trouble));
  if (board.trouble === "signed_out") banner.append(" ", h("a", { href: "/console/login", test: "sign-in-again" }, say("problem.sign_in")));
});

byId("take").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  const held = board.selected;
  await board.claim(new FormData(event.target).get("lane"));
  button.disabled = false;
  if (board.selected !== held) panes.get(board.selected)?.focus();
});

function turn(step) {
  const ids = [...board.held.keys()];
  if (ids.length) open(ids[(ids.indexOf(board.selected) + step + ids.length) % ids.length]);
}

byId("help").addEventListener("click", () => byId("keys").showModal());
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || byId("keys").open) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    return turn(event.key === "ArrowUp" ? -1 : 1);
  }
  const typing = event.target.closest("textarea, select, input:not([type=radio])");
  if (event.key === "Escape") return event.target.blur();
  if (typing || event.altKey) return;
  const pane = panes.get(board.selected);
  const keys = {
    n: () => byId("take").requestSubmit(),
    r: () => pane?.focus(),
    c: () => pane?.close(),
    "?": () => byId("keys").showModal(),
  };
  const id = /^[1-9]$/.test(event.key) && [...board.held.keys()][Number(event.key) - 1];
  const act = id ? () => open(id) : keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

// Runs again some time after it has ended, so that a slow hub is never asked twice at once.
function repeat(act, delay) {
  const run = async () => {
    await act();
    setTimeout(run, delay());
  };
  run();
}

const slowly = (quick, slow) => () => (board.trouble ? 3000 : document.hidden ? slow : quick);
repeat(() => board.watch(), slowly(1000, 4000));
repeat(async () => {
  const session = board.held.get(board.selected);
  if (!session || session.over) return;
  await board.read(session.id);
  if (session.outbox.items.length) await board.send(session);
}, slowly(1000, 4000));
repeat(async () => {
  for (const session of [...board.held.values()]) {
    if (session.over || session.id === board.selected) continue;
    await board.read(session.id);
    if (session.outbox.items.length) await board.send(session);
  }
}, slowly(2500, 5000));
repeat(() => board.renew(), () => 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && board.held.has(board.selected)) board.select(board.selected);
});
draw();
