"""The judge of `make kills` finds what it is there for: everything lost or doubled that a run could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bench.killing.books import Books, Deed, Kept
from bench.killing.judge import Verdict, judge
from bench.killing.ledger import Ledger
from bench.killing.lives import Life, plan_lives
from bench.killing.table import table
from bench.killing.trial import Run, Setting
from tests.hub import Answer
from tests.receiver import Arrival

PARTNERS = ("north", "south")


def told(life: Life, status: int, body: bytes = b"") -> Answer:
    text = body or b'{"id": "ho_%s", "links": {"youth": "http://hub.test/y/x"}}' % life.name.encode()
    return Answer(status, {}, text)


def happy() -> tuple[list[Life], Ledger, list[Kept], dict[str, list[Arrival]]]:
    """Two lives that went well."""
    lives, ledger = plan_lives(1, 2, PARTNERS), Ledger()
    books: list[Kept] = []
    arrivals: dict[str, list[Arrival]] = {name: [] for name in PARTNERS}
    for life in lives:
        ledger.tapped(life, told(life, 201))
        ledger.tapped(life, told(life, 200))
        ledger.claimed(life.id, 1, "one")
        ledger.acknowledged(life.id, ("youth", 1, f"{life.name} dit 1"))
        ledger.closed(life, 1, "one")
        words = (("youth", 1, f"{life.name} dit 1"), ("counsellor", 1, f"{life.name} répond 1"))
        books.append(Kept(life.id, life.partner, "closed", 1, "one", "helped", 3, False, 0, words))
        arrivals[life.partner] += [
            Arrival(1.0, f"msg_{life.name}_2", 1, life.id, "connected", 2, "ok"),
            Arrival(2.0, f"msg_{life.name}_3", 1, life.id, "closed", 3, "ok"),
        ]
    return lives, ledger, books, arrivals


def held_against(
    lives: Sequence[Life], ledger: Ledger, kept: Sequence[Kept], arrivals: Mapping[str, Sequence[Arrival]],
    **more: Any,
) -> Verdict:  # fmt: skip
    """The judgement over books whose trail tells everything, unless ``more`` says otherwise."""
    deeds: set[Deed] = {("claim", id, epoch, who) for (id, epoch), names in ledger.claims.items() for who in names}
    deeds |= {("close", id, epoch, who) for id, ends in ledger.closes.items() for epoch, who in ends}
    return judge(lives, ledger, Books(kept, **{"deeds": frozenset(deeds), **more}), arrivals)


def test_a_run_in_which_all_went_well_is_fine() -> None:
    assert held_against(*happy()).fine


@pytest.mark.parametrize(
    "more", [{"unsound": {"ho_1": ["lane"]}}, {"broken": "a link"}, {"deeds": frozenset()}], ids=["row", "link", "deed"]
)
def test_a_row_to_be_repaired_a_broken_link_and_a_deed_without_a_record_are_found(more: dict[str, Any]) -> None:
    assert not held_against(*happy(), **more).fine


def test_a_tap_that_was_answered_and_is_not_there_is_lost() -> None:
    lives, ledger, books, arrivals = happy()
    assert len(held_against(lives, ledger, books[1:], arrivals).lost) == 1


def test_a_tap_that_was_never_answered_is_lost() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.taps.pop(lives[0].jti)
    assert len(held_against(lives, ledger, books, arrivals).lost) == 1


def test_a_session_that_nobody_ended_is_lost() -> None:
    lives, ledger, books, arrivals = happy()
    assert held_against(lives, ledger, [replace(books[0], state="waiting"), books[1]], arrivals).lost


def test_words_that_were_acknowledged_and_are_not_there_are_lost_but_erased_ones_are_not() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.acknowledged(lives[0].id, ("counsellor", 2, "encore"))
    assert len(held_against(lives, ledger, books, arrivals).lost) == 1
    assert held_against(lives, ledger, [replace(books[0], words=None), books[1]], arrivals).fine


@pytest.mark.parametrize("again", [(201, b""), (200, b'{"id": "other"}')])
def test_a_tap_with_two_answers_is_doubled(again: tuple[int, bytes]) -> None:
    lives, ledger, books, arrivals = happy()
    ledger.tapped(lives[0], told(lives[0], *again))
    assert len(held_against(lives, ledger, books, arrivals).doubled) == 1


def test_a_session_of_no_tap_and_a_row_that_is_there_twice_are_doubled() -> None:
    lives, ledger, books, arrivals = happy()
    stranger = replace(books[0], id="ho_stranger")
    assert len(held_against(lives, ledger, [*books, stranger], arrivals).doubled) == 1
    assert held_against(lives, ledger, [*books, books[0]], arrivals).doubled


def test_a_claim_that_two_were_told_of_is_doubled() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.claimed(lives[0].id, 1, "two")
    assert len(held_against(lives, ledger, books, arrivals).doubled) == 1


def test_a_session_that_two_closed_is_doubled() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.claimed(lives[0].id, 2, "two")
    ledger.closed(lives[0], 2, "two")
    assert held_against(lives, ledger, books, arrivals).doubled


@pytest.mark.parametrize("kept", [{"epoch": 2}, {"holder": "two"}])
def test_an_end_that_the_books_do_not_know_is_doubled(kept: dict[str, object]) -> None:
    lives, ledger, books, arrivals = happy()
    ledger.claimed(lives[0].id, 2, "one")
    assert held_against(lives, ledger, [replace(books[0], **kept), books[1]], arrivals).doubled  # type: ignore[arg-type]


def test_an_end_that_nobody_was_told_of_is_found() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.closes.pop(lives[0].id)
    assert len(held_against(lives, ledger, books, arrivals).doubled) == 1
    ledger.ended(lives[0])
    assert held_against(lives, ledger, books, arrivals).fine, "the youth was told"


@pytest.mark.parametrize(
    "words", [(("youth", 1, "a"), ("youth", 2, "a")), (("youth", 1, "a"), ("youth", 3, "b"))], ids=["twice", "gap"]
)
def test_words_that_are_there_twice_or_with_a_gap_are_found(words: Sequence[tuple[str, int, str]]) -> None:
    lives, ledger, books, arrivals = happy()
    ledger.said.clear()
    assert held_against(lives, ledger, [replace(books[0], words=tuple(words)), books[1]], arrivals).doubled


def test_a_final_status_that_did_not_arrive_or_came_out_of_order_is_found() -> None:
    lives, ledger, books, arrivals = happy()
    mine = arrivals[lives[0].partner]
    without = {**arrivals, lives[0].partner: [one for one in mine if one.session != lives[0].id]}
    assert len(held_against(lives, ledger, books, without).undelivered) == 1
    turned = {name: seen[::-1] for name, seen in arrivals.items()}
    assert held_against(lives, ledger, books, turned).undelivered
    assert held_against(lives, ledger, [replace(books[0], owed=True), books[1]], arrivals).undelivered


def test_an_answer_that_nobody_may_get_is_not_fine() -> None:
    lives, ledger, books, arrivals = happy()
    ledger.note("a 500")
    assert not held_against(lives, ledger, books, arrivals).fine


def test_the_same_seed_plans_the_same_lives_with_every_kind_of_end() -> None:
    one, two = (plan_lives(3018, 2000, PARTNERS) for _ in range(2))
    assert [replace(life, over=two[n].over) for n, life in enumerate(one)] == two
    assert plan_lives(3019, 2000, PARTNERS)[0].jti != one[0].jti
    assert len({life.jti for life in one}) == 2000
    assert {life.end for life in one} == {"close", "leave", "cancel", "partner"}
    assert {life.first for life in one} == {"straight", "release", "hand_over", "silent"}
    assert 0.02 < sum(life.first == "silent" for life in one) / 2000 < 0.05
    assert any(life.page for life in one) and any(not life.page for life in one)


def test_the_table_tells_what_died_and_what_was_lost() -> None:
    lives, ledger, books, arrivals = happy()
    verdict = held_against(lives, ledger, books, arrivals)
    setting = Setting(2, 1, 1, 4.0, 0.25, 7)
    run = Run(setting, ledger, Books(books), verdict, Counter(api=2, front=1), Counter(ok=3, hang=1), 9.0, 2.0)
    text = table(run)
    assert "kill -9 | 3: api 2, front 1" in text and "| **lost** | **0** |" in text and "4; 1 |" in text
    bad = replace(run, verdict=Verdict(lost=["x"]))
    assert "| **lost** | **1** |" in table(bad)
