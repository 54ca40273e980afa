"""What was lost, what was doubled: the ledger of what people were told, held against the books. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.delivering import judge as deliveries
from bench.delivering.lives import Life as Delivered
from bench.killing.books import Books, Kept
from bench.killing.ledger import Ledger
from bench.killing.lives import Life
from tests.receiver import Arrival

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """In words: what was lost, what was done twice, which statuses did not arrive as promised, what the reconciler
    would repair, what the trail does not tell, and answers that nobody may get.
    """  # noqa: D205 - one sentence

    lost: Sequence[str] = ()
    doubled: Sequence[str] = ()
    undelivered: Sequence[str] = ()
    unsound: Sequence[str] = ()
    untold: Sequence[str] = ()
    wrong: Sequence[str] = ()

    @property
    def fine(self) -> bool:
        """Whether every promise was kept."""
        return not any(vars(self).values())


def judge(lives: Sequence[Life], ledger: Ledger, books: Books, arrivals: Mapping[str, Sequence[Arrival]]) -> Verdict:
    """Hold everything that was answered against what is there; ``arrivals`` by partner."""
    kept = {one.id: one for one in books.sessions}
    lost = [*_taps_lost(lives, ledger, kept), *_words_lost(lives, ledger, kept)]
    doubled = [
        *_taps_doubled(lives, ledger, books.sessions), *_claims_doubled(ledger), *_ends_doubled(lives, ledger, kept),
        *_words_doubled(books.sessions),
    ]  # fmt: skip
    undelivered = [one for partner, seen in arrivals.items() for one in _undelivered(partner, lives, seen)]
    undelivered += [f"{one.id}: still owed in the hub's own books" for one in books.sessions if one.owed]
    unsound = [f"{id}: {', '.join(kinds)}" for id, kinds in books.unsound.items()]
    return Verdict(lost, doubled, undelivered, unsound, [*_untold(ledger, books)], list(ledger.wrong))


def _taps_lost(lives: Sequence[Life], ledger: Ledger, kept: Mapping[str, Kept]) -> Iterator[str]:
    for life in lives:
        found = kept.get(life.id)
        if not ledger.taps.get(life.jti):
            yield f"{life.name}: the tap was never answered"
        elif found is None:
            yield f"{life.name}: answered, and not there"
        elif found.state != "closed":
            yield f"{life.name}: left {found.state}"


def _taps_doubled(lives: Sequence[Life], ledger: Ledger, books: Sequence[Kept]) -> Iterator[str]:
    for life in lives:
        answers = ledger.taps.get(life.jti, [])
        if sum(status == 201 for status, _ in answers) > 1 or len({body for _, body in answers}) > 1:
            yield f"{life.name}: one tap, two answers"
    ids = {life.id for life in lives}
    yield from (f"{one.id}: a session of no tap" for one in books if one.id not in ids)
    yield from (f"{id}: {n} rows" for id, n in Counter(one.id for one in books).items() if n > 1)


def _claims_doubled(ledger: Ledger) -> Iterator[str]:
    for (id, epoch), names in ledger.claims.items():
        if len(names) > 1:
            yield f"{id}: claim {epoch} was answered to {len(names)} counsellors"


def _ends_doubled(lives: Sequence[Life], ledger: Ledger, kept: Mapping[str, Kept]) -> Iterator[str]:
    for life in lives:
        ends = ledger.closes.get(life.id, set())
        if len(ends) > 1:
            yield f"{life.name}: closed under {len(ends)} claims"
        found = kept.get(life.id)
        if found is None:
            continue
        if ends and ends != {(found.epoch, found.holder)}:
            yield f"{life.name}: closed by one, and the books name another"
        if not ends and life.id not in ledger.left and found.reason == "helped":
            yield f"{life.name}: closed, and nobody was told so"
        if found.epoch > 0 and (life.id, found.epoch) not in ledger.claims and found.reason == "helped":
            yield f"{life.name}: ended under a claim that nobody was told of"


def _words_lost(lives: Sequence[Life], ledger: Ledger, kept: Mapping[str, Kept]) -> Iterator[str]:
    for life in lives:
        found = kept.get(life.id)
        if found is not None and found.words is not None:
            missing = ledger.said.get(life.id, set()) - set(found.words)
            yield from (f"{life.name}: acknowledged and not there: {side} {n}" for side, n, _ in sorted(missing))


def _words_doubled(books: Sequence[Kept]) -> Iterator[str]:
    for one in books:
        texts = Counter(text for _, _, text in one.words or ())
        yield from (f"{one.id}: said {n} times" for n in texts.values() if n > 1)
        for side in ("youth", "counsellor"):
            numbers = [n for name, n, _ in one.words or () if name == side]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{one.id}: the {side}'s words are numbered {numbers}"


def _untold(ledger: Ledger, books: Books) -> Iterator[str]:
    if books.broken:
        yield f"the trail is broken: {books.broken}"
    deeds = [("claim", id, epoch, who) for (id, epoch), names in ledger.claims.items() for who in names]
    deeds += [("close", id, epoch, who) for id, ends in ledger.closes.items() for epoch, who in ends]
    yield from (f"{id}: the trail does not tell of the {what} {epoch}" for what, id, epoch, who in deeds
                if (what, id, epoch, who) not in books.deeds)  # fmt: skip


def _undelivered(partner: str, lives: Sequence[Life], arrivals: Sequence[Arrival]) -> Iterator[str]:
    mine = [Delivered(life.name, partner, "chat", 0.0, 0.0, id=life.id) for life in lives if life.partner == partner]
    yield from deliveries.broken(mine, arrivals)
