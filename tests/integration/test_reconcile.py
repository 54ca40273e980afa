"""The reconciler over deliberately damaged tables: what no index shows, or a wrong one, is put right and counted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import events, watch, wiring
from chalicelib.aws.codec import Item, attribute, encode, key
from chalicelib.desk import claims, counsellors, youth
from chalicelib.desk.figures import read
from chalicelib.desk.queue import screen
from chalicelib.desk.reconcile import SEGMENTS, WITHIN, Reconciled, reconcile
from chalicelib.desk.sweep import sweep
from chalicelib.desk.waking import wake_due
from chalicelib.model.line import place
from chalicelib.model.repairs import KINDS
from chalicelib.model.session import LANES, SECOND, Reason, Session, State
from chalicelib.ports import Found, Mark
from chalicelib.problems import Problem
from tests.every_state import SESSIONS, every
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_deliveries import Told, told
from tests.integration.test_partners import CHAT, JTI, UNCHOSEN, hand_over
from tests.soundness import unsound

__all__ = ["told"]

LETTERS = str.maketrans("0123456789", "abcdefghij")
GONE = {"lane_pk": None, "lane_sk": None}
UNOWED = {"due_pk": None, "due_sk": None}
DAMAGES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("waiting", GONE, "lane"),
    ("waiting", {"lane_sk": None}, "lane"),
    ("waiting", {"lane_pk": "callback#0"}, "lane"),
    ("waiting", {"lane_pk": "nowhere#0"}, "lane"),
    ("waiting", {"lane_sk": "x"}, "lane"),
    ("received", GONE, "lane"),
    ("aside", GONE, "lane"),
    ("claimed", GONE, "lane"),
    ("claimed", {"lane_sk": "another#0#x##"}, "lane"),
    ("callback ahead", {"lane_sk": "0000000000000#0000000000000#301#x##"}, "lane"),
    ("over", {"lane_pk": "chat#0"}, "lane"),
    ("over, to be erased", {"lane_pk": "closed#20779"}, "lane"),
    ("over, undo possible", GONE, "lane"),
    ("owed", UNOWED, "due"),
    ("owed", {"due_sk": "9999999999999#x"}, "due"),
    ("owed", {"due_pk": "due#meta#0"}, "due"),
    ("owed, in flight", UNOWED, "due"),
    ("ahead, in flight", {**UNOWED, "deliver_at": None}, "due"),
    ("callback ahead", {"due_pk": "due#tiktok#0", "due_sk": "1795345200000#x"}, "due"),
    ("parked", UNOWED, "due"),
    ("parked", {"due_pk": "due#tiktok#0"}, "due"),
    ("claimed", {"owner": None}, "hold"),
    ("active chat", {"lease_until": None}, "hold"),
    ("waiting", {"due": None, "deadline": None}, "turn"),
    ("callback", {"lane": None}, "turn"),
    ("claimed, youth wrote", {"sealed": None}, "erase"),
    ("over, undo possible", {"sealed": None, "youth_n": 1}, "erase"),
    ("waiting", {"expires_at": 1}, "end"),
    ("over", {"expires_at": None}, "end"),
)


def put(house: House, id: str, name: str, damage: dict[str, Any]) -> None:
    """A session as moves have left it, and then not quite."""
    item: Item = {**key(id, "session"), **encode(every(id=id)[name], 1)}
    item |= {attr: attribute(value) for attr, value in damage.items() if value is not None}
    house.db.put_item(TableName="sessions", Item={k: v for k, v in item.items() if k not in damage or damage[k]})


def damage(house: House, id: str, **values: Any) -> None:
    house.damaged = True
    row = house.db.get_item(TableName="sessions", Key=key(id, "session"))["Item"]
    kept = {name: value for name, value in row.items() if name not in values}
    new = {name: attribute(value) for name, value in values.items() if value is not None}
    house.db.put_item(TableName="sessions", Item={**kept, **new})


def ten_minutes(house: House) -> Reconciled:
    """All segments once; what was done, added up."""
    total = Reconciled()
    for _ in range(SEGMENTS):
        done = reconcile(house.desk)
        for name in ("looked", "repaired", "unreadable", "outrun", "failed", "left"):
            setattr(total, name, getattr(total, name) + getattr(done, name))
        for kind in KINDS:
            total.kinds[kind] += done.kinds[kind]
    return total


def test_every_kind_of_damage_is_repaired_and_counted_once(house: House) -> None:
    ids = ["ho_" + f"{n:026d}".translate(LETTERS) for n in range(len(DAMAGES))]
    for id, (name, values, _) in zip(ids, DAMAGES, strict=True):
        put(house, id, name, values)
    broken = unsound(house.items(), house.clock.now)
    missed = [one for id, one in zip(ids, DAMAGES, strict=True) if one[2] not in broken.get(id, ())]
    assert missed == []
    done = ten_minutes(house)
    assert (done.looked, done.repaired) == (len(DAMAGES), len(DAMAGES))
    assert (done.unreadable, done.outrun, done.failed, done.left) == (0, 0, 0, 0)
    assert done.kinds == {kind: sum(kind in kinds for kinds in broken.values()) for kind in KINDS}
    assert unsound(house.items(), house.clock.now) == {}
    assert ten_minutes(house).repaired == 0


def test_a_healthy_table_is_left_as_it_is_whatever_else_stands_in_it(house: House) -> None:
    for n, name in enumerate(SESSIONS):
        put(house, "ho_" + f"{n:026d}".translate(LETTERS), name, {})
    session = hand_over(house, {**CHAT, "report": {"category": "hate"}}).session
    cookie = enter(house, session)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    screen(house.desk, house.first)
    before = sorted(house.items(), key=str)
    done = ten_minutes(house)
    assert done == Reconciled(looked=len(SESSIONS) + 1)
    assert sorted(house.items(), key=str) == before


def test_a_session_that_no_index_showed_is_offered_and_claimed_again(house: House) -> None:
    session = hand_over(house, CHAT).session
    damage(house, session.id, **GONE)
    assert claims.claim(house.desk, house.first, LANES) is None
    assert ten_minutes(house).kinds["lane"] == 1
    again = claim(house)
    assert (again.id, again.epoch, again.deadline) == (session.id, 1, session.deadline)


def test_what_was_to_be_erased_and_stood_in_no_line_is_erased(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)
    damage(house, session.id, **GONE)
    house.clock.pass_seconds(16 * 60)
    assert sweep(house.desk).erased == 0
    ten_minutes(house)
    assert sweep(house.desk).erased == 1
    assert stored(house, session.id).number is None


def test_a_delivery_that_stood_nowhere_is_sent(told: Told) -> None:
    session = told.close(told.hand_over("jti-0123456789abcdef"))
    damage(told.house, session.id, **UNOWED)
    assert told.run().delivered == 0
    assert ten_minutes(told.house).kinds["due"] == 1
    assert told.run().delivered == 1


def test_a_hold_without_a_lease_is_kept_by_who_is_at_work_and_lost_by_who_is_not(house: House) -> None:
    ids = [hand_over(house, CHAT, f"{JTI}{n}").session.id for n in range(2)]
    held = {one.id: one for one in (claim(house), claim(house))}
    for id in ids:
        damage(house, id, lease_until=None)
    assert ten_minutes(house).kinds["hold"] == 2
    house.clock.pass_seconds(60)
    counsellors.renew(house.desk, house.first, ids[0], held[ids[0]].epoch)
    house.clock.pass_seconds(31)
    assert sweep(house.desk).lapsed == 1
    assert (stored(house, ids[0]).state, stored(house, ids[1]).state) == (State.CLAIMED, State.WAITING)


class Interrupted:
    """An inventory between whose look and whose repair somebody else writes."""

    def __init__(self, inventory: Any, write: Any) -> None:
        self._inventory, self._write = inventory, write

    def page(self, segment: int, of: int, after: Mark | None = None) -> tuple[list[Found], Mark | None]:
        found: tuple[list[Found], Mark | None] = self._inventory.page(segment, of, after)
        return found

    def repair(self, stored: Found, after: Session) -> bool:
        self._write(after.id)
        repaired: bool = self._inventory.repair(stored, after)
        return repaired


def test_whoever_writes_meanwhile_wins_and_nothing_is_repaired_from_an_old_view(house: House) -> None:
    writes = {"band": "danger", "lease_until": 7, "lane_sk": "y", "delivered": 7, "sealed": True, "youth_seen": 7}
    ids = {hand_over(house, CHAT, f"{JTI}-{name}").session.id: name for name in writes}
    for id in ids:
        damage(house, id, **GONE)
    after: dict[str, Item] = {}

    def write(id: str) -> None:
        damage(house, id, **{ids[id]: writes[ids[id]]})
        after[id] = next(item for item in house.items() if item["pk"]["S"] == id)

    interrupted: Any = Interrupted(house.desk.inventory, write)
    done = ten_minutes(replace(house, desk=replace(house.desk, inventory=interrupted)))
    assert (done.repaired, done.outrun, done.kinds["lane"]) == (0, len(ids), 0)
    assert {item["pk"]["S"]: item for item in house.items() if item["sk"]["S"] == "session"} == after
    assert ten_minutes(house).repaired == len(ids)


def test_what_cannot_be_read_is_counted_never_touched_and_stops_nobody(house: House) -> None:
    damages: tuple[dict[str, Any], ...] = (
        {"state": "lost"}, {"facts": None}, {"facts": "x"}, {"created": "soon"}, {"band": 5}, {"epoch": "one"},
        {"rehearsal": "unknown"}, {"attempts": ["x"]}, {"due": "x"}, {"partner": None},
    )  # fmt: skip
    bad = [hand_over(house, CHAT, f"{JTI}{n}").session.id for n in range(len(damages))]
    good = [hand_over(house, CHAT, f"{JTI}-{n}").session.id for n in range(2)]
    for id, values in zip(bad, damages, strict=True):
        damage(house, id, **values)
    damage(house, good[0], **GONE)
    before = [item for item in house.items() if item["pk"]["S"] in bad]
    done = ten_minutes(house)
    assert (done.looked, done.unreadable, done.repaired) == (len(bad) + 2, len(bad), 1)
    assert [item for item in house.items() if item["pk"]["S"] in bad] == before
    house.clock.pass_seconds(130)
    assert sweep(house.desk).aside == 2, "nor does it keep the sweep from the others"


def test_rows_that_say_nothing_stop_no_claim_no_sweep_no_screen_and_no_figures(house: House) -> None:
    """One such row in the lane and no claim was answered; one in any other partition and no sweep went through."""
    house.damaged = True
    for partition in ("chat#0", "callback#0", "held#0", "open#0", "erase#0", "closed#20779"):
        for n, sort_key in enumerate(("x", "0", "1#2", "#", "0#0#z#x", "1#2#3#4#5#6#7#8#9")):
            row = {"lane_pk": attribute(partition), "lane_sk": attribute(sort_key)}
            house.db.put_item(TableName="sessions", Item={**key(f"{partition}{n}", "session"), **row})
    for n in range(2):
        hand_over(house, CHAT, f"{JTI}{n}")
    first, second = claim(house), claim(house)
    counsellors.close(house.desk, house.first, first.id, first.epoch, Reason.HELPED)
    house.clock.pass_seconds(91)
    assert sweep(house.desk).lapsed == 1
    assert screen(house.desk, house.first).line.lanes["chat"].oldest is not None
    assert read(house.desk, 1)[0].figures.total.ended == 1
    assert stored(house, second.id).state is State.WAITING


@pytest.mark.parametrize("sort_key", ["#", "1#2"])
def test_a_row_of_what_is_owed_that_says_nothing_stops_no_sweep_and_is_repaired(told: Told, sort_key: str) -> None:
    for n in range(2):
        session = told.close(told.hand_over(f"jti-0123456789abcde{n}"))
    damage(told.house, session.id, due_sk=sort_key)
    sweep(told.desk)
    assert wake_due(told.desk) in (0, 1)
    began = told.house.clock.now
    told.run()
    assert told.house.clock.now - began < 10 * SECOND, "it was asked for again and again until the time was over"
    assert ten_minutes(told.house).kinds["due"] == 1
    told.house.clock.pass_seconds(1)
    assert wake_due(told.desk) == 1
    told.run()
    assert len(told.endpoint.posts) == 2


def test_a_share_too_large_for_a_minute_is_gone_on_with_in_the_next(house: House) -> None:
    pages: list[tuple[int, Mark | None]] = []

    class Slow:
        def page(self, segment: int, of: int, after: Mark | None = None) -> tuple[list[Found], Mark | None]:
            pages.append((segment, after))
            house.clock.pass_seconds(WITHIN / SECOND / 2)
            return [], {"n": len(pages)} if len(pages) in (1, 2, 4) else None

    slow: Any = Slow()
    desk = replace(house.desk, inventory=slow)
    first = house.clock.now // 60_000 % SEGMENTS
    assert [reconcile(desk).left for _ in range(3)] == [1, 0, 0]
    assert pages == [
        (first, None), (first, {"n": 1}), (first, {"n": 2}),
        ((first + 1) % SEGMENTS, None), ((first + 1) % SEGMENTS, {"n": 4}),
    ]  # fmt: skip


def test_a_page_with_too_much_to_repair_for_a_minute_is_read_again_in_the_next(house: House) -> None:
    for n in range(5):
        damage(house, hand_over(house, UNCHOSEN, f"{JTI}{n}").session.id, **GONE)

    class Whole(Interrupted):
        def page(self, segment: int, of: int, after: Mark | None = None) -> tuple[list[Found], Mark | None]:
            return super().page(0, 1, after)

    slow: Any = Whole(house.desk.inventory, lambda _: house.clock.pass_seconds(WITHIN / SECOND / 2))
    desk = replace(house.desk, inventory=slow)
    assert [(done.repaired, done.looked, done.left) for done in (reconcile(desk) for _ in range(3))] == [
        (2, 2, 1), (2, 4, 1), (1, 5, 0),
    ]  # fmt: skip


def test_a_repair_that_cannot_be_written_now_keeps_nobody_else_from_being_repaired(house: House) -> None:
    ids = [hand_over(house, UNCHOSEN, f"{JTI}{n}").session.id for n in range(3)]
    for id in ids:
        damage(house, id, **GONE)

    def refuse(id: str) -> None:
        if id == ids[1]:
            raise Problem("unavailable")

    interrupted: Any = Interrupted(house.desk.inventory, refuse)
    done = ten_minutes(replace(house, desk=replace(house.desk, inventory=interrupted)))
    assert (done.repaired, done.failed) == (2, 1)


def test_repairs_are_published_also_when_there_are_none(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wiring, "desk", lambda: house.desk)
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(watch, "note", lambda message, **fields: lines.append({"message": message, **fields}))
    session = hand_over(house, CHAT).session
    damage(house, session.id, lane_pk="nowhere#0", expires_at=9)
    for _ in range(SEGMENTS):
        events.reconcile()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = {"Repairs", "ReconcileUnreadable", "ReconcileFailed", *(f"Repairs{kind.title()}" for kind in KINDS)}
    assert all(names <= line.keys() for line in told) and len(told) == SEGMENTS
    sums = {name: sum(sum(line[name]) for line in told) for name in names}
    assert (sums["Repairs"], sums["RepairsLane"], sums["RepairsEnd"], sums["RepairsDue"]) == (1, 1, 1, 0)
    assert {line["message"] for line in lines} == {"reconciled"}
    assert {field for line in lines for field in line} <= watch.ALLOWED
    assert sum(line["repaired_lane"] for line in lines) == 1
    assert place(stored(house, session.id)).pk == "chat#0"
