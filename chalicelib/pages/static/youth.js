// The youth's page, kept up to date. Every action here also works as a plain form.
import { leave, onThreeShifts } from "./leave.js";
import { Outbox } from "./outbox.js";
import { factsOf, moment, sceneOf, show } from "./scene.js";
import { Thread } from "./thread.js";

const room = document.getElementById("room");
const { base, token, exit } = room.dataset;
const words = JSON.parse(room.dataset.words);
const lang = document.documentElement.lang;
const byId = (id) => document.getElementById(id);
const [composer, text, number, lost, problem, status] = ["composer", "text", "number", "lost", "problem", "status"].map(byId);
const outbox = new Outbox(`3018:${base}`);
const thread = new Thread(byId("log"), words, lang);

let view = JSON.parse(room.dataset.view);
let etag = "";
let failures = 0;
let posts = 0;
let sending = false;
let stirred = Date.now();
let timer = 0;

async function ask(path, body) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  else if (etag) headers["If-None-Match"] = etag;
  const answer = await fetch(base + path, {
    method: body ? "POST" : "GET",
    headers,
    body: body && JSON.stringify({ token, ...body }),
    cache: "no-store",
    signal: AbortSignal.timeout?.(12000),
  });
  if (answer.status >= 500 || answer.status === 429) throw new Error("hub");
  if (body) posts += 1;
  return answer;
}

async function read(answer) {
  const found = await answer.json().catch(() => ({}));
  if (answer.ok && found.counters) apply(found);
  return found.code || "other";
}

// The one place where a view reaches the page.
function apply(next, first = false) {
  const before = sceneOf(view);
  view = { ...view, ...next };
  const scene = sceneOf(view);
  view.back = scene === "line-chat" && (before === "talk-chat" || view.back);
  for (const message of next.messages || []) {
    if (!thread.hear(message)) continue;
    stirred = Date.now();
    if (message.from !== "youth" && document.hidden) document.title = `• ${words.new}`;
  }
  outbox.settle(thread.said, view.counters.youth)?.line?.remove();
  show(room, factsOf(view));
  room.dataset.scene = scene;
  number.required = !view.callback?.has_number;
  for (const time of room.querySelectorAll("[data-time]")) {
    const iso = time.dataset.time === "callback" ? view.callback?.at : view[time.dataset.time];
    time.textContent = iso ? moment(iso, words, lang, time.dataset.style) : "";
  }
  if (first || scene === before) return;
  byId("callback").open = scene === "number" || (scene === "choose" && !view.open);
  stirred = Date.now();
  problem.hidden = true;
  const title = [...room.querySelectorAll("h1")].find((heading) => heading.offsetParent);
  if (text.matches(":focus")) status.textContent = title?.textContent || "";
  else title?.focus({ preventScroll: true });
  if (before !== "line-chat" && before !== "talk-chat") scrollTo(0, 0);
}

// Sends what waits in the outbox, in order. A message that was not taken says so and keeps its words.
async function send() {
  thread.drawPending(outbox.items, again);
  if (sending) return;
  sending = true;
  try {
    for (let item = outbox.next(view.counters.youth); item; item = outbox.next(view.counters.youth)) {
      if (item.state === "refused") break;
      item.state = "sending";
      thread.drawPending(outbox.items, again);
      const answer = await ask("/messages", { n: item.n, text: item.text });
      await read(answer);
      reach(true);
      if (outbox.items[0] !== item) continue;
      if (answer.ok && item.n !== null && item.n <= view.counters.youth) {
        outbox.drop();
        item.line?.remove();
        thread.hear({ from: "youth", n: item.n, text: item.text, at: new Date().toISOString() });
      } else if (answer.ok && view.state !== "closed" && !item.again) {
        item.again = true;
        item.n = null;
      } else {
        item.state = "refused";
      }
    }
  } catch {
    for (const item of outbox.items) if (item.state === "sending") item.state = "waiting";
    reach(false);
  }
  sending = false;
  outbox.save();
  thread.drawPending(outbox.items, again);
  plan();
}

function again(item) {
  item.state = "sending";
  item.again = false;
  send();
}

function reach(there) {
  failures = there ? 0 : failures + 1;
  lost.hidden = failures < 2 && navigator.onLine;
}

// One look at the state; false when the hub did not answer.
async function poll() {
  try {
    const before = posts;
    const { youth, counsellor } = thread.heard();
    const answer = await ask(`/state?youth=${youth}&counsellor=${counsellor}`);
    reach(true);
    if (posts !== before || answer.status === 304) return true; // unchanged, or older than what we have just written
    etag = answer.headers.get("ETag") || "";
    const code = await read(answer);
    if (answer.ok) return true;
    tell(code);
    failures = Infinity;
  } catch {
    reach(false);
  }
  return false;
}

// Often while somebody talks, seldom when nothing moves, and gently when the hub does not answer.
function pace() {
  if (failures) return Math.min(15000, 1000 * 2 ** failures);
  if (document.hidden) return 15000;
  const still = Date.now() - stirred;
  const scene = sceneOf(view);
  const talking = scene === "talk-chat" || (scene === "line-chat" && view.counters.counsellor > 0);
  if (talking) return still < 120000 ? 1000 : still < 600000 ? 2000 : 4000;
  return scene === "line-chat" && still < 300000 ? 2000 : 5000;
}

function plan(delay = pace()) {
  clearTimeout(timer);
  if (failures === Infinity || view.state === "closed") return;
  timer = setTimeout(async () => {
    if ((await poll()) && outbox.items.length && outbox.items[0].state !== "refused") send();
    plan();
  }, delay);
}

function tell(code, place = problem) {
  place.textContent = words[`problem.${code}`] || words["problem.other"];
  place.hidden = false;
}

async function act(form) {
  const { token: _, ...fields } = Object.fromEntries(new FormData(form));
  const [start, end] = (fields.when || "").split("/");
  if (end) Object.assign(fields, { when: "window", not_before: start, not_after: end });
  const button = form.querySelector("button");
  const place = form.querySelector(".wrong") || problem;
  button.disabled = true;
  try {
    const answer = await ask(new URL(form.action).pathname.slice(base.length), fields);
    const code = await read(answer);
    reach(true);
    place.hidden = answer.ok;
    if (answer.ok) {
      form.reset();
      byId("callback").open = sceneOf(view) === "number";
    } else {
      tell(code, place);
      if (code === "bad_number") number.focus();
    }
  } catch {
    tell("offline", place);
  }
  button.disabled = false;
  plan();
}

function write() {
  const body = text.value.replace(/[^\P{Cc}\t\n]/gu, "").trim();
  if (!body) return;
  outbox.add(body);
  text.value = "";
  grow();
  text.focus();
  stirred = Date.now();
  send();
}

function grow() {
  text.style.height = "";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
}

room.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target === composer) write();
  else act(event.target);
});
text.addEventListener("input", () => {
  outbox.save(text.value);
  stirred = Date.now();
  grow();
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write();
});
byId("leave").addEventListener("submit", (event) => {
  event.preventDefault();
  leave({ base, token, exit });
});
onThreeShifts(() => leave({ base, token, exit }));
addEventListener("offline", () => reach(false));
for (const wake of ["online", "focus", "pageshow"]) addEventListener(wake, () => plan(0));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = "3018";
  plan(0);
});

text.value = outbox.draft;
grow();
apply(view, true);
if (thread.said.length && sceneOf(view) !== "over") thread.follow();
ask("/here", {}).then(read, () => reach(false));
if (outbox.items.length) send();
plan();
