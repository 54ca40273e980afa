// Taps, the youth's page in the phone, and the list of what the platforms know. Texts are French on purpose.

const NAMES = { tiktok: "TikTok", instagram: "Instagram", messenger: "Messenger" };
const ASKED = { chat: "chat", callback: "rappel", none: "au choix" };
const MEANING = {
  accepted: "reçu",
  scheduled: "programmé",
  waiting: "en attente",
  connected: "en contact",
  closed: "terminé",
};
const EVERY = 1000;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const alertLine = document.querySelector("[data-alert]");
const warn = (text) => {
  alertLine.textContent = text;
  alertLine.hidden = !text;
};

const openPage = (phone, address) => {
  const web = phone.querySelector(".web");
  const bar = make("div", "web-bar");
  const back = make("button", "", "‹ Retour à l’appli");
  back.type = "button";
  back.addEventListener("click", () => {
    web.hidden = true;
    web.replaceChildren();
    phone.querySelector("[data-tap]").focus();
  });
  bar.append(back, make("span", "", new URL(address).host));
  const page = make("div", "web-page");
  const frame = make("iframe");
  frame.title = "Page du 3018";
  frame.src = address;
  page.append(frame);
  web.replaceChildren(bar, page);
  web.hidden = false;
};

const tap = async (phone, button) => {
  button.disabled = true;
  warn("");
  try {
    const answer = await fetch("/simulator/tap", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        phone: phone.dataset.phone,
        session: phone.querySelector("[data-session]").value,
      }),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.title ?? `réponse ${answer.status}`);
    openPage(phone, content.youth);
    await refresh();
  } catch (error) {
    warn(`Le handoff n’a pas été pris : ${error.message}`);
  } finally {
    button.disabled = false;
  }
};

const clock = (ms) => new Date(ms).toLocaleTimeString("fr-FR");

const drawStep = (change) => {
  const step = make("li");
  const time = make("time", "", clock(change.at));
  time.dateTime = new Date(change.at).toISOString();
  step.append(make("span", "", change.sequence), make("code", "", change.status), make("span", "", MEANING[change.status] ?? ""), time);
  return step;
};

const drawTap = (known) => {
  const item = make("li", "tap");
  item.dataset.phone = known.phone;
  item.dataset.handoff = known.id;
  const head = make("header");
  const status = make("span", "status", known.status);
  status.dataset.status = known.status;
  head.append(make("b", "", `${NAMES[known.phone]} · ${ASKED[known.asked]}`), status);
  const steps = make("ol", "steps");
  steps.append(...known.changes.map(drawStep));
  const reads = make("p", "reads", `${known.reads} ${known.reads > 1 ? "lectures" : "lecture"}, dont ${known.unchanged} sans changement (304)`);
  item.append(head, make("div", "id", known.id), steps, reads);
  return item;
};

const list = document.querySelector("[data-taps]");
const none = document.querySelector("[data-none]");
let drawn = "";

const refresh = async () => {
  const answer = await fetch("/simulator/handoffs");
  if (!answer.ok) throw new Error(`réponse ${answer.status}`);
  const text = await answer.text();
  if (text === drawn) return;
  drawn = text;
  const { handoffs } = JSON.parse(text);
  none.hidden = handoffs.length > 0;
  list.replaceChildren(...handoffs.map(drawTap));
};

const poll = async () => {
  if (!document.hidden) {
    try {
      await refresh();
      if (alertLine.dataset.lost) warn("");
      delete alertLine.dataset.lost;
    } catch {
      alertLine.dataset.lost = "1";
      warn("Le simulateur ne répond plus. Est-ce que « make run » tourne encore ?");
    }
  }
  setTimeout(poll, EVERY);
};

for (const phone of document.querySelectorAll("[data-phone].phone")) {
  const button = phone.querySelector("[data-tap]");
  button.addEventListener("click", () => tap(phone, button));
}

for (const view of document.querySelectorAll("[data-show]")) {
  view.addEventListener("click", () => {
    document.body.dataset.view = view.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) {
      other.setAttribute("aria-pressed", String(other === view));
    }
  });
}

poll();
