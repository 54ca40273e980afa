"""A session as a DynamoDB item and back. Only what differs from the default is stored: an item stays under 1 KB."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any

from chalicelib.model.places import places
from chalicelib.model.session import Attempt, Band, Facts, Reason, Session, State, Status
from chalicelib.model.status import coming

__all__ = ["Item", "attribute", "decode", "encode", "key", "plain", "readable"]

Item = dict[str, dict[str, Any]]

_DEFAULTS = {f.name: f.default for f in fields(Session)}
# A claim writes these without a read, so they are stored even where they are the default.
_ALWAYS = frozenset({"epoch", "sequence"})
_LETTERS = {"int": "N", "bool": "BOOL", "bytes": "B", "tuple[Attempt, ...]": "L"}
_KINDS = {f.name: _LETTERS.get(str(f.type).split(" | ")[0], "S") for f in fields(Session)}
_WORDS: dict[str, type[StrEnum]] = {"state": State, "status": Status, "band": Band, "reason": Reason}


def key(pk: str, sk: str) -> Item:
    """The primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def attribute(value: Any) -> dict[str, Any]:
    """One value in DynamoDB's own form."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, tuple | list):
        return {"L": [attribute(one) for one in value]}
    return {"S": str(value)}


def plain(value: dict[str, Any]) -> Any:
    """The value of an attribute."""
    (kind, inner), *_ = value.items()
    match kind:
        case "N":
            return int(inner)
        case "L":
            return [plain(one) for one in inner]
        case "B":
            return bytes(inner)
        case _:
            return inner


def encode(session: Session, shards: int) -> Item:
    """The item of a session, without the primary key's ``sk`` constant but with its places in the two indexes."""
    item: Item = {}
    for name, default in _DEFAULTS.items():
        value = getattr(session, name)
        if name == "id" or (value == default and name not in _ALWAYS):
            continue
        item[name] = attribute(_flat(value))
    stands = places(session, shards)
    for index, place in (("lane", stands.lane), ("due", stands.due)):
        if place is not None:
            item[f"{index}_pk"], item[f"{index}_sk"] = attribute(place.pk), attribute(place.sk)
    return item


def _flat(value: Any) -> Any:
    if isinstance(value, Facts):
        return "|".join((value.status, value.lane or "", value.wait, str(int(value.open)), str(value.turn or "")))
    if isinstance(value, tuple):
        return [f"{attempt.at}:{attempt.outcome}" for attempt in value]
    return value


def decode(item: Item) -> Session:
    """The session of an item."""
    known: dict[str, Any] = {"id": item["pk"]["S"]}
    for name in _DEFAULTS:
        if name in item:
            value = plain(item[name])
            known[name] = _WORDS[name](value) if name in _WORDS else value
    known["facts"] = _facts(known["facts"])
    known["attempts"] = tuple(_attempt(text) for text in known.get("attempts", ()))
    return Session(**known)


def readable(item: Item) -> Session | None:
    """The session of an item; None when it is none that could stand anywhere: then it may not stop the others."""
    try:
        if any(name in item and kind not in item[name] for name, kind in _KINDS.items()):
            return None
        session = decode(item)
        coming(session), places(session, 1)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
    return session


def _facts(text: str) -> Facts:
    status, lane, wait, is_open, turn = text.split("|")
    chosen: Any = lane or None
    return Facts(Status(status), chosen, wait, is_open == "1", int(turn) if turn else None)


def _attempt(text: str) -> Attempt:
    at, _, outcome = text.partition(":")
    return Attempt(int(at), outcome)
