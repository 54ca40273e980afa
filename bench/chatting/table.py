"""The figures of open chats in Markdown. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.chatting.conversation import SIDES, percentile
from bench.chatting.machine import Spent
from bench.chatting.tally import Tally
from bench.prices import SOURCE, cost

__all__ = ["Ceiling", "Figures", "Row", "fill", "rows", "table"]

IDLE = ("youth: look, nothing moved", "counsellor: look at the line")
HEAD = (
    "| request | per chat-minute | RCU each | WCU each | RCU per chat-minute | WCU per chat-minute |",
    "|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Ceiling:
    """Looks a second the stack answers at most, and how long one takes when there is no other (s)."""

    rate: float
    alone: float


@dataclass(frozen=True)
class Figures:
    """What was measured: the run, each kind by itself, and whole minutes of ``few`` chats in one process."""

    chats: int
    seconds: float
    counted: Tally
    alone: Tally
    minute: Tally
    few: int
    delays: Mapping[str, Sequence[float]]
    ceiling: Ceiling
    spent: Spent
    cores: int

    @property
    def minutes(self) -> float:
        """Chat-minutes of the run."""
        return self.chats * self.seconds / 60


@dataclass(frozen=True)
class Row:
    """One kind of request: how many per chat-minute, and the units of one."""

    name: str
    times: float
    reads: float
    writes: float


def rows(figures: Figures) -> list[Row]:
    """Every kind that was counted, the most frequent first."""
    found = []
    for kind, replies in figures.counted.replies.items():
        measured = figures.alone.replies[kind]
        reads, writes = median(one.reads for one in measured), median(one.writes for one in measured)
        found.append(Row(kind, len(replies) / figures.minutes, reads, writes))
    return sorted(found, key=lambda row: -row.times)


def table(figures: Figures, faults: int) -> str:
    """Units by kind with their sum, latencies, and the engine's ceiling."""
    found = rows(figures)
    lines = list(HEAD)
    lines += [
        f"| {row.name} | {row.times:.1f} | {row.reads:g} | {row.writes:g} | {row.times * row.reads:.1f} |"
        f" {row.times * row.writes:.1f} |"
        for row in found
    ]
    idle = [row for row in found if row.name in IDLE]
    lines += [_sum("all of them", found, strong=True), _sum("of these, looks that bring nothing new", idle)]
    whole = [one for replies in figures.minute.replies.values() for one in replies]
    reads, writes = (sum(getattr(one, what) for one in whole) / figures.few for what in ("reads", "writes"))
    lines.append(
        f"| **a whole minute, metered** | {len(whole) / figures.few:.1f} | | | **{reads:.1f}** | **{writes:.1f}** |"
    )
    return "\n".join(
        [*lines, "", _explained(figures, reads, writes), "", *_latencies(figures), "", _ceiling(figures, faults)]
    )


def _sum(name: str, found: Sequence[Row], *, strong: bool = False) -> str:
    sums = [sum(row.times for row in found), sum(row.times * row.reads for row in found),
            sum(row.times * row.writes for row in found)]  # fmt: skip
    times, reads, writes = (f"**{one:.1f}**" if strong else f"{one:.1f}" for one in sums)
    return f"| {f'**{name}**' if strong else name} | {times} | | | {reads} | {writes} |"


def _explained(figures: Figures, reads: float, writes: float) -> str:
    requests = sum(row.times for row in rows(figures))
    data, calls = cost(requests, reads, writes)
    return fill(
        f"""Requests: counted over HTTP, {figures.chats} chats for {figures.seconds:.0f} s. Units: each kind metered by
        itself in this process while all chats are open, reads by AWS's rules of size. The whole minute is metered on
        one counsellor's {figures.few} chats in one process; it also has what a process reads again for itself (the
        line, who is there, the keys) and the marks of presence. At list prices for {SOURCE}
        a chat-minute costs {data + calls:.6f} USD, and a chat-hour {data * 60:.4f} for DynamoDB and
        {calls * 60:.4f} for requests."""
    )


def _latencies(figures: Figures) -> list[str]:
    polls = [one.took for kind in IDLE for one in figures.counted.replies[kind]]
    posts = [one.took for side in SIDES for one in figures.counted.replies[f"{side}: message"]]
    found: list[tuple[str, Sequence[float]]] = [
        ("youth's message, until the counsellor has it", figures.delays["youth"]),
        ("counsellor's message, until the youth has it", figures.delays["counsellor"]),
        ("of which its POST", posts),
        ("a look that brings nothing", polls),
    ]
    head = ["| during the run | p50 | p99 | how many |", "|---|---|---|---|"]
    return head + [
        f"| {name} | {percentile(took, 0.5):.2f} s | {percentile(took, 0.99):.2f} s | {len(took)} |"
        for name, took in found
    ]


def _ceiling(figures: Figures, faults: int) -> str:
    asked = figures.counted.requests / figures.seconds
    said = sum(len(figures.counted.replies[f"{side}: message"]) for side in SIDES)
    how = "each came once and in order, no request failed" if not faults else f"{faults} FAULTS"
    stack, here, elsewhere = (_cores(one) for one in (figures.spent.stack, figures.spent.here, figures.spent.elsewhere))
    return fill(
        f"""{said} messages: {how}. A page looks once a second, so half a second of each median is the design and the
        rest is the engine: the run asked {asked:.0f} requests a second, and the same looks without a pause get
        {figures.ceiling.rate:.0f} a second out of the stack on this machine; one by itself takes
        {figures.ceiling.alone * 1000:.0f} ms. During the run the stack kept {stack} of {figures.cores} cores busy, the
        player of the pages {here}, and whatever else ran here {elsewhere}."""
    )


def _cores(share: float | None) -> str:
    return "an unknown part" if share is None else f"{share:.2f}"


def fill(text: str) -> str:
    """A paragraph in lines of the README's width."""
    return textwrap.fill(" ".join(text.split()), 120, break_on_hyphens=False, break_long_words=False)
