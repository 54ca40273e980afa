// The youth's page, kept up to date. Every action here also works as a plain form.
import { leave, onThreeShifts } from "./leave.js";
import { Outbox } from "./outbox.js";
import { factsOf, moment, sceneOf, show } from "./scene.js";

const room = document.getElementById("room");
const { base, token, exit } = room.dataset;
const words = JSON.parse(room.dataset.words);
const lang = document.documentElement.lang;
const byId = (id) => document.getElementById(id);
const [log, composer, text, lost, problem, status] = ["log", "composer", "text", "lost", "problem", "status"].map(byId);

let view = JSON.parse(room.dataset.view);
let etag = "";
let failures = 0;
let timer = 0;
let sending = false;
let stirred = Date.now();
let posts = 0;
const outbox = new Outbox(`3018:${base}`);
const said = [...log.children].map((line) => ({
  from: line.dataset.from,
  n: Number(line.dataset.n),
  text: line.querySelector("p").textContent,
}));

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
  if (answer.ok) apply(found);
  return found.code || "other";
}

// The one place where a view reaches the page.
function apply(next, first = false) {
  const before = sceneOf(view);
  view = { ...view, ...next };
  const scene = sceneOf(view);
  for (const message of next.messages || []) hear(message);
  const taken = outbox.settle(said, view.counters.youth);
  if (taken) taken.line?.remove();
  show(room, factsOf(view));
  room.dataset.scene = scene;
  for (const time of room.querySelectorAll("[data-time]")) {
    const name = time.dataset.time;
    const iso = name === "callback" ? view.callback?.at : view[name];
    time.textContent = iso ? moment(iso, words, lang, time.dataset.style) : "";
  }
  if (scene === before && !first) return;
  byId("callback").open = scene === "number" || (scene === "choose" && !view.open);
  stirred = Date.now();
  if (first) return;
  problem.hidden = true;
  const title = [...room.querySelectorAll("h1")].find((heading) => heading.offsetParent);
  if (text.matches(":focus")) status.textContent = title?.textContent || "";
  else title?.focus({ preventScroll: true });
  if (scene !== "talk-chat" || before !== "line-chat") scrollTo(0, 0);
}

function accept(item) {
  item.line?.remove();
  hear({ from: "youth", n: item.n, text: item.text, at: new Date().toISOString() });
}

function hear(message) {
  if (said.some((known) => known.from === message.from && known.n === message.n)) return;
  said.push(message);
  const line = draw(message.from, message.text);
  line.dataset.n = message.n;
  line.querySelector("time").textContent = moment(message.at, words, lang, "hour");
  if (message.from === "youth") line.querySelector("span").textContent = words.sent;
  else if (document.hidden) document.title = `• ${words.new}`;
  log.insertBefore(line, log.querySelector(".pending"));
  stirred = Date.now();
  follow();
}

function draw(from, body) {
  const line = document.createElement("li");
  line.className = `message ${from}`;
  line.dataset.from = from;
  line.dataset.testid = "message";
  const who = Object.assign(document.createElement("b"), { className: "visually-hidden" });
  who.textContent = `${from === "youth" ? words.you : words.counsellor} : `;
  const copy = document.createElement("p");
  copy.textContent = body;
  const small = document.createElement("small");
  small.append(document.createElement("time"), " ", document.createElement("span"));
  line.append(who, copy, small);
  return line;
}

function follow() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() =>
    scrollTo({ top: document.documentElement.scrollHeight, behavior: calm ? "auto" : "smooth" }),
  );
}

// Draws what waits in the outbox under the conversation.
function drawPending() {
  for (const item of outbox.items) {
    if (!item.line) {
      Object.defineProperty(item, "line", { value: draw("youth", item.text), enumerable: false });
      item.line.classList.add("pending");
      log.append(item.line);
      follow();
    }
    const small = item.line.querySelector("span");
    small.textContent = words[item.state];
    item.line.classList.toggle("refused", item.state === "refused");
    if (item.state !== "refused") continue;
    const retry = Object.assign(document.createElement("button"), { type: "button", textContent: words.retry });
    retry.onclick = () => {
      item.state = "sending";
      send();
    };
    small.append(" ", retry);
  }
}

