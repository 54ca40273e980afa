"""Messages and deliveries in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.carrying.trial import Carried
from bench.chatting.conversation import percentile
from bench.chatting.machine import Spent
from bench.chatting.table import fill

__all__ = ["Talked", "deliveries", "messages"]

NAMES = {
    "youth": "youth's message, until the counsellor's console has it",
    "counsellor": "counsellor's message, until the youth's page has it",
}


@dataclass(frozen=True)
class Talked:
    """Some chats at once: seconds until each message was at the other side, by who wrote it, and of each POST."""

    chats: int
    seconds: float
    delays: Mapping[str, Sequence[float]]
    posts: Sequence[float]
    spent: Spent
    faults: Sequence[str]


def messages(talked: Talked) -> str:
    """How long a message takes."""
    head = ["| in a chat | p50 | p99 | slowest | how many |", "|---|---|---|---|---|"]
    rows = [(name, talked.delays[side]) for side, name in NAMES.items()] + [("of which its POST", talked.posts)]
    lines = [
        f"| {name} | {percentile(took, 0.5):.2f} s | {percentile(took, 0.99):.2f} s | {max(took):.2f} s | {len(took)} |"
        for name, took in rows
        if took
    ]
    told = fill(
        f"""{talked.chats} chats for {talked.seconds:.0f} s over HTTP, once, each with both its pages, of which each
        looks once a second: half a second of each median is the design. Of less than a hundred, p99 is the slowest.
        {_busy(talked.spent)} The engine runs the functions as processes of this machine: no network, no gateway of
        AWS's is in these figures. `make chats` is the long form."""
    )
    return "\n".join([*head, *lines, "", told])


def deliveries(runs: Mapping[float, Sequence[Carried]]) -> str:
    """What one deliverer gets done, by how late the endpoint answers (s)."""
    head = [
        "| an endpoint that answers | owed | deliveries/s | under way at once | CPU each | trips | WCU | RCU | runs |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines = [_line(pause, found) for pause, found in runs.items()]
    told = fill(
        f"""One deliverer for one partner: the desk's own, in this process, over the real adapters and the real HTTP
        client; the endpoint is a process of its own on 127.0.0.1 without TLS, so a handshake comes on top in life.
        Medians, with the least and the most of the runs. *Under way at once* is the rate times the pause: a deliverer
        begins with four and has sixteen at most; a run has its slow start in it. CPU is this process's, without the
        engine's; trips and units are per delivery, the deliverer's own row and its looks at what is due among them.
        {_busy(next(iter(runs.values()))[0].spent)} Partners do not share a deliverer: more partners are more of them.
        """
    )
    return "\n".join([*head, *lines, "", told])


def _line(pause: float, runs: Sequence[Carried]) -> str:
    first = runs[0]
    rates, cpu = [one.rate for one in runs], [1000 * one.cpu / one.owed for one in runs]
    each = [median(getattr(one, what) / one.owed for one in runs) for what in ("trips", "writes", "reads")]
    at_once = f"{median(rates) * pause:.1f}" if pause else ""
    when = f"after {pause:g} s" if pause else "at once"
    return (
        f"| {when} | {first.owed} | {_spread(rates, 0)} | {at_once} | {_spread(cpu, 1)} ms |"
        f" {' | '.join(f'{one:.2f}' for one in each)} | {len(runs)} |"
    )


def _spread(found: Sequence[float], places: int) -> str:
    return f"{median(found):.{places}f} ({min(found):.{places}f}–{max(found):.{places}f})"


def _busy(spent: Spent) -> str:
    if spent.stack is None or spent.elsewhere is None:
        return "Who used the processor meanwhile is not known here."
    return (
        f"Cores in use meanwhile: the engine and what it runs {spent.stack:.2f}, this process {spent.here:.2f},"
        f" everything else on the machine {spent.elsewhere:.2f}."
    )
