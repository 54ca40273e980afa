// The desk's API. A refusal is an answer with a code; only a missing answer throws.
import { tune } from "./time.js";

export class Unreachable extends Error {}

// Whoever signs out hangs up: what is under way is dropped, and nothing goes out any more.
const line = new AbortController();
export const hangUp = () => line.abort();

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/v1/desk${path}`, {
      method,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.any([line.signal, AbortSignal.timeout(12000)]),
    });
  } catch {
    throw new Unreachable(navigator.onLine ? "unreachable" : "offline");
  }
  if (answer.headers.has("Date")) tune(answer.headers.get("Date"));
  if (answer.status >= 500) throw new Unreachable("unreachable");
  const data = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, data, code: answer.ok ? "" : data?.code || "other" };
}

const session = (id) => `/sessions/${encodeURIComponent(id)}`;
const later = (known) => (known ? `?youth=${known.youth}&counsellor=${known.counsellor}&notes=${known.notes}` : "");
const post = (verb) => (id, epoch, body = {}) => ask("POST", `${session(id)}/${verb}`, { epoch, ...body });

export const desk = {
  queue: () => ask("GET", "/queue"),
  // The same for who takes nobody, and so does not count as being there.
  watch: () => ask("GET", "/queue?watching=yes"),
  claim: (lane, limit) => ask("POST", "/claims", { ...(lane && { lane }), limit }),
  presence: (on_break) => ask("POST", "/presence", { on_break }),
  take: (id) => ask("POST", `${session(id)}/take`, {}),
  // All of it, or only what is later than what is known.
  read: (id, known) => ask("GET", session(id) + later(known)),
  renew: post("renew"),
  release: post("release"),
  close: post("close"),
  undo: post("undo"),
  messages: post("messages"),
  notes: post("notes"),
  band: post("band"),
  handover: post("handover"),
  attempts: post("attempts"),
  reveal: post("reveal"),
  check: post("check"),
  typing: post("typing"),
};
