"""Counsellors race for waiting sessions through HTTP: who got what, what was lost, and whom a claim passed over.

``python -m bench.race --claims 10000`` runs it against the hub of ``.local/hub.json`` (or ``--hub``).
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.hub import Counsellor, Hub

__all__ = ["Claim", "Outcome", "most_passed_over", "race"]

MOST_WAITING = 200
FEEDERS = 16


@dataclass(frozen=True)
class Claim:
    """One claim: what was got by whom, when it was due and when it was claimed by the hub's clock (RFC 3339)."""

    id: str
    epoch: int
    who: str
    due: str
    claimed: str


@dataclass
class Outcome:
    """What happened."""

    created: set[str] = field(default_factory=set)
    claims: list[Claim] = field(default_factory=list)
    refusals: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def double(self) -> int:
        """Sessions that more than one counsellor got."""
        return sum(n > 1 for n in Counter(claim.id for claim in self.claims).values())

    @property
    def lost(self) -> int:
        """Sessions that were promised (201) and that nobody got, after the line was emptied."""
        return len(self.created - {claim.id for claim in self.claims})


class _Race:
    def __init__(self, hub: Hub, counsellors: list[Counsellor], wanted: int) -> None:
        self.hub, self.counsellors, self.wanted = hub, counsellors, wanted
        self.out = Outcome()
        self._lock = threading.Lock()
        self._fed = 0

    def run(self) -> Outcome:
        began = time.monotonic()
        threads = [threading.Thread(target=self._guard, args=(self._feed,)) for _ in range(FEEDERS)]
        threads += [threading.Thread(target=self._guard, args=(self._take, who)) for who in self.counsellors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.out.seconds = time.monotonic() - began
        return self.out

    def _guard(self, work: Callable[..., None], *given: Counsellor) -> None:
        try:
            work(*given)
        except (OSError, HTTPException, AssertionError) as error:
            self.out.faults.append(repr(error))

    def _feed(self) -> None:
        while True:
            with self._lock:
                if self._fed >= self.wanted or self.out.faults:
                    return
                full = self._fed - len(self.out.claims) >= MOST_WAITING
                self._fed += not full
            if full:
                time.sleep(0.01)
                continue
            answer = self.hub.hand_over()
            if answer.status != 201:
                raise AssertionError((answer.status, answer.body))
            with self._lock:
                self.out.created.add(answer.json["id"])

    def _take(self, who: Counsellor) -> None:
        while len(self.out.created) < min(MOST_WAITING, self.wanted) and not self.out.faults:
            time.sleep(0.05)  # the race starts behind a full line
        while len(self.out.claims) < self.wanted and not self.out.faults:
            answer = who.ask("claims", {})
            if answer.status == 200:
                got: dict[str, Any] = answer.json
                claim = Claim(got["id"], got["epoch"], who.username, got["waiting_since"], got["claimed_at"])
                with self._lock:
                    self.out.claims.append(claim)
                closed = who.act(got, "close", reason="helped")
                if closed.status != 200:
                    self.out.refusals[closed.status] += 1
            elif answer.status == 204:
                time.sleep(0.1)
            else:
                self.out.refusals[answer.status] += 1


def race(hub: Hub, counsellors: list[Counsellor], wanted: int) -> Outcome:
    """Let the counsellors claim and close ``wanted`` sessions while a platform keeps at most 200 waiting."""
    return _Race(hub, counsellors, wanted).run()


def most_passed_over(out: Outcome) -> int:
    """The most sessions with an earlier deadline (all are of one band) that still waited when a claim was made."""
    waiting: list[str] = []
    worst = 0
    for claim in sorted(out.claims, key=lambda claim: claim.claimed, reverse=True):
        worst = max(worst, bisect_left(waiting, claim.due))
        insort(waiting, claim.due)
    return worst


def main() -> None:
    """Run a race and print what came of it; exit 1 when a session was lost or got twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--counsellors", type=int, default=32)
    parser.add_argument("--hub", type=Path, default=Path(os.environ.get("HUB_LOCAL", ".local")) / "hub.json")
    given = parser.parse_args()
    hub = Hub(given.hub)
    run = f"{time.time_ns():x}"
    team = [hub.new_counsellor(f"race-{run}-{n}") for n in range(given.counsellors)]
    out = race(hub, team, given.claims)
    passed = most_passed_over(out)
    print(f"{len(out.claims)} claims by {given.counsellors} counsellors in {out.seconds:.1f} s")
    for fault in out.faults[:3]:
        print(fault)
    print(f"double {out.double} · lost {out.lost} · refused {dict(out.refusals)} · most passed over {passed} (≤ 128)")
    raise SystemExit(bool(out.faults) or out.double > 0 or out.lost > 0 or passed > 128)


if __name__ == "__main__":
    main()
