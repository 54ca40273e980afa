// What this counsellor holds, and what the line last said. Everything on the screen is drawn from here.
import { desk, Unreachable } from "./api.js";
import { Held } from "./held.js";
import { Recent } from "./recent.js";
import { now } from "./time.js";

const RENEW = 30000;

// A third of the lease, so that two renewals may be lost; never more often than every 3 s, whatever the clocks say.
export const pace = (until) => Math.min(RENEW, Math.max(3000, (new Date(until) - now()) / 3));

export class Board extends EventTarget {
  constructor(username) {
    super();
    this.username = username;
    this.queue = null;
    this.held = new Map();
    this.recent = new Recent();
    this.selected = null;
    this.trouble = "";
    this.troubleSince = 0;
    this.turn = 0;
    this.leaving = false;
  }

  get onBreak() {
    return Boolean(this.queue?.counsellor.on_break);
  }

  // What is held and not over.
  get living() {
    return [...this.held.values()].filter((session) => !session.over);
  }

  // Runs one call; tells signed out and unreachable apart from answers. Null when there was no answer to use.
  async call(act) {
    try {
      const answer = await act();
      if (answer.status === 401) this.setTrouble("signed_out");
      else if (this.trouble !== "someone_else") this.setTrouble("");
      return answer.status === 401 ? null : answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (!this.leaving) this.setTrouble(error.message);
      return null;
    }
  }

  setTrouble(trouble) {
    if (this.trouble === trouble) return;
    if (!this.trouble) this.troubleSince = Date.now();
    this.trouble = trouble;
    this.tell("trouble");
  }

  tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  // The one place where a session reaches the board.
  take(data) {
    let session = this.held.get(data.id);
    if (!session) {
      if (!data.mine || data.state === "closed") return null;
      session = new Held(data.id);
      this.held.set(data.id, session);
    }
    if (session.data && data.epoch < session.data.epoch) return session;
    session.hear(data);
    session.readAt = Date.now();
    if (this.selected === data.id && !document.hidden) session.see();
    if (data.state === "closed") this.lose(data.id, "ended");
    else if (!data.mine) this.lose(data.id, "lost");
    else session.over = "";
    this.tell("session", session);
    return session;
  }

  // A session that was just claimed: here, chosen, and its lease counted from now.
  welcome(data) {
    const session = this.take(data);
    if (!session) return;
    session.renewAt = Date.now() + pace(data.lease_until);
    this.recent.remove(data.id);
    this.select(data.id);
  }

  select(id) {
    this.selected = id;
    this.held.get(id)?.see();
    this.tell("select");
  }

  lose(id, how) {
    const session = this.held.get(id);
    if (!session || session.over) return;
    session.over = how;
    session.number = null;
    this.tell("session", session);
  }

  // Out of the list; the one after it is chosen.
  drop(id) {
    const ids = [...this.held.keys()];
    const next = ids[ids.indexOf(id) + 1] || ids[ids.indexOf(id) - 1] || null;
    if (!this.held.delete(id)) return;
    this.tell("drop", id);
    if (this.selected === id) this.select(next);
  }

  async pause(onBreak) {
    const answer = await this.call(() => desk.presence(onBreak));
    if (!answer?.ok) return answer;
    if (this.queue) this.queue.counsellor.on_break = answer.data.on_break;
    this.turn += 1;
    this.tell("queue");
    return answer;
  }
}