async function send() {
  drawPending();
  if (sending) return;
  sending = true;
  try {
    for (let item = outbox.next(view.counters.youth); item; item = outbox.next(view.counters.youth)) {
      if (item.state === "refused") break;
      item.state = "sending";
      drawPending();
      const answer = await ask("/messages", { n: item.n, text: item.text });
      const code = await read(answer);
      reach(true);
      if (answer.ok) {
        if (outbox.items[0] === item && item.n !== null) accept(outbox.drop());
      } else if (code === "out_of_order" && !item.again) {
        item.again = true;
        item.n = null;
        await poll();
      } else {
        item.state = "refused";
      }
    }
  } catch {
    if (outbox.items[0]) outbox.items[0].state = "waiting";
    reach(false);
  }
  sending = false;
  drawPending();
  plan();
}

function reach(there) {
  failures = there ? 0 : failures + 1;
  lost.hidden = failures < 2 && navigator.onLine;
}

async function poll() {
  try {
    const before = posts;
    const { youth, counsellor } = heard();
    const answer = await ask(`/state?youth=${youth}&counsellor=${counsellor}`);
    reach(true);
    if (posts !== before) return true; // an answer that is older than what we have just written
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") || "";
      await read(answer);
    } else if (answer.status !== 304) {
      return stop(await read(answer));
    }
    return true;
  } catch {
    reach(false);
    return false;
  }
}

function heard() {
  const last = (from) => said.reduce((n, message) => (message.from === from ? Math.max(n, message.n) : n), 0);
  return { youth: last("youth"), counsellor: last("counsellor") };
}

function stop(code) {
  tell(code);
  failures = Infinity;
  return false;
}

function tell(code) {
  problem.textContent = words[`problem.${code}`] || words["problem.other"];
  problem.hidden = false;
}

// Often while somebody talks, seldom when nothing moves, and gently when the hub does not answer.
function pace() {
  if (failures) return Math.min(15000, 1000 * 2 ** failures);
  if (document.hidden) return 15000;
  const still = Date.now() - stirred;
  if (sceneOf(view) === "talk-chat") return still < 120000 ? 1000 : still < 600000 ? 2000 : 4000;
  return still < 60000 ? 3000 : 5000;
}

function plan(delay = pace()) {
  clearTimeout(timer);
  if (failures === Infinity || view.state === "closed") return;
  timer = setTimeout(async () => {
    if ((await poll()) && outbox.items.length && outbox.items[0].state !== "refused") send();
    plan();
  }, delay);
}

room.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form === composer) {
    event.preventDefault();
    const body = text.value.trim();
    if (!body) return;
    outbox.add(body);
    text.value = "";
    grow();
    text.focus();
    stirred = Date.now();
    return send();
  }
  if (!form.dataset.live) return;
  event.preventDefault();
  const { token: _, ...fields } = Object.fromEntries(new FormData(form));
  const span = (fields.when || "").split("/");
  if (span.length === 2) Object.assign(fields, { when: "window", not_before: span[0], not_after: span[1] });
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await ask(new URL(form.action).pathname.slice(base.length), fields);
    const code = await read(answer);
    reach(true);
    if (answer.ok) {
      byId("callback").open = false;
      form.reset();
    } else {
      tell(code);
      form.querySelector("[type=tel]")?.focus();
    }
  } catch {
    tell("offline");
  }
  button.disabled = false;
  plan();
});

function grow() {
  text.style.height = "";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
}

text.addEventListener("input", () => {
  outbox.save(text.value);
  stirred = Date.now();
  grow();
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (composer.requestSubmit) composer.requestSubmit();
  else composer.querySelector("button").click();
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
outbox.settle(said, view.counters.youth);
if (said.length && sceneOf(view) !== "over") follow();
ask("/here", {}).then(read, () => reach(false));
if (outbox.items.length) send();
plan();
