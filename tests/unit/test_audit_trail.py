"""The audit trail's links: an untouched trail is whole, and whatever is done to one of its rows is named."""

from __future__ import annotations

import copy
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws.audit_rows import SEALS, record_item, seal_item
from chalicelib.aws.codec import key
from chalicelib.model.audit import (
    KEPT_DAYS,
    WORDS,
    Head,
    Record,
    Seal,
    check_words,
    day_of,
    days_between,
    days_later,
    expires_at,
    fresh_heads,
    link_of,
    seal_link,
)
from chalicelib.model.session import DAY, MINUTE, SECOND, Band
from ops.trail import Fault, Verdict, verify

FIRST, NEXT = "2026-11-22", "2026-11-23"
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
SESSION = "ho_" + "a" * 26
Rows = list[dict[str, Any]]


def mac(purpose: str, *parts: bytes) -> bytes:
    """A keyed hash like the stage's own."""
    text = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose.encode(), *parts))
    return hmac.digest(b"the stage's secret", text, hashlib.sha256)


def unkeyed(purpose: str, *parts: bytes) -> bytes:
    """What somebody has who knows everything but the secret."""
    text = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose.encode(), *parts))
    return hashlib.sha256(text).digest()


class Book:
    """A trail in the making."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.records: list[Record] = []
        self.sealed: dict[tuple[str, str], int] = {}
        self.last: Seal | None = None

    def write(self, chain: str, at: int, *, by: Callable[..., bytes] = mac) -> None:
        day = day_of(at)
        before = [one for one in self.records if (one.day, one.chain) == (day, chain)]
        record = Record(day, chain, len(before) + 1, at, "first", "claim", SESSION, 1)
        record = replace(record, link=link_of(by, before[-1].link if before else b"", record))
        self.records.append(record)
        self.rows.append(record_item(record))

    def seal(self, at: int) -> None:
        heads = fresh_heads(self.records, self.sealed)
        number, after, previous = (self.last.number, self.last.at, self.last.link) if self.last else (0, 0, b"")
        made = Seal(number + 1, at, after, previous, tuple(heads))
        self.last = replace(made, link=seal_link(mac, made))
        self.sealed |= {(head.day, head.chain): head.number for head in heads}
        self.rows.append(seal_item(self.last))


@pytest.fixture(scope="module")
def whole() -> Rows:
    """Two days: two processes on the first, one on the second; five seals, the last of them over all there is."""
    book = Book()
    for n in range(4):
        book.write("aa", NOON + n * 20 * SECOND)
        book.write("bb", NOON + n * 20 * SECOND + 7)
        if n in (1, 3):
            book.seal(NOON + n * MINUTE)
    book.write("aa", NOON + 11 * 3600 * SECOND)
    book.seal(NOON + 12 * 3600 * SECOND + SECOND)  # a minute past midnight, over the last of the day before
    for n in range(3):
        book.write("cc", NOON + DAY + n * 20 * SECOND)
    book.seal(NOON + DAY + MINUTE)
    book.write("cc", NOON + DAY + 2 * MINUTE)
    book.seal(NOON + DAY + 3 * MINUTE)
    return book.rows


def judge(rows: Iterable[dict[str, Any]], **more: Any) -> Verdict:
    return verify(rows, mac, **more)


def named(rows: Rows) -> tuple[str, str, int]:
    fault = judge(rows).fault
    assert fault is not None
    return fault.day, fault.chain, fault.number


def at(rows: Rows, day: str, chain: str, number: int) -> dict[str, Any]:
    (found,) = [
        row for row in rows if row["pk"]["S"] == f"audit#{day}" and row["sk"]["S"].endswith(f"{chain}#{number:06d}")
    ]
    return found


def seal_row(rows: Rows, number: int) -> dict[str, Any]:
    (found,) = [row for row in rows if row["pk"]["S"] == SEALS and int(row["sk"]["S"]) == number]
    return found


def without(rows: Rows, *gone: dict[str, Any]) -> Rows:
    return [row for row in rows if not any(row is one for one in gone)]


def test_an_untouched_trail_is_whole_in_whatever_order_it_is_read(whole: Rows) -> None:
    found = judge(reversed(whole), now=NOON + 2 * DAY)
    assert found.fault is None
    first, second = found.days[FIRST], found.days[NEXT]
    assert (first.records, first.chains, first.seals, first.unsealed, first.old) == (9, 2, 2, 0, 0)
    assert (second.records, second.chains, second.seals, second.unsealed) == (4, 1, 3, 0)
    assert found.last is not None and found.last.number == 5


def test_every_single_row_is_missed_but_the_last_seal(whole: Rows) -> None:
    missed = [row for row in whole if judge(without(whole, row)).fault is not None]
    assert without(whole, *missed) == [seal_row(whole, 5)]


def test_every_single_attribute_of_every_row_is_held_by_a_link(whole: Rows) -> None:
    def other(value: dict[str, Any]) -> dict[str, Any]:
        ((kind, inner),) = value.items()
        match kind:
            case "N":
                return {"N": str(int(inner) + 1)}
            case "B":
                return {"B": b"x" + inner[1:]}
            case "L":
                return {"L": inner[:-1]}
        return {"S": inner[:-1] + ("0" if inner[-1] != "0" else "1")}

    unnoticed = []
    for place, row in enumerate(whole):
        for name in row:
            changed = copy.deepcopy(whole)
            changed[place][name] = other(row[name])
            if judge(changed).fault is None:
                unnoticed.append((row["pk"]["S"], row["sk"]["S"], name))
    assert unnoticed == []


def test_a_changed_record_is_named_by_day_chain_and_number(whole: Rows) -> None:
    rows = copy.deepcopy(whole)
    at(rows, FIRST, "bb", 2)["who"] = {"S": "second"}
    assert judge(rows).fault == Fault(
        FIRST, "bb", 2, "was changed, or does not belong here: its link does not fit"
    )  # fmt: skip


def test_a_record_with_a_removed_epoch_or_another_word_is_named(whole: Rows) -> None:
    rows = copy.deepcopy(whole)
    del at(rows, NEXT, "cc", 1)["epoch"]
    assert named(rows) == (NEXT, "cc", 1)
    rows = copy.deepcopy(whole)
    at(rows, NEXT, "cc", 2)["fact"] = {"S": "same_youth"}
    assert named(rows) == (NEXT, "cc", 2)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_deleted_record_is_named_wherever_it_stood(whole: Rows, number: int) -> None:
    assert named(without(whole, at(whole, FIRST, "bb", number))) == (FIRST, "bb", number)


def test_a_chain_cut_at_its_end_is_known_by_its_seal(whole: Rows) -> None:
    fault = judge(without(whole, *(at(whole, FIRST, "aa", n) for n in (4, 5)))).fault
    assert fault == Fault(FIRST, "aa", 4, "is missing; seal 2 knows it")


def test_a_chain_deleted_whole_is_known_by_its_seal(whole: Rows) -> None:
    fault = judge(without(whole, *(at(whole, FIRST, "bb", n) for n in range(1, 5)))).fault
    assert fault == Fault(FIRST, "bb", 1, "is missing; seal 1 knows it")


def test_two_records_that_changed_places_are_named(whole: Rows) -> None:
    rows = copy.deepcopy(whole)
    one, two = at(rows, FIRST, "aa", 2), at(rows, FIRST, "aa", 3)
    one["sk"], two["sk"] = two["sk"], one["sk"]
    assert named(rows) == (FIRST, "aa", 2)


def test_a_record_that_stands_twice_or_on_another_day_is_named(whole: Rows) -> None:
    twice = {**at(whole, FIRST, "aa", 2), "sk": {"S": f"{NOON + 1:013d}#aa#000002"}}
    assert named([*whole, twice]) == (FIRST, "aa", 2)
    moved = [{**row, "pk": {"S": f"audit#{NEXT}"}, "expires_at": {"N": str(expires_at(NEXT))}} for row in whole[:2]]
    assert named([*whole, *moved]) == (NEXT, "aa", 1)


def test_records_forged_without_the_secret_are_named_in_an_old_chain_and_in_a_new_one(whole: Rows) -> None:
    last = at(whole, NEXT, "cc", 4)["link"]["B"]
    forged = Record(NEXT, "cc", 5, NOON + DAY + 5 * MINUTE, "nobody", "reveal", SESSION, 1)
    forged = replace(forged, link=link_of(unkeyed, last, forged))
    assert named([*whole, record_item(forged)]) == (NEXT, "cc", 5)
    alone = Book()
    alone.write("dd", NOON, by=unkeyed)
    assert named([*whole, *alone.rows]) == (FIRST, "dd", 1)


def test_a_chain_rewritten_from_one_record_on_without_the_secret_is_named_at_that_record(whole: Rows) -> None:
    rows = copy.deepcopy(whole)
    previous = at(rows, FIRST, "aa", 2)["link"]["B"]
    for number in (3, 4, 5):
        old = at(rows, FIRST, "aa", number)
        when = int(old["sk"]["S"][:13])
        record = Record(FIRST, "aa", number, when, "second", "claim", SESSION, 1)
        record = replace(record, link=link_of(unkeyed, previous, record))
        old |= record_item(record)
        previous = record.link
    assert named(rows) == (FIRST, "aa", 3)


def test_a_valid_tail_of_other_records_than_the_seal_knows_is_named(whole: Rows) -> None:
    """Somebody with the secret but without the seals' rows rewrote it: the seal remembers another link."""
    rows = copy.deepcopy(whole)
    record = Record(FIRST, "bb", 4, NOON + MINUTE + 7, "second", "claim", SESSION, 1)
    record = replace(record, link=link_of(mac, at(rows, FIRST, "bb", 3)["link"]["B"], record))
    rows = [*without(rows, at(rows, FIRST, "bb", 4)), record_item(record)]
    assert judge(rows).fault == Fault(FIRST, "bb", 4, "is not the one that seal 2 knows")


