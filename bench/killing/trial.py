"""One run: partners with failing endpoints, youths, a team, and a killer among them; then the judgement."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from bench.delivering.judge import missing
from bench.delivering.lives import Life as Delivered
from bench.delivering.partners import Enrolled, enrol, new_secret
from bench.killing.books import Books, read_books
from bench.killing.counsellors import SPECIALITY, Shift
from bench.killing.gate import Gate
from bench.killing.judge import Verdict, judge
from bench.killing.killer import Killer
from bench.killing.ledger import Ledger
from bench.killing.lives import Life, plan_lives
from bench.killing.youths import live
from tests.hub import Counsellor, Hub
from tests.misbehaviour import Plan
from tests.receiver import Receiver

__all__ = ["Run", "Setting", "trial"]

PARTNERS = ("north", "south", "east")
SWEEP_EVERY = 6.0
"""Seconds: the minute comes sooner than in life, and its process dies, too."""
ENDS_WITHIN = 300.0
ARRIVES_WITHIN = 420.0


@dataclass(frozen=True)
class Setting:
    """How many handoffs, counsellors and youths at once; a kill about every ``every`` seconds; which share of
    deliveries fails; the seed.
    """  # noqa: D205 - one sentence

    handoffs: int
    counsellors: int
    at_once: int
    every: float
    failing: float
    seed: int


@dataclass(frozen=True)
class Run:
    """What happened, and what of it was wrong. Seconds until the last session was closed, then until all was told."""

    setting: Setting
    ledger: Ledger
    books: Books
    verdict: Verdict
    killed: Counter[str]
    answered: Counter[str]
    seconds: float
    tail: float


@dataclass
class _House:
    """The trial's partners, with their endpoints and the platforms they sign for."""

    partners: Mapping[str, Enrolled]
    receivers: Mapping[str, Receiver]
    ledger: Ledger = field(default_factory=Ledger)


def trial(file: Path, folder: Path, setting: Setting, tell: Callable[[str], None] = lambda _: None) -> Run:
    """One run on the hub of this ``hub.json``, which is this trial's own; ``folder`` gets keys."""
    with contextlib.ExitStack() as stack:
        inside = Hub(file)
        gate = Gate(inside)
        stack.callback(gate.stop)
        hub = Hub(file, via=gate.url)
        house = _House(*_enrol(stack, hub, folder, setting))
        lives = plan_lives(setting.seed, setting.handoffs, PARTNERS)
        team = [_counsellor(hub, n) for n in range(setting.counsellors)]
        tell(f"{len(team)} counsellors are there")
        return _play(hub, gate, house, lives, team, setting, tell)


def _enrol(
    stack: contextlib.ExitStack, hub: Hub, folder: Path, setting: Setting
) -> tuple[dict[str, Enrolled], dict[str, Receiver]]:
    partners, receivers = {}, {}
    for name in PARTNERS:
        secret = new_secret()
        partners[name] = enrol(hub, folder, name)
        receivers[name] = stack.enter_context(Receiver([secret], Plan(setting.seed, setting.failing)))
        partners[name].hook(receivers[name].url, [secret])
    return partners, receivers


def _counsellor(hub: Hub, n: int) -> Counsellor:
    """Every fifth one is of the speciality that sessions are handed over to."""
    name = f"shift-{time.time_ns() // 1000 % 10**10:x}-{n}"
    who = hub.new_counsellor(name)
    if n % 5:
        return who
    idp, pool = hub.aws("cognito-idp"), hub.facts["engine"]["user_pool"]
    idp.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=SPECIALITY)
    return hub.counsellor(name, hub.password(name))


def _play(
    hub: Hub, gate: Gate, house: _House, lives: Sequence[Life], team: Sequence[Counsellor], setting: Setting,
    tell: Callable[[str], None],
) -> Run:  # fmt: skip
    ledger, over = house.ledger, threading.Event()
    began = time.monotonic()
    killer = Killer(hub, gate, setting.seed, setting.every, lambda: ledger.answered)
    try:
        with _sweeping(hub, over):
            shifts = [Shift(who, ledger, over) for who in team]
            _live(hub, house, lives, setting.at_once, tell)
            _until(lambda: not _open(hub, house), ENDS_WITHIN)
            closed = time.monotonic()
            over.set()
            for shift in shifts:
                shift.thread.join(timeout=200)
    finally:
        over.set()
        killer.stop()
    tell(f"all closed after {closed - began:.0f} s; waiting for the last status")
    with _sweeping(hub, done := threading.Event()):
        _until(lambda: not _untold(house, lives) and not _owed(hub, house), ARRIVES_WITHIN)
        done.set()
    told = time.monotonic()
    books = read_books(hub, {one.id: name for name, one in house.partners.items()})
    arrivals = {name: receiver.arrivals for name, receiver in house.receivers.items()}
    verdict = judge(lives, ledger, books, arrivals)
    forged = [why for receiver in house.receivers.values() for why in (*receiver.forged, *receiver.strayed)]
    return Run(
        setting=setting, ledger=ledger, books=books, killed=killer.killed, seconds=closed - began, tail=told - closed,
        verdict=replace(verdict, wrong=[*verdict.wrong, *forged]),
        answered=Counter(one.answered for seen in arrivals.values() for one in seen),
    )  # fmt: skip


def _live(hub: Hub, house: _House, lives: Sequence[Life], at_once: int, tell: Callable[[str], None]) -> None:
    """So many youths at once; the next one comes when one is over."""
    waiting = iter(list(enumerate(lives)))
    lock = threading.Lock()

    def go() -> None:
        while True:
            with lock:
                number, life = next(waiting, (-1, None))
            if life is None:
                return
            partner = house.partners[life.partner]
            live(hub, house.ledger, life, partner.platform, number)
            house.receivers[life.partner].names[life.id] = life.name
            if (number + 1) % 100 == 0:
                tell(f"{number + 1} of {len(lives)}; asked again: {dict(house.ledger.troubles)}")

    threads = [threading.Thread(target=go, name=f"youth-{n}", daemon=True) for n in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def _sweeping(hub: Hub, over: threading.Event) -> Iterator[None]:
    """The minute, now and then; a sweep whose process is killed is done by the next."""

    def run() -> None:
        while not over.wait(SWEEP_EVERY):
            with contextlib.suppress(AssertionError, BotoCoreError, ClientError):
                hub.sweep()

    thread = threading.Thread(target=run, name="minute", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=60)


def _until(so: Callable[[], bool], seconds: float) -> None:
    """Wait for it, but not for ever: the judgement tells what is missing."""
    ends = time.monotonic() + seconds
    while not so() and time.monotonic() < ends:
        time.sleep(1)


def _rows(hub: Hub, house: _House) -> list[Mapping[str, Mapping[str, str]]]:
    mine = {one.id for one in house.partners.values()}
    return [row for row in hub.rows() if row["sk"]["S"] == "session" and row["partner"]["S"] in mine]


def _open(hub: Hub, house: _House) -> bool:
    return any(row["state"]["S"] != "closed" for row in _rows(hub, house))


def _owed(hub: Hub, house: _House) -> bool:
    return any("due_pk" in row for row in _rows(hub, house))


def _untold(house: _House, lives: Sequence[Life]) -> bool:
    for name, receiver in house.receivers.items():
        mine = [Delivered(one.name, name, "chat", 0.0, 0.0, id=one.id) for one in lives if one.partner == name]
        if missing(mine, receiver.arrivals):
            return True
    return False
