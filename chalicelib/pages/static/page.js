// What the page shows: the view as the hub last told it, and the little that only this browser knows.
import { byId, keep, paint, shown } from "./paint.js";
import { factsOf, sceneOf } from "./scene.js";

const first = (parts) => [...document.querySelectorAll(parts)].find(shown);

export class Page {
  constructor(room, talk, words, lang) {
    Object.assign(this, { room, talk, words, lang });
    this.view = JSON.parse(room.dataset.view);
    // The danger button was pressed: "asked" until the hub has taken it, "refused" when it would not.
    this.alarm = "";
    // When something moved; when the scene changed.
    this.stirred = this.turned = Date.now();
    this.change({});
  }

  get scene() {
    return sceneOf(this.view);
  }

  // The one place where a view reaches the page.
  hear(view) {
    const before = this.view;
    this.view = view;
    this.change(before);
    if (view.check && !before.check) {
      this.call();
      this.talk.thread.follow();
      this.say(byId("check").innerText);
    }
    if (this.scene !== sceneOf(before)) this.turn(sceneOf(before));
    else if (view.wait !== before.wait) this.say(first(".wait, .big")?.innerText);
  }

  change(before) {
    const { view, room } = this;
    if (view.danger) this.alarm = "";
    if (this.talk.hear(view)) this.call();
    if (view.typing || view.counters.counsellor !== before.counters?.counsellor) this.stirred = Date.now();
    this.draw();
    byId("number").required = !view.callback?.has_number;
    const chosen = JSON.stringify(view.callback);
    if (view.callback?.caller_id && chosen !== JSON.stringify(before.callback)) keep(room, view.callback);
  }

  draw() {
    const facts = factsOf(this.view);
    if (this.alarm && facts.delete("calm")) facts.add("alarm");
    this.room.dataset.scene = this.scene;
    paint(this.view, facts, this.words, this.lang);
  }

  // Another scene: its title is read out, and the eye is brought to it, but nobody who types is disturbed.
  turn(was) {
    this.stirred = this.turned = Date.now();
    this.unfold();
    byId("problem").hidden = true;
    const title = first("h1");
    if (byId("text").matches(":focus")) this.say(title?.innerText);
    else title?.focus({ preventScroll: true });
    if (!was.endsWith("-chat")) scrollTo(0, 0);
  }

  // The form stands open where it is what the page is for, and while a number is being written.
  unfold() {
    const form = byId("callback");
    form.open = ["number", "after-hours"].includes(this.scene) || (form.open && byId("number").value !== "");
  }

  tell(code, place = byId("problem")) {
    place.textContent = this.words[`problem.${code}`] || this.words["problem.other"];
    place.hidden = false;
  }

  // For those who hear the page instead of seeing it.
  say(text) {
    byId("status").textContent = text || "";
  }

  // For those who look at another page meanwhile.
  call() {
    if (document.hidden) document.title = `• ${this.words.new}`;
  }
}
