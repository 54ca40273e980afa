"""Where a session stands in each state, and that it follows from just the attributes that a write guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from chalicelib.model import chat, delivery, hold, moves
from chalicelib.model.line import Place, held, place, queued
from chalicelib.model.places import ALWAYS, COMPARED, DUE, LANE, binding, due_follows, lane_follows, legible, places
from chalicelib.model.session import Attempt, Band, Facts, Reason, Session, State, Status
from tests.every_state import SESSIONS, every
from tests.unit.made import NOON, made

PARTITIONS = {
    "received": "open#0", "waiting": "chat#0", "waiting, link not opened": "chat#0", "waiting, reserved": "chat#0",
    "waiting, silent": "chat#0", "aside": "open#0", "callback": "callback#0", "callback ahead": "callback#0",
    "callback ahead, known to wait": "callback#0", "callback whose hour has come": "callback#0", "claimed": "held#0",
    "claimed, youth wrote": "held#0", "active chat": "held#0", "active callback": "held#0", "over": "closed#20779",
    "over, undo possible": "erase#0", "over, to be erased": "erase#0", "owed": "callback#0",
    "owed, in flight": "callback#0", "ahead, in flight": "callback#0", "hour has come, owed": "callback#0",
    "hour has come, in flight": "callback#0", "claimed, in flight": "held#0", "parked": "callback#0",
    "over, in flight": "closed#20779",
}  # fmt: skip
OWED = {
    "callback ahead, known to wait", "owed", "owed, in flight", "ahead, in flight", "hour has come, owed",
    "hour has come, in flight", "claimed, in flight", "over, in flight",
}  # fmt: skip
FIXED = {
    "id", "partner", "platform", "kind", "locale", "created", "fingerprint", "facts", "hooked", "rehearsal", "write_id",
}  # fmt: skip
OTHERS: dict[str, tuple[Any, ...]] = {
    "int": (0, 7, NOON - 1, NOON + 99), "bool": (False, True), "str": ("x",), "bytes": (b"x",), "None": (None,),
    "Band": tuple(Band), "Status": tuple(Status), "Reason": tuple(Reason), "Lane": ("chat", "callback"),
    "tuple[Attempt, ...]": ((), (Attempt(1, "busy"),)),
}  # fmt: skip


def changed(session: Session) -> Iterator[tuple[str, Session]]:
    """The session with each of its attributes changed, one at a time; not its state, nor what never changes."""
    for field in fields(Session):
        if field.name in FIXED | {"state"}:
            continue
        for kind in str(field.type).split(" | "):
            for value in OTHERS[kind]:
                yield field.name, replace(session, **{field.name: value})


@pytest.mark.parametrize("name", list(SESSIONS))
def test_every_state_has_its_partition_and_what_is_over_is_in_no_lane(name: str) -> None:
    session = every()[name]
    stands = places(session, 1)
    assert stands.lane is not None
    assert stands.lane.pk == PARTITIONS[name]
    assert (stands.due is not None and stands.due.pk == "due#tiktok#0") == (name in OWED)
    if not session.open:
        assert stands.lane.pk.startswith(("erase#", "closed#"))


def test_what_was_given_up_stands_with_the_partners_parked_and_a_rehearsal_in_no_lane() -> None:
    parked = places(every()["parked"], 1).due
    assert parked is not None and parked.pk == "parked#tiktok#0"
    assert places(made(rehearsal="walk"), 1).lane is None


@pytest.mark.parametrize("name", list(SESSIONS))
def test_a_place_changes_with_nothing_but_what_is_guarded(name: str) -> None:
    session = every()[name]
    stands = places(session, 1)
    for attribute, other in changed(session):
        then = places(other, 1)
        assert then.lane == stands.lane or attribute in lane_follows(session) | ALWAYS, (attribute, other)
        assert then.due == stands.due or attribute in due_follows(session), (attribute, other)


def test_everything_compared_matters_to_some_place() -> None:
    told = {
        attribute
        for session in every().values()
        for attribute, other in changed(session)
        if places(other, 1) != places(session, 1)
    }
    assert told | {"state", "tries"} == COMPARED


@pytest.mark.parametrize("name", ["waiting", "claimed", "active chat", "callback ahead", "owed, in flight"])
def test_presence_typing_and_a_message_bind_nothing(name: str) -> None:
    session = every(lane="chat", youth_n=3, counsellor_n=3)[name]
    later = NOON + 60_000
    for after in (
        moves.see_youth(session, later), replace(session, youth_typing=later), chat.still_there(session, later),
        chat.accept_message(replace(session, sealed=True), "youth", 4, later), replace(session, lease_until=later),
    ):  # fmt: skip
        differs = {one.name for one in fields(Session) if getattr(session, one.name) != getattr(after, one.name)}
        assert differs
        assert binding(session, after, differs) == binding(session, session, frozenset())


def test_a_write_that_moves_the_session_writes_both_halves_of_its_key_and_guards_what_they_say() -> None:
    held_one = every()["claimed"]
    after = hold.release(held_one)
    bound = binding(held_one, after, {"state", "owner", "holder", "claimed_at", "lease_until"})
    assert bound.written == LANE
    assert {"deadline", "due", "audience", "reserved_until", "status", "sequence"} <= bound.guarded
    gone = every()["waiting, silent"]
    assert "youth_seen" in binding(gone, chat.set_aside(gone, NOON), LANE | {"aside"}).guarded


def test_a_new_step_writes_over_the_deliverer_but_not_over_what_has_arrived() -> None:
    before = every()["owed, in flight"]
    after = delivery.step(before, before, hold.close(before, Reason.CANCELLED, NOON), NOON)
    bound = binding(before, after, {"state", "sequence", "status", "stepped", "courier", "deliver_at"})
    assert bound.written == LANE | DUE | {"courier", "deliver_at", "parked", "tries"}
    assert {"delivered", "tried"} <= bound.guarded
    assert not bound.written & bound.guarded


def test_a_key_that_says_nothing_is_passed_over() -> None:
    row = place(made())
    for bad in ("", "x", "#", "1#2", "1#2##ho", f"{row.sk[:13]}#x", "9#9#z99#ho"):
        assert list(legible(queued, [Place("chat#0", bad), row])) == [queued(row)]
    mine = place(every()["claimed"])
    assert list(legible(held, ["", "a#b", "a#b#c#d#e", mine.sk])) == [held(mine.sk)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(5, 5, True), (5, 9, True), (5, 11, False), (11, 11, True), (11, 12, False), (5, None, False)],
)
def test_two_moments_that_have_come_are_the_same_turn(one: int, other: int | None, same: bool) -> None:
    first = Place("due#a#0", delivery.due_key(one, "x"))
    second = None if other is None else Place("due#a#0", delivery.due_key(other, "x"))
    assert delivery.same_turn(first, second, 10) is delivery.same_turn(second, first, 10) is same


def test_another_partition_another_session_or_no_key_at_all_is_never_the_same_turn() -> None:
    here = Place("due#a#0", delivery.due_key(5, "x"))
    for there in (Place("due#a#1", here.sk), Place("due#a#0", delivery.due_key(5, "y")), Place("due#a#0", "x")):
        assert not delivery.same_turn(here, there, 10)
    assert delivery.same_turn(None, None, 10)


def test_a_row_that_the_clock_raises_says_so() -> None:
    come = every()["callback whose hour has come"]
    assert queued(place(come)).raised
    assert not queued(place(every()["callback"])).raised
    assert not queued(place(replace(come, status=Status.WAITING))).raised
    assert queued(place(come)).sequence == come.sequence + 1
    assert Facts(Status.WAITING, "chat", "now", True, None) == come.facts
    assert come.state is State.SCHEDULED
