"""What was measured of claims, in Markdown and as plots; and which bound does not hold. Pure but for the plots."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.claiming.behind import Cost
from bench.claiming.crew import Trial
from bench.claiming.flat import Timed
from bench.plots import plot
from chalicelib.desk.claims import HEAD
from chalicelib.desk.turns import SAME_MOMENT, WIDEST

__all__ = ["JUDGED", "MOST_WRITES", "Contest", "broken", "draw", "quartiles", "table", "worst_writes"]

MOST_WRITES, JUDGED = 1.3, 50
"""Conditional writes per claim allowed, and at how many counsellors at once."""
FLAT = 0.1
KINDS = ("a rush, one press each", "a rush, no pause", "a slow line, one press each", "a slow line, no pause")


@dataclass(frozen=True)
class Contest:
    """Every trial, by kind."""

    trials: dict[str, list[Trial]]

    def of(self, kind: str, team: int) -> list[Trial]:
        """The trials of one kind and size."""
        return [trial for trial in self.trials[kind] if trial.team == team]

    @property
    def teams(self) -> list[int]:
        """The sizes that were tried."""
        return sorted({trial.team for trials in self.trials.values() for trial in trials})

    @property
    def all(self) -> list[Trial]:
        """Every trial."""
        return [trial for trials in self.trials.values() for trial in trials]


def worst_writes(contest: Contest, team: int) -> float:
    """The most writes per claim of any trial in a rush."""
    return max(trial.writes for kind in KINDS[:2] for trial in contest.of(kind, team))


def broken(
    contest: Contest, engine: Sequence[Cost], memory: Sequence[Cost], timed: Sequence[Timed], *, quick: bool = False
) -> Iterator[str]:
    """A sentence for each bound that does not hold. A quick run is too short to judge times and crowds by."""
    for trial in contest.all:
        if trial.lost or trial.double:
            yield f"{trial.lost} sessions lost and {trial.double} got twice by {trial.team} counsellors"
        if trial.records != trial.claims:
            yield f"{trial.records} records of {trial.claims} claims by {trial.team} counsellors"
        if trial.passed > WIDEST:
            yield f"a claim passed over {trial.passed} earlier deadlines, more than {WIDEST}"
    if len({cost.units for cost in (*engine, *memory)}) > 1:
        yield "a claim's units depend on how many wait"
    if quick:
        return
    if (worst := worst_writes(contest, JUDGED)) > MOST_WRITES:
        yield f"{worst:.2f} writes per claim at {JUDGED} counsellors at once, more than {MOST_WRITES}"
    common = _common(timed)
    for one in timed:
        if abs(median(one.ms) / common - 1) > FLAT:
            yield f"a claim behind {one.waiting:,} takes {median(one.ms):.2f} ms, not {common:.2f} ms ± 10 %"


def _common(timed: Sequence[Timed]) -> float:
    return median(median(one.ms) for one in timed)


def table(contest: Contest, engine: Sequence[Cost], memory: Sequence[Cost], timed: Sequence[Timed]) -> str:
    """Both tables, each with what it does not show."""
    return "\n\n".join([_crowd(contest), _crowd_told(contest), _behind(engine, memory, timed), _behind_told(timed)])


def _crowd(contest: Contest) -> str:
    lines = [
        "| counsellors at once | " + " | ".join(f"{kind}: writes per claim | claims/s" for kind in KINDS)
        + " | most passed over |",
        "|---" * (2 + 2 * len(KINDS)) + "|",
    ]  # fmt: skip
    for team in contest.teams:
        cells = list[str]()
        for kind in KINDS:
            trials = contest.of(kind, team)
            cells += [_spread([trial.writes for trial in trials], 2), _spread([trial.rate for trial in trials], 0)]
        passed = max(trial.passed for trial in contest.all if trial.team == team)
        lines.append(f"| {team} | {' | '.join(cells)} | {passed} |")
    return "\n".join(lines)


def _spread(values: Sequence[float], digits: int) -> str:
    """The median, and the least and the most where there are several."""
    if not values:
        return "–"
    middle, least, most = (f"{value:.{digits}f}" for value in (median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}–{most})"


def _crowd_told(contest: Contest) -> str:
    trials = contest.all
    got, records = sum(trial.claims for trial in trials), sum(trial.records for trial in trials)
    lost, double = sum(trial.lost for trial in trials), sum(trial.double for trial in trials)
    bursts = len(contest.of(KINDS[0], contest.teams[0]))
    busy = sum(trial.refused for trial in trials)
    return _fill(
        f"""A write is a conditional write on a session, won or lost; each session got has one more for its record in
        the audit trail ({records:,} records of {got:,} sessions got; {lost} lost, {double} got twice, {busy} times told
        that the line is busy). Every counsellor has a desk, a memory and connections of their own, as in functions
        that serve one request at a time; all are threads of one process. *One press each*: everybody at the same
        moment, in processes that know nothing yet; the median of {bursts} trials, with the least and the most (above
        50: one). *No pause*: claim, close, claim again; one trial. *A rush*: those who wait came a hundred a second;
        *a slow line*: one every ten seconds. More wait than press, by {WIDEST} or more."""
    ) + "\n\n" + _fill(
        f"""In a rush counsellors go for rows of their own (deadlines within {SAME_MOMENT // 1000} s of the first count
        as one moment); each then reads who is at the console, too: one trip, kept for two seconds. In a slow line the
        order is exact until a race is lost: whoever presses at the very same moment as others pays one lost write, and
        then all are spread, hence about 2. That is so for five and fewer in a rush, too. Where fewer wait than press,
        each who goes away empty has paid for a lost write as well; that is not in the table. *Most passed over*:
        waiting sessions with an earlier deadline, whatever the kind; a claim under way counts as waiting. Claims a
        second are the engine's, which all threads share on this machine, and its index is a scan: they compare rows of
        this table with one another, and say nothing of AWS."""
    )  # fmt: skip


def _behind(engine: Sequence[Cost], memory: Sequence[Cost], timed: Sequence[Timed]) -> str:
    lines = [
        "| waiting | trips | WCU | RCU | units from | dynalite: median ms (quartiles) | off by | ministack: ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    common = _common(timed)
    for waiting in sorted({cost.waiting for cost in (*engine, *memory)}):
        costs = [cost for cost in engine if cost.waiting == waiting]
        source = "ministack" if costs else "the rules, in memory"
        cost = costs[0] if costs else next(cost for cost in memory if cost.waiting == waiting)
        ms = next((one.ms for one in timed if one.waiting == waiting), None)
        flat = "– | –" if ms is None else f"{_told(ms)} | {100 * (median(ms) / common - 1):+.1f} %"
        scan = f"{median(one.ms for one in costs):.0f}" if costs else "–"
        lines.append(
            f"| {waiting:,} | {cost.trips} | {cost.writes:g} | {cost.reads:g} | {source} | {flat} | {scan} |"
        )  # fmt: skip
    return "\n".join(lines)


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """A quarter, half and three quarters are not above these."""
    ordered = sorted(values)
    return ordered[len(ordered) // 4], median(ordered), ordered[3 * len(ordered) // 4]


def _told(ms: Sequence[float]) -> str:
    low, middle, high = quartiles(ms)
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def _behind_told(timed: Sequence[Timed]) -> str:
    rounds = min(len(one.ms) for one in timed)
    return _fill(
        f"""One claim by the only counsellor, the next of a slow line. Its units: two queries, each of one page of rows
        of keys (0.5 RCU while a page weighs under 4 kB: what this counsellor holds, and the first {HEAD} rows, 124
        bytes each), the conditional write (1 WCU, and 2 because the row moves to another place of the index), the
        record in the audit trail (1 WCU). No term has the length of the line in it. Where the units are *from the
        rules*, the store of the simulator held that many sessions and each request was weighed as DynamoDB
        documents it; the same count gives what the engine says wherever both were asked. Times are of {rounds}
        claims behind each length, in turn, each length in a table of its own, the hub's own code and client over
        HTTP to dynalite on the same machine: its index is kept sorted (LevelDB), so it can show whether time grows
        with the line. It does not show AWS's latency, nor a partition under load. ministack reads a whole index
        partition for one page, so its time is that scan; it is shown because it was measured."""
    )


def _fill(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def draw(contest: Contest, engine: Sequence[Cost], memory: Sequence[Cost], timed: Sequence[Timed]) -> None:
    """``claims.svg`` and ``behind.svg``."""
    with plot("claims", "Claims beside one another", "counsellors at once", "writes per claim (lines)") as axes:
        for kind in KINDS:
            axes.plot(contest.teams, [_middle(contest, kind, team) for team in contest.teams], marker="o", label=kind)
        axes.axhline(MOST_WRITES, linestyle=":", color="#6b7a89")
        axes.set_xscale("log")
        axes.set_xticks(contest.teams, [str(team) for team in contest.teams])
        axes.set_ylim(0, 1.4 * axes.get_ylim()[1])  # the legend stands above the lines
        rates = axes.twinx()
        rates.grid(visible=False)
        rates.set_ylabel("claims a second, a rush, no pause (bars)")
        wide = [0.15 * team for team in contest.teams]
        speeds = [median(trial.rate for trial in contest.of(KINDS[1], team)) for team in contest.teams]
        rates.bar(contest.teams, speeds, width=wide, color="#1769aa", alpha=0.2)
        axes.legend(loc="upper left")
    costs = {cost.waiting: cost for cost in (*memory, *engine)}
    lengths = sorted(costs)
    with plot("behind", "A claim behind a line", "waiting", "ms · units") as axes:
        times = [quartiles(one.ms) for one in timed]
        middle = [half for _, half, _ in times]
        around = [[half - low for low, half, _ in times], [high - half for _, half, high in times]]
        axes.errorbar(
            [one.waiting for one in timed], middle, yerr=around, marker="o", capsize=3,
            label="dynalite: ms, median and quartiles",
        )  # fmt: skip
        axes.plot(lengths, [costs[waiting].writes for waiting in lengths], marker="s", label="write units")
        axes.plot(lengths, [costs[waiting].reads for waiting in lengths], marker="^", label="read units")
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.legend(loc="center", bbox_to_anchor=(0.5, 0.37))  # between the units and the time


def _middle(contest: Contest, kind: str, team: int) -> float:
    return median(trial.writes for trial in contest.of(kind, team))
