"""Statuses: handoffs of every magic subject are walked to their end by polling as the documentation says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from conformance.checks import Check, Failed, expect
from conformance.facts import LADDER, WALKS
from conformance.hub.kit import HANDOFFS, PART, Kit
from conformance.wire import Answer

__all__ = ["Walk", "Walks", "first_checks", "judge", "last_checks"]

READY = ("token", "sandbox")
SLACK = 30.0
"""How much later (s) than promised an end may be seen: polls are seconds apart."""
ALWAYS = 1.0
TELLS = {
    "walk": "The usual way. Statuses never go back, and sequence tells their order.",
    "connected_after_5s": "Your screen says that somebody is there, and lets go.",
    "fast": "A poll may skip statuses, never the last one: do not wait for each of them.",
    "left": "A youth who goes away looks like any other end: nobody learns who was helped.",
    "no_answer": "A callback that nobody answers looks like any other: a status tells nothing about the child.",
    "closed": "Outside the opening hours nothing is refused: it is scheduled.",
    "accepted": "The youth has not chosen yet, and never does: it ends by itself.",
    "busy": "The line is long, and place.wait says so: show it honestly.",
}


@dataclass
class Walk:
    """One handoff on its way: (sequence, status) as first seen, and what went wrong, if anything did."""

    name: str
    id: str
    began: float
    seen: list[tuple[int, str]]
    etag: str = ""
    next: float = 0.0
    fault: str = ""
    unchanged: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


class Walks:
    """Polls all walks from one thread of its own, while other checks go on."""

    def __init__(self, kit: Kit, only: Sequence[str] = tuple(WALKS)) -> None:
        self._kit, self._only = kit, only
        self.all: dict[str, Walk] = {}

    def start(self) -> None:
        """Hand one over for each magic subject and begin to poll."""
        for name in self._only:
            answer = self._kit.hand_over(name)
            found = answer.json
            first = (int(found.get("sequence", 0)), str(found.get("status")))
            self.all[name] = Walk(name, str(found.get("id")), time.monotonic(), [first])
            _check_promise(name, answer)
        threading.Thread(target=self._poll, daemon=True).start()

    def wait(self, name: str) -> Walk:
        """The walk, ended. Raises Failed when it took too long."""
        walk, promised = self.all[name], WALKS[name][0]
        if not walk.ended.wait(max(0.0, walk.began + promised + SLACK - time.monotonic())):
            raise Failed(f"after {promised + SLACK:.0f} s it is still {walk.seen[-1][1]}")
        return walk

    def _poll(self) -> None:
        while open_ones := [walk for walk in self.all.values() if not walk.ended.is_set()]:
            due = min(open_ones, key=lambda walk: walk.next)
            time.sleep(max(0.0, due.next - time.monotonic()))
            try:
                self._look(due)
            except Exception as error:  # noqa: BLE001 - the thread's outermost ring: the walk's check tells it
                due.fault = f"a poll failed: {type(error).__name__}: {error}"
            if due.fault or due.seen[-1][1] == "closed":
                due.ended.set()

    def _look(self, walk: Walk) -> None:
        headers = {"If-None-Match": walk.etag} if walk.etag else {}
        answer = self._kit.ask("GET", f"{HANDOFFS}/{walk.id}", headers=headers)
        walk.next = time.monotonic() + (answer.retry_after or ALWAYS)
        if answer.status in (429, 503):
            return
        if answer.status == 304:
            walk.unchanged += 1
            walk.fault = _unchanged(walk, answer)
            return
        found = (answer.json.get("sequence"), answer.json.get("status"))
        if answer.status != 200 or answer.json.get("id") != walk.id:
            walk.fault = f"a poll was answered {answer}"
        elif not answer.headers.get("etag"):
            walk.fault = "the answer to a poll lacks its ETag"
        elif (answer.retry_after is None) != (found[1] == "closed"):
            walk.fault = "Retry-After must say when to poll again, until the status is closed"
        elif found != walk.seen[-1]:
            walk.seen.append((int(found[0] or 0), str(found[1])))
        walk.etag = answer.headers.get("etag", "")


def _unchanged(walk: Walk, answer: Answer) -> str:
    if answer.body:
        return "a 304 came with a body"
    return "" if answer.headers.get("etag") == walk.etag else "a 304 came with another ETag"


def _check_promise(name: str, answer: Answer) -> None:
    found = answer.json
    if name == "busy":
        expect(found["place"]["wait"] == "longer", f"place.wait of busy is {found['place']['wait']}, not longer")
    if name == "closed":
        expect(found["hours"]["open"] is False, "hours.open of closed is not false")


def first_checks(kit: Kit, walks: Walks) -> Iterator[Check]:
    """Set the walks going, and what a poll promises."""
    yield Check(
        PART, "walks", "A handoff is taken for each magic subject, and is polled from now on",
        "The sandbox plays every ending without a counsellor, so that you can test your screens.",
        walks.start, needs=READY,
    )  # fmt: skip
    yield Check(
        PART, "etag", "A poll with the last ETag is answered 304 without a body, with the same ETag and Retry-After",
        "Polls are cheap on both sides when nothing has moved.",
        lambda: _etag(kit), needs=READY,
    )  # fmt: skip
    yield Check(
        PART, "limits", "An answer says how much of your limits is left (RateLimit, RateLimit-Policy)",
        "Over a limit polls are refused with 429 and Retry-After; a handoff never is.",
        lambda: _limits(kit), needs=READY,
    )  # fmt: skip


def last_checks(walks: Walks) -> Iterator[Check]:
    """Each walk to its end."""
    for name, (seconds, path) in WALKS.items():
        yield Check(
            PART, f"walk:{name}", f"sandbox:{name} goes {' → '.join(path)} within {seconds:.0f} s",
            TELLS[name],
            lambda name=name: judge(walks.wait(name)), needs=("walks",),  # type: ignore[misc]
        )  # fmt: skip


def judge(walk: Walk) -> None:
    """Raise Failed unless the walk went up the ladder, on its documented way, to closed."""
    path = WALKS[walk.name][1]
    expect(not walk.fault, walk.fault)
    told = " → ".join(f"{status} ({sequence})" for sequence, status in walk.seen)
    rungs = [LADDER.index(status) if status in LADDER else -1 for _, status in walk.seen]
    sequences = [sequence for sequence, _ in walk.seen]
    expect(rungs == sorted(set(rungs)), f"the statuses went back, or one is unknown: {told}")
    expect(sequences == sorted(set(sequences)), f"the sequence did not grow: {told}")
    strange = [status for _, status in walk.seen if status not in path]
    expect(not strange, f"{', '.join(strange)} is not on its way: {told}")
    expect(walk.seen[-1] == (len(path), "closed"), f"the end is not closed with sequence {len(path)}: {told}")


def _etag(kit: Kit) -> None:
    path = f"{HANDOFFS}/{kit.hand_over('accepted').json['id']}"
    first = kit.ask("GET", path)
    etag = first.headers.get("etag", "")
    expect(first.status == 200 and etag, f"a poll was answered {first}, with ETag {etag or 'missing'}")
    again = kit.ask("GET", path, headers={"If-None-Match": etag})
    expect(again.status == 304, f"a poll with {etag} was answered {again}")
    expect(not again.body, "the 304 has a body")
    expect(again.headers.get("etag") == etag, "the 304 has another ETag")
    expect(first.retry_after is not None and again.retry_after is not None, "Retry-After is missing")
    other = kit.ask("GET", path, headers={"If-None-Match": '"0"'})
    expect(other.status == 200, f"a poll with another ETag was answered {other}")


def _limits(kit: Kit) -> None:
    answer = kit.ask("GET", f"{HANDOFFS}/{kit.hand_over('fast').json['id']}")
    for name in ("RateLimit", "RateLimit-Policy"):
        expect(answer.headers.get(name.lower()), f"{name} is missing in the answer {answer.status}")
