// What I hold, the sessions of one person side by side, and what I closed just now.
import { blurs } from "./blur.js";
import { byId, h, keyed, name, redraw, say, still, write } from "./dom.js";
import { duration, now, since } from "./time.js";

const PREVIEW = 60;

// The sessions in the order in which they are shown and numbered: those of one person together, at the first one's place.
export function ordered(board) {
  const all = [...board.held.values()];
  const groups = [];
  for (const session of all) {
    const same = groups.find((group) => group.some((other) => sameYouth(other, session)));
    if (same) same.push(session);
    else groups.push([session]);
  }
  return groups.flatMap((group) => group.map((session, place) => ({ session, same: group.length > 1, first: place === 0 })));
}

function sameYouth(one, other) {
  const names = (session, id) => (session.data.same_youth || []).some((sibling) => sibling.id === id);
  return names(one, other.id) || names(other, one.id);
}

export function drawMine(board, limit, open) {
  const rows = ordered(board).map(({ session, same, first }, place) => ({
    key: session.id, session, same, first, place, current: board.selected === session.id,
  }));
  write(byId("mine-count"), say("mine.count", { count: board.living.length, limit }));
  const make = (row) => (row.key === "none" ? still("li", { class: "hint" }, say("mine.none")) : mineRow(row, open));
  keyed(byId("mine"), rows.length ? rows : [{ key: "none" }], make, byId("take-next"));
}

function mineRow({ session, key }, open) {
  const content = h("button", { type: "button", class: "held", test: "mine-session", "data-id": key, onclick: () => open(key) });
  const same = h("p", { class: "hint same", test: "same-person" }, say("mine.same"));
  const node = h("li", {}, same, content);
  const update = (row) => {
    const shown = rowWords(session, row.place);
    same.hidden = !(row.same && row.first);
    node.classList.toggle("grouped", row.same);
    content.className = `held ${shown.band}`;
    if (row.current) content.setAttribute("aria-current", "true");
    else content.removeAttribute("aria-current");
    redraw(content, shown, () => [
      h("span", { class: "row" }, shown.digit ? h("kbd", {}, shown.digit) : null, h("b", {}, shown.title)),
      h("span", { class: "row" }, h("span", { class: "hint state" }, shown.state), shown.unread ? h("mark", { test: "unread" }, shown.unread) : null),
      h("span", { class: "last" }, shown.last),
    ]);
  };
  return { node, update };
}

function rowWords(session, place) {
  const { data, youth } = session;
  const last = session.messages.filter((message) => message.from === "youth").at(-1)?.text || "";
  return {
    digit: place < 9 ? String(place + 1) : "",
    title: `${name("lane", data.session)} · ${name("platform", data.platform)}`,
    band: data.band,
    unread: session.unread ? say("mine.unread", { count: session.unread }) : "",
    state: session.over ? say(`mine.${session.over}`) : `${name("band", data.band)} · ${duration(since(data.claimed_at))}`,
    last: youth.typing ? say("mine.typing") : blurs(last) ? say("blur.hidden") : youth.silent && !session.over ? say("mine.silent") : last.slice(0, PREVIEW),
  };
}

export function drawRecent(board, undo) {
  const rows = board.recent.list.map((row) => ({ ...row, key: row.id }));
  byId("recent-part").hidden = !rows.length;
  keyed(byId("recent"), rows, (row) => recentRow(row, undo), byId("take-next"));
}

function recentRow(row, undo) {
  const left = h("span", { class: "hint" });
  const back = h("button", { type: "button", class: "plain small", test: "undo", onclick: () => undo(row) }, say("recent.undo"));
  const title = `${name("lane", row.session)} · ${name("platform", row.platform)}`;
  const told = h("span", { class: "told" }, h("span", { class: "what" }, title), h("span", { class: "hint" }, name("reason", row.reason)), left);
  const node = h("li", { class: "waiting", test: "closed-recently", "data-id": row.id }, told, back);
  const update = () => write(left, say("recent.left", { time: duration((new Date(row.until) - now()) / 1000) }));
  return { node, update };
}
