// The line: how many wait in each lane and band, the oldest against its target, and who may be taken one by one.
import { allow, allowed, byId, h, keyed, name, redraw, say, still, write } from "./dom.js";
import { duration, hour, moment, since } from "./time.js";

export const BANDS = ["danger", "soon", "normal"];
const LANES = ["chat", "callback"];

// How many of the chosen lane this counsellor could take now; those reserved for others are not offered.
export function offered(queue, lane) {
  const lanes = lane ? [lane] : LANES;
  return lanes.reduce((count, one) => count + Math.max(0, queue.lanes[one].waiting - (queue.lanes[one].reserved || 0)), 0);
}

export const forMe = (row, who) => row.reserved_for === who.username || (who.specialities || []).includes(row.reserved_for);

export function drawLine(board, takeOne) {
  const { queue } = board;
  write(byId("hours"), hoursWords(queue));
  for (const lane of LANES) drawLane(lane, queue.lanes[lane]);
  drawRows(board, takeOne);
}

export function drawLane(lane, view) {
  const count = view.more ? say("line.more", { count: view.waiting }) : String(view.waiting);
  const rows = BANDS.map((band) => bandRow(band, view.bands[band]));
  const late = rows.some((row) => row.late);
  const asides = [
    view.reserved ? say("line.reserved", { count: view.reserved }) : "",
    view.scheduled ? say("line.scheduled", { count: view.scheduled }) : "",
  ].filter(Boolean).join(" · ");
  const card = laneCard(lane);
  card.classList.toggle("some", view.waiting > 0);
  card.classList.toggle("late", late);
  redraw(card, [count, asides, rows], () => [
    h("table", {},
      h("caption", {},
        h("b", {}, say(`line.${lane}`)),
        late ? h("strong", { class: "flag", test: `late-${lane}` }, say("line.late_lane")) : null,
        h("span", {}, h("b", { class: "count", test: `waiting-${lane}` }, count), ` ${say("line.waiting")}`),
      ),
      h("colgroup", {}, h("col", { class: "of-band" }), h("col", { class: "of-count" }), h("col")),
      h("thead", { class: "visually-hidden" }, h("tr", {}, ...["band", "how_many", "oldest_wait"].map((column) => h("th", { scope: "col" }, say(`line.${column}`))))),
      h("tbody", {}, ...rows.map((row) => drawBand(lane, row))),
    ),
    h("p", { class: "hint asides", test: `asides-${lane}` }, asides || (view.waiting ? "" : say("line.nobody"))),
  ]);
}

function bandRow(band, view) {
  return {
    band,
    waiting: view.waiting,
    wait: view.oldest_wait === null ? say("line.no_wait") : duration(view.oldest_wait),
    target: duration(view.target),
    late: view.oldest_wait !== null && view.oldest_wait > view.target,
  };
}

function drawBand(lane, row) {
  return h("tr", { class: row.late ? "late" : null, test: `band-${lane}-${row.band}` },
    h("th", { scope: "row" }, h("span", { class: `band ${row.waiting ? row.band : "none"}` }, name("band", row.band))),
    h("td", { class: "number" }, String(row.waiting)),
    h("td", { class: "wait" },
      row.late ? lateFlag(`late-${lane}-${row.band}`) : null,
      h("span", {}, row.wait),
      h("span", { class: "hint" }, ` / ${row.target}`),
    ),
  );
}

function lateFlag(test) {
  return h("strong", { class: "flag", test },
    h("span", { "aria-hidden": "true" }, "▲ "),
    h("span", { class: "visually-hidden" }, `${say("line.late")} `),
  );
}

function laneCard(lane) {
  const there = byId(`lane-card-${lane}`);
  if (there) return there;
  const card = h("div", { class: "lane", id: `lane-card-${lane}`, test: `lane-card-${lane}` });
  byId("lanes").append(card);
  return card;
}

// One by one: a supervisor sees everybody who waits, others only what is reserved for them.
function drawRows(board, takeOne) {
  const who = board.queue.counsellor;
  const rows = board.queue.line
    .map((row) => ({ ...row, key: row.id, mine: forMe(row, who), allowed: !board.onBreak }))
    .sort((a, b) => b.mine - a.mine);
  const shown = who.supervisor || rows.length > 0;
  byId("rows-part").hidden = !shown;
  if (!shown) return;
  write(byId("rows-title"), say(who.supervisor ? "line.everybody" : "line.for_me"));
  const make = (row) => (row.key === "none" ? still("li", { class: "hint" }, say("line.nobody")) : lineRow(row, takeOne));
  keyed(byId("rows"), rows.length ? rows : [{ key: "none" }], make, byId("take-next"));
}

function lineRow(row, takeOne) {
  const what = h("span", { class: "what" });
  const wait = h("span", { class: "hint" });
  const why = h("span", { class: "why", test: "reserved" });
  const take = h("button", { type: "button", class: "plain small", test: "take-one", onclick: () => allowed(take) && takeOne(row.id) }, say("line.take_one"));
  const node = h("li", { class: "waiting", test: "line-row", "data-id": row.id }, h("span", { class: "told" }, what, wait, why), take);
  const update = (now) => {
    const platform = now.platform ? ` · ${name("platform", now.platform)}` : "";
    redraw(what, [now.session, now.band, platform], () => [`${name("lane", now.session)}${platform} `, h("span", { class: `band ${now.band}` }, name("band", now.band))]);
    write(wait, say("line.since", { wait: duration(since(now.waiting_since)) }));
    write(why, reservedWords(now));
    node.classList.toggle("for-me", now.mine);
    allow(take, now.allowed);
  };
  return { node, update };
}

function reservedWords(row) {
  if (!row.reserved_for) return "";
  if (row.mine) return say("line.handed_to_me");
  return say("line.reserved_for", { who: name("speciality", row.reserved_for) });
}

export function hoursWords(queue) {
  if (queue.open) return queue.closes_at ? say("open_until", { hour: hour(queue.closes_at) }) : say("open");
  return queue.next_open_at ? say("shut_until", { moment: moment(queue.next_open_at) }) : say("shut");
}
