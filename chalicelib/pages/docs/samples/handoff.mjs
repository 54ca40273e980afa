// handoff.mjs: hand one youth over, then follow the status until it is closed.
// Needs sign.mjs beside it.
import { setTimeout as sleep } from "node:timers/promises";
import { HUB, newJti, token } from "./sign.mjs";

const PLATFORM = process.env.PLATFORM ?? "my_app";
const PASSING = [429, 500, 502, 503, 504];

/** Send one request, and again while that may help: the jti stays, so nothing happens twice. */
async function request(method, path, scope, body) {
  const jti = newJti();
  for (const pause of [1, 2, 4, 8, 0]) {
    const bearer = await token(method, path, scope, jti, body);
    const headers = { Authorization: `Bearer ${bearer}` };
    if (body) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(10_000);
    // No answer at all? It may have arrived; sending it again is safe.
    const asked = fetch(HUB + path, { method, headers, body, signal });
    const answer = await asked.catch(() => undefined);
    if (answer?.ok) return await answer.json();
    if (answer && !PASSING.includes(answer.status)) throw new Error(await answer.text());
    await sleep(1000 * (answer?.headers.get("retry-after") ?? pause));
  }
  throw new Error("The hub does not answer: show the fallback card.");
}

const wish = { platform: PLATFORM, kind: "call", session: "chat", locale: "fr" };
wish.subject = "sandbox:walk";
const taken = await request("POST", "/v1/handoffs", "handoff:create", JSON.stringify(wish));
console.log(`${taken.id}  open this for the youth: ${taken.links.youth}`);

let known = {};
while (known.status !== "closed") {
  const seen = await request("GET", `/v1/handoffs/${taken.id}`, "handoff:read");
  if (seen.sequence !== known.sequence) {
    known = seen;
    console.log(`${seen.id}  ${seen.sequence}  ${seen.status}`);
  }
  await sleep(2000);
}
