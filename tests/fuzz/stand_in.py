"""What is real put in the place of what was made up: with made-up ids alone, all that a hub says is 404.

Only where the made-up part keeps its schema; what breaks it is sent as it is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.fuzz.cast import Cast, Live
from tests.hub import fiction

__all__ = ["NEEDS", "USED_UP", "again", "body", "headers", "path"]

OFTEN = 0.85

NEEDS = {
    "readHandoff": "handed", "cancelHandoff": "handed", "openLink": "handed", "readSession": "chat",
    "takeThis": "handed", "renew": "chat", "release": "chat", "close": "chat", "writeMessage": "chat", "triage": "chat",
    "note": "chat", "handOver": "chat", "tellTyping": "chat", "askStillThere": "chat", "undoClose": "closed",
    "recordAttempt": "callback", "revealNumber": "callback", "readYouthState": "opened", "sayHere": "opened",
    "writeYouthMessage": "opened", "leave": "opened", "cancelSession": "opened", "sayDanger": "opened",
    "askResumeCode": "opened", "sayYouthTyping": "opened", "choose": "unchosen", "resume": "coded",
}  # fmt: skip
"""The state of a session in which an operation gets through."""

USED_UP = frozenset(
    {
        "cancelHandoff", "takeThis", "release", "close", "handOver", "undoClose", "recordAttempt", "leave",
        "cancelSession", "choose", "resume",
    }
)  # fmt: skip
"""After these the session is in another state."""


def path(cast: Cast, operation: str, parameters: dict[str, Any], live: Live) -> None:
    """A live session's id, or its link's code."""
    if cast.chance.random() > OFTEN:
        return
    if "id" in parameters:
        parameters["id"] = live.id
    if operation == "openLink":
        parameters["code"] = live.link.rsplit("/", 1)[1]


def headers(cast: Cast, path: str, sent: Any) -> None:
    """A key that was not used before; sometimes the tag of the last answer."""
    if "Idempotency-Key" in sent and cast.chance.random() < OFTEN:
        sent["Idempotency-Key"] = f"fuzz-{cast.chance.randrange(10**24):024}"
    if path in cast.tags and cast.chance.random() > OFTEN:
        sent["If-None-Match"] = cast.tags[path]


def body(cast: Cast, operation: str, members: dict[str, Any], live: Live | None) -> None:
    """The current epoch, the next number, a code that works, a platform that is registered, a number nobody has."""
    often = cast.chance.random() < OFTEN
    if not often:
        return
    if live is not None and "epoch" in members:
        members["epoch"] = live.epoch
    if live is not None and "n" in members:
        members["n"] = _next(cast, operation, live)
    if operation == "resume" and live is not None:
        members["code"] = live.resume
    if operation == "createHandoff":
        _handoff(cast, members)
    if operation == "choose":
        members["number"] = fiction()
        for name in ("not_before", "not_after"):
            members.pop(name, None)
        if members.get("when") == "window":
            members["when"] = "now"
    if operation == "handOver" and "colleague" in members:
        del members["colleague"]
        members["speciality"] = "lawyer"


def again(cast: Cast, members: dict[str, Any], sent: Any) -> None:
    """Sometimes the handoff that was taken before, as a platform that heard no answer sends it."""
    if cast.taken is not None and cast.chance.random() > OFTEN:
        sent["Idempotency-Key"], body = cast.taken
        members.clear()
        members.update(deepcopy(body))


def _handoff(cast: Cast, members: dict[str, Any]) -> None:
    members["platform"] = "tiktok"
    members.pop("return_url", None)
    wish = members.get("callback")
    if wish:
        if "number" in wish:
            wish["number"] = fiction()
        for name in ("not_before", "not_after"):
            wish.pop(name, None)
    if "subject" in members and cast.chance.random() < OFTEN:
        members["subject"] = f"fuzz-{cast.chance.randrange(10**9)}"


def _next(cast: Cast, operation: str, live: Live) -> int:
    """The next number of the side that writes: a look at the session says which."""
    side = {"writeMessage": "counsellor", "writeYouthMessage": "youth"}.get(operation, "notes")
    seen = cast.supervisor.ask(f"sessions/{live.id}?youth=0&counsellor=0&notes=0")
    return int(seen.json["counters"][side]) + 1 if seen.status == 200 else 1
