// The desk's API. A refusal is an answer with a code; only a missing answer throws.
export class Unreachable extends Error {}

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/v1/desk${path}`, {
      method,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(12000),
    });
  } catch {
    throw new Unreachable();
  }
  if (answer.status >= 500) throw new Unreachable();
  const data = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, data, code: answer.ok ? "" : data?.code || "other" };
}

const session = (id) => `/sessions/${encodeURIComponent(id)}`;

export const desk = {
  queue: () => ask("GET", "/queue"),
  claim: (lane) => ask("POST", "/claims", lane ? { lane } : {}),
  read: (id) => ask("GET", session(id)),
  renew: (id, epoch) => ask("POST", `${session(id)}/renew`, { epoch }),
  release: (id, epoch) => ask("POST", `${session(id)}/release`, { epoch }),
  close: (id, epoch, reason) => ask("POST", `${session(id)}/close`, { epoch, reason }),
  message: (id, epoch, n, text) => ask("POST", `${session(id)}/messages`, { epoch, n, text }),
  attempt: (id, epoch, outcome) => ask("POST", `${session(id)}/attempts`, { epoch, outcome }),
  reveal: (id, epoch) => ask("POST", `${session(id)}/reveal`, { epoch }),
};
