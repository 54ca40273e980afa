// The youth's page, kept up to date. Every action here also works as a plain form.
import { Composer } from "./composer.js";
import { leave, onThreeShifts } from "./leave.js";
import { Page } from "./page.js";
import { byId, shown } from "./paint.js";
import { Talk } from "./talk.js";
import { Wire } from "./wire.js";

const room = byId("room");
const { base, token, exit } = room.dataset;
const words = JSON.parse(room.dataset.words);
const { lang } = document.documentElement;

let failures = 0;
let timer = 0;

const talk = new Talk(byId("log"), `3018:${base}`, words, lang);
const page = new Page(room, talk, words, lang);
const wire = new Wire(base, token, {
  heard: (view) => page.hear(view),
  reached: (there) => {
    failures = there ? 0 : failures + 1;
    byId("lost").hidden = failures < 2 && navigator.onLine;
  },
  // Another device has taken over, or nothing is left: no word of it stays on a screen where it should not be.
  gone: () => {
    if (page.scene === "over") return;
    talk.outbox.clear();
    location.reload();
  },
});

// Often while somebody talks, seldom when nothing moves, gently when the hub does not answer, but soon again while words
// or a call for help wait; and after the end for a while, since a counsellor may undo a close.
function pace() {
  if (failures) return Math.min(talk.waits || page.alarm ? 5000 : 15000, 1000 * 2 ** failures);
  if (page.scene === "over") return Date.now() - page.turned < 900000 ? 10000 : Infinity;
  if (document.hidden) return 15000;
  const still = Date.now() - page.stirred;
  if (page.scene === "talk-chat") return still < 120000 ? 1000 : 2000;
  return page.scene === "line-chat" && still < 300000 ? 2000 : 5000;
}

function plan(delay = pace()) {
  clearTimeout(timer);
  if (!wire.left && delay < Infinity) timer = setTimeout(look, delay);
}

async function look() {
  const { youth, counsellor } = talk.thread.heard();
  const refused = await wire.ask(`/state?youth=${youth}&counsellor=${counsellor}`);
  if (!refused && page.alarm === "asked") await warn();
  if (!refused && talk.waits) send();
  plan();
}

async function send() {
  await talk.send(wire, page);
  plan();
}

// The numbers that help come first; the hub is told next, and again until it has heard.
async function warn() {
  const refused = await wire.ask("/danger", {});
  if (page.alarm && refused && refused !== "offline") page.alarm = "refused";
}

async function act(form) {
  if (form.ariaBusy) return;
  const { token: _, ...fields } = Object.fromEntries(new FormData(form));
  const [start, end] = (fields.when || "").split("/");
  if (end) Object.assign(fields, { when: "window", not_before: start, not_after: end });
  const place = form.querySelector(".wrong") || byId("problem");
  form.ariaBusy = "true";
  const refused = await wire.ask(new URL(form.action).pathname.slice(base.length), fields);
  form.ariaBusy = null;
  place.hidden = true;
  if (refused) {
    page.tell(refused, place);
    if (refused === "bad_number") byId("number").focus();
  } else {
    byId("number").value = "";
    page.unfold();
    if (!shown(form)) byId(form.dataset.then)?.focus();
  }
  plan();
}

function quit() {
  wire.left = true;
  clearTimeout(timer);
  talk.outbox.clear();
  leave({ base, token, exit });
}

new Composer(byId("composer"), {
  draft: talk.outbox.draft,
  keep: (draft) => {
    page.stirred = Date.now();
    talk.outbox.save(draft);
  },
  follow: () => talk.thread.follow(),
  typing: () => page.view.state === "connected" && wire.ask("/typing", {}),
  send: (text) => {
    page.stirred = Date.now();
    talk.outbox.add(text);
    send();
  },
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.id === "leave") quit();
  else if (form.id === "danger") {
    page.alarm = "asked";
    page.draw();
    byId("urgent").focus();
    warn().then(plan);
  } else if (form.id !== "composer") act(form);
});
onThreeShifts(quit);
document.querySelector(".skip").addEventListener("click", (event) => {
  // An address with #room would be one more place for Back to find.
  event.preventDefault();
  room.focus();
});
addEventListener("offline", () => wire.left || wire.reached(false));
for (const wake of ["online", "focus"]) addEventListener(wake, () => plan(0));
addEventListener("pageshow", (event) => {
  // Kept by the browser for Back and Forward: nothing old is shown.
  if (event.persisted) location.reload();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = "3018";
  plan(0);
});

// It is for a page without this script.
byId("reload").remove();
if (talk.thread.said.length && page.scene !== "over") talk.thread.follow();
wire.ask("/here", {});
if (talk.outbox.items.length) send();
plan();
