// What one side wrote and the hub has not taken yet: kept in sessionStorage, sent in order, each exactly once.
// A message keeps its number n through every retry; it gets another only when the hub shows that n was someone else's.
const same = (a, b) => a.replace(/\r\n?/g, "\n").trim() === b.replace(/\r\n?/g, "\n").trim();

export class Outbox {
  constructor(key, from = "youth") {
    this.key = key;
    this.from = from;
    this.items = [];
    this.draft = "";
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
      this.items = Array.isArray(kept.items) ? kept.items : [];
      this.draft = typeof kept.draft === "string" ? kept.draft : "";
    } catch {
      // nothing readable was kept
    }
  }

  save(draft = this.draft) {
    this.draft = draft;
    try {
      if (!this.items.length && !draft) sessionStorage.removeItem(this.key);
      else sessionStorage.setItem(this.key, JSON.stringify({ items: this.items, draft }));
    } catch {
      // storage refused or full: the page still holds the text
    }
  }

  add(text) {
    const item = { text, n: null, state: "sending" };
    this.items.push(item);
    this.save("");
    return item;
  }

  // The next message to send, numbered after the last one the hub has taken.
  next(taken) {
    const item = this.items[0];
    if (!item) return null;
    if (item.n === null) {
      item.n = taken + 1;
      this.save();
    }
    return item;
  }

  clear() {
    this.items = [];
    this.save("");
  }

  drop() {
    const item = this.items.shift();
    this.save();
    return item;
  }

  // Settles the first message against what the hub shows: gone when taken, renumbered when n carries other words.
  settle(messages, taken) {
    const item = this.items[0];
    if (!item || item.n === null || item.n > taken) return null;
    const there = messages.find((message) => message.from === this.from && message.n === item.n);
    if (there && same(there.text, item.text)) return this.drop();
    if (there) item.n = null;
    this.save();
    return null;
  }
}
