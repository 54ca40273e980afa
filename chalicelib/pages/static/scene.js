// Which parts of the page a view shows: the same rule as pages/scene.py.
const ASKABLE = ["choose", "number", "planned-callback", "line-callback"];
const STAGES = { waiting: "line", scheduled: "planned", connected: "talk" };

export function sceneOf(view) {
  if (view.state === "closed") return "over";
  if (view.state === "received") return view.session === "callback" ? "number" : "choose";
  return `${STAGES[view.state]}-${view.session || "chat"}`;
}

export function factsOf(view) {
  const scene = sceneOf(view);
  const callback = view.callback || {};
  const facts = new Set([
    scene,
    `wait-${view.wait}`,
    `lane-${view.session || "none"}`,
    view.open ? "open" : "shut",
    callback.voicemail ? "voicemail" : "no-voicemail",
    callback.at ? "timed" : "untimed",
  ]);
  if (view.closes_at) facts.add("closing");
  if (view.next_open_at) facts.add("opening");
  if (view.ended) facts.add(`ended-${view.ended}`);
  if (view.back) facts.add("back-in-line");
  else if (scene === "line-chat") facts.add(view.counters?.counsellor ? "answered" : "not-answered");
  if (callback.has_number) facts.add("known-number");
  if (ASKABLE.includes(scene) || (scene === "line-chat" && !view.open)) facts.add("askable");
  return facts;
}

export function show(room, facts) {
  for (const part of room.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").some((name) => facts.has(name));
  }
}

export function fill(words, text) {
  return Object.entries(text).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);
}

// A time in the reader's own zone: "demain à 09:00".
export function moment(iso, words, lang, style) {
  const at = new Date(iso);
  const hour = at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (style === "hour") return hour;
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const days = Math.floor((at - midnight) / 86400000);
  if (days === 0) return fill(words.today, { hour });
  if (days === 1) return fill(words.tomorrow, { hour });
  const day = at.toLocaleDateString(lang, { weekday: "long", day: "numeric", month: "long" });
  return fill(words.moment, { day, hour });
}