@pytest.mark.parametrize(("number", "day"), [(1, FIRST), (2, NEXT), (3, NEXT), (4, NEXT)])
def test_a_deleted_seal_is_named_on_the_day_of_the_one_after_it(whole: Rows, number: int, day: str) -> None:
    fault = judge(without(whole, seal_row(whole, number))).fault
    assert fault == Fault(day, "seals", number, f"is missing; seal {number + 1} comes next")


def test_a_seal_that_forgets_a_chain_or_follows_another_one_is_named(whole: Rows) -> None:
    rows = copy.deepcopy(whole)
    seal_row(rows, 2)["heads"]["L"].pop()
    assert named(rows) == (FIRST, "seals", 2)
    rows = copy.deepcopy(whole)
    stranger = Seal(4, NOON + DAY + MINUTE, NOON, b"another" * 4, (Head(NEXT, "cc", 3, b"x" * 32),))
    rows = [
        *without(rows, seal_row(rows, 4)), seal_item(replace(stranger, link=seal_link(mac, stranger)))
    ]  # fmt: skip
    assert judge(rows).fault == Fault(NEXT, "seals", 4, "does not follow the seal before it")


def test_a_day_deleted_with_its_seals_is_known_by_the_next_days_seal(whole: Rows) -> None:
    rows = [row for row in whole if row["pk"]["S"] != f"audit#{FIRST}" and row is not seal_row(whole, 1)]
    assert named(without(rows, seal_row(rows, 2))) == (NEXT, "seals", 1)


