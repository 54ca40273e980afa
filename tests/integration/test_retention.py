"""Everything that the hub writes is of a kind in the table of retention, and ends when that says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.aws.partner_rows import listing
from chalicelib.desk import calls, counsellors, usage, youth
from chalicelib.desk.queue import screen
from chalicelib.desk.sweep import sweep
from chalicelib.desk.youth import Wish
from chalicelib.model.retention import KEYS, KINDS, SESSIONS, Kept, kind_of
from chalicelib.model.session import Reason
from ops.row import Partner
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter
from tests.integration.test_partners import CHAT, JTI, hand_over
from tests.integration.youths import code_of, refusal

MONTH = 30 * 24 * 3600 * 1000


def stage(item: dict[str, Any]) -> str:
    """What kind of session a row is."""
    if "rehearsal" in item:
        return "rehearsal"
    return "closed" if item.get("state") == {"S": "closed"} else "open"


def kinds(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every row of both tables by its kind; a row of no kind fails."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, items in ((SESSIONS, house.items()), (KEYS, house.items("keys"))):
        for item in items:
            pk, sk = item["pk"]["S"], item.get("sk", {"S": ""})["S"]
            kept = kind_of(table, pk, sk, stage(item))
            assert kept is not None, f"a row {pk.split('#')[0]}, {sk.split('#')[0]} is of no kind in model/retention.py"
            found.setdefault(kept.name, []).append(item)
    return found


def ends(kept: Kept, items: list[dict[str, Any]], now: int) -> None:
    """Rows that must end by themselves say when; the others do not."""
    for item in items:
        assert ("expires_at" in item) == (kept.lasts is not None), kept.name
        if kept.lasts is not None:
            left = int(item["expires_at"]["N"]) * 1000 - now
            assert 0 < left <= kept.lasts, kept.name


def whole_life(house: House) -> None:
    """A bit of everything that leaves a row."""
    desk = house.desk
    row = Partner("acme", "Acme", ("acme_app",))
    house.db.put_item(TableName=house.settings.table, Item={**row.item(), **listing("acme")})
    desk.deliveries.hold("acme", "token", now=house.clock.now, until=house.clock.now + 1000)
    usage.admit(desk, house.partner, read=False)
    usage.record(desk, house.partner, "handoffs")
    sandbox = replace(house, partner=replace(house.partner, sandbox=True))
    once = {**CHAT, "subject": "sandbox:unavailable_once"}
    assert refusal(lambda: hand_over(sandbox, once, JTI + "once")) == "unavailable"
    hand_over(sandbox, once, JTI + "once")
    chat = hand_over(
        house, {**CHAT, "subject": "s", "role": "youth", "report": {"category": "hate"}}, JTI + "1"
    ).session
    cookie = enter(house, chat)
    code_of(house, chat.id, cookie)
    held = claim(house)
    youth.say(desk, chat.id, cookie, 1, "bonjour")
    counsellors.say(desk, house.first, chat.id, held.epoch, 1, "bonjour")
    counsellors.note(desk, house.first, chat.id, held.epoch, 1, "note", "", "a note")
    call = hand_over(house, CALL, JTI + "2").session
    dialled = claim(house)
    calls.reveal(desk, house.first, call.id, dialled.epoch)
    unsure = hand_over(house, {**CHAT, "session": "callback", "kind": "call"}, JTI + "3").session
    unsure_cookie = enter(house, unsure)
    youth.choose(desk, unsure.id, unsure_cookie, Wish("callback", number="06 39 98 56 78"))
    ended = hand_over(house, CHAT, JTI + "4").session
    youth.cancel(desk, ended.id, enter(house, ended))
    screen(desk, house.first)
    sweep(desk)


def test_every_row_of_a_whole_life_is_of_a_known_kind_and_ends_when_the_table_says(house: House) -> None:
    whole_life(house)
    found = kinds(house)
    in_tables = {kept.name: kept for kept in KINDS if kept.where in (SESSIONS, KEYS)}
    assert set(found) == set(in_tables), "every kind is met, so that the table names none that is not there"
    for name, items in found.items():
        ends(in_tables[name], items, house.clock.now)


def test_what_a_death_leaves_ends_by_itself_within_five_weeks(house: House) -> None:
    """Nobody comes back: no retry, no sweep. What stays for ever says nothing about anybody."""
    whole_life(house)
    for item in house.items("keys"):
        assert int(item["expires_at"]["N"]) * 1000 <= house.clock.now + MONTH + 4 * 24 * 3600 * 1000
    for item in house.items():
        if any(name in item for name in ("sealed", "text", "number", "wrapped")) and item["sk"]["S"] != "session":
            assert int(item["expires_at"]["N"]) * 1000 <= house.clock.now + MONTH + 4 * 24 * 3600 * 1000


def test_a_row_of_a_new_kind_cannot_be_forgotten(house: House) -> None:
    house.db.put_item(TableName="sessions", Item={"pk": {"S": "diary#1"}, "sk": {"S": "day"}})
    try:
        kinds(house)
    except AssertionError as found:
        assert "diary" in str(found)
    else:
        raise AssertionError("the same search does not find it")


def test_no_expiry_ever_takes_an_open_session_away(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    for _ in range(3):
        calls.reveal(house.desk, house.first, session.id, held.epoch)
    assert all("expires_at" not in item for item in house.items() if item["pk"]["S"] == session.id)
    closed = counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)
    back = counsellors.undo(house.desk, house.first, session.id, closed.epoch)
    assert back.expires_at is None
    assert all("expires_at" not in item for item in house.items() if item["pk"]["S"] == session.id)
