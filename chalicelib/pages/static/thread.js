// The conversation on the youth's page: what was said, and under it what is on its way.
import { moment } from "./clock.js";

export class Thread {
  constructor(log, words, lang) {
    Object.assign(this, { log, words, lang });
    this.said = [...log.children].map((line) => ({
      from: line.dataset.from,
      n: Number(line.dataset.n),
      text: line.querySelector("p").textContent,
    }));
  }

  // The highest number of each side that is on the page.
  heard() {
    const last = (from) => Math.max(0, ...this.said.filter((known) => known.from === from).map((known) => known.n));
    return { youth: last("youth"), counsellor: last("counsellor") };
  }

  // Adds a message once; false when it was there already.
  hear(message) {
    if (this.said.some((known) => known.from === message.from && known.n === message.n)) return false;
    this.said.push(message);
    const line = this.draw(message.from, message.text);
    line.dataset.n = message.n;
    line.querySelector("time").textContent = moment(message.at, "hour", this.words, this.lang);
    if (message.from === "youth") line.querySelector("span").textContent = `· ${this.words.sent}`;
    this.log.insertBefore(line, this.log.querySelector(".pending"));
    this.follow();
    return true;
  }

  drawPending(items, retry) {
    for (const item of items) {
      if (!item.line) {
        Object.defineProperty(item, "line", { value: this.draw("youth", item.text), enumerable: false });
        item.line.classList.add("pending");
        this.log.append(item.line);
        this.follow();
      }
      const small = item.line.querySelector("span");
      small.textContent = this.words[item.state];
      item.line.classList.toggle("refused", item.state === "refused");
      if (item.state !== "refused") continue;
      const again = Object.assign(document.createElement("button"), { type: "button", textContent: this.words.retry });
      again.onclick = () => retry(item);
      small.append(" ", again);
    }
  }

  draw(from, text) {
    const line = document.createElement("div");
    line.className = `message ${from}`;
    line.dataset.from = from;
    line.dataset.testid = "message";
    // What one has written oneself is not read out: whether it was sent is (Page.say).
    if (from === "youth") line.setAttribute("aria-live", "off");
    const who = Object.assign(document.createElement("b"), { className: "visually-hidden" });
    who.textContent = `${from === "youth" ? this.words.you : this.words.counsellor} : `;
    const body = document.createElement("p");
    body.textContent = text;
    const small = document.createElement("small");
    small.append(document.createElement("time"), " ", document.createElement("span"));
    line.append(who, body, small);
    return line;
  }

  follow() {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight, behavior }));
  }
}
