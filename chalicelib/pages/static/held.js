// One session this counsellor holds: what the desk said of it, what is on its way, and what was seen.
import { boxKey, recall, remember } from "./drafts.js";
import { Outbox } from "./outbox.js";

// How many of 1, 2, 3… are there without a gap.
function unbroken(items) {
  const there = new Set(items.map((item) => item.n));
  let n = 0;
  while (there.has(n + 1)) n += 1;
  return n;
}

// A note as the one text by which the outbox knows it again.
const asText = (note) => JSON.stringify([note.kind, note.code || "", note.text || ""]);

export class Held {
  constructor(id) {
    this.id = id;
    this.outbox = new Outbox(boxKey(id), "counsellor");
    this.ledger = new Outbox(`${boxKey(id)}:ledger`, "note");
    this.messages = [];
    this.notes = [];
    this.seen = recall(`${id}:seen`, 0);
    this.data = null;
    this.light = null;
    this.report = undefined;
    this.number = null;
    this.over = "";
    this.turn = 0;
    this.last = Promise.resolve();
    this.renewAt = 0;
    this.readAt = 0;
    this.checked = false;
    this.inDanger = false;
  }

  // What the desk knows now of the youth; the line's light view is the fresher one.
  get youth() {
    return { ...this.data.youth, ...this.light?.youth };
  }

  // The last numbers of each side that are here without a gap; null when all has to be read.
  get known() {
    if (this.report === undefined) return null;
    const of = (side) => unbroken(this.messages.filter((message) => message.from === side));
    return { youth: of("youth"), counsellor: of("counsellor"), notes: unbroken(this.notes) };
  }

  get unread() {
    return Math.max(0, this.data.counters.youth - this.seen);
  }

  see() {
    if (this.seen === this.data.counters.youth) return;
    this.seen = this.data.counters.youth;
    remember(`${this.id}:seen`, this.seen);
  }

  // Takes what the desk says: messages and notes add up, the rest replaces.
  hear(data) {
    // What cannot be read just now is not gone: what was known of it stays.
    this.data = data.unreadable ? { ...data, same_youth: this.data?.same_youth || [] } : data;
    this.light = null;
    this.checked ||= Boolean(data.youth?.check);
    if (data.mine && "report" in data) this.report = data.report;
    this.messages = merged(this.messages, data.messages, (message) => message.from + message.n);
    this.messages.sort((a, b) => a.at.localeCompare(b.at) || a.n - b.n);
    this.notes = merged(this.notes, data.notes || [], (note) => note.n).sort((a, b) => a.n - b.n);
    if (data.reason === "left_safely") {
      [this.messages, this.notes, this.report] = [[], [], null];
    }
    this.outbox.settle(this.messages, data.counters.counsellor);
    this.ledger.settle(this.notes.map((note) => ({ from: "note", n: note.n, text: asText(note) })), data.counters.notes ?? 0);
    this.#putBack();
  }

  // Words on their way in an earlier hold do not go out by themselves in a later one: they are a draft again.
  #putBack() {
    const old = this.outbox.items.filter((item) => item.epoch && item.epoch !== this.data.epoch);
    if (!old.length || !this.data.mine) return;
    this.outbox.items = this.outbox.items.filter((item) => !old.includes(item));
    this.outbox.save([...old.map((item) => item.text), this.outbox.draft].filter(Boolean).join("\n"));
  }

  // Queues one message; it keeps the hold it was written in.
  write(text) {
    this.outbox.add(text).epoch = this.data.epoch;
    this.outbox.save();
  }

  // Queues one note for whoever comes next.
  note(kind, code, text) {
    const item = this.ledger.add(asText({ kind, code, text }));
    item.body = { kind, ...(code && { code }), ...(text && { text }) };
    this.ledger.save();
  }
}

function merged(known, found, key) {
  const all = new Map(known.map((item) => [key(item), item]));
  for (const item of found) all.set(key(item), item);
  return [...all.values()];
}
