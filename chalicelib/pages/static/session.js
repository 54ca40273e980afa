// One held session: where it came from, the conversation or the callback, and how it ends.
import { callbackPart } from "./callback.js";
import { chatPart } from "./chat.js";
import { duration, h, name, redraw, say, write } from "./dom.js";

const REASONS = ["helped", "left", "unreachable", "redirected_emergency", "abuse"];

export function sessionPane(session, board) {
  const data = session.data;
  const title = h("h2", {}, `${name("lane", data.session)} · ${name("platform", data.platform)}`);
  const band = h("span", { test: "band" });
  const waited = h("span", { class: "hint" }, data.waited_seconds === null ? "" : say("session.waited", { wait: duration(data.waited_seconds) }));
  const danger = h("p", { class: "alarm", role: "note", test: "danger" }, say("session.danger"));
  const over = h("div", { class: "over", role: "alert", test: "session-over", hidden: true });
  const reason = h(
    "select",
    { required: true, "aria-label": say("session.reason"), test: "close-reason" },
    h("option", { value: "" }, say("session.choose_reason")),
    ...REASONS.map((value) => h("option", { value }, name("reason", value))),
  );
  const closing = h(
    "form",
    { class: "closing", test: "close-form", onsubmit: close },
    h("label", {}, h("span", {}, say("session.reason")), reason),
    h("button", { class: "go", test: "close" }, say("session.close")),
    h("button", { type: "button", class: "plain", test: "release", onclick: release }, say("session.release")),
  );
  const facts = h("dl", { class: "facts", test: "facts" });
  const part = data.session === "callback" ? callbackPart(session, board) : chatPart(session, board);
  const node = h(
    "article",
    { class: "pane", test: "pane", "data-id": session.id, "data-session": data.session },
    h("header", {}, title, band, waited, closing),
    over,
    h("div", { class: "work" }, part.node),
    h("section", { class: "about", "aria-label": say("session.about") }, danger, facts),
  );

  async function close(event) {
    event.preventDefault();
    if (!reason.value) return reason.focus();
    await finish("close", "session.closed", reason.value);
  }

  async function release() {
    await finish("release", "session.released");
  }

  async function finish(verb, words, ...values) {
    for (const button of closing.querySelectorAll("button")) button.disabled = true;
    const answer = await board.act(session, verb, ...values);
    for (const button of closing.querySelectorAll("button")) button.disabled = false;
    if (!answer?.ok) return;
    session.outbox.clear();
    board.drop(session.id);
    board.tell("toast", words);
    board.watch();
  }

  function update() {
    const now = session.data;
    band.className = `band ${now.band}`;
    write(band, name("band", now.band));
    danger.hidden = !now.danger && now.band !== "danger";
    closing.hidden = Boolean(session.over);
    over.hidden = !session.over;
    redraw(over, [session.over], () => [
      h("p", {}, say(now.reason === "left_safely" ? "session.left_safely" : `session.${session.over || "lost"}`)),
      h("button", { type: "button", class: "plain", test: "dismiss", onclick: () => board.drop(session.id) }, say("session.dismiss")),
    ]);
    redraw(facts, [now.platform, now.kind, now.role, now.age_band, now.locale, now.report], () => factRows(now));
    part.update();
  }

  return { node, update, focus: part.focus, close: () => reason.focus() };
}

function factRows(data) {
  const report = data.report;
  const rows = [
    ["platform", name("platform", data.platform)],
    ["kind", name("kind", data.kind)],
    ["role", name("role", data.role)],
    ["age_band", name("age", data.age_band)],
    ["locale", name("locale", data.locale?.slice(0, 2))],
  ];
  if (report) rows.push(["category", name("category", report.category)], ["reference", report.platform_report_ref || say("fact.unknown")]);
  const nodes = rows.flatMap(([fact, text]) => [h("dt", {}, say(`fact.${fact}`)), h("dd", { test: `fact-${fact}` }, text)]);
  if (!report?.contents?.length) return nodes;
  const contents = report.contents.map((content) =>
    h(
      "li",
      {},
      content.type ? h("b", {}, `${name("type", content.type)} `) : null,
      content.url ? h("code", {}, content.url) : null,
      content.content_id ? h("small", {}, ` ${say("content.id")} : ${content.content_id}`) : null,
    ),
  );
  return [
    ...nodes,
    h("dt", {}, say("fact.contents")),
    h("dd", {}, h("ul", { class: "contents", test: "contents" }, ...contents), h("p", { class: "hint" }, say("fact.contents_hint"))),
  ];
}
