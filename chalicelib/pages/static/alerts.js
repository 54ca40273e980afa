// What calls the counsellor: the title of the tab, and a tone when the line or the unread messages grow.
import { say } from "./dom.js";
import { offered } from "./line.js";
import { play } from "./sound.js";

export function alerts(board, tabs, lane) {
  let before = null;

  function count() {
    const { queue } = board;
    const lanes = lane() ? [lane()] : ["chat", "callback"];
    return {
      waiting: offered(queue, lane()),
      danger: lanes.reduce((sum, one) => sum + queue.lanes[one].bands.danger.waiting, 0),
      unread: board.living.reduce((sum, session) => sum + session.unread, 0),
    };
  }

  function look() {
    if (!board.queue) return;
    const now = count();
    document.title = title(now);
    const then = before;
    before = now;
    if (!then || board.onBreak || !tabs.leads) return;
    if (now.danger > then.danger) play("danger");
    else if (now.waiting > then.waiting) play("waiting");
    else if (now.unread > then.unread) play("unread");
  }

  function title(now) {
    if (board.onBreak) return say("title.break");
    return [now.waiting ? `(${now.waiting})` : "", now.unread ? "•" : "", say("title")].filter(Boolean).join(" ");
  }

  return { look, forget: () => { before = null; } };
}
