// What a counsellor does, told to the desk. A refusal is told in words; nothing typed goes before the desk has it.
import { desk } from "./api.js";
import { pace } from "./board.js";
import { read, watch } from "./poll.js";

const TRIES = 5;
const GONE = { taken_over: "lost", already_closed: "ended" };

// A write to a held session, after those before it; a session that is gone is marked so.
export async function act(board, session, verb, body, quiet = false) {
  const writes = verb !== "renew";
  if (writes) step(board, session);
  const held = () => board.held.get(session.id) === session && !session.over;
  const go = () => (writes || held() ? board.call(() => desk[verb](session.id, session.data.epoch, body)) : null);
  session.last = session.last.then(go, go);
  const answer = await session.last;
  if (writes) step(board, session);
  if (!answer || answer.ok) return answer;
  const { epoch } = session.data;
  if (writes || GONE[answer.code]) await read(board, session.id);
  if (GONE[answer.code] && session.data.epoch === epoch) board.lose(session.id, GONE[answer.code]);
  if (!quiet) board.tell("problem", answer.code);
  return answer;
}

function step(board, session) {
  board.turn += 1;
  session.turn += 1;
}

// The next of a lane, or of both; what the counsellor sees is the session or words why there is none.
export async function claim(board, lane, limit) {
  board.turn += 1;
  const answer = await board.call(() => desk.claim(lane, limit));
  board.turn += 1;
  if (!answer) return;
  if (answer.status === 204) board.tell("toast", "line.empty");
  else if (answer.ok) board.welcome(answer.data);
  else board.tell("problem", answer.code);
  watch(board);
}

// This very session, from the line.
export async function takeOne(board, id) {
  board.turn += 1;
  const answer = await board.call(() => desk.take(id));
  board.turn += 1;
  if (!answer) return;
  if (answer.ok) board.welcome(answer.data);
  else board.tell("problem", answer.code === "wrong_moment" ? "not_waiting" : answer.code);
  watch(board);
}

// A closed session back into the list, within its time.
export async function undo(board, row) {
  board.turn += 1;
  const answer = await board.call(() => desk.undo(row.id, row.epoch));
  board.turn += 1;
  if (!answer) return;
  if (answer.ok) {
    board.welcome(answer.data);
    board.tell("toast", "recent.undone");
  } else {
    if (answer.code !== "at_limit") board.recent.remove(row.id);
    board.tell("problem", answer.code);
  }
  watch(board);
}

// An act whose number is the next note's. `since` is how many notes there were when the counsellor began: the same
// words again after a lost answer are found there, and not written twice.
export async function numbered(board, session, verb, kind, since, body) {
  const mine = (note) => note.n > since && note.kind === kind && note.by === board.username && (note.text || "") === (body.text || "");
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (session.notes.some(mine)) return { ok: true, data: session.data };
    const answer = await act(board, session, verb, { n: session.data.counters.notes + 1, ...body }, true);
    if (answer?.code !== "out_of_order") return answer;
  }
  return null;
}

export async function renewAll(board) {
  for (const session of board.living) {
    if (Date.now() < session.renewAt) continue;
    session.renewAt = Date.now() + 3000;
    const answer = await act(board, session, "renew", {}, true);
    if (answer?.ok) session.renewAt = Date.now() + pace(answer.data.lease_until);
  }
}

// Sends what waits of one session, messages and notes, in order, each number once.
export async function send(board, session) {
  await Promise.all([
    drain(board, session, session.outbox, "messages", () => session.data.counters.counsellor, (item) => ({ n: item.n, text: item.text })),
    drain(board, session, session.ledger, "notes", () => session.data.counters.notes ?? 0, (item) => ({ n: item.n, ...item.body })),
  ]);
}

// Who asks while it is under way waits for the same end: a session must not be given back with words in the air.
function drain(board, session, box, ...how) {
  box.busy ??= empty(board, session, box, ...how).finally(() => {
    box.busy = null;
    box.save();
    board.tell("session", session);
  });
  return box.busy;
}

async function empty(board, session, box, verb, taken, body) {
  for (let tries = 0; tries < TRIES && !session.over; tries += 1) {
    const item = box.next(taken());
    if (!item || item.state === "refused") break;
    item.state = "sending";
    const before = box.items.length;
    const answer = await act(board, session, verb, body(item), true);
    if (!answer) {
      item.state = "waiting";
      break;
    }
    if (answer.ok) await read(board, session.id);
    else if (answer.code === "out_of_order" && !item.again) Object.assign(item, { again: true, n: null });
    else if (!GONE[answer.code]) item.state = "refused";
    if (box.items.length < before) tries = -1;
  }
}

export const owes = (session) => session.outbox.items.length + session.ledger.items.length;
