// Where the tap came from. Contents are text and stay text: never a link, never loaded.
import { veil } from "./blur.js";
import { h, name, say } from "./dom.js";

export function factRows(data, report) {
  const rows = [
    ["platform", name("platform", data.platform)],
    ["kind", name("kind", data.kind)],
    ["role", name("role", data.role)],
    ["age_band", name("age", data.age_band)],
    ...(data.danger ? [["danger", say("fact.danger_declared")]] : []),
    ["locale", name("locale", data.locale?.slice(0, 2))],
  ];
  if (report) rows.push(["category", name("category", report.category)], ["reference", report.platform_report_ref || say("fact.unknown")]);
  const nodes = rows.map(([fact, text]) => fact === "category" ? row(fact, veiled(text)) : row(fact, text));
  if (!report?.contents?.length) return nodes;
  const list = h("ul", { class: "contents", test: "contents" }, ...report.contents.map(content));
  return [...nodes, h("div", { class: "wide" }, h("dt", {}, say("fact.contents")), h("dd", {}, list, h("p", { class: "hint" }, say("fact.contents_hint"))))];
}

const row = (fact, shown) => h("div", {}, h("dt", {}, say(`fact.${fact}`)), h("dd", { test: `fact-${fact}` }, shown));

function veiled(text) {
  const words = h("span", {}, text);
  const place = h("span", { class: "aside" });
  veil(words, place, text);
  return h("span", {}, words, place);
}

function content(one) {
  return h("li", {},
    one.type ? h("b", {}, `${name("type", one.type)} `) : null,
    one.url ? h("code", {}, veiled(one.url)) : null,
    one.content_id ? h("small", {}, ` ${say("content.id")} : ${one.content_id}`) : null,
  );
}
