"""The audit trail's rows: one partition per day (UTC) with its records, and one with all seals."""

from __future__ import annotations

import re

from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.model.audit import Head, Record, Seal, day_of, expires_at

__all__ = ["PREFIX", "SEALS", "day_partition", "is_old", "read_record", "read_seal", "record_item", "seal_item"]

PREFIX = "audit#"
SEALS = "audit#seals"
_PLACE = re.compile(r"([0-9]{13})#([a-z0-9_.]{1,64})#([0-9]{6})", re.ASCII)
_OLD = re.compile(r"[0-9]{13}#[0-9a-f]{32}", re.ASCII)


def day_partition(day: str) -> str:
    """The partition of a day's records."""
    return f"{PREFIX}{day}"


def record_item(record: Record) -> Item:
    """A record's row: by time, so that a day reads as it went."""
    extra = {"epoch": record.epoch, "fact": record.fact or None}
    return {
        **key(day_partition(record.day), f"{record.at:013d}#{record.chain}#{record.number:06d}"),
        "who": attribute(record.who), "what": attribute(record.what), "session": attribute(record.session),
        **{name: attribute(value) for name, value in extra.items() if value is not None},
        "link": attribute(record.link), "expires_at": attribute(expires_at(record.day)),
    }  # fmt: skip


def read_record(item: Item) -> Record | None:
    """The record of a row; None for a row that is none, whoever wrote it: it must not stop who reads the day."""
    place = _PLACE.fullmatch(item["sk"]["S"])
    if place is None:
        return None
    at, chain, number = place.groups()
    try:
        return Record(
            item["pk"]["S"].removeprefix(PREFIX), chain, int(number), int(at), item["who"]["S"], item["what"]["S"],
            item["session"]["S"], int(item["epoch"]["N"]) if "epoch" in item else None,
            item["fact"]["S"] if "fact" in item else "", bytes(item["link"]["B"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def is_old(item: Item) -> bool:
    """Whether the row is a record of an older version, which made no chains."""
    return _OLD.fullmatch(item["sk"]["S"]) is not None and {"who", "what", "session"} <= item.keys()


def seal_item(seal: Seal) -> Item:
    """A seal's row; its number alone is the key, so that of two sweeps one wins."""
    heads = [f"{head.day}#{head.chain}#{head.number}#{head.link.hex()}" for head in seal.heads]
    return {
        **key(SEALS, f"{seal.number:09d}"),
        "at": attribute(seal.at), "after": attribute(seal.after), "previous": attribute(seal.previous),
        "heads": attribute(heads), "link": attribute(seal.link), "expires_at": attribute(expires_at(day_of(seal.at))),
    }  # fmt: skip


def read_seal(item: Item) -> Seal | None:
    """The seal of a row; None for a row that is none."""
    try:
        heads = tuple(_head(text) for text in plain(item["heads"]))
        return Seal(
            int(item["sk"]["S"]), plain(item["at"]), plain(item["after"]), plain(item["previous"]), heads,
            plain(item["link"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def _head(text: str) -> Head:
    day, chain, number, link = text.split("#")
    return Head(day, chain, int(number), bytes.fromhex(link))
