"""How often a partner may ask, as its answers say it: its limits, and when a status is worth reading again."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from chalicelib.desk import usage
from chalicelib.desk.base import Desk
from chalicelib.model.partner import Partner
from chalicelib.model.session import SECOND, Session, Status
from chalicelib.model.status import coming
from chalicelib.model.usage import Kind, Left
from chalicelib.problems import Problem

__all__ = ["limits", "metered", "poll_after"]

Work = Callable[[Left], tuple[Kind, Response]]

POLLS = {Status.ACCEPTED: 10, Status.WAITING: 5, Status.CONNECTED: 30}
"""Seconds until a status is worth reading again. Nobody waits in front of a screen that says *connected*."""
SOONEST, LATEST = 30, 300


def limits(partner: Partner, left: Left) -> dict[str, str]:
    """The two fields of draft-ietf-httpapi-ratelimit-headers (-10): what is allowed, and what is left of it."""
    return {
        "RateLimit-Policy": f'"burst";q={partner.burst};w=60, "day";q={partner.day};w=86400',
        "RateLimit": f'"burst";r={left.burst};t={left.burst_reset}, "day";r={left.day};t={left.day_reset}',
    }


def metered(desk: Desk, partner: Partner, work: Work, *, may_wait: bool = False) -> Response:
    """Do the work of a proven partner's request, count it, and say on every answer what is left.

    Over a limit only what ``may_wait`` is refused (429): a handoff or a cancel is not.
    """
    left = usage.admit(desk, partner, read=may_wait)
    told = limits(partner, left)
    try:
        if may_wait and left.wait:
            raise Problem("rate_limited", retry_after=left.wait)
        kind, response = work(left)
    except Problem as problem:
        problem.headers = {**problem.headers, **told}
        if problem.fact.status < 500:  # what fails on this side is not the partner's doing
            usage.record(desk, partner, "shed" if problem.code == "rate_limited" else "refused")
        raise
    usage.record(desk, partner, kind)
    response.headers.update(told)
    return response


def poll_after(session: Session, now: int, left: Left) -> int | None:
    """Seconds until the status is worth reading again, and would be answered; None when nothing more will come.

    A scheduled one cannot change before it is due; what is rehearsed in a sandbox changes by a script, to the second.
    """
    if session.status is Status.CLOSED:
        return None
    steps = [_seconds(at - now) for at, _ in coming(session) if at > now]
    if session.status is Status.SCHEDULED:
        after = min(max(min(steps, default=SOONEST), SOONEST), LATEST)
    else:
        after = POLLS[session.status]
    if session.rehearsal is not None:
        after = min([after, *steps])
    return after if left.burst and left.day else max(after, left.day_reset if left.day == 0 else left.burst_reset)


def _seconds(ms: int) -> int:
    return max(1, -(-ms // SECOND))
