"""Handoffs living their lives in simulated time: the real desk and adapters over a store with AWS's bill and limits.

Who is refused comes back a second later, as ``Retry-After`` says; the SDK's own retries are left out, and so are
several processes: what contention costs is another measurement's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any

from bench.scaling.keys import kind_of
from bench.scaling.mix import Mix
from chalicelib.aws.codec import attribute
from chalicelib.aws.partner_rows import keys_attribute, listing, partner_key
from chalicelib.contract import read_handoff
from chalicelib.desk import calls, claims, counsellors, partners, youth
from chalicelib.desk.base import Desk
from chalicelib.desk.deliveries import deliver
from chalicelib.desk.ids import cookie_for
from chalicelib.desk.sweep import sweep
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.partner import Partner, Webhook
from chalicelib.model.session import LANES, SECOND, Reason, Session
from chalicelib.ports import Sent
from chalicelib.problems import Problem
from chalicelib.wiring import assemble
from tests.crashpoints.world import SIGNING_KEY
from tests.integration.conftest import Clock
from tests.serial import Serial
from tests.simulation.clients import FakeClients
from tests.simulation.tables import read_tables
from tests.simulation.throttling import Limits, Throttling, Units
from tests.stage import made_settings

__all__ = ["LIVED", "Lived", "live"]

LIVED = Mix(
    chats=0.75, left=0, subjects=0.5, reports=0, biggest=1, polls=2, repeated=0, released=0, attempts=1, chat_lasts=1,
    call_lasts=1, words=4, typing=2, renewals=1, youth_looks=0, youth_seen=0, counsellor_reads=0,
    waits=0,
)  # fmt: skip
"""A short life, so that many are lived in a few seconds: three chats of four words each, then a callback."""
CROWD = 997
ERASED_AFTER = 16 * 60 * SECOND
HOOK = Webhook("https://hooks.example/3018", "hub3018/webhook/tiktok")

Step = Callable[[], None]


@dataclass
class Lived:
    """What a run came to: handoffs over, units and refusals by kind of key, over how many seconds, and what was seen.

    ``busiest``: for each kind, the most write units that one key of it took.
    """

    over: int = 0
    told: int = 0
    writes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    reads: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    refused: Counter[str] = field(default_factory=Counter)
    busiest: dict[str, float] = field(default_factory=dict)
    unknown: set[tuple[str, str, str]] = field(default_factory=set)


class _Stage:
    """The hub as one process over the throttling store, and the moments at which something happens."""

    def __init__(self, shards: int, limits: Limits | None, *, hooked: bool) -> None:
        self.clock = Clock()
        settings = made_settings(shards=shards)
        tables = read_tables(Sessions=settings.table, Keys=settings.keys_table)
        self.store = Throttling(tables, clock=self.clock, limits=limits)
        signing = json.dumps({"keys": [{"secret": SIGNING_KEY, "until": None}]})
        clients = FakeClients(self.store, secrets={"stage": "s" * 64, HOOK.secret: signing})
        self.lived = Lived()
        self.desk: Desk = replace(assemble(settings, clock=self.clock, clients=clients), sender=self._told)
        self.partner = Partner("tiktok", frozenset({"tiktok"}), {}, webhook=HOOK if hooked else None)
        self._moments: list[tuple[int, int, Step]] = []
        self._made = 0
        with self.store.free():
            self._register(settings.table)

    def _register(self, table: str) -> None:
        hook: Mapping[str, Any] = {} if self.partner.webhook is None else {
            "webhook": {"M": {"url": attribute(HOOK.url), "secret": attribute(HOOK.secret)}},
        }  # fmt: skip
        row = {"id": attribute(self.partner.id), "platforms": {"SS": ["tiktok"]}, "keys": keys_attribute({}), **hook}
        self.store.put_item(TableName=table, Item={**partner_key("tiktok"), **listing("tiktok"), **row})

    def _told(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:  # noqa: ARG002 - the port's names
        self.lived.told += 1
        return Sent(204)

    def at(self, after: int, step: Step) -> None:
        """Do it ``after`` ms from now; again a second later for as long as it is refused."""
        self._made += 1
        heappush(self._moments, (self.clock.now + after, self._made, step))

    def go(self, until: int) -> None:
        """Let time pass."""
        while self._moments and self._moments[0][0] <= until:
            at, _, step = heappop(self._moments)
            self.clock.now = max(self.clock.now, at)
            try:
                step()
            except Problem as refused:
                # A reveal that is refused after its call was counted, again and again, has used up the number's calls.
                if refused.code not in ("unavailable", "called_enough"):
                    raise
                if refused.code == "unavailable":
                    self.at((refused.retry_after or 1) * SECOND, step)
        self.clock.now = max(self.clock.now, until)

    def each_second(self, step: Step) -> None:
        """Do it now and every second; a refusal waits for the next one."""

        def again() -> None:
            self.at(SECOND, again)
            try:
                step()
            except Problem:
                return

        self.at(0, again)

    def deliver(self) -> None:
        """One run of the partner's deliverer."""
        deliver(self.desk, self.partner.id, sleep=lambda _: None, crew=Serial)


