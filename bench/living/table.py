"""Whole lives in Markdown: what each consumed, what one of them was made of, and what is left of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.chatting.table import fill
from bench.living.spent import Spent
from bench.prices import KMS, READ, SOURCE

__all__ = ["Life", "over", "table"]

ROUNDS = 30 * 24 * 6
"""How often the reconciler reads everything while a tombstone stands: every ten minutes for 30 days."""
MONTH = 30 * 24 * 60


@dataclass(frozen=True)
class Life:
    """One life: what it consumed by purpose, the WCU and RCU allowed, how many items of how many bytes are left."""

    name: str
    ledger: Mapping[str, Spent]
    allowed: tuple[float, float]
    left: int
    bytes: int

    @property
    def whole(self) -> Spent:
        """All of it."""
        return sum(self.ledger.values(), Spent())


def over(lives: Sequence[Life]) -> list[str]:
    """The lives that consumed more than is allowed, in words."""
    return [
        f"{life.name}: {life.whole.writes:g} WCU, {life.whole.reads:g} RCU"
        for life in lives
        if life.whole.writes > life.allowed[0] or life.whole.reads > life.allowed[1]
    ]


def table(lives: Sequence[Life], empty: Spent) -> str:
    """One line for each life, the parts of the first one, and the words about both."""
    return "\n".join([*_lives(lives), "", *_parts(lives[0]), "", _explained(lives[0], empty)])


def _cells(name: str, spent: Spent) -> str:
    return (
        f"| {name} | {spent.requests} | {spent.starts} | {spent.trips} | {spent.writes:g} | {spent.reads:g} |"
        f" {spent.kms} | {spent.secrets} | {spent.people} | {spent.usd:,.0f} |"
    )


def _lives(lives: Sequence[Life]) -> list[str]:
    return [*_head("a whole life"), *(_cells(life.name, life.whole) for life in lives)]


def _parts(life: Life) -> list[str]:
    lines = [_cells(name, spent) for name, spent in life.ledger.items() if spent != Spent()]
    return [*_head(f"*{life.name}*, in parts"), *lines]


def _head(what: str) -> list[str]:
    names = ("requests", "functions started", "trips", "WCU", "RCU", "KMS", "Secrets Manager", "Cognito")
    return [f"| {what} | {' | '.join(names)} | USD per million |", "|---" * (len(names) + 2) + "|"]


def _explained(first: Life, empty: Spent) -> str:
    rounds = ROUNDS * first.bytes / 4096
    return fill(
        f"""Each life is played once, from the tap until its personal data is erased, on the engine's tables by the
        deployed app in this process; the clock is pushed, nothing else runs, so a second run consumes the same. Both
        pages stay in sight and look each second while they talk; a console that holds several chats shares its looks.
        Writes are as the engine bills them, reads by AWS's rules of size, a refused write as one unit. *Functions
        started* are the stream's and the deliverer's, one after each change: a real stream tells several at once, and
        a start costs no gateway. It is one warm process: several read partners, keys and signing secrets once each.
        Prices: list prices for {SOURCE}; {KMS:.2f} KMS calls; Cognito and Secrets Manager are not priced here."""
    ) + "\n\n" + fill(
        f"""Not in the lives: a sweep of an empty line takes {empty.trips} trips, {empty.writes:g} WCU and
        {empty.reads:g} RCU, each minute ({empty.usd * MONTH / 1e6:.2f} USD in 30 days); and the reconciler, which
        reads every item of the table once in ten minutes. What *{first.name}* leaves, {first.left} items of
        {first.bytes:,} bytes, makes {rounds:,.0f} RCU in 30 days by their size ({rounds * READ:,.0f} USD per million
        lives): computed, not measured."""
    )  # fmt: skip
