"""Whether a request that changes something came from our own page."""

from __future__ import annotations

import hmac

from chalicelib.doors.door import Call

__all__ = ["came_from_elsewhere", "came_from_us"]


def came_from_us(call: Call, *, token: str | None = None, expected: str | None = None) -> bool:
    """By ``Sec-Fetch-Site``, else ``Origin``, else (old web views send neither) by the form's own token."""
    said = _said(call)
    if said is not None:
        return said
    return token is not None and expected is not None and hmac.compare_digest(token.encode(), expected.encode())


def came_from_elsewhere(call: Call) -> bool:
    """Whether the browser says that another site sent it."""
    return _said(call) is False


def _said(call: Call) -> bool | None:
    site = call.header("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = call.header("origin")
    if origin is not None and origin != "null":
        return origin == call.settings.base_url
    return None
