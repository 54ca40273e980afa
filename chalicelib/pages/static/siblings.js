// The other open sessions of the same person: where they are, and a way to hold them together.
import { takeOne } from "./acts.js";
import { h, keyed, name, say, write } from "./dom.js";

export function siblingsPart(session, board) {
  const list = h("ul", {});
  const node = h("section", { class: "siblings", test: "siblings", hidden: true }, h("h3", {}, say("siblings.title")), list);

  function row({ key }) {
    const words = h("span", { class: "told" });
    const take = h("button", { type: "button", class: "plain small", test: "take-too", onclick: () => takeOne(board, key) }, say("siblings.take"));
    const open = h("button", { type: "button", class: "plain small", test: "open-too", onclick: () => board.select(key) }, say("siblings.open"));
    return {
      node: h("li", { class: "waiting", test: "sibling", "data-id": key }, words, take, open),
      update: (one) => {
        write(words, `${name("lane", one.session)} · ${stateWords(one)}`);
        take.hidden = one.state !== "waiting" || Boolean(session.over);
        open.hidden = !board.held.has(key);
      },
    };
  }

  function update() {
    const rows = (session.data.same_youth || []).map((one) => ({ key: one.id, ...one, mine: one.mine || board.held.has(one.id) }));
    node.hidden = !rows.length;
    keyed(list, rows, row);
  }

  return { node, update };
}

function stateWords(one) {
  if (one.mine) return say("siblings.mine");
  return one.holder ? say("siblings.with", { name: one.holder }) : name("state", one.state);
}
