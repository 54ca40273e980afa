// Canned replies: found by typing, put into the draft, never sent by themselves. In the youth's language.
import { sheet } from "./dialog.js";
import { bare, h, name, say, starting } from "./dom.js";

let picker = null;

export function openReplies(locale, insert) {
  picker ||= makePicker();
  picker.open(locale?.startsWith("en") ? "en" : "fr", insert);
}

function makePicker() {
  const field = h("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "replies-list", "aria-autocomplete": "list",
    "aria-label": say("replies.filter"), placeholder: say("replies.filter"), autocomplete: "off", test: "reply-filter",
  });
  const list = h("ul", { id: "replies-list", role: "listbox", "aria-label": say("replies.title"), test: "replies-list" });
  const none = h("p", { class: "hint", role: "status" });
  const node = sheet("replies-dialog", say("replies.title"), field, list, none, h("p", { class: "hint" }, say("replies.hint")));
  let language = "fr";
  let insert = () => {};
  let shown = [];
  let at = 0;

  function draw() {
    const asked = bare(field.value).split(/\s+/).filter(Boolean);
    shown = starting("reply.").map((id) => ({ id, title: say(`reply.${id}`), text: say(`said.${language}.${id}`) }))
      .filter((reply) => asked.every((word) => bare(`${reply.title} ${reply.text}`).includes(word)));
    at = 0;
    list.replaceChildren(...shown.map((reply, index) =>
      h("li", { role: "option", id: `reply-${reply.id}`, test: "reply", lang: language, onclick: () => choose(index) },
        h("b", { lang: "fr" }, reply.title),
        h("span", {}, reply.text),
      ),
    ));
    none.textContent = shown.length ? "" : say("replies.none");
    mark();
  }

  function mark() {
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const option = list.children[at];
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    if (!shown[index]) return;
    node.close();
    insert(shown[index].text);
  }

  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      at = (at + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter") choose(at);
    else return;
    event.preventDefault();
  });

  return {
    open: (wanted, then) => {
      [language, insert, field.value] = [wanted, then, ""];
      node.setAttribute("data-language", name("locale", language));
      node.showModal();
      draw();
      field.focus();
    },
  };
}
