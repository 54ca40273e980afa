// The console open in several tabs of one browser: each knows of the others, and only the oldest makes a sound.
const ASK = 10000;
const ANSWER = 1500;

export class Tabs extends EventTarget {
  constructor(username) {
    super();
    this.rank = `${performance.timeOrigin.toFixed(3).padStart(20, "0")} ${Math.random()}`;
    this.others = new Map();
    if (!("BroadcastChannel" in window)) return;
    this.channel = new BroadcastChannel(`3018-console ${username}`);
    this.channel.addEventListener("message", ({ data }) => this.#hear(data));
    addEventListener("pagehide", () => this.#post("bye"));
    addEventListener("pageshow", () => this.ask());
    setInterval(() => this.ask(), ASK);
    this.ask();
  }

  get alone() {
    return this.others.size === 0;
  }

  get leads() {
    return [...this.others.keys()].every((rank) => this.rank < rank);
  }

  // Who does not answer is gone: a tab that crashed says no goodbye.
  ask() {
    const asked = Date.now();
    this.#post("hello");
    setTimeout(() => {
      for (const [rank, heard] of this.others) if (heard < asked) this.others.delete(rank);
      this.dispatchEvent(new Event("change"));
    }, ANSWER);
  }

  #post(word) {
    this.channel.postMessage({ word, rank: this.rank });
  }

  #hear({ word, rank }) {
    if (word === "bye") this.others.delete(rank);
    else this.others.set(rank, Date.now());
    if (word === "hello") this.#post("here");
    this.dispatchEvent(new Event("change"));
  }
}
