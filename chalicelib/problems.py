"""Refusals the hub can explain (RFC 9457) and their HTTP facts. Imports the standard library only.

Every code stands once in ``CODES``; the documentation's table is tested against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["CODES", "Fact", "Place", "Problem"]


@dataclass(frozen=True)
class Fact:
    """What a problem code means on the wire: HTTP status, title, and what the caller can do."""

    status: int
    title: str
    remedy: str


CODES: Mapping[str, Fact] = {
    # any caller
    "not_found": Fact(404, "Nothing is here for you", "Check the id; ids of other partners answer alike."),
    "bad_json": Fact(
        400, "The body is not JSON we accept", "Send one UTF-8 JSON object, RFC 8259, without duplicates."
    ),
    "bad_request": Fact(400, "The request breaks the contract", "Fix the members named in errors."),
    "too_large": Fact(413, "The body is too large", "Send at most 64 KiB."),
    "wrong_content_type": Fact(415, "The content type is not accepted", "Send application/json."),
    "internal": Fact(500, "The hub failed", "Retry the same request; report the request_id if it stays."),
    "unavailable": Fact(
        503, "The hub cannot answer now", "Retry the same request with the same jti after Retry-After."
    ),
    # partners
    "unauthorised": Fact(
        401, "The token was not accepted", "Sign as the token recipe says; ask the operator with request_id."
    ),
    "foreign_platform": Fact(403, "The platform is not registered for you", "Send one of your registered platforms."),
    "idempotency_mismatch": Fact(422, "This jti was used with another body", "Use a new jti for a new handoff."),
    "bad_number": Fact(422, "The callback number cannot be called", "Send a French or overseas number in E.164."),
    "bad_window": Fact(422, "The callback window cannot be kept", "End after the start, in the future, within 3 days."),
    "return_url_not_registered": Fact(
        422, "The return_url is not registered", "Register its prefix with the operator."
    ),
    "with_youth": Fact(409, "The youth has opened the page", "Only the youth can cancel now."),
    "rate_limited": Fact(
        429, "You read too often for now", "Read again after Retry-After; handoffs and cancels are never limited."
    ),
    # counsellors
    "signed_out": Fact(401, "Sign in again", "Get a new access token from the provider."),
    "cross_site": Fact(403, "The request came from another site", "Send it from the console's own pages."),
    "at_limit": Fact(409, "You hold as many sessions as you may", "Close or release one first."),
    "taken_over": Fact(409, "The session is no longer yours", "Take the next one; nothing was written."),
    "already_closed": Fact(409, "The session is closed", "Nothing more can be written to it."),
    "not_yours": Fact(403, "This is not yours to take or to see", "Take the next one, or ask a supervisor."),
    "too_late": Fact(409, "It is too late to undo this", "A close can be undone for 15 minutes."),
    "wrong_moment": Fact(409, "The session does not allow this now", "Read the session again."),
    "out_of_order": Fact(409, "The number is not the next one", "Send the next number, named in errors."),
    "no_number": Fact(409, "There is no number to reveal", "The youth has not left one, or it was erased."),
    "called_enough": Fact(
        409,
        "This number was called often enough for now",
        "Do not call it; the session comes back to the line when it may be called, see detail.",
    ),
    "unsafe_number": Fact(
        409,
        "Nobody may call this number any more",
        "Somebody unsafe answered there, for this youth or another: close the session as unreachable.",
    ),
    # youths
    "link_used": Fact(403, "The link was used on another device", "Call 3018, or open it where it was first used."),
    "link_expired": Fact(410, "The link has expired", "Call 3018, or tap the platform's button again."),
    "bad_code": Fact(422, "The code leads nowhere", "Check the code, or call 3018; a code works once."),
    "stale_form": Fact(403, "The page was open for too long", "Reload the page and send again."),
}


@dataclass(frozen=True)
class Place:
    """Where a request is wrong: a JSON pointer (RFC 6901), a code and a sentence; never the value sent."""

    pointer: str
    code: str
    detail: str


@dataclass(eq=False)
class Problem(Exception):
    """A refusal with a stable ``code`` of ``CODES``; ``detail`` and ``errors`` never carry what was sent.

    ``retry_after`` is in seconds. ``reason`` is for the operator's log only and must be a fixed word. ``headers`` are
    what the answer carries besides.
    """

    code: str
    detail: str = ""
    errors: Sequence[Place] = field(default_factory=tuple)
    retry_after: int | None = None
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown problem code {self.code}")
        super().__init__(self.code)

    @property
    def fact(self) -> Fact:
        """The HTTP facts of this problem's code."""
        return CODES[self.code]

    def __str__(self) -> str:
        return self.code