def test_rows_that_are_no_records_and_records_without_a_link_are_named(whole: Rows) -> None:
    assert named([*whole, {**key(f"audit#{NEXT}", "whatever")}]) == (NEXT, "none", 0)
    assert named([*whole, {**key(SEALS, "000000006"), "link": {"B": b""}}]) == (NEXT, "seals", 6)
    old = {"who": {"S": "x"}, "what": {"S": "reveal"}, "session": {"S": SESSION}}
    late = {**key(f"audit#{NEXT}", f"{NOON + DAY:013d}#{'0' * 32}"), **old}
    assert named([*whole, late]) == (NEXT, "none", 0)


def test_records_of_before_there_were_chains_are_counted_not_called_broken(whole: Rows) -> None:
    old = {"who": {"S": "x"}, "what": {"S": "reveal"}, "session": {"S": SESSION}}
    rows = [{**key(f"audit#{day}", f"{NOON:013d}#{'0' * 32}"), **old} for day in ("2026-11-20", FIRST)]
    found = judge([*whole, *rows])
    assert found.fault is None
    assert (found.days["2026-11-20"].old, found.days[FIRST].old, found.days[FIRST].records) == (1, 1, 9)


def test_what_has_no_seal_yet_is_counted_and_after_an_hour_it_is_a_fault(whole: Rows) -> None:
    rows = without(whole, seal_row(whole, 5))
    found = judge(rows, now=NOON + DAY + 10 * MINUTE)
    assert (found.fault, found.days[NEXT].unsealed) == (None, 1)
    late = judge(rows, now=NOON + DAY + 63 * MINUTE).fault
    assert late == Fault(NEXT, "cc", 4, "has had no seal for more than an hour")


