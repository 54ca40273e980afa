"""Everybody who writes sessions, each by the verb of the desk, with the view of one moment; over a table in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.codec import Item
from chalicelib.desk import calls, claims, counsellors, partners, resume, youth
from chalicelib.desk.base import Desk, change
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.ids import bound_of, cookie_for
from chalicelib.desk.youth import Wish
from chalicelib.model import callback, chat, delivery, hold, moves
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import place, queued
from chalicelib.model.partner import Partner
from chalicelib.model.session import MINUTE, Band, Reason, Session, State
from chalicelib.problems import Problem
from chalicelib.wiring import assemble
from tests.every_state import SEEN
from tests.integration.youths import Stale
from tests.simulation.clients import FakeClients
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables
from tests.stage import made_settings
from tests.unit.made import NOON, Fixed, made

__all__ = ["LATER", "VERBS", "Trial", "Writer"]

PARTNER = Partner("tiktok", frozenset({"tiktok"}), {})
FIRST = Counsellor("first", "sub-first", frozenset(), 0)
BOSS = Counsellor("boss", "sub-boss", frozenset({"supervisor"}), 0)
SETTINGS = made_settings()
LATER = NOON + 120 * MINUTE
LETTERS = str.maketrans("0123456789", "abcdefghij")


class Plain:
    """The port ``Cipher`` of a test that is not about secrets."""

    def seal(self, id: str, field: str, plain: bytes, *, number: bytes | None = None) -> bytes:
        return plain

    def numbers(self, id: str) -> Sequence[bytes]:
        return ()

    def open(self, id: str, field: str, sealed: bytes) -> bytes:
        return sealed

    def forget(self, id: str) -> None:
        pass


@dataclass(frozen=True)
class Writer:
    """Somebody who has read the session and is about to write."""

    desk: Desk
    seen: Session
    cookie: str

    @property
    def held(self) -> tuple[Desk, Counsellor, str, int]:
        return self.desk, FIRST, self.seen.id, self.seen.epoch

    @property
    def page(self) -> tuple[Desk, str, str]:
        return self.desk, self.seen.id, self.cookie

    def move(self, made: Callable[[Session, int], Session]) -> None:
        change(self.desk, self.seen, made)


def soon(at: int, not_after: int | None, zone: str | None) -> int:
    return at + 30 * MINUTE


def blind_claim(one: Writer) -> None:
    found, lane = place(one.seen), one.seen.lane
    if lane is None or found.pk != f"{lane}#0":
        return
    row = queued(found)
    if row.due <= NOON:
        one.desk.sessions.claim(
            row, lane, owner="sub-second", holder="second", now=NOON, lease=90_000, seen_after=NOON - 120_000
        )


def take_row(one: Writer) -> None:
    found = delivery.place(one.seen)
    if found is not None and one.seen.parked is None:
        one.desk.deliveries.take(delivery.owed_row(found), token="another", until=NOON + 30_000)


def settle_row(status: int) -> Callable[[Writer], None]:
    def settle(one: Writer) -> None:
        if one.seen.courier is None:
            return
        after = delivery.settled(one.seen, one.seen.sequence, status, None, NOON, spread=0, pace=1)
        if not one.desk.deliveries.settle(one.seen, after) and status == 204:
            one.desk.deliveries.delivered(one.seen.id, one.seen.sequence)

    return settle


VERBS: dict[str, Callable[[Writer], object]] = {
    "youth looks": lambda o: youth.look(*o.page),
    "youth chooses a chat": lambda o: youth.choose(*o.page, Wish("chat")),
    "youth chooses a callback": lambda o: youth.choose(*o.page, Wish("callback", number="06 39 98 12 34")),
    "youth chooses an hour": lambda o: youth.choose(
        *o.page, Wish("callback", number="06 39 98 12 34", not_before=LATER)
    ),
    "youth writes": lambda o: youth.say(*o.page, o.seen.youth_n + 1, "x"),
    "youth in danger": lambda o: youth.raise_danger(*o.page),
    "youth still there": lambda o: youth.still_there(*o.page),
    "youth types": lambda o: youth.typing(*o.page),
    "youth asks a code": lambda o: resume.issue_code(*o.page),
    "youth cancels": lambda o: youth.cancel(*o.page),
    "youth leaves": lambda o: youth.leave(*o.page),
    "partner cancels": lambda o: partners.cancel(o.desk, PARTNER, o.seen.id),
    "renew": lambda o: counsellors.renew(*o.held),
    "release": lambda o: counsellors.release(*o.held),
    "close": lambda o: counsellors.close(*o.held, Reason.HELPED),
    "undo": lambda o: counsellors.undo(*o.held),
    "counsellor writes": lambda o: counsellors.say(*o.held, o.seen.counsellor_n + 1, "x"),
    "counsellor types": lambda o: counsellors.typing(*o.held),
    "counsellor asks": lambda o: counsellors.ask_still_there(*o.held),
    "triage": lambda o: counsellors.triage(*o.held, o.seen.notes_n + 1, Band.SOON, "x"),
    "hand over": lambda o: counsellors.hand_over(
        *o.held, o.seen.notes_n + 1, speciality="lawyer", colleague=None, text="x"
    ),
    "reveal": lambda o: calls.reveal(*o.held),
    "no answer": lambda o: calls.attempt(*o.held, "no_answer"),
    "unsafe answer": lambda o: calls.attempt(*o.held, "answered_unsafe"),
    "claim": blind_claim,
    "take": lambda o: claims.take(o.desk, BOSS, o.seen.id),
    "set aside": lambda o: o.move(chat.set_aside),
    "lapse": lambda o: o.move(hold.lapse),
    "expire": lambda o: o.move(moves.expire),
    "put off": lambda o: o.move(lambda s, now: callback.put_off(s, now, slot=soon)),
    "closing time": lambda o: o.move(
        lambda s, now: hold.close(s, Reason.EXPIRED, now) if s.state is State.WAITING else s
    ),
    "erase": lambda o: finish_erasing(o.desk, o.seen),
    "deliverer takes": take_row,
    "deliverer settles, taken": settle_row(204),
    "deliverer settles, 500": settle_row(500),
    "deliverer settles, 410": settle_row(410),
    "it had arrived": lambda o: o.desk.deliveries.delivered(o.seen.id, o.seen.sequence),
}


class Trial:
    """Makes sessions alike, and lets two write each."""

    def __init__(self) -> None:
        self.made, self.refused = 0, 0
        self.table = Dynamo(read_tables(Sessions=SETTINGS.table, Keys=SETTINGS.keys_table), clock=lambda: NOON)
        clients = FakeClients(self.table, secrets={"stage": "s" * 64}, around=self._count)
        desk = assemble(SETTINGS, clock=lambda: NOON, clients=clients)
        self.desk = replace(desk, cipher=Plain(), secrets=Fixed())

    def _count(self, service: str, verb: str, request: Mapping[str, Any], call: Callable[[], Any]) -> Any:
        """How many writes to sessions were refused."""
        try:
            return call()
        except ClientError:
            self.refused += request.get("Key", {}).get("sk") == {"S": "session"}
            raise

    def session(self, members: dict[str, Any]) -> tuple[Session, str]:
        self.made += 1
        id = "ho_" + f"{self.made:026d}".translate(LETTERS)
        cookie = cookie_for(self.desk.secrets, id, b"r" * 16)
        bound = bound_of(self.desk.secrets, id, cookie)
        return made(**{"id": id, "bound": bound, **SEEN, **members}), cookie

    def write(self, members: dict[str, Any], *verbs: str) -> Item:
        session, cookie = self.session(members)
        self.desk.sessions.create(session)
        sessions: Any = Stale(self.desk.sessions, session)
        one = Writer(replace(self.desk, sessions=sessions), session, cookie)
        for verb in verbs:
            try:
                VERBS[verb](one)
            except Problem as problem:
                assert problem.code != "unavailable", (verbs, problem.reason)
        item: Item = self.table.get_item(
            TableName=SETTINGS.table, Key={"pk": {"S": session.id}, "sk": {"S": "session"}}, ConsistentRead=True
        )["Item"]
        return item

    def writers(self, members: dict[str, Any]) -> list[str]:
        """The verbs that have something to write on such a session."""
        untouched = self.write(members)
        return [verb for verb in VERBS if _content(self.write(members, verb)) != _content(untouched)]


def _content(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in ("pk", "lane_sk", "due_sk", "write_id", "bound")}
