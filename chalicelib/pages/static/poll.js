// Keeps the board in step: one look at the line a second; a session is read only when its light view there moved.
import { desk } from "./api.js";

const REREAD = 60000; // what no light view tells: the same youth's other sessions, the next slot
const GAP = 3000;

const stamp = (view) => JSON.stringify([
  view.epoch, view.state, view.session, view.band, view.danger, view.reason,
  view.counters.youth, view.counters.counsellor, view.counters.notes,
]);

export async function watch(board) {
  const turn = board.turn;
  const answer = await board.call(desk.queue);
  if (!answer?.ok) return;
  if (answer.data.counsellor.username !== board.username) return board.setTrouble("someone_else");
  board.setTrouble("");
  if (board.turn !== turn) return; // older than what was just done here
  board.queue = answer.data;
  await follow(board, answer.data.mine);
  board.tell("queue");
}

async function follow(board, mine) {
  const lights = new Map(mine.map((light) => [light.id, light]));
  const due = [];
  for (const light of mine) {
    const session = board.held.get(light.id);
    if (session && stamp(light) === stamp(session.data)) session.light = light;
    if (!session || moved(session, light)) due.push(light.id);
  }
  for (const session of board.living) if (!lights.has(session.id)) due.push(session.id);
  await Promise.all(due.map((id) => read(board, id)));
}

function moved(session, light) {
  if (session.over || stamp(light) !== stamp(session.data)) return true;
  const age = Date.now() - session.readAt;
  const { youth, counsellor, notes } = session.known ?? {};
  const { counters } = session.data;
  const gap = youth < counters.youth || counsellor < counters.counsellor || notes < counters.notes;
  return age > REREAD || (age > GAP && (gap || session.data.unreadable || session.report === undefined));
}

// Reads one session: all of it at first sight, later only what is new.
export async function read(board, id) {
  const session = board.held.get(id);
  const turn = session?.turn;
  const answer = await board.call(() => desk.read(id, session?.known));
  if (session && session.turn !== turn) return answer; // something was written meanwhile: this is older
  if (answer?.ok) board.take(answer.data);
  else if (answer?.status === 404) board.lose(id, "lost");
  return answer;
}
