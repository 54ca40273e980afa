"""What a partner may see: the status, a pure function of the state, kept at the highest rung reached.

A scheduled session becomes waiting by the clock alone: ``settle`` says so without a write, the same way every time,
so a stored session and its settled form can never tell a partner two different stories.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.session import TARGETS, Session, State, Status

__all__ = ["climb", "due_at", "settle", "shown"]

_SHOWN = {
    State.RECEIVED: Status.ACCEPTED,
    State.SCHEDULED: Status.SCHEDULED,
    State.WAITING: Status.WAITING,
    State.CLAIMED: Status.WAITING,
    State.ACTIVE: Status.CONNECTED,
    State.CLOSED: Status.CLOSED,
}


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


def settle(session: Session, now: int) -> Session:
    """The session as it stands at ``now`` (ms): a scheduled one whose moment has come is waiting."""
    if session.state is State.SCHEDULED and session.due is not None and session.due <= now:
        return climb(replace(session, state=State.WAITING))
    return session
