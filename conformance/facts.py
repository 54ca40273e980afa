"""What the documentation promises a partner, as data; a test of the hub holds it equal to the hub's own tables."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["GENERIC_401", "LADDER", "PROBLEMS", "PROBLEM_MEMBERS", "WAITS", "WALKS"]

PROBLEMS: Mapping[str, int] = {
    "not_found": 404,
    "bad_json": 400,
    "bad_request": 400,
    "too_large": 413,
    "wrong_content_type": 415,
    "internal": 500,
    "unavailable": 503,
    "unauthorised": 401,
    "rate_limited": 429,
    "foreign_platform": 403,
    "idempotency_mismatch": 422,
    "bad_number": 422,
    "bad_window": 422,
    "return_url_not_registered": 422,
    "with_youth": 409,
}
"""Every problem code a partner can meet, and its HTTP status."""

PROBLEM_MEMBERS = ("type", "title", "status", "detail", "code", "errors", "request_id")

GENERIC_401 = "Sign as the token recipe says; ask the operator with request_id."
"""What a 401 says where the hub gives no reason: to every partner that is not a sandbox partner."""

LADDER = ("accepted", "scheduled", "waiting", "connected", "closed")
"""The statuses in the one order in which they may follow each other."""

WAITS = ("now", "under_5_min", "under_15_min", "longer", "closed")

WALKS: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "walk": (10, ("waiting", "connected", "closed")),
    "connected_after_5s": (10, ("waiting", "connected", "closed")),
    "fast": (1, LADDER),
    "left": (3, ("waiting", "closed")),
    "no_answer": (8, ("scheduled", "waiting", "connected", "closed")),
    "closed": (20, ("scheduled", "waiting", "connected", "closed")),
    "accepted": (30, ("accepted", "closed")),
    "busy": (30, ("waiting", "closed")),
}
"""The sandbox's magic subjects that show each way to the end: seconds until closed, and the statuses on the way."""
