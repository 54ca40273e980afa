"""A counsellor's hold: taken, proven, let go, ended, and brought back within a while. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.session import TOMBSTONE_LASTS, UNDO_LASTS, Reason, Session, State
from chalicelib.model.status import climb
from chalicelib.problems import Problem

__all__ = [
    "activate", "begin_erasing", "close", "end_erasing", "lapse", "let_go", "release", "require_hold", "take", "undo",
]  # fmt: skip


def require_hold(session: Session, owner: str, epoch: int) -> None:
    """Refuse unless ``owner`` holds the session with exactly this ``epoch`` (the fencing number)."""
    if epoch != session.epoch:
        raise Problem("taken_over")
    if not session.state.held:
        raise Problem("already_closed" if session.state is State.CLOSED else "taken_over")
    if session.owner != owner:
        raise Problem("taken_over")


def take(session: Session, owner: str, holder: str, now: int, lease: int) -> Session:
    """Hold a session that waits; problem ``wrong_moment`` for any other. The store's blind claim writes the same."""
    if session.state is not State.WAITING or session.lane is None:
        raise Problem("wrong_moment", "The session does not wait.")
    waited = session.waited if session.waited is not None else max(0, now - (session.due or now)) // 1000
    return replace(
        session, state=State.CLAIMED, owner=owner, holder=holder, claimed_at=now, lease_until=now + lease,
        epoch=session.epoch + 1, audience=None, reserved_until=None, waited=waited, aside=False,
    )  # fmt: skip


def activate(session: Session) -> Session:
    """Both have written, or the counsellor dials."""
    return climb(replace(session, state=State.ACTIVE)) if session.state is State.CLAIMED else session


def let_go(session: Session) -> Session:
    """Nobody's."""
    return replace(session, owner=None, holder=None, claimed_at=None, lease_until=None, checked_at=0)


def release(session: Session) -> Session:
    """Back to the line at the old place: due and deadline stay what they were."""
    return replace(let_go(session), state=State.WAITING)


def lapse(session: Session, now: int) -> Session:
    """Take back a hold whose lease has ended before ``now``; anything else is unchanged."""
    if session.state.held and (session.lease_until or 0) < now:
        return release(session)
    return session


def close(session: Session, reason: Reason, now: int, *, undoable: bool = False) -> Session:
    """End the session; what stays is a tombstone for 30 days. A sandbox's rehearsal keeps the end it was made with.

    ``undoable``: the counsellor who closed may bring it back for 15 min, so nothing is erased until then.
    """
    if not session.open:
        return session
    expires_at = (now + TOMBSTONE_LASTS) // 1000 if session.rehearsal is None else session.expires_at
    ended = replace(
        session, state=State.CLOSED, reason=reason, closed_at=now, lease_until=None, aside=False, audience=None,
        reserved_until=None, undo_until=now + UNDO_LASTS if undoable else None,
        expires_at=expires_at, subject=session.subject if session.sealed else None,
        sealed=session.sealed or undoable or _tells_of_the_youth(session),
    )  # fmt: skip
    return climb(begin_erasing(ended, now))


def _tells_of_the_youth(session: Session) -> bool:
    kept = (session.role, session.age_band, session.danger, session.attempts)
    return any((*kept, session.coded, session.generation, session.notes_n))  # rows beside the session, the last three


def undo(session: Session, owner: str, epoch: int, now: int, lease: int) -> Session:
    """The one who closed holds it again, under a new epoch; problem ``too_late`` when that is over.

    The status stays at its highest rung: the partner was told that it closed.
    """
    if epoch != session.epoch or session.owner != owner:
        raise Problem("taken_over")
    if session.open or session.stripped or session.undo_until is None or session.undo_until <= now:
        raise Problem("wrong_moment" if session.open else "too_late")
    talking = session.youth_n > 0 and session.counsellor_n > 0
    return replace(
        session, state=State.ACTIVE if talking else State.CLAIMED, epoch=session.epoch + 1,
        lease_until=now + lease, reason=None, closed_at=None, undo_until=None, expires_at=None,
    )  # fmt: skip


def begin_erasing(session: Session, now: int) -> Session:
    """Nothing personal stands in the closed session any more, once nobody can undo its end; what is beside it is next.

    From here on nothing brings it back: a key that is gone must never be needed again. Its place in the line, and so
    ``undo_until``, stays: whoever dies on the way, the sweep finds it there.
    """
    undoable = session.undo_until is not None and now < session.undo_until
    if session.open or session.stripped or undoable:
        return session
    return replace(
        session, erasing=session.sealed, erased=not session.sealed, number=None, zone=None, subject=None, role=None,
        age_band=None, danger=False, voicemail=False, caller_id="hidden", not_before=None, not_after=None, attempts=(),
        dialled=0, due=None, deadline=None, youth_seen=0, youth_at=0, counsellor_at=0, youth_typing=0,
        counsellor_typing=0, checked_at=0,
    )  # fmt: skip


def end_erasing(session: Session) -> Session:
    """Nothing is left beside the session either."""
    return (
        replace(session, erasing=False, erased=True, coded=False, stopping=False, undo_until=None)
        if session.erasing
        else session
    )
