"""What a session can only be by damage, and what it becomes instead: pure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from chalicelib.aws.codec import encode, key
from chalicelib.aws.inventory import found
from chalicelib.desk.reconcile import judge
from chalicelib.model.repairs import KINDS, MENDED, mend
from chalicelib.model.session import TARGETS, TOMBSTONE_LASTS, Band, Reason, Session, State
from tests.every_state import SESSIONS, every
from tests.unit.made import NOON, made

LEASE = 90_000
HOUR = 3_600_000


@pytest.mark.parametrize("name", list(SESSIONS))
@pytest.mark.parametrize("later", [0, HOUR, 90 * 24 * HOUR])
def test_a_session_that_moves_have_left_is_never_repaired(name: str, later: int) -> None:
    session = every()[name]
    stored = found({**key(session.id, "session"), **encode(session, 1)})
    assert judge(stored, NOON + later, LEASE, 1) == (session, frozenset())


def test_a_sandboxs_rehearsal_is_never_repaired() -> None:
    session = made(rehearsal="walk", state=State.RECEIVED, hooked=True, stepped=NOON, expires_at=NOON // 1000 + 86_400)
    stored = found({**key(session.id, "session"), **encode(session, 1)})
    assert judge(stored, NOON, LEASE, 1) == (session, frozenset())


def mended(name: str, **damage: Any) -> tuple[Session, list[str]]:
    after, kinds = mend(replace(every()[name], **damage), NOON, LEASE)
    assert mend(after, NOON, LEASE) == (after, frozenset()), "mended once and for all"
    return after, sorted(kinds)


def test_nobodys_hold_goes_back_to_its_old_place() -> None:
    for owner in (None, ""):
        after, kinds = mended("claimed", owner=owner)
        assert (after.state, after.holder, after.lease_until, kinds) == (State.WAITING, None, None, ["hold"])
        assert after.deadline == every()["claimed"].deadline


def test_a_hold_without_an_end_gets_a_lease_and_is_not_taken_from_who_is_at_work() -> None:
    after, kinds = mended("active chat", lease_until=None)
    assert (after.state, after.owner, after.epoch) == (State.ACTIVE, "sub-first", 1)
    assert (after.lease_until, kinds) == (NOON + LEASE, ["hold"])


def test_what_waits_without_its_turn_is_offered_from_the_moment_it_was_asked_for() -> None:
    created, target = NOON - 300_000, TARGETS[Band.NORMAL]
    after, kinds = mended("waiting", due=None, deadline=None)
    assert (after.due, after.deadline, kinds) == (created, created + target, ["turn"])
    after, kinds = mended("waiting", due=None)
    assert (after.due, kinds) == (created, ["turn"])
    for deadline in (None, created + target + 1):
        after, kinds = mended("waiting", deadline=deadline)
        assert (after.deadline, kinds) == (created + target, ["turn"])
    after, kinds = mended("callback ahead", due=None, deadline=None, not_before=NOON + HOUR)
    assert (after.due, kinds) == (NOON + HOUR, ["turn"])


def test_a_deadline_kept_while_a_callback_is_put_off_is_no_damage() -> None:
    after, kinds = mended("callback ahead", due=NOON + HOUR, deadline=NOON - HOUR)
    assert (after.deadline, kinds) == (NOON - HOUR, [])


@pytest.mark.parametrize(("name", "lane"), [("waiting", "chat"), ("callback", "callback"), ("claimed", "chat")])
def test_what_waits_in_no_lane_waits_in_the_one_that_was_asked_for(name: str, lane: str) -> None:
    facts = replace(every()[name].facts, lane=None)
    after, kinds = mended(name, lane=None, facts=facts)
    assert (after.lane, kinds) == (lane, ["turn"])
    after, kinds = mended("waiting", lane=None, facts=replace(facts, lane="callback"))
    assert (after.lane, kinds) == ("callback", ["turn"])


def test_a_choice_not_made_yet_is_no_damage() -> None:
    assert mended("received")[1] == []


def test_a_deliverers_lease_without_an_end_is_nobodys() -> None:
    after, kinds = mended("owed, in flight", deliver_at=None)
    assert (after.courier, kinds) == (None, ["due"])


@pytest.mark.parametrize(
    "kept", [{"number": b"n"}, {"has_report": True}, {"youth_n": 1}, {"counsellor_n": 1}], ids=str
)  # fmt: skip
def test_what_was_kept_is_known_to_be_erased(kept: dict[str, Any]) -> None:
    for name in ("waiting", "over"):
        after, kinds = mended(name, **kept)
        assert (after.sealed, kinds) == (True, ["erase"])


def test_what_is_over_is_forgotten_some_day_and_what_is_open_is_not() -> None:
    after, kinds = mended("over", expires_at=None)
    assert after.closed_at is not None
    assert (after.expires_at, kinds) == ((after.closed_at + TOMBSTONE_LASTS) // 1000, ["end"])
    after, kinds = mended("over", closed_at=None, reason=None)
    assert (after.closed_at, after.reason, kinds) == (NOON, Reason.EXPIRED, ["end"])
    for name in ("received", "waiting", "callback ahead", "active chat"):
        after, kinds = mended(name, expires_at=NOON // 1000)
        assert (after.expires_at, kinds) == (None, ["end"])
    after, kinds = mended("received", rehearsal="walk")
    assert (after.expires_at, kinds) == (NOON // 1000 - 300 + 86_400, ["end"])


def test_several_faults_of_one_session_are_all_told() -> None:
    after, kinds = mended("claimed", owner=None, deadline=None, youth_n=2, expires_at=9)
    assert (after.state, kinds) == (State.WAITING, ["end", "erase", "hold", "turn"])
    assert set(kinds) < set(KINDS)


def test_every_attribute_that_a_repair_reads_is_guarded() -> None:
    """Changed one at a time: nothing that a repair does not guard changes the verdict or the repair."""
    values: dict[str, tuple[Any, ...]] = {
        "int": (0, 7, NOON + 99), "bool": (False, True), "str": ("x",), "bytes": (b"x",), "None": (None,),
        "Band": tuple(Band), "Reason": tuple(Reason), "Lane": ("chat", "callback"), "State": tuple(State),
    }  # fmt: skip
    unguarded = [field for field in fields(Session) if field.name not in MENDED | {"id"}]
    damages: tuple[dict[str, Any], ...] = (
        {},
        {"due": None, "deadline": None, "lane": None, "owner": None, "lease_until": None},
    )
    for damage in damages:
        for session in (replace(one, **damage) for one in every().values()):
            repair = _repair(session)
            for field in unguarded:
                for kind in str(field.type).split(" | "):
                    for value in values.get(kind, ()):
                        assert _repair(replace(session, **{field.name: value})) == repair, field.name


def _repair(session: Session) -> object:
    """What a repair would write: whatever it changes, as it would be."""
    after, kinds = mend(session, NOON, LEASE)
    changed = {one.name for one in fields(Session) if getattr(session, one.name) != getattr(after, one.name)}
    return sorted(kinds), {name: getattr(after, name) for name in changed}
