"""The audit trail: records in chains, seals over the chains' ends, and the keyed links of both. Pure.

A record says in fixed words who did what to which session or partner; it has no room for a text or a number. Each
process writes a chain of its own per day (UTC), so that nobody queues behind anybody; a seal, made each minute where
something is new, names how far each chain has come and follows the seal before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chalicelib.model.counsellor import SPECIALITIES
from chalicelib.model.session import MINUTE, Band, Reason

__all__ = [
    "FACTS", "KEPT_DAYS", "RECENT", "WORDS", "Head", "Mac", "Record", "Seal", "check_words", "day_of", "days_between",
    "days_later", "expires_at", "fresh_heads", "link_of", "seal_link",
]  # fmt: skip

KEPT_DAYS = 365
RECENT = 10 * MINUTE
"""How far back a seal looks for what is new (ms): AWS takes no write whose clock is five minutes wrong."""

WORDS = frozenset({
    "claim", "take", "release", "reveal", "triage", "handover", "attempt", "close", "undo", "erase",
})  # fmt: skip
"""What may be done to a session. To a partner, a counsellor or a table: that word, a dot and the operator's command."""
ARRIVALS = frozenset({"sign-in", "sign-out"})
"""What a counsellor does to the console."""
FACTS = frozenset({
    "", *Band, *Reason, *SPECIALITIES, "colleague", "same_youth", "found_by_sweep",
    "answered", "answered_safe", "answered_unsafe", "busy", "no_answer", "refused", "invalid",
})  # fmt: skip
"""What may be said beside it: the new band, the reason, an attempt's outcome, whom a session was handed over to."""

_OF_SESSION = re.compile(r"ho_[a-z2-7]{26}")
# A command, then what it was done to. Usernames are the provider's: of them one word is all that is known. A table's
# name is AWS's; it is the copy that rows came back from.
_BY_OPERATOR = re.compile(
    r"(partner\.[a-z-]{2,32} partner#[a-z][a-z0-9-]{1,30}|counsellor\.[a-z-]{2,32} counsellor#\S{1,128}"
    r"|table\.restore table#[A-Za-z0-9_.-]{3,255})"
)

Mac = Callable[..., bytes]
"""``Secrets.mac``: HMAC-SHA256 over the length-prefixed parts, under a key for the purpose named first."""


@dataclass(frozen=True)
class Record:
    """One record: number ``number`` (from 1) of its chain. ``at`` in ms; ``session`` may be ``partner#<id>``."""

    day: str
    chain: str
    number: int
    at: int
    who: str
    what: str
    session: str
    epoch: int | None = None
    fact: str = ""
    link: bytes = b""


@dataclass(frozen=True)
class Head:
    """How far a chain has come: the number and the link of its last record."""

    day: str
    chain: str
    number: int
    link: bytes


@dataclass(frozen=True)
class Seal:
    """The ends of the chains that have grown since the seal before, which was made ``after`` (ms; 0: there is none)."""

    number: int
    at: int
    after: int
    previous: bytes
    heads: tuple[Head, ...]
    link: bytes = b""


def check_words(what: str, session: str, fact: str) -> None:
    """Refuse with ValueError whatever is not one of the fixed words: free text must not get in by mistake."""
    if what in WORDS:
        known = _OF_SESSION.fullmatch(session) is not None
    elif what in ARRIVALS:
        known = session == "console"
    else:
        known = _BY_OPERATOR.fullmatch(f"{what} {session}") is not None
    if not known or fact not in FACTS:
        raise ValueError("not a word of the audit trail")


def link_of(mac: Mac, previous: bytes, record: Record) -> bytes:
    """The link of a record that follows the link ``previous`` (the first of its chain: empty)."""
    place = (record.day, record.chain, str(record.number), str(record.at))
    said = (record.who, record.what, record.session, "" if record.epoch is None else str(record.epoch), record.fact)
    return mac("audit", previous, *(part.encode() for part in (*place, *said)))


def seal_link(mac: Mac, seal: Seal) -> bytes:
    """The link of a seal."""
    parts = [seal.previous, *(str(number).encode() for number in (seal.number, seal.at, seal.after))]
    for head in seal.heads:
        parts += [head.day.encode(), head.chain.encode(), str(head.number).encode(), head.link]
    return mac("audit-seal", *parts)


def fresh_heads(records: Iterable[Record], sealed: Mapping[tuple[str, str], int]) -> list[Head]:
    """The ends of chains that have grown beyond ``sealed``, in a fixed order; a chain's gap is not stepped over."""
    found: dict[tuple[str, str], dict[int, bytes]] = {}
    for record in records:
        found.setdefault((record.day, record.chain), {})[record.number] = record.link
    heads = []
    for (day, chain), links in sorted(found.items()):
        known = last = sealed.get((day, chain), 0)
        while last + 1 in links:
            last += 1
        if last > known:
            heads.append(Head(day, chain, last, links[last]))
    return heads


def day_of(at: int) -> str:
    """The day (UTC) of a moment (ms): `2026-11-22`."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def days_later(day: str, days: int) -> str:
    """So many days after (or, below 0, before) ``day``."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_between(first: str, last: str) -> list[str]:
    """Every day from the first to the last, both included."""
    count = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return [days_later(first, n) for n in range(count + 1)]


def expires_at(day: str) -> int:
    """When everything of a day goes (s since the epoch): all of it at one moment, so that no chain loses its head."""
    gone = datetime.fromisoformat(days_later(day, KEPT_DAYS + 1)).replace(tzinfo=UTC)
    return int(gone.timestamp())
