// Which parts of the youth's page a view shows: the same rule as pages/scene.py.
const STAGES = { waiting: "line", connected: "talk" };
const ASKABLE = ["choose", "number", "after-hours", "planned-callback", "line-callback"];
const BACK = { lost: "back-in-line", handed_over: "handed-over" };

export function sceneOf(view) {
  if (view.state === "closed") return "over";
  if (view.state === "scheduled") return "planned-callback";
  if (view.state !== "received") return `${STAGES[view.state]}-${view.session || "chat"}`;
  if (!view.open) return "after-hours";
  return view.session === "callback" ? "number" : "choose";
}

export function factsOf(view) {
  const scene = sceneOf(view);
  const callback = view.callback || {};
  const facts = new Set([
    scene,
    `wait-${view.wait}`,
    view.open ? "open" : "shut",
    callback.voicemail ? "voicemail" : "no-voicemail",
    callback.caller_id === "3018" ? "caller-3018" : "caller-hidden",
    callback.at ? "timed" : "untimed",
    view.next_open_at ? "opening" : "no-opening",
    view.resume ? "coded" : "uncoded",
  ]);
  const when = (is, fact) => is && facts.add(fact);
  when(view.closes_at, "closing");
  when(view.typing, "typing");
  when(view.check, "check");
  when(callback.has_number, "known-number");
  when(callback.word, "word");
  when(view.ended, `ended-${view.ended}`);
  const inLine = scene === "line-chat";
  when(inLine, BACK[view.back] || "not-answered");
  when(ASKABLE.includes(scene) || (inLine && (view.wait === "longer" || !view.open)), "askable");
  if (scene === "over") return facts;
  when(!view.danger, "calm");
  when(view.danger, "danger");
  when(view.danger, `danger-${helpOf(scene, view.open)}`);
  return facts;
}

function helpOf(scene, open) {
  if (scene.startsWith("talk")) return "with";
  return open && !scene.startsWith("planned") ? "first" : "wait";
}
