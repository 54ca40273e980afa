"""What the youth's page sends: JSON, or the same words as a plain form; and that it was our page that sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl

from chalicelib import contract
from chalicelib.desk.ids import form_token
from chalicelib.desk.youth import Wish
from chalicelib.doors.cookies import YOUTH, read_cookie
from chalicelib.doors.door import Call
from chalicelib.doors.origin import came_from_us
from chalicelib.pages.windows import PARIS
from chalicelib.problems import Place, Problem

__all__ = ["check_sender", "read_body", "wish"]

FORM = "application/x-www-form-urlencoded"
MOST = 16_384


def read_body(call: Call) -> tuple[dict[str, Any], bool]:
    """The body as an object, and whether it came from a plain form."""
    kind = (call.header("content-type") or "").split(";")[0].strip().lower()
    if kind != FORM:
        contract.check_content_type(call.header("content-type"))
        return contract.parse_json(call.body, limit=MOST), False
    body: dict[str, Any] = _fields(call.body)
    if body.get("n", "").isascii() and body.get("n", "").isdigit() and len(body["n"]) <= 15:
        body["n"] = int(body["n"])
    if "/" in body.get("when", ""):
        body["not_before"], _, body["not_after"] = body["when"].partition("/")
        body["when"] = "window"
    return body, True


def _fields(raw: bytes) -> dict[str, str]:
    if len(raw) > MOST:
        raise Problem("too_large")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise Problem("bad_request", errors=(Place("", "form", "Not a form we sent."),)) from None
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if len(fields) < len(pairs):  # which of two values is meant is nobody's to guess
        raise Problem("bad_request", errors=(Place("", "duplicate", "A field comes twice."),))
    return fields


def check_sender(call: Call, body: Mapping[str, Any]) -> None:
    """Refuse what did not come from the page of this very session; problem ``stale_form``."""
    token = body.get("token")
    expected = form_token(call.desk.secrets, call.params["id"], read_cookie(call, YOUTH) or "")
    if not came_from_us(call, token=token if isinstance(token, str) else None, expected=expected):
        raise Problem("stale_form")


def wish(call: Call, body: Mapping[str, Any]) -> Wish:
    """The choice in a body that keeps ``schemas/youth-choice.json``."""
    not_before, not_after = _moment(body, "not_before"), _moment(body, "not_after")
    if body.get("when") == "tomorrow":
        not_before = _tomorrow(call.desk.clock())
    return Wish(
        lane=body["session"], number=body.get("number") or None, not_before=not_before, not_after=not_after,
        voicemail=body.get("voicemail") == "yes", caller_id=body.get("caller_id", "hidden"),
    )  # fmt: skip


def _moment(body: Mapping[str, Any], name: str) -> int | None:
    text = body.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Problem("bad_window", errors=(Place(f"/{name}", "date-time", "Not a moment with its zone."),)) from None


def _tomorrow(now: int) -> int:
    """Midnight in Paris, by the calendar: a day may have 23 hours, or 25. The desk finds the opening after it."""
    day = datetime.fromtimestamp(now / 1000, PARIS).date() + timedelta(days=1)
    return int(datetime.combine(day, time(), PARIS).timestamp() * 1000)
