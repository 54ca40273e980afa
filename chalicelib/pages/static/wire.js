// Questions to the hub, each with the page's token; what it answers about the session goes to `heard`.
const GONE = ["link_used", "link_expired", "not_found"];

export class Wire {
  constructor(base, token, { heard, reached, gone }) {
    Object.assign(this, { base, token, heard, reached, gone, etag: "", posts: 0, left: false });
  }

  // A POST with a body, else a GET: "" when it was taken, "offline" without an answer, else the code of the problem.
  async ask(path, body) {
    const { posts, etag } = this;
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    else if (etag) headers["If-None-Match"] = etag;
    let answer;
    let found = {};
    try {
      answer = await fetch(this.base + path, {
        method: body ? "POST" : "GET",
        headers,
        body: body && JSON.stringify({ token: this.token, ...body }),
        cache: "no-store",
        signal: AbortSignal.timeout?.(12000),
      });
      if (answer.status >= 500 || answer.status === 429) throw answer;
      if (answer.status !== 204 && answer.status !== 304) found = await answer.json();
    } catch {
      found = null;
    }
    // The page is wiped: nobody waits for this answer any more.
    if (this.left) await new Promise(() => {});
    this.reached(found !== null);
    if (!found) return "offline";
    if (answer.status === 304) return "";
    if (!answer.ok) {
      if (GONE.includes(found.code)) this.gone();
      return found.code || "other";
    }
    // A look that was under way while something was posted is older than the answer to the post.
    if (!body && this.posts !== posts) return "";
    if (!body) this.etag = answer.headers.get("ETag") || "";
    if (!found.counters) return "";
    if (body) this.posts += 1;
    this.heard(found);
    return "";
  }
}