def test_the_first_of_several_broken_links_is_named_by_day(whole: Rows) -> None:
    rows = without(whole, at(whole, NEXT, "cc", 1), at(whole, FIRST, "bb", 3), seal_row(whole, 4))
    assert named(rows) == (FIRST, "bb", 3)


def test_one_day_is_judged_by_its_records_and_the_seals_since_the_day_before(whole: Rows) -> None:
    second = judge(whole, since=FIRST, only=NEXT)
    assert (second.fault, list(second.days)) == (None, [FIRST, NEXT])
    assert (second.days[FIRST].records, second.days[NEXT].records) == (0, 4)
    broken = without(whole, at(whole, FIRST, "bb", 3), at(whole, NEXT, "cc", 2))
    assert judge(broken, since=FIRST, only=NEXT).fault == Fault(NEXT, "cc", 2, "is missing; seal 4 knows it")


def test_what_has_expired_is_not_missed_but_a_front_cut_off_before_its_time_is(whole: Rows) -> None:
    expired = [row for row in whole if row["pk"]["S"] not in (f"audit#{FIRST}",) and row is not seal_row(whole, 1)]
    expired = without(expired, seal_row(whole, 2))
    assert judge(expired, since=NEXT).fault is None
    assert judge(whole, since=NEXT).fault is None, "nor is it minded while the table has not deleted it yet"
    assert judge(without(expired, seal_row(whole, 3)), since=NEXT).fault == Fault(
        NEXT, "seals", 1, "is missing; seal 4 comes next"
    )  # fmt: skip


def test_everything_of_one_day_expires_at_one_moment_a_year_after_it() -> None:
    gone = datetime.fromtimestamp(expires_at(FIRST), UTC)
    assert gone.isoformat() == "2027-11-23T00:00:00+00:00"
    assert days_later(FIRST, KEPT_DAYS) == "2027-11-22"
    assert days_between("2028-02-28", "2028-03-01") == ["2028-02-28", "2028-02-29", "2028-03-01"]


def test_a_gap_is_not_sealed_over() -> None:
    records = [Record(FIRST, "aa", n, NOON, "x", "claim", SESSION, link=bytes([n])) for n in (1, 2, 4)]
    assert fresh_heads(records, {}) == [Head(FIRST, "aa", 2, b"\2")]
    assert fresh_heads(records, {(FIRST, "aa"): 2}) == []
    assert fresh_heads(records[1:2], {(FIRST, "aa"): 1}) == [Head(FIRST, "aa", 2, b"\2")]


@pytest.mark.parametrize(
    ("what", "session", "fact"),
    [
        ("reveal", SESSION, "+33639980042"), ("reveal", "+33639980042", ""), ("a call", SESSION, ""),
        ("partner.add", SESSION, ""), ("claim", "partner#acme", ""), ("partner.Add!", "partner#acme", ""),
        ("close", SESSION, "went home"), ("reveal", f"{SESSION}\n", ""), ("table.restore", "table#+33 639980042", ""),
        ("table.delete", "table#sessions", ""), ("partner.restore", "table#sessions", ""),
    ],
)  # fmt: skip
def test_there_is_no_room_for_a_number_or_a_text(what: str, session: str, fact: str) -> None:
    with pytest.raises(ValueError, match="not a word"):
        check_words(what, session, fact)


def test_the_words_of_every_deed_have_room() -> None:
    for what in WORDS:
        check_words(what, SESSION, "")
    for band in Band:
        check_words("triage", SESSION, band)
    check_words("partner.key-rotate", "partner#acme", "")
    check_words("table.restore", "table#helpline-Sessions-1AB2C3-copy", "")