class _Life:
    """One handoff from its tap to its end. A session goes on with whoever claims it."""

    def __init__(self, stage: _Stage, number: int, mix: Mix, begun: dict[str, _Life]) -> None:
        self.stage, self.number, self.mix, self.begun = stage, number, mix, begun
        self.calls = number % 4 >= 4 * mix.chats
        self.who = Counsellor(f"c{number % CROWD}", f"sub-{number % CROWD}", frozenset(), 0)
        self.cookie = ""
        self.held: Session | None = None

    def tap(self) -> None:
        """The platform hands the youth over."""
        body: dict[str, Any] = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
        if self.calls:
            number = f"+3363998{self.number % 10_000:04d}"
            body |= {"kind": "call", "session": "callback", "callback": {"number": number}}
        if self.number % 2 < 2 * self.mix.subjects:
            body["subject"] = f"youth-{self.number}"
        raw, desk = json.dumps(body).encode(), self.stage.desk
        taken = partners.receive(desk, self.stage.partner, f"scale-jti-{self.number:09d}", raw, read_handoff(raw))
        self.begun[taken.session.id] = self
        self.cookie = cookie_for(desk.secrets, taken.session.id, desk.tokens())
        self.stage.at(500, lambda: self._open(taken.session.id))

    def _open(self, id: str) -> None:
        if not self.calls:
            youth.arrive(self.stage.desk, id, self.cookie)
        self.stage.at(500, self._claim)

    def _claim(self) -> None:
        """Take whichever is next for this counsellor: often another's session, which then goes on."""
        session = claims.claim(self.stage.desk, self.who, LANES)
        if session is None:
            raise Problem("unavailable", retry_after=1)
        other = self.begun[session.id]
        other.held, other.who = session, self.who
        steps = list(other.work(session))
        other.follow(steps)

    def follow(self, steps: list[Step]) -> None:
        """One step after the other, half a second apart."""

        def step() -> None:
            steps[0]()
            steps.pop(0)
            if steps:
                self.stage.at(500, step)

        self.stage.at(500, step)

    def work(self, session: Session) -> Iterator[Step]:
        """What is done with it until it is over."""
        desk, id, epoch, who = self.stage.desk, session.id, session.epoch, self.who
        if self.calls:
            yield lambda: _none(calls.reveal(desk, who, id, epoch))
        else:
            for n in range(1, int(self.mix.words) // 2 + 1):
                yield lambda n=n: _none(youth.say(desk, id, self.cookie, n, "bonjour"))  # type: ignore[misc]
                yield lambda n=n: _none(counsellors.say(desk, who, id, epoch, n, "bonjour"))  # type: ignore[misc]
            for _ in range(int(self.mix.typing)):
                yield lambda: counsellors.typing(desk, who, id, epoch)
        for _ in range(int(self.mix.renewals)):
            yield lambda: _none(counsellors.renew(desk, who, id, epoch))
        for _ in range(int(self.mix.polls)):
            yield lambda: _none(partners.status(desk, self.stage.partner, id))
        yield lambda: self._close(id, epoch)

    def _close(self, id: str, epoch: int) -> None:
        counsellors.close(self.stage.desk, self.who, id, epoch, Reason.HELPED)
        self.stage.lived.over += 1


def _none(_: object) -> None:
    """A step answers nothing."""


def live(
    rate: float, seconds: float, *, mix: Mix = LIVED, shards: int = 1, limits: Limits | None = None,
    erase: bool = False, warm: float = 0,
) -> Lived:  # fmt: skip
    """Let ``rate`` handoffs a second come for ``seconds``, evenly; counted from ``warm`` seconds on.

    Without ``limits`` it goes on until all are over, and with ``erase`` until all is erased.
    """
    stage = _Stage(shards, limits, hooked=mix.hooked)
    begun: dict[str, _Life] = {}
    start = stage.clock.now
    for number in range(round(rate * seconds)):
        stage.at(round(number * SECOND / rate), _Life(stage, number, mix, begun).tap)
    if mix.hooked:
        stage.each_second(stage.deliver)
    stage.go(start + round(warm * SECOND))
    stage.store.forget()
    stage.lived.over = stage.lived.told = 0
    stage.go(start + round(seconds * SECOND))
    if limits is None:
        stage.go(stage.clock.now + 60 * SECOND)
    if erase:
        stage.clock.now += ERASED_AFTER
        sweep(stage.desk)
    _count(stage.store.used.items(), stage.lived)
    return stage.lived


def _count(used: Any, lived: Lived) -> None:
    at: Any
    units: Units
    for at, units in used:
        kind = kind_of(at.table, at.index, at.key)
        if kind is None:
            lived.unknown.add((at.table, at.index, str(at.key)))
            continue
        lived.writes[kind.name] += units.writes
        lived.reads[kind.name] += units.reads
        lived.refused[kind.name] += units.refused
        lived.busiest[kind.name] = max(lived.busiest.get(kind.name, 0), units.writes)
