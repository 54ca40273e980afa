// The supervisors' page: the line and the people, looked at every five seconds. Figures and charts came with the page.
import { Unreachable, desk } from "./api.js";
import { h, say, write } from "./dom.js";
import { drawLane, hoursWords } from "./line.js";
import { drawPeople } from "./people.js";

const EVERY = 5000;
const byId = (id) => document.getElementById(id);
let timer;

function tell(words, ...links) {
  const banner = byId("banner");
  if (banner.textContent !== words + links.map((link) => link.textContent).join("")) banner.replaceChildren(words, ...links);
  banner.hidden = !words;
}

function draw(queue) {
  write(byId("hours"), hoursWords(queue));
  for (const [lane, view] of Object.entries(queue.lanes)) drawLane(lane, view);
  drawPeople(queue);
}

async function look() {
  clearTimeout(timer);
  try {
    const answer = await desk.watch();
    if (answer.ok) draw(answer.data);
    if (answer.ok) tell("");
    else if (answer.status === 401) tell(say("supervisor.js.signed_out"), h("a", { href: "/console/login" }, say("problem.sign_in")));
    else tell(say("supervisor.js.other"));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    tell(say("supervisor.js.unreachable"));
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, EVERY);
}

document.addEventListener("visibilitychange", () => !document.hidden && look());
look();
