"""The alarms that the sweep's measures trip, and that all of them are quiet while all is well.

What the real sweep and the real doors print is read as CloudWatch would (tests/alarms.py), at the house's time.
docs/runbook.md names for each alarm the test that trips it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib import events
from chalicelib.desk import queue
from chalicelib.desk.base import change
from chalicelib.desk.claims import claim
from chalicelib.desk.deliveries import deliver
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.reconcile import SEGMENTS
from chalicelib.model import callback, hold
from chalicelib.model.delivery import due_key, due_partition
from chalicelib.model.partner import Webhook
from chalicelib.model.session import MINUTE, Reason, Session
from chalicelib.ports import Conflict, Sent
from tests.integration.test_outages import Down
from tests.integration.watched import Watched
from tests.serial import Serial

HOOK = {"M": {"url": {"S": "https://hooks.example/3018"}, "secret": {"S": "hub3018/webhook/tiktok"}}}


def test_all_is_well_and_nothing_rings(watched: Watched) -> None:
    for _ in range(6):
        queue.screen(watched.house.desk, watched.house.first)
        assert watched.tap(watched.recipe(jti=f"jti-{watched.now:020d}")) == 201
        watched.minute()
    assert watched.ringing(nobody_there=True) == set()
    assert watched.states.keys() == watched.alarms.keys()


def test_a_youth_who_waits_longer_than_the_target_rings_until_somebody_takes_the_session(watched: Watched) -> None:
    watched.hand_over()
    watched.quiet(14)
    watched.minutes(3)  # at the last of them it is over the target
    assert watched.ringing() == set()
    watched.minute()
    assert watched.ringing() == {"OldestOverTarget"}
    watched.minutes(2, swept=False)
    assert watched.ringing() == {"OldestOverTarget"}  # nobody looked: what was true stays true
    assert claim(watched.house.desk, watched.house.first, ["callback"]) is not None
    watched.minutes(2)
    assert watched.ringing() == set()


def test_danger_rings_after_its_own_target(watched: Watched) -> None:
    watched.hand_over(danger=True)
    watched.minutes(4)
    assert watched.ringing() == {"OldestOverTarget"}
    over = {point.name: point.value for point in watched.data.points if point.name.startswith("OverTarget")}
    assert over == {"OverTargetDanger": 120, "OverTargetSoon": 0, "OverTargetNormal": 0}


def test_danger_that_was_put_off_rings_after_its_own_target(watched: Watched) -> None:
    """Its row no longer tells its band, so it was measured by the normal target: fourteen minutes too late."""
    for danger in (True, False):
        session = watched.hand_over(danger=danger)
        change(
            watched.house.desk, session, lambda s, now: callback.put_off(s, now, slot=lambda at, *_: at + 10 * MINUTE)
        )
    watched.quiet(10)
    watched.minutes(4)
    assert watched.ringing() == {"OldestOverTarget"}
    over = {point.name: point.value for point in watched.data.points if point.name.startswith("OverTarget")}
    assert over == {"OverTargetDanger": 120, "OverTargetSoon": 0, "OverTargetNormal": 0}


def test_nobody_signed_in_while_open_rings_until_somebody_is_or_it_closes(watched: Watched) -> None:
    watched.minutes(2)
    assert watched.ringing(nobody_there=True) == set()
    watched.minute()
    assert watched.ringing(nobody_there=True) == {"NobodyThere"}
    queue.set_break(watched.house.desk, watched.house.first, on_break=True)  # who has a break is there
    watched.minute()
    assert watched.ringing(nobody_there=True) == set()
    watched.minutes(5)
    assert watched.ringing(nobody_there=True) == {"NobodyThere"}
    watched.use(watched.house.again(hours="Mo-Su 09:00-10:00"))  # it is after noon
    watched.minute()
    assert watched.ringing(nobody_there=True) == set()


def test_a_sweep_that_is_silent_for_three_minutes_rings_and_one_that_missed_two_does_not(watched: Watched) -> None:
    watched.minutes(2, swept=False)
    assert watched.ringing() == set()
    watched.minutes(3)
    watched.minutes(3, swept=False)
    assert watched.ringing() == {"SweepSilent"}
    watched.minutes(3)
    assert watched.ringing() == set()


def test_a_sweep_that_fails_each_minute_is_a_silent_one(watched: Watched) -> None:
    watched.use(replace(watched.house, desk=replace(watched.house.desk, sessions=_Broken(watched.house.desk.sessions))))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            events.sweep()
        watched.minute(swept=False)
    assert watched.ringing() == {"SweepSilent"}


@dataclass
class _Broken:
    """A store whose index cannot be read, by a fault of our own."""

    real: Any

    def standing(self, *_: object, **__: object) -> list[str]:
        """Fail."""
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def test_a_session_that_cannot_be_settled_for_five_minutes_rings(watched: Watched) -> None:
    session = watched.hand_over()
    assert claim(watched.house.desk, watched.house.first, ["callback"]) is not None
    watched.house.clock.pass_seconds(91)  # its lease is over
    kept = watched.house
    watched.use(replace(kept, desk=replace(kept.desk, sessions=_Contested(kept.desk.sessions, session.id))))
    watched.minutes(4)
    assert watched.ringing() == set()
    watched.minute()
    assert watched.ringing() == {"SweepFailing"}
    watched.use(replace(kept, clock=watched.house.clock))
    watched.minute()
    assert watched.ringing() == set()
    assert kept.desk.sessions.get(session.id, strong=True) is not None


def test_an_erasing_that_fails_for_five_minutes_rings_until_it_is_done(watched: Watched) -> None:
    """It was tried again each minute and counted nowhere: a child's words could stay for ever, and nothing rang."""
    kept, session = watched.house, watched.hand_over()
    desk = replace(kept.desk, cipher=Down(kept.desk.cipher, "forget"))
    watched.use(replace(kept, desk=desk))
    finish_erasing(desk, change(desk, session, lambda s, now: hold.close(s, Reason.CANCELLED, now)))
    kept.clock.pass_seconds(1)
    watched.minutes(4)
    assert watched.ringing() == set()
    watched.minute()
    assert watched.ringing() == {"SweepFailing"}
    watched.use(replace(kept, clock=watched.house.clock))
    watched.minute()
    assert watched.ringing() == set()
    after = kept.desk.sessions.get(session.id, strong=True)
    assert after is not None and after.erased


