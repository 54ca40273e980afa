"""What comes back from a restored copy of the session table, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.aws.codec import Item, attribute, encode, key
from chalicelib.model.session import DAY, Facts, Session, State, Status
from ops.restore import lost

NOW = 1_795_345_200_000
ID = "ho_" + "a" * 26


def session(**changes: Any) -> Item:
    facts = Facts(Status.WAITING, "chat", "now", True, None)
    made = {"id": ID, "partner": "tiktok", "platform": "tiktok", "kind": "call", "locale": "fr", "created": NOW - DAY}
    made |= {"fingerprint": b"f", "facts": facts, "state": State.WAITING, "status": Status.WAITING}
    known: Any = {**made, **changes}
    return {**key(ID, "session"), **encode(Session(**known), 1)}


def rows(*items: Item) -> dict[str, Item]:
    return {item["sk"]["S"]: item for item in items}


MESSAGE = {**key(ID, "message#youth#000001"), "sealed": attribute(b"x")}
REPORT = {**key(ID, "report"), "sealed": attribute(b"x"), "expires_at": attribute(NOW // 1000 + 1)}


def names(items: list[Item]) -> list[str]:
    return [item["sk"]["S"] for item in items]


def test_a_lost_session_comes_back_after_its_messages() -> None:
    found = lost(ID, rows(session(), MESSAGE, REPORT), {}, NOW)
    assert names(found) == ["message#youth#000001", "report", "session"]


def test_what_stands_is_never_overwritten() -> None:
    moved_on = session(state=State.CLAIMED, epoch=3)
    assert names(lost(ID, rows(session(), MESSAGE), rows(moved_on), NOW)) == ["message#youth#000001"]
    assert lost(ID, rows(session(), MESSAGE), rows(moved_on, MESSAGE), NOW) == []


@pytest.mark.parametrize("word", ["erasing", "erased"])
def test_nothing_of_a_session_that_is_erased_comes_back(word: str) -> None:
    tombstone = session(state=State.CLOSED, **{word: True})
    assert lost(ID, rows(session(), MESSAGE, REPORT), rows(tombstone), NOW) == []
    assert lost(ID, rows(tombstone, MESSAGE), {}, NOW) == []


def test_what_has_expired_stays_away() -> None:
    assert names(lost(ID, rows(session(), REPORT), {}, NOW + 1000)) == ["session"]


def test_a_session_older_than_its_tombstone_would_be_stays_away() -> None:
    assert names(lost(ID, rows(session(created=NOW - 30 * DAY + 1)), {}, NOW)) == ["session"]
    assert lost(ID, rows(session(created=NOW - 30 * DAY)), {}, NOW) == []


def test_messages_without_their_session_stay_away() -> None:
    assert lost(ID, rows(MESSAGE), {}, NOW) == []


@pytest.mark.parametrize("partition", ["presence", "line", "usage#tiktok", "resume#00", "of_a_later_version"])
def test_what_the_hub_makes_anew_and_spent_codes_stay_away(partition: str) -> None:
    assert lost(partition, rows(key(partition, "x")), {}, NOW) == []


def test_a_partner_comes_back_without_its_deliverer() -> None:
    copy = rows(key("partner#tiktok", "partner"), key("partner#tiktok", "deliverer"))
    assert names(lost("partner#tiktok", copy, {}, NOW)) == ["partner"]
    assert lost("partner#tiktok", copy, rows(key("partner#tiktok", "partner")), NOW) == []


def test_audit_records_come_back() -> None:
    copy = rows(key("audit#2026-11-22", "1"), key("audit#2026-11-22", "2"))
    assert names(lost("audit#2026-11-22", copy, rows(key("audit#2026-11-22", "1")), NOW)) == ["2"]
