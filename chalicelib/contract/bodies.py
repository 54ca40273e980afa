"""What callers send: bytes → strict JSON → checked by its schema → the model's words."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.contract.places import places
from chalicelib.contract.shapes import faults, fits, moment
from chalicelib.model.handoff import CallbackWish, Content, Handoff, Report
from chalicelib.problems import Place, Problem
from chalicelib.strictjson import Malformed, read_object

__all__ = ["check", "check_content_type", "parse_json", "read", "read_handoff"]

_LIMIT = 65536
_JSON = re.compile(r'application/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?', re.ASCII | re.IGNORECASE)


def check_content_type(value: str | None) -> None:
    """Refuse every content type but ``application/json``, in UTF-8 if it names a charset."""
    if value is None or not _JSON.fullmatch(value):
        place = Place("", "content_type", "The content type must be application/json.")
        raise Problem("wrong_content_type", errors=[place])


def parse_json(raw: bytes, *, limit: int = _LIMIT) -> dict[str, Any]:
    """One strict JSON object of at most ``limit`` bytes. Raises Problem ``too_large`` or ``bad_json``."""
    if len(raw) > limit:
        raise Problem("too_large", errors=[Place("", "too_large", f"At most {limit} bytes.")])
    try:
        return read_object(raw)
    except Malformed as fault:
        raise Problem("bad_json", errors=[Place("", fault.code, fault.detail)]) from None


def check(schema: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value itself if it keeps the schema (a file of ``schemas/`` without .json), else ``bad_request``."""
    if not fits(schema, value) and (broken := places(faults(schema, value))):
        raise Problem("bad_request", errors=broken)
    return value


def read(schema: str, raw: bytes) -> dict[str, Any]:
    """Read a body by its schema. Raises Problem ``too_large``, ``bad_json`` or ``bad_request``.

    A ``bad_request`` names at most 20 places. Integers beyond ±10**18 arrive as that bound, ``1.0`` as ``1``.
    """
    return check(schema, parse_json(raw))


def read_handoff(raw: bytes) -> Handoff:
    """Read the body of a handoff; times become ms since the epoch."""
    body = read("handoff-request", raw)
    return Handoff(
        platform=body["platform"],
        kind=body["kind"],
        locale=body["locale"],
        session=body.get("session"),
        role=body.get("role"),
        age_band=body.get("age_band"),
        subject=body.get("subject"),
        danger=body.get("danger", False),
        callback=_callback(body["callback"]) if "callback" in body else None,
        report=_report(body["report"]) if "report" in body else None,
        return_url=body.get("return_url"),
    )


def _callback(wish: dict[str, Any]) -> CallbackWish:
    return CallbackWish(
        number=wish.get("number"),
        not_before=_moment(wish, "not_before"),
        not_after=_moment(wish, "not_after"),
        voicemail=wish.get("voicemail", False),
        caller_id=wish.get("caller_id", "hidden"),
    )


def _moment(wish: dict[str, Any], name: str) -> int | None:
    return moment(wish[name]) if name in wish else None


def _report(report: dict[str, Any]) -> Report:
    return Report(
        platform_report_ref=report.get("platform_report_ref"),
        category=report.get("category"),
        contents=tuple(Content(**content) for content in report.get("contents", ())),
    )
