// What this counsellor holds, kept in step with the desk: polled, renewed, and told in words when it is lost.
import { desk, Unreachable } from "./api.js";
import { Outbox } from "./outbox.js";

const RENEW = 30000;

// A third of the lease, so that two renewals may be lost; never more often than every 3 s, whatever the clocks say.
const pace = (until) => Math.min(RENEW, Math.max(3000, (new Date(until) - Date.now()) / 3));

export class Board extends EventTarget {
  constructor() {
    super();
    this.queue = null;
    this.held = new Map();
    this.selected = null;
    this.trouble = "";
  }

  // Runs one call; tells signed out and unreachable apart from answers. Null when there was no answer to use.
  async call(act) {
    try {
      const answer = await act();
      this.setTrouble(answer.status === 401 ? "signed_out" : "");
      return answer.status === 401 ? null : answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.setTrouble("offline");
      return null;
    }
  }

  setTrouble(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.tell("trouble");
  }

  tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  async watch() {
    const answer = await this.call(desk.queue);
    if (!answer?.ok) return;
    this.queue = answer.data;
    const mine = new Set(this.queue.held.filter((row) => row.mine).map((row) => row.id));
    for (const id of mine) if (!this.held.has(id)) await this.read(id);
    for (const [id, session] of this.held) if (!mine.has(id) && !session.over && session.settled) await this.read(id);
    this.tell("queue");
  }

  async claim(lane) {
    const answer = await this.call(() => desk.claim(lane));
    if (!answer) return;
    if (answer.status === 204) return this.tell("toast", "line.empty");
    if (!answer.ok) return this.tell("problem", answer.code);
    this.take(answer.data);
    this.select(answer.data.id);
    const session = this.held.get(answer.data.id);
    if (session) session.renewAt = Date.now() + pace(answer.data.lease_until);
    await this.watch();
  }

  async read(id) {
    const answer = await this.call(() => desk.read(id));
    if (answer?.ok) this.take(answer.data);
    else if (answer?.status === 404) this.lose(id, "lost");
    return answer;
  }

  // The one place where a session reaches the board.
  take(data) {
    let session = this.held.get(data.id);
    if (!session) {
      if (!data.mine || data.state === "closed") return;
      const outbox = new Outbox(`3018:desk:${data.id}`, "counsellor");
      session = { id: data.id, outbox, messages: [], seen: 0, renewAt: 0, over: "", number: null };
      this.held.set(data.id, session);
    }
    if (session.data && data.epoch < session.data.epoch) return;
    session.data = data;
    session.settled = true;
    for (const message of data.messages) this.hear(session, message);
    if (data.reason === "left_safely") session.messages = [];
    session.outbox.settle(session.messages, data.counters.counsellor);
    if (this.selected === data.id && !document.hidden) session.seen = data.counters.youth;
    if (data.state === "closed") this.lose(data.id, "ended");
    else if (!data.mine) this.lose(data.id, "lost");
    else session.over = "";
    this.tell("session", session);
  }

  hear(session, message) {
    if (session.messages.some((known) => known.from === message.from && known.n === message.n)) return;
    session.messages.push(message);
    session.messages.sort((a, b) => a.at.localeCompare(b.at) || a.n - b.n);
  }

  unread(session) {
    return Math.max(0, session.data.counters.youth - session.seen);
  }

  select(id) {
    this.selected = id;
    const session = this.held.get(id);
    if (session) session.seen = session.data.counters.youth;
    this.tell("select");
  }

  lose(id, how) {
    const session = this.held.get(id);
    if (!session || session.over) return;
    session.over = how;
    session.number = null;
    this.tell("session", session);
  }

  drop(id) {
    const ids = [...this.held.keys()];
    const next = ids[ids.indexOf(id) + 1] || ids[ids.indexOf(id) - 1] || null;
    this.held.delete(id);
    this.tell("drop", id);
    if (this.selected === id) this.select(next);
  }

  // A write to a held session; a refusal is told in words, and a session that is gone is marked so.
  async act(session, verb, ...values) {
    const answer = await this.call(() => desk[verb](session.id, session.data.epoch, ...values));
    if (!answer || answer.ok) return answer;
    if (answer.code === "taken_over") this.lose(session.id, "lost");
    else if (answer.code === "already_closed") this.lose(session.id, "ended");
    else await this.read(session.id);
    if (verb !== "renew" && verb !== "message") this.tell("problem", answer.code);
    return answer;
  }

  async renew() {
    for (const session of this.held.values()) {
      if (session.over || Date.now() < session.renewAt) continue;
      session.renewAt = Date.now() + 3000;
      const answer = await this.act(session, "renew");
      if (answer?.ok) session.renewAt = Date.now() + pace(answer.data.lease_until);
    }
  }

  // Sends what waits in one session's outbox, in order, each number once.
  async send(session) {
    if (session.sending) return;
    session.sending = true;
    for (let item = session.outbox.next(session.data.counters.counsellor); item; ) {
      if (session.over || item.state === "refused") break;
      const answer = await this.act(session, "message", item.n, item.text);
      if (!answer) {
        item.state = "waiting";
        break;
      }
      if (answer.ok) {
        if (!(await this.read(session.id))?.ok) break;
      } else if (answer.code === "out_of_order" && !item.again) {
        item.again = true;
        item.n = null;
      } else {
        item.state = "refused";
      }
      item = session.outbox.next(session.data.counters.counsellor);
    }
    session.sending = false;
    this.tell("session", session);
  }
}
