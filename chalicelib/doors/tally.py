"""Problems as the operator counts them: refused tokens by partner, and requests that AWS throttled."""

from __future__ import annotations

from chalicelib import watch
from chalicelib.problems import Problem

__all__ = ["SANDBOX", "STRANGER", "tally", "who"]

STRANGER, SANDBOX = "_unknown", "_sandbox"
"""No partner's ids. Counted together: tokens that name no registered partner, since what they do name is a stranger's
choice; and those of sandbox partners, who try out what is refused."""
THROTTLES = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "ThrottledException"}
)


def tally(problem: Problem, request_id: str) -> None:
    """Count a problem that somebody must hear of, and log why a token was refused."""
    if problem.code == "unauthorised":
        watch.note("token refused", request_id=request_id, reason=problem.reason, partner=who(problem))
        watch.count(_counted_as(problem), TokensRefused=1)
    elif problem.code == "unavailable" and problem.reason in THROTTLES:
        watch.count(Throttled=1)


def who(problem: Problem) -> str | None:
    """The registered partner that a refused token names."""
    partner = getattr(problem, "partner", None)
    return str(partner.id) if partner is not None else None


def _counted_as(problem: Problem) -> str:
    partner = getattr(problem, "partner", None)
    if partner is None:
        return STRANGER
    return SANDBOX if partner.sandbox else str(partner.id)
