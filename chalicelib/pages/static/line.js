// The line: how many wait, in which lane and band, for how long, and who holds what.
import { duration, h, hour, moment, name, redraw, say, since, write } from "./dom.js";

const BANDS = ["danger", "soon", "normal"];
const byId = (id) => document.getElementById(id);

export function waiting(queue) {
  return queue.lanes.chat.waiting + queue.lanes.callback.waiting;
}

export function drawLine(queue) {
  write(byId("hours"), hoursWords(queue));
  for (const lane of ["chat", "callback"]) drawLane(lane, queue.lanes[lane]);
  const held = queue.held.map((row) => [row.id, row.mine ? say("line.me") : row.holder, row.session, duration(since(row.since))]);
  redraw(byId("held"), held, () =>
    held.length
      ? held.map(([, holder, session, wait]) =>
          h("li", {}, h("b", {}, holder), ` ${name("lane", session)} `, h("span", { class: "hint" }, say("line.since", { wait }))),
        )
      : [h("li", { class: "hint" }, say("line.held_none"))],
  );
}

function drawLane(lane, row) {
  const card = laneCard(lane);
  const count = row.more ? say("line.more", { count: row.waiting }) : String(row.waiting);
  card.classList.toggle("urgent", row.bands.danger > 0);
  card.classList.toggle("some", row.waiting > 0);
  const oldest = row.oldest_wait === null ? say("line.nobody") : say("line.oldest", { wait: duration(row.oldest_wait) });
  redraw(card, [count, oldest, row.bands, row.scheduled], () => [
    h("h3", {}, say(`line.${lane}`)),
    h("p", { class: "count" }, h("b", { test: `waiting-${lane}` }, count), ` ${say("line.waiting")}`),
    h("p", { class: "hint", test: `oldest-${lane}` }, oldest),
    h("ul", { class: "bands" }, ...BANDS.map((band) => h("li", { class: `band ${row.bands[band] ? band : "none"}` }, `${name("band", band)} ${row.bands[band]}`))),
    ...(row.scheduled ? [h("p", { class: "hint" }, say("line.scheduled", { count: row.scheduled }))] : []),
  ]);
}

function laneCard(lane) {
  const there = byId(`lane-card-${lane}`);
  if (there) return there;
  const card = h("div", { class: "lane", id: `lane-card-${lane}`, test: `lane-card-${lane}` });
  byId("lanes").append(card);
  return card;
}

function hoursWords(queue) {
  if (queue.open) return queue.closes_at ? say("open_until", { hour: hour(queue.closes_at) }) : say("open");
  return queue.next_open_at ? say("shut_until", { moment: moment(queue.next_open_at) }) : say("shut");
}
