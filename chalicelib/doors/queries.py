"""Values of the query, read as the contract says: what is not of its kind is refused, never guessed."""

from __future__ import annotations

from chalicelib.doors.door import Call
from chalicelib.problems import Place, Problem

__all__ = ["flag", "number"]


def number(call: Call, name: str) -> int | None:
    """A whole number from 0 to 999999; None when it is absent. Problem ``bad_request`` for anything else."""
    text = call.query(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Problem("bad_request", errors=(Place(f"/{name}", "integer", "Send a whole number from 0 to 999999."),))
    return int(text)


def flag(call: Call, name: str) -> bool:
    """Whether it is there as ``yes``. Problem ``bad_request`` for any other word."""
    text = call.query(name)
    if text not in (None, "yes"):
        raise Problem("bad_request", errors=(Place(f"/{name}", "enum", "Send yes, or leave it out."),))
    return text == "yes"
