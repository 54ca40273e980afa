"""Two who saw the same session write one after the other: its places follow from what both of them left."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from chalicelib.aws.codec import Item, decode, encode
from chalicelib.model import delivery
from chalicelib.model.line import Place, partition, queued
from chalicelib.model.session import MINUTE, TARGETS, Band, State
from chalicelib.model.status import settle
from tests.every_state import SESSIONS
from tests.integration.writers import LATER, VERBS, Trial
from tests.unit.made import NOON

KEYS = ("lane_pk", "lane_sk", "due_pk", "due_sk")
ON_THE_PAGE = ("youth looks", "youth writes", "youth still there", "youth types", "youth asks a code")
IN_THE_LINE = ("youth looks", "youth writes", "youth still there", "youth asks a code")
AT_THE_DESK = ("renew", "counsellor writes", "counsellor types", "counsellor asks", "triage")


def wrong(item: Item) -> dict[str, tuple[object, object]]:
    """The keys that do not follow from the rest: as they stand, and as they should be."""
    should = encode(decode(item), 1)
    return {name: (item.get(name), should.get(name)) for name in KEYS if item.get(name) != should.get(name)}


@pytest.mark.parametrize("members", SESSIONS.values(), ids=list(SESSIONS))
def test_whoever_writes_second_leaves_the_places_right(members: dict[str, Any]) -> None:
    """A write once left a place made of what it had seen: danger raised during a release waited behind the others."""
    trial = Trial()
    broken = {}
    for first, second in product(trial.writers(members), repeat=2):
        if off := wrong(trial.write(members, first, second)):
            broken[first, second] = off
    assert broken == {}


def place_of(item: Item) -> Place:
    return Place(item["lane_pk"]["S"], item["lane_sk"]["S"])


@pytest.mark.parametrize("back", ["release", "lapse", "hand over"])
def test_danger_raised_while_the_counsellor_lets_go_goes_ahead_of_the_others(back: str) -> None:
    """The child in danger waited at the place of a quarter of an hour."""
    row = queued(place_of(Trial().write(SESSIONS["claimed"], "youth in danger", back)))
    assert (row.band, row.deadline) == (Band.DANGER, row.due + TARGETS[Band.DANGER])


@pytest.mark.parametrize(
    ("members", "writes", "ends"),
    [("waiting", "youth writes", "closing time"), ("claimed", "youth writes", "close"),
     ("claimed", "counsellor writes", "youth leaves"), ("claimed", "triage", "youth cancels"),
     ("callback", "youth chooses a callback", "youth cancels")],
)  # fmt: skip
def test_words_kept_while_the_session_ends_are_erased(members: str, writes: str, ends: str) -> None:
    """Nobody knew that there was something to erase: the words and their key stayed."""
    item = Trial().write(SESSIONS[members], writes, ends)
    after = decode(item)
    assert after.state is State.CLOSED
    assert after.erased or item["lane_pk"]["S"] == partition("erase", 0)


def test_a_youth_who_is_seen_meanwhile_is_not_set_aside() -> None:
    item = Trial().write(SESSIONS["waiting, silent"], "youth looks", "set aside")
    assert not decode(item).aside
    assert place_of(item).pk == "chat#0"


def test_a_choice_made_while_the_chat_is_set_aside_stops_nobodys_claim() -> None:
    """Half of the key was written: the row could not be read, and no claim of a callback was answered any more."""
    item = Trial().write(SESSIONS["waiting, silent"], "set aside", "youth chooses a callback")
    row = queued(place_of(item))
    assert (row.place.pk, row.due, decode(item).aside) == ("callback#0", NOON - 5 * MINUTE, False)


@pytest.mark.parametrize("order", [1, -1])
def test_an_hour_chosen_while_a_delivery_is_settled_is_told_when_it_comes(order: int) -> None:
    verbs = ("youth chooses an hour", "deliverer settles, taken")[::order]
    item = Trial().write(SESSIONS["ahead, in flight"], *verbs)
    assert item["due_sk"]["S"] == delivery.due_key(LATER, item["pk"]["S"])


@pytest.mark.parametrize("order", [1, -1])
def test_what_arrived_after_all_is_owed_no_more(order: int) -> None:
    """It stood among what is owed until the next attempt, hours later."""
    verbs = ("deliverer settles, 500", "it had arrived")[::order]
    item = Trial().write(SESSIONS["owed, in flight"], *verbs)
    assert "due_pk" not in item
    assert decode(item).delivered == 2


def test_every_attempt_tells_the_moment_at_which_the_hour_came_also_after_a_claim() -> None:
    """A claim by the index alone left the moment of the step before: the same id, other bytes."""
    members = {**SESSIONS["hour has come, owed"], "sequence": 1, "stepped": NOON - 60 * MINUTE}
    seen = decode(Trial().write(members))
    claimed = decode(Trial().write(members, "claim"))
    assert (claimed.state, claimed.sequence) == (State.CLAIMED, 2)
    assert delivery.body(claimed) == delivery.body(settle(seen, NOON))


@pytest.mark.parametrize(("page", "desk"), list(product(ON_THE_PAGE, AT_THE_DESK)))
def test_the_page_and_the_desk_do_not_get_in_each_others_way(page: str, desk: str) -> None:
    for order in (1, -1):
        trial = Trial()
        trial.write(SESSIONS["active chat"], *(page, desk)[::order])
        assert trial.refused == 0


@pytest.mark.parametrize(("page", "other"), list(product(IN_THE_LINE, ("deliverer takes", "it had arrived"))))
def test_the_page_and_a_delivery_do_not_get_in_each_others_way(page: str, other: str) -> None:
    for order in (1, -1):
        trial = Trial()
        trial.write({**SESSIONS["owed"], "lane": "chat"}, *(page, other)[::order])
        assert trial.refused == 0


def test_the_verbs_write() -> None:
    """Every verb has a session on which it does something: the pairs above are pairs of real writes."""
    trial = Trial()
    assert {verb for members in SESSIONS.values() for verb in trial.writers(members)} == set(VERBS)