@dataclass
class _Contested:
    """A store where somebody else is always faster with one session."""

    real: Any
    id: str

    def replace(self, before: Session, after: Session, *, also: Sequence[str] = ()) -> Session:
        """Refuse the write."""
        if before.id == self.id:
            raise Conflict(self.real.get(before.id, strong=True))
        changed: Session = self.real.replace(before, after, also=also)
        return changed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def test_a_repair_rings(watched: Watched) -> None:
    session = watched.hand_over()
    watched.minute()
    events.reconcile()
    watched.minute()
    assert watched.ringing() == set()
    watched.house.damaged = True
    watched.house.db.update_item(  # a child in no line
        TableName="sessions", Key={"pk": {"S": session.id}, "sk": {"S": "session"}},
        UpdateExpression="REMOVE lane_pk, lane_sk",
    )  # fmt: skip
    for _ in range(SEGMENTS):  # a part of the table each minute
        events.reconcile()
        watched.minute()
        if watched.ringing():
            break
    assert watched.ringing() == {"Repaired"}
    for _ in range(6):
        events.reconcile()
        watched.minute()
    assert watched.ringing() == set()
    watched.house.damaged = False  # what the house finds at its end is sound again


def test_a_delivery_that_was_given_up_rings_until_it_is_sent_again(watched: Watched) -> None:
    watched.house.db.update_item(
        TableName="sessions", Key={"pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}},
        UpdateExpression="SET webhook = :hook", ExpressionAttributeValues={":hook": HOOK},
    )  # fmt: skip
    house = watched.house
    house.partner = replace(house.partner, webhook=Webhook(HOOK["M"]["url"]["S"], HOOK["M"]["secret"]["S"]))
    answers = [Sent(410), Sent(204)]
    desk = replace(house.desk, sender=lambda *_: answers.pop(0), signer=lambda *_: "v1,x", waker=lambda *_: None)
    watched.use(replace(house, desk=desk))
    session = watched.hand_over()
    change(desk, session, lambda s, now: hold.close(s, Reason.HELPED, now))
    watched.minute()
    assert watched.ringing() == set()
    assert deliver(desk, "tiktok", sleep=house.clock.pass_seconds, crew=Serial).parked == 1
    watched.minute()
    assert watched.ringing() == {"DeliveriesParked"}
    at = house.clock()
    house.db.update_item(  # what `partner webhook-resume` and `partner replay` do
        TableName="sessions", Key={"pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}},
        UpdateExpression="REMOVE webhook.stopped, webhook.stopped_at",
    )  # fmt: skip
    house.db.update_item(
        TableName="sessions", Key={"pk": {"S": session.id}, "sk": {"S": "session"}},
        UpdateExpression="SET due_pk = :pk, due_sk = :sk, deliver_at = :at REMOVE parked, tries",
        ExpressionAttributeValues={
            ":pk": {"S": due_partition("tiktok")}, ":sk": {"S": due_key(at, session.id)}, ":at": {"N": str(at)},
        },
    )  # fmt: skip
    house.clock.pass_seconds(1)
    assert deliver(desk, "tiktok", sleep=house.clock.pass_seconds, crew=Serial).delivered == 1
    watched.minute()
    assert watched.ringing() == set()
