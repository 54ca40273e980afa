// Who is there, who is on a break, and who holds what.
import { h, keyed, name, redraw, say, still } from "./dom.js";
import { duration, since } from "./time.js";

export function drawPeople(queue) {
  const list = document.getElementById("people");
  const known = new Map(queue.present.map((one) => [one.username, { ...one, there: true, holds: [] }]));
  for (const held of queue.held) {
    if (!known.has(held.holder)) known.set(held.holder, { username: held.holder, me: held.mine, specialities: [], there: false, holds: [] });
    known.get(held.holder).holds.push(held);
  }
  const rows = [...known.values()]
    .sort((a, b) => b.me - a.me || a.username.localeCompare(b.username))
    .map((one) => ({ key: one.username, ...one }));
  keyed(list, rows.length ? rows : [{ key: "none" }], (row) => (row.key === "none" ? still("li", { class: "hint" }, say("people.nobody")) : person()));
}

function person() {
  const node = h("li", { class: "person", test: "person" });
  return { node, update: (row) => drawPerson(node, row) };
}

function drawPerson(node, row) {
  const who = row.me ? say("people.me", { name: row.username }) : row.username;
  const can = (row.specialities || []).map((one) => name("speciality", one)).join(", ");
  const state = !row.there ? say("people.away") : row.on_break ? say("people.on_break") : "";
  const lanes = [...new Set(row.holds.map((held) => held.session))];
  const oldest = Math.max(...row.holds.map((held) => since(held.since)));
  const holds = lanes.map((lane) => say("people.holds", { what: name("lane", lane), count: row.holds.filter((held) => held.session === lane).length }));
  if (holds.length) holds.push(say("people.since", { time: duration(oldest) }));
  redraw(node, [who, can, state, holds], () => [
    h("span", { class: "row" }, h("b", {}, who), state ? h("span", { class: "state" }, state) : null, can ? h("span", { class: "hint" }, can) : null),
    h("span", { class: "hint holds" }, holds.length ? holds.join(" · ") : say("people.free")),
  ]);
}
