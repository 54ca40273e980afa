"""What a partner may see: the status, a pure function of the state, kept at the highest rung reached.

Some steps come by the clock alone: a scheduled session becomes waiting, a sandbox's handoff walks its script.
``settle`` says so without a write, the same every time: a stored session and its settled form tell one story.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.rehearsal import script
from chalicelib.model.session import TARGETS, Session, State, Status

__all__ = ["climb", "coming", "due_at", "leap", "settle", "shown"]

_SHOWN = {
    State.RECEIVED: Status.ACCEPTED,
    State.SCHEDULED: Status.SCHEDULED,
    State.WAITING: Status.WAITING,
    State.CLAIMED: Status.WAITING,
    State.ACTIVE: Status.CONNECTED,
    State.CLOSED: Status.CLOSED,
}
_STATES = {status: state for state, status in _SHOWN.items() if state is not State.CLAIMED}


def shown(state: State) -> Status:
    """The status that a state alone would show."""
    return _SHOWN[state]


def climb(session: Session) -> Session:
    """The session with its status raised to what its state shows, and ``sequence`` with it; never lowered."""
    reached = shown(session.state)
    if reached.rank <= session.status.rank:
        return session
    return replace(session, status=reached, sequence=session.sequence + 1)


def due_at(session: Session, due: int, now: int) -> Session:
    """The session due at ``due``; a deadline is made from the moment it first became due, never from now."""
    state = State.WAITING if due <= now else State.SCHEDULED
    return climb(replace(session, due=due, deadline=due + TARGETS[session.band], state=state, aside=False))


def coming(session: Session) -> list[tuple[int, State]]:
    """What the clock alone will make of the session: moments (ms) and states, in order."""
    if not session.open:
        return []
    if session.rehearsal is not None:
        return [(session.created + after, _STATES[status]) for after, status in script(session.rehearsal)]
    if session.state is State.SCHEDULED and session.due is not None:
        return [(session.due, State.WAITING)]
    return []


def settle(session: Session, now: int) -> Session:
    """The session as it stands at ``now`` (ms), with every step the clock has made since it was written."""
    for at, state in coming(session):
        if at > now:
            break
        after = climb(replace(session, state=state))
        session = replace(after, stepped=at) if after.sequence > session.sequence else after
    return session


def leap(settled: Session, after: Session) -> Session:
    """``after`` with a sequence that also counts the rungs which the clock alone would still have reached on the way.

    Another process, whose clock is seconds ahead, may have told those rungs already: a number must never mean two
    statuses, or the later one is taken for a repeat and lost.
    """
    if after.sequence <= settled.sequence:
        return after
    told = settled
    for _, state in coming(settled):
        nearer = climb(replace(told, state=state))
        told = nearer if nearer.status.rank < after.status.rank else told
    return replace(after, sequence=after.sequence + told.sequence - settled.sequence)
