// One held session on the screen: what it is and how it ends above, the work at the left, all about it at the right.
import { callbackPart } from "./callback.js";
import { chatPart } from "./chat.js";
import { closingPart } from "./closing.js";
import { h, name, redraw, say, write } from "./dom.js";
import { emergencyCard } from "./emergency.js";
import { factRows } from "./facts.js";
import { openHandover } from "./handover.js";
import { notesPart } from "./notes.js";
import { siblingsPart } from "./siblings.js";
import { duration, since } from "./time.js";
import { openTriage } from "./triage.js";

export function sessionPane(session, board) {
  const { data } = session;
  const title = h("h2", {}, `${name("lane", data.session)} · ${name("platform", data.platform)}`);
  const band = h("span", { test: "band" });
  const waited = h("span", { class: "hint", test: "waited" });
  const closing = closingPart(session, board);
  const over = h("div", { class: "over", role: "alert", test: "session-over", hidden: true });
  const unreadable = h("p", { class: "unreadable", role: "alert", test: "unreadable", hidden: true });
  const actions = h("div", { class: "actions" },
    act("triage", "t", triage), act("handover", "h", handover), act("release", "", closing.release));
  const facts = h("dl", { class: "facts", test: "facts" });
  const part = data.session === "callback" ? callbackPart(session, board) : chatPart(session, board);
  const emergency = emergencyCard(session, board);
  const siblings = siblingsPart(session, board);
  const notes = notesPart(session, board);
  const node = h("article", {
    class: "pane", test: "pane", tabindex: "-1", "data-id": session.id, "data-session": data.session, "aria-label": title.textContent,
  },
    h("header", {}, h("div", { class: "first" }, title, band, waited, closing.node), h("div", { class: "second" }, actions, over), unreadable),
    h("div", { class: "work" }, part.node),
    h("section", { class: "about", "aria-label": say("session.all_about") },
      h("div", { class: "told", tabindex: "0", role: "group", "aria-label": say("session.about") }, emergency.node, siblings.node, h("h3", {}, say("session.about")), facts),
      notes.node),
  );

  function act(what, key, run) {
    const cap = key ? [" ", h("kbd", {}, key.toUpperCase())] : [];
    return h("button", { type: "button", class: "plain", test: what, "aria-keyshortcuts": key || null, onclick: run }, say(`session.${what}`), ...cap);
  }

  function triage() {
    if (!session.over) openTriage(session, board);
  }

  function handover() {
    if (!session.over) openHandover(session, board, () => board.drop(session.id));
  }

  function update() {
    const now = session.data;
    band.className = `band ${now.band}`;
    write(band, name("band", now.band));
    const waitedFor = now.waited_seconds === null ? "" : say("session.waited", { wait: duration(now.waited_seconds) });
    const heldFor = now.claimed_at && !session.over ? say("session.held", { time: duration(since(now.claimed_at)) }) : "";
    write(waited, [waitedFor, heldFor].filter(Boolean).join(" · "));
    actions.hidden = Boolean(session.over);
    over.hidden = !session.over;
    const how = now.reason === "left_safely" ? "left_safely" : session.over || "lost";
    redraw(over, [how], () => [
      h("p", {}, say(`session.${how}`)),
      h("button", { type: "button", class: "plain", test: "dismiss", onclick: () => board.drop(session.id) }, say("session.dismiss")),
    ]);
    unreadable.hidden = !now.unreadable || Boolean(session.over);
    write(unreadable, unreadable.hidden ? "" : say("session.unreadable"));
    redraw(facts, [now.platform, now.kind, now.role, now.age_band, now.locale, now.danger, session.report], () => factRows(now, session.report));
    for (const one of [closing, part, emergency, siblings, notes]) one.update();
  }

  return {
    node, update, triage, handover,
    focus: () => (session.over ? over.querySelector("button").focus() : part.focus()),
    close: () => (session.over ? over.querySelector("button").focus() : closing.focus()),
    note: notes.focus,
    emergency: emergency.show,
    replies: part.replies,
    check: part.check,
  };
}
