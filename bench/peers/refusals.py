"""Refusals and how they are told (RFC 9457), with the hub's codes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

__all__ = ["Refused", "told"]

_KINDS = {
    "bad_json": (400, "The body is not JSON", "Send one JSON object."),
    "bad_request": (400, "The request breaks the contract", "Fix the members named in errors."),
    "too_large": (413, "The body is too large", "Send at most 64 KiB."),
    "wrong_content_type": (415, "The content type is not accepted", "Send application/json."),
    "unauthorised": (401, "The token was not accepted", "Sign as the token recipe says."),
    "foreign_platform": (403, "The platform is not registered for you", "Send one of your platforms."),
    "idempotency_mismatch": (422, "This jti was used with another body", "Use a new jti for a new handoff."),
    "return_url_not_registered": (422, "The return_url is not registered", "Register its prefix."),
    "unavailable": (503, "Not now", "Retry the same request with the same jti."),
}


class Refused(Exception):
    """A refusal by its code; ``errors`` are pairs of a JSON pointer and the rule that was broken, never a value."""

    def __init__(self, code: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


def told(refused: Refused, request_id: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of a refusal."""
    status, title, detail = _KINDS[refused.code]
    body = {
        "type": f"{os.environ['BASE_URL']}/docs/problems#{refused.code}", "title": title, "status": status,
        "detail": detail, "code": refused.code,
        "errors": [{"pointer": pointer, "code": rule, "detail": "Not as the contract asks."}
                   for pointer, rule in refused.errors],
        "request_id": request_id,
    }  # fmt: skip
    headers = {"Content-Type": "application/problem+json"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        body["error"] = "invalid_token"
    else:
        body["instance"] = f"urn:uuid:{request_id}"
    return status, headers, json.dumps(body, ensure_ascii=False, separators=(",", ":"))
