"""Every outside call of every use case, died at and lost: the sweep itself, and proof that it would notice."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import chalicelib.desk
from chalicelib.aws.sessions import TableSessions
from chalicelib.desk import (
    base,
    courier,
    erasing,
    holding,
    notes,
    numbers,
    queue,
    resume,
    standing,
    trail,
    transcript,
    turns,
    waking,
    youth,
)  # fmt: skip
from chalicelib.desk.base import Desk
from chalicelib.model.hold import begin_erasing, end_erasing
from chalicelib.model.session import Session
from chalicelib.ports import Sent
from tests.crashpoints.all import CASES
from tests.crashpoints.case import Case
from tests.crashpoints.sweep import go_through

INNER: dict[Callable[..., Any], str] = {
    base.change: "every verb that writes",
    base.find: "every verb that reads strongly",
    erasing.finish_erasing: "cancel, leave, close, the sweep, erase_session",
    erasing.forget_new_key: "say and choose after the end, receive again",
    erasing.wipe: "whatever erases",
    holding.check: "every deed of a holder",
    holding.mine: "say, note, triage, hand_over, reveal",
    holding.held: "release, close, attempt and the rest of a holder's deeds",
    numbers.check_number: "reveal",
    numbers.count_call: "reveal",
    numbers.forget_numbers: "erase_session",
    numbers.keep_number: "receive, choose",
    numbers.leave_numbers: "whatever erases",
    numbers.name_of: "a keyed hash",
    numbers.stop_number: "attempt",
    numbers.stop_numbers: "attempt, whatever erases",
    queue.expected_wait: "receive, look",
    trail.record_claim: "claim, take",
    trail.record_deed: "release, close, undo and the rest of a holder's deeds",
    base.open_sealed: "reveal, and the facts of every case",
    notes.write_note: "note, triage, hand_over",
    resume.shown_code: "makes a code, calls nobody",
    standing.ended: "the sweep",
    standing.standing: "the sweep, whoever looks at the line",
    transcript.write: "say, on both sides",
    turns.begin: "claim",
    turns.choose: "claim",
    turns.lost: "claim",
    turns.reach: "claim",
    turns.won: "claim",
    waking.endpoint: "wake_due, deliver",
    waking.rows_of: "wake_changed, deliver",
    youth.enter: "every verb of a youth",
}
"""Verbs that no door and no event calls, and the cases that go through them."""


def verbs() -> Iterator[Callable[..., Any]]:
    """Every public function of the desk that works on a desk."""
    for found in pkgutil.iter_modules(chalicelib.desk.__path__):
        module = importlib.import_module(f"chalicelib.desk.{found.name}")
        for name in module.__all__:
            member = getattr(module, name)
            if inspect.isfunction(member) and member.__module__ == module.__name__:
                first = next(iter(inspect.signature(member).parameters.values()), None)
                if first is not None and first.annotation in (Desk, "Desk"):
                    yield member


def named(name: str) -> Case:
    return next(one for one in CASES if one.name == name)


def test_every_verb_of_the_desk_has_a_case() -> None:
    covered = {verb for one in CASES for verb in one.verbs}
    missing = [f"{verb.__module__}.{verb.__name__}" for verb in verbs() if verb not in covered | set(INNER)]
    assert missing == []
    assert not covered & set(INNER)


def test_no_two_cases_have_one_name() -> None:
    assert len({one.name for one in CASES}) == len(CASES)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_nothing_is_lost_and_nothing_doubled(one: Case) -> None:
    row = go_through(one, everything=False)
    assert row.faults == []
    assert row.tried >= 2 * len(row.calls) > 0


# Would it notice? Faults as somebody might make them.


def test_a_writer_who_does_not_know_its_own_write_again_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    written = TableSessions._update

    def forgetful(self: TableSessions, id: str, change: Any) -> Any:
        winner = written(self, id, change)
        return None if winner is None else {name: value for name, value in winner.items() if name != "write_id"}

    monkeypatch.setattr(TableSessions, "_update", forgetful)
    faults = go_through(named("a session is released")).faults
    assert any("sent again: answered taken_over" in fault for fault in faults)


def test_an_erasure_that_is_said_before_it_is_done_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(desk: Desk, session: Session) -> Session:
        if session.open or session.erased or not session.sealed:
            return session
        after = base.change(desk, session, lambda s, now: end_erasing(begin_erasing(s, now)))
        erasing.wipe(desk, session)
        return after

    monkeypatch.setattr(youth, "finish_erasing", hasty)
    faults = go_through(named("a youth leaves quickly")).faults
    assert any("dies after it, nobody tries again" in fault and "a key is there" in fault for fault in faults)


def test_a_deliverer_that_notes_what_it_has_not_sent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def boastful(self: courier.Courier, told: Session, now: int) -> Sent:
        self.desk.deliveries.delivered(told.id, told.sequence)
        return posted(self, told, now)

    posted = courier.Courier._post
    monkeypatch.setattr(courier.Courier, "_post", boastful)
    faults = go_through(named("a delivery arrives")).faults
    assert any("said to have arrived, but never did" in fault for fault in faults)


def test_a_report_that_is_kept_after_its_session_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(self: TableSessions, session: Session) -> Session | None:
        first = created(self, session)
        for request in waiting:
            kept(self, **request)
        waiting.clear()
        return first

    def later(self: TableSessions, id: str, fingerprint: bytes, sealed: bytes, expires_at: int) -> bool:
        waiting[:] = [{"id": id, "fingerprint": fingerprint, "sealed": sealed, "expires_at": expires_at}]
        return True

    waiting: list[Mapping[str, Any]] = []
    created, kept = TableSessions.create, TableSessions.save_report
    monkeypatch.setattr(TableSessions, "create", late)
    monkeypatch.setattr(TableSessions, "save_report", later)
    faults = go_through(named("a callback with a report is handed over")).faults
    assert any("nobody tries again" in fault and "its report is not there" in fault for fault in faults)
