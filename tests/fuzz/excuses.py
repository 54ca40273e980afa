"""Findings that are none: each with the check, the operations, the answer, and why. Printed after a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["EXCUSES", "Excuse", "excuse"]


@dataclass(frozen=True)
class Excuse:
    """A check's failure that is right as it is. No ``operations``: of any."""

    failure: str
    status: int
    code: str
    why: str
    operations: Sequence[str] = ()

    def fits(self, failure: str, operation: str, status: int, code: str) -> bool:
        """Whether this is about that failure."""
        named = not self.operations or operation in self.operations
        return named and (self.failure, self.status, self.code) == (failure, status, code)


_TURNED_AWAY, _TAKEN, _METHOD = "RejectedPositiveData", "AcceptedNegativeData", "UnsupportedMethodResponse"
_WORLD = "well formed, but not so in the world: no schema can tell"
_FORMS = ("sayHere", "choose", "writeYouthMessage", "leave", "cancelSession", "sayDanger", "askResumeCode")

EXCUSES: Sequence[Excuse] = (
    Excuse(_METHOD, 404, "not_found", "API Gateway answers a method it has no route for itself, as an unknown path"),
    Excuse(_METHOD, 303, "", "a browser that loads a refused form's address again is led to the page", _FORMS),
    Excuse(_TURNED_AWAY, 410, "link_expired", f"a made-up link, {_WORLD}", ("openLink",)),
    Excuse(_TAKEN, 410, "link_expired", "410 is a refusal; schemathesis' list of refusals lacks it", ("openLink",)),
    Excuse(_TURNED_AWAY, 422, "bad_code", f"a made-up code, {_WORLD}", ("resume",)),
    Excuse(_TURNED_AWAY, 422, "bad_number", f"a number nobody can call, {_WORLD}", ("createHandoff", "choose")),
    Excuse(_TURNED_AWAY, 422, "bad_window", f"a window that is over, {_WORLD}", ("createHandoff", "choose")),
    Excuse(_TURNED_AWAY, 422, "return_url_not_registered", f"nobody's prefix, {_WORLD}", ("createHandoff",)),
    Excuse(_TURNED_AWAY, 422, "idempotency_mismatch", f"a jti that was used, {_WORLD}", ("createHandoff",)),
)


def excuse(failure: str, operation: str, status: int, code: str) -> Excuse | None:
    """The excuse of a failure: its class, the operation, the answer's status and problem code."""
    return next((one for one in EXCUSES if one.fits(failure, operation, status, code)), None)
