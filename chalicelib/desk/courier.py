"""One deliverer at work for one partner: takes rows, sends, settles, several at a time and never more than go well."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock

from chalicelib.desk.base import Desk
from chalicelib.desk.waking import LINGER
from chalicelib.model import delivery
from chalicelib.model.delivery import Owed
from chalicelib.model.partner import Partner, Webhook
from chalicelib.model.session import SECOND, Session
from chalicelib.model.status import settle
from chalicelib.ports import Secrets, Sent
from chalicelib.problems import Problem

__all__ = ["HELD_FOR", "Courier", "Crew", "Delivered", "webhook_id"]

HELD_FOR = 15 * SECOND
"""How long a partner waits for another deliverer when its own has died."""
LEASE = 30 * SECOND
FIRST_WIDTH, WIDEST = 4, 16
TIRED = 8
"""So many failures one after the other end a run: a dead endpoint is asked again in the next minute."""


@dataclass
class Delivered:
    """How many deliveries arrived, failed, and were given up in one run; ``busy``: another deliverer is at it."""

    delivered: int = 0
    failed: int = 0
    parked: int = 0
    busy: int = 0


def webhook_id(keyed: Secrets, id: str, sequence: int) -> str:
    """The id of one delivery: the same at every attempt, another for each status."""
    raw = keyed.mac("delivery", id.encode(), b"%d" % sequence)[:16]
    return "msg_" + base64.b32encode(raw).decode().rstrip("=").lower()


class Crew(ThreadPoolExecutor):
    """Who carries several deliveries at a time."""

    def first(self, flying: Iterable[Future[Sent | None]]) -> tuple[set[Future[Sent | None]], set[Future[Sent | None]]]:
        """Those that have ended, as soon as one has or half a second is over, and the others."""
        ended, others = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
        return ended, others


@dataclass
class Courier:
    """One deliverer at work: few at a time at first, more as the endpoint keeps up, fewer when it does not."""

    desk: Desk
    partner: Partner
    webhook: Webhook
    token: str
    ends: int
    done: Delivered
    sleep: Callable[[float], None]
    crew: Callable[[int], Crew] = Crew
    width: int = FIRST_WIDTH
    failures: int = 0
    held: int = 0
    tried: set[tuple[str, str]] = field(default_factory=set)
    gone: bool = False
    lock: Lock = field(default_factory=Lock)

    @property
    def tired(self) -> bool:
        """Whether the endpoint should be left alone until the next minute."""
        return self.failures >= TIRED

    def go(self, known: Sequence[Owed]) -> None:
        """Until nothing is due soon, the time is over, or the endpoint seems dead."""
        flying: set[Future[Sent | None]] = set()
        waiting = list(known)
        self.held = self.desk.clock()
        with self.crew(WIDEST) as crew:
            while True:
                now = self.desk.clock()
                if now - self.held >= HELD_FOR // 3:
                    self.held = now
                    if not self.desk.deliveries.hold(self.partner.id, self.token, now=now, until=now + HELD_FOR):
                        self.ends = 0
                if now < self.ends and not self.tired:
                    waiting = self._more(waiting, now)
                    while waiting and len(flying) < self.width:
                        flying.add(crew.submit(self._one, waiting.pop(0)))
                if flying:
                    finished, flying = crew.first(flying)
                    for one in finished:
                        self._learn(one.result())
                elif not self._linger(now):
                    return

    def _more(self, waiting: list[Owed], now: int) -> list[Owed]:
        if len(waiting) >= self.width:
            return waiting
        known = {row.id for row in waiting}
        waiting = waiting + [row for row in self.untried(now) if row.id not in known]
        self.tried |= {(row.id, row.place.sk) for row in waiting}
        return waiting

    def untried(self, before: int) -> list[Owed]:
        """Rows due before then, without those of this run: an index may go on showing what is gone."""
        rows = self.desk.deliveries.due(self.partner.id, before=before, limit=4 * WIDEST)
        return [row for row in rows if (row.id, row.place.sk) not in self.tried]

    def _linger(self, now: int) -> bool:
        """Wait for what is due in a moment: a first retry comes after 5 s, not with the next minute."""
        if now >= self.ends or self.tired:
            return False
        soon = self.untried(now + LINGER)
        if not soon:
            return False
        self.sleep(min(1.0, max(0.02, (soon[0].at - now) / 1000)))
        return True

    def _learn(self, sent: Sent | None) -> None:
        if sent is None:
            return
        if delivery.answered(sent.status):
            self.failures = 0
            self.width = min(WIDEST, self.width + 1)
            return
        self.failures += 1
        if sent.status == delivery.GONE:
            self.gone, self.failures = True, TIRED
        if delivery.throttled(sent.status):
            self.width = max(1, self.width // 2)

    def _one(self, row: Owed) -> Sent | None:
        """Take, send, settle; None when there was nothing to send. A fault here leaves the lease to run out."""
        try:
            return self._take_and_send(row)
        except Problem:
            self._count(failed=1)
            return None

    def _take_and_send(self, row: Owed) -> Sent | None:
        desk = self.desk
        # A lease of its own for each: a settling that is repeated late must not pass for that of the next one taken.
        seen = desk.deliveries.take(row, token=desk.tokens().hex(), until=desk.clock() + LEASE)
        if seen is None:
            return None
        now = desk.clock()
        told = settle(seen, now)
        if not delivery.owed(told):
            desk.deliveries.settle(seen, delivery.at_rest(seen))
            return None
        if self.webhook.stopped is not None:
            desk.deliveries.settle(seen, delivery.given_up(seen, "stopped", now))
            self._count(parked=1)
            return None
        sent = self._post(told, now)
        self._settle(seen, told.sequence, sent)
        return sent

    def _post(self, told: Session, now: int) -> Sent:
        body, id, at = delivery.body(told), webhook_id(self.desk.secrets, told.id, told.sequence), now // 1000
        headers = {
            "content-type": "application/json", "user-agent": "hub3018", "webhook-id": id, "webhook-timestamp": str(at),
            "webhook-signature": self.desk.signer(self.webhook.secret, id, at, body),
        }  # fmt: skip
        return self.desk.sender(self.webhook.url, headers, body)

    def _settle(self, seen: Session, sequence: int, sent: Sent) -> None:
        desk = self.desk
        now = desk.clock()
        spread = secrets.randbelow(1000) / 1000
        after = delivery.settled(
            seen, sequence, sent.status, sent.retry_after, now, spread=spread, pace=desk.rules.pace
        )
        arrived = delivery.answered(sent.status)
        self._count(delivered=arrived, failed=not arrived)
        if sent.status == delivery.GONE:
            desk.deliveries.stop(self.partner.id, "gone", now)
        if desk.deliveries.settle(seen, after):
            self._count(parked=after.parked is not None)
        elif arrived:
            desk.deliveries.delivered(seen.id, sequence)

    def _count(self, *, delivered: bool | int = 0, failed: bool | int = 0, parked: bool | int = 0) -> None:
        with self.lock:
            self.done.delivered += delivered
            self.done.failed += failed
            self.done.parked += parked
