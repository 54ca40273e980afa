"""The sandbox's scripts: how a handoff that nobody will ever take walks through its statuses, by the clock alone. Pure.

A partner's engineer chooses one by ``subject``: ``sandbox:`` and its name. Times are ms after the handoff was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.model.session import SECOND, Status

__all__ = ["LASTS", "PREFIX", "SCRIPTS", "Script", "named", "script"]

PREFIX = "sandbox:"
LASTS = 24 * 3600 * SECOND
"""A rehearsed handoff is forgotten a day after it was taken."""


@dataclass(frozen=True)
class Script:
    """The steps, the first at 0; what the answer says of hours and wait; ``busy_first``: a first try is refused."""

    steps: Sequence[tuple[int, Status]]
    told: str
    wait: str = "now"
    open: bool = True
    busy_first: bool = False


_A, _S, _W, _C, _E = Status.ACCEPTED, Status.SCHEDULED, Status.WAITING, Status.CONNECTED, Status.CLOSED
_WALK = ((0, _W), (5 * SECOND, _C), (10 * SECOND, _E))

SCRIPTS: Mapping[str, Script] = {
    "walk": Script(_WALK, "waiting, connected after 5 s, closed after 10 s; also without a subject"),
    "connected_after_5s": Script(_WALK, "the same walk by its other name"),
    "busy": Script(((0, _W), (30 * SECOND, _E)), "a long wait: place.wait is longer; closed after 30 s", wait="longer"),
    "closed": Script(
        ((0, _S), (10 * SECOND, _W), (15 * SECOND, _C), (20 * SECOND, _E)),
        "the helpline is closed: scheduled, waiting after 10 s, connected after 15 s, closed after 20 s",
        wait="closed", open=False,
    ),
    "no_answer": Script(
        ((0, _S), (2 * SECOND, _W), (4 * SECOND, _C), (8 * SECOND, _E)),
        "a callback nobody answers: scheduled, waiting, connected, closed within 8 s; it looks like any other",
    ),
    "accepted": Script(((0, _A), (30 * SECOND, _E)), "nobody chooses on the page: accepted, closed after 30 s"),
    "left": Script(((0, _W), (3 * SECOND, _E)), "the youth leaves: waiting, closed after 3 s"),
    "fast": Script(
        ((0, _A), (200, _S), (400, _W), (600, _C), (800, _E)), "every status within 1 s: deliveries may skip some"
    ),
    "unavailable_once": Script(
        _WALK, "the first request of a jti is refused with 503 and Retry-After: 1, the next one is taken",
        busy_first=True,
    ),
}  # fmt: skip


def script(name: str) -> Sequence[tuple[int, Status]]:
    """The steps of a script."""
    return SCRIPTS[name].steps


def named(subject: str | None) -> str | None:
    """The script a handoff's subject asks for; None when there is none of this name."""
    if subject is None or not subject.startswith(PREFIX):
        return "walk"
    name = subject.removeprefix(PREFIX)
    return name if name in SCRIPTS else None
