"""The model and its check in Markdown, and as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

from bench.plots import plot
from bench.scaling.mix import SERVED, TAPPED, Mix
from bench.scaling.model import (
    HEADROOM,
    MOST_SHARDS,
    RATES,
    Ceiling,
    Demand,
    before,
    ceilings,
    cost,
    crowd,
    demand,
    shards_for,
)  # fmt: skip
from bench.scaling.trial import AGREES, KEEPS_UP, Checked
from bench.scaling.work import requests, writes

__all__ = ["draw", "page"]

PLOT = "![How full the keys are, over the rate](scale.svg)"
PAID = ("DynamoDB", "API Gateway", "Lambda", "KMS")
BEYOND = 1000.0
"""What gives way at a higher rate than this is not listed."""
LEAST = 0.5
"""Write units per handoff, below which a difference is one of rounding."""


def page(checked: Sequence[Checked], apart: Mapping[str, tuple[float, float]]) -> str:
    """Assumptions, the rates, what gives way, what was mended, the check; ``apart``: units by model and store."""
    parts = (_assumed(), _rates(), _after_rates(), PLOT, _first(), _mended(), *_checks(checked, apart), _left_out())
    return "\n\n".join(parts)


def _paragraph(text: str) -> str:
    return fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def _assumed() -> str:
    m, t = SERVED, TAPPED
    return _paragraph(f"""
        `python -m bench.scale` (no engine, some two minutes): a model of what each key takes, and a check of it.
        **Served:** {m.taken:.0%} are taken, by as many counsellors as that needs. {m.chats:.0%} chats of
        {m.chat_lasts:g} minutes, both pages as `make chats` counts them; the others callbacks of {m.call_lasts:g}
        minutes, {m.attempts:g} attempts each; {m.at_a_time} sessions held at a time; {m.subjects:.0%} name a subject,
        {m.reports:.0%} bring a report; each is polled {m.polls:g} times and told to an endpoint, {m.biggest:.0%} of
        them to one partner. That is {requests(m):.0f} requests and {_written(m):.0f} write units a handoff.
        **Tapped:** a viral event: everybody waits {t.waits:g} minutes on the page and goes, while {t.staff:g}
        counsellors look on; {requests(t):.0f} requests, {_written(t):.0f} write units. The units of each operation
        are the README's, told apart by key. Limits: 1,000 WCU and 3,000 RCU a second for one value of a partition
        key of the table or an index (rows come in the order of time, so splitting by heat is not counted on);
        account quotas are AWS's defaults, prices us-east-1's of November 2024: both to be checked.""")


def _written(mix: Mix) -> float:
    return sum(writes(mix).values())


def _rates() -> str:
    columns = (
        "handoffs/s", "counsellors", "requests/s", "fullest key that SHARDS spreads, at 1", "SHARDS to write",
        "to look, too", "written above the limit whatever SHARDS is", f"USD a million: {', '.join(PAID)}",
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return "\n".join([*lines, *(_rate_of(mix, rate) for mix in (SERVED, TAPPED) for rate in RATES)])


def _rate_of(mix: Mix, rate: float) -> str:
    there, shards = crowd(mix, rate), shards_for(mix, rate, to_write=True)
    written = sorted((one for one in demand(mix, rate) if one.unit == "WCU"), key=lambda one: -one.full)
    spread = next(one for one in written if one.sharded)
    above = ", ".join(_times(one) for one in written if not one.sharded and one.full > 1)
    paid = cost(mix, rate, shards or MOST_SHARDS)
    name = "served" if mix is SERVED else "tapped"
    return (
        f"| {rate:,} {name} | {there.counsellors:,.0f} | {there.requests:,.0f} | {_times(spread)} | {_said(shards)} "
        f"| {_said(shards_for(mix, rate))} | {above} | {', '.join(f'{paid[one]:,.0f}' for one in PAID)} |"
    )


def _times(one: Demand) -> str:
    return f"{one.name} {one.full:.2g} ×"


def _said(shards: int | None) -> str:
    return "none" if shards is None else str(shards)


def _after_rates() -> str:
    return _paragraph(f"""
        × is of the limit of one partition. SHARDS may be {MOST_SHARDS} at most; *none*: that is too few. Planned to
        {HEADROOM:.0%} of the limit. DynamoDB's price grows with the rate since each process reads the line for its
        screens.""")


def _first() -> str:
    served, tapped = ({(one.name, one.unit): one.rate for one in ceilings(mix)} for mix in (SERVED, TAPPED))
    names = sorted({*served, *tapped}, key=lambda name: min(served.get(name, 1e9), tapped.get(name, 1e9)))
    lines = ["**What gives way first**, with SHARDS=1:", "", "| | served/s | tapped/s |", "|---|---|---|"]
    for name in names:
        rates = [found.get(name) for found in (served, tapped)]
        if any(rate is not None and rate < BEYOND for rate in rates):
            lines.append(f"| {name[0]} ({name[1]}) | {_rate(rates[0])} | {_rate(rates[1])} |")
    return "\n".join(lines)


def _rate(rate: float | None) -> str:
    if rate is None or rate > 1e5:
        return ""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _mended() -> str:
    def told(found: Sequence[Ceiling]) -> str:
        return "; ".join(f"*{one.name}*: {_rate(one.rate)}" for one in found)

    return _paragraph(f"""
        **What was found and mended** ([decision 19](../decisions/0019-scale.md)). It gave way at, handoffs a second,
        served: {told(before(SERVED))}. Tapped: {told(before(TAPPED))}. What is held, open, to be erased or over stood
        in one partition each, whatever SHARDS said.""")


def _checks(checked: Sequence[Checked], apart: Mapping[str, tuple[float, float]]) -> tuple[str, str, str]:
    worst = max((abs(a / b - 1) for a, b in apart.values() if min(a, b) >= LEAST), default=0.0)
    lines = [
        "| endpoint | SHARDS | model: first key | handoffs/s | simulated: keeps up to | refused most | apart |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in checked:
        hook, differs = "yes" if one.case.hooked else "no", one.found / one.model - 1
        lines.append(
            f"| {hook} | {one.case.shards} | {one.key} | {one.model:.0f} | {one.found:.0f} | {one.refused} "
            f"| {differs:+.0%} |"
        )
    how = f"""
        **Checked** by the real desk over a store in memory that charges each key and refuses above its limit: limits
        and rates a twentieth, lives of some seconds, one process, who is refused comes back after a second. It keeps up
        while {KEEPS_UP:.0%} of what comes is over, and told, within the same seconds; the rate rises in steps of 5 %
        of the model's."""
    rest = f"""
        Allowed: {AGREES:.0%}. Write units a handoff, by kind of key from {LEAST:g} on, differ by {worst:.1%} at most
        between model and store."""
    return _paragraph(how), "\n".join(lines), _paragraph(rest)


