// The chat: what was said, what waits to be sent, and the sending of it: in order, each message once.
import { Outbox } from "./outbox.js";
import { Thread } from "./thread.js";

export class Talk {
  constructor(log, key, words, lang) {
    this.outbox = new Outbox(key);
    this.thread = new Thread(log, words, lang);
    this.sending = false;
  }

  // Puts what is new on the page; true when some of it is the counsellor's.
  hear(view) {
    const fresh = (view.messages || []).filter((message) => this.thread.hear(message));
    this.outbox.settle(this.thread.said, view.counters.youth)?.line?.remove();
    return fresh.some((message) => message.from !== "youth");
  }

  get waits() {
    return this.outbox.items.length > 0 && this.outbox.items[0].state !== "refused";
  }

  draw(wire, page) {
    this.thread.drawPending(this.outbox.items, (item) => {
      Object.assign(item, { state: "sending", again: false });
      this.send(wire, page);
    });
  }

  // A message that was not taken says so and keeps its words.
  async send(wire, page) {
    const { outbox, thread } = this;
    this.draw(wire, page);
    if (this.sending) return;
    this.sending = true;
    while (this.waits) {
      const item = outbox.next(page.view.counters.youth);
      item.state = "sending";
      this.draw(wire, page);
      page.say("");
      const refused = await wire.ask("/messages", { n: item.n, text: item.text });
      if (refused === "offline") {
        for (const late of outbox.items) if (late.state === "sending") late.state = "waiting";
        break;
      }
      if (outbox.items[0] !== item) continue;
      if (!refused && item.n !== null && item.n <= page.view.counters.youth) {
        outbox.drop();
        item.line?.remove();
        thread.hear({ from: "youth", n: item.n, text: item.text, at: new Date().toISOString() });
      } else if (!refused && page.view.state !== "closed" && !item.again) {
        Object.assign(item, { again: true, n: null });
      } else {
        item.state = "refused";
      }
    }
    this.sending = false;
    outbox.save();
    this.draw(wire, page);
    page.say(page.words[outbox.items[0]?.state || "sent"]);
  }
}
