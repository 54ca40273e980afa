"""The figures of `make deliveries` in Markdown. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.delivering.judge import ALLOWED_MORE, ALLOWED_TIMES, Run, within
from tests.misbehaviour import FAULTS, RECEIVED

__all__ = ["Setting", "table"]

TITLES = {"healthy": "always answers", "flaky": "fails 30 % of the time"}


@dataclass(frozen=True)
class Setting:
    """What was run: handoffs by partner, how many a second, how much faster than life, and the seed."""

    shares: dict[str, int]
    rate: float
    pace: int
    seed: int


def table(setting: Setting, runs: Sequence[Run], killed: Sequence[Run]) -> str:
    """Delays of the final status without and beside a dead endpoint, and what the deliverer's death did."""
    lines = [
        "| closed, until the partner knows | without: p50 | p99 | beside a dead one: p50 | p99 | p99 allowed |",
        "|---|---|---|---|---|---|",
    ]
    for partner, title in TITLES.items():
        alone, beside, _ = within(runs, partner)
        cells = [_median(runs, partner, 0.5, dead=False), alone, _median(runs, partner, 0.5, dead=True), beside]
        told = " | ".join(f"{cell:.2f} s" for cell in cells)
        lines.append(f"| endpoint that {title} | {told} | {ALLOWED_TIMES * alone + ALLOWED_MORE:.2f} s |")
    return "\n".join([*lines, "", _explained(setting, runs), "", _faults(runs), "", _killed(killed)])


def _median(runs: Sequence[Run], partner: str, share: float, *, dead: bool) -> float:
    return median(run.p(partner, share) for run in runs if run.dead is dead)


def _explained(setting: Setting, runs: Sequence[Run]) -> str:
    flaky, healthy, dead = (setting.shares[name] for name in ("flaky", "healthy", "dead"))
    each = min(sum(run.dead is dead for run in runs) for dead in (False, True))
    tries = median(run.dead_tries for run in runs if run.dead)
    return fill(
        f"""Medians of {each} runs each, in turn, the same seed ({setting.seed}) and the same faults: {flaky} handoffs
        of a partner whose endpoint fails, {healthy} of one whose endpoint does not, {dead} of two whose endpoints
        accept and never answer, or refuse; in the runs without, these two have no endpoint. {setting.rate:g} handoffs
        a second, each through its whole life over HTTP. Waits and time-outs pass {setting.pace:,} times faster than
        in life, but a time-out lasts half a second at least, and Retry-After and the minute what they say. A run took
        {median(run.seconds for run in runs):.0f} s, and {median(run.tail for run in runs):.0f} s until the last status
        had arrived; the dead endpoints were tried {tries:.0f} times."""
    )


def _faults(runs: Sequence[Run]) -> str:
    answered: Counter[str] = sum((run.answered["flaky"] for run in runs), Counter())
    total = answered.total()
    failed = sum(answered[name] for name in FAULTS)
    told = ", ".join(f"{name.replace('_', ' ')} {answered[name]}" for name in FAULTS)
    wrong = sum(len(run.broken) for run in runs)
    judged = (
        "Every final status arrived, none under two ids, none out of order, every signature verified by the library"
    )
    lost = sum(answered[name] for name in FAULTS if name not in RECEIVED)
    return fill(
        f"""The failing endpoint was asked {total} times and failed {failed} times ({failed / max(1, total):.0%}; {lost}
        did not count as received): {told}. {judged if not wrong else f"{wrong} PROMISES BROKEN"}."""
    )


def _killed(runs: Sequence[Run]) -> str:
    if not runs:
        return "The deliverer was not killed."
    deaths, killed = sum(run.deaths for run in runs), sum(run.killed for run in runs)
    wrong = sum(len(run.broken) for run in runs)
    final = sum(len(took) for run in runs for took in run.delays.values())
    latest = max((late for run in runs for took in run.delays.values() for late in took), default=0.0)
    what = "all of them arrived, each under one id" if not wrong else f"{wrong} PROMISES BROKEN"
    return fill(
        f"""The deliverer killed (-9) {deaths} times while it worked ({killed} processes), the engine untouched: {final}
        final statuses were owed and {what}; the latest came {latest:.0f} s after its handoff was closed."""
    )


def fill(text: str) -> str:
    """A paragraph in lines of the README's width."""
    return textwrap.fill(" ".join(text.split()), 120, break_on_hyphens=False, break_long_words=False)