def _left_out() -> str:
    return _paragraph("""
        **What it does not show.** Nothing here ran on AWS: bursts, splitting by heat and warm throughput are left out,
        the SDK's retries too; times (5 ms a trip, 50 ms a request, 0.25 s until an endpoint answers) are assumed, and
        looks and quotas are not simulated. The people give way first: ten a second served is two thousand counsellors,
        a hundred times what the helpline has.""")


def draw() -> None:
    """How full the keys are over the rate, with the limit."""
    rates = [10 ** (n / 4) for n in range(17)]

    def full(name: str, shards: int) -> list[float]:
        return [
            next(one.full for one in demand(SERVED, rate, shards) if one.name == name and one.unit != "RCU")
            for rate in rates
        ]

    with plot("scale", "How full a key is, all handoffs served", "handoffs a second", "share of the limit") as axes:
        for name in ("due", "held"):
            axes.plot(rates, full(name, 1), label=f"{name}, SHARDS=1")
        axes.plot(rates, full("audit day", 1), label="audit day, whatever SHARDS is")
        axes.plot(rates, full("API Gateway, requests", 1), label="API Gateway's default quota")
        axes.plot(rates, full("due", MOST_SHARDS), label=f"due, SHARDS={MOST_SHARDS}", linestyle="--")
        axes.axhline(1, color="black", linewidth=1)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.legend(fontsize=8)
