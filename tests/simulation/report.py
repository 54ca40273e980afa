"""Many seeds, in as many processes as there are cores, and what came of them."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.simulation.faults import Fate
from tests.simulation.mutants import MUTANTS, mutated
from tests.simulation.runs import Result, run

__all__ = ["REACHED", "Caught", "hunt", "mutants", "simulate"]

SHOWN = 10
AT_ONCE = 5
ENOUGH = 200_000
"""Steps after which a use case or a fate that never happened is a hole in the simulation itself."""
REACHED = frozenset({
    "receive", "status", "partner cancels", "foreign id", "availability", "pulse",
    "open link", "arrive", "look", "choose", "youth says", "youth types", "still there", "danger", "issue code",
    "resume", "cancel", "leave", "a stranger",
    "screen", "break", "claim", "take", "renew", "view", "say", "note", "triage", "hand over", "typing", "check",
    "reveal", "attempt", "close", "release", "undo", "figures",
    "sweep", "reconcile", "wake", "deliver",
})  # fmt: skip


def simulate(first: int, seeds: int, steps: int) -> int:
    """Run the seeds; 1 when a promise was broken or a part of the hub was never reached."""
    began, total, broken = time.monotonic(), Result(0), list[Result]()
    for result in _results(range(first, first + seeds), steps):
        _add(total, result)
        if result.rule:
            broken.append(result)
            print(f"seed {result.seed} broke: {result.rule}\n  {result.what[:400]}\n  {_again(result.seed, steps)}")
    seconds = time.monotonic() - began
    _table(total)
    print(
        f"{seeds} seeds, {total.steps} steps ({total.stormy} with faults), {total.sessions} sessions, "
        f"{total.hours:.0f} simulated hours; {seconds:.0f} s on {os.cpu_count()} cores, "
        f"{total.steps / seconds:.0f} steps a second"
    )
    holes = _holes(total) if total.steps >= ENOUGH else []
    for hole in holes:
        print(f"never reached: {hole}")
    for rule, count in Counter(result.rule for result in broken).most_common():
        print(f"broken in {count} seeds: {rule}; first {_again(min(r.seed for r in broken if r.rule == rule), steps)}")
    print("every promise was kept" if not broken else f"{len(broken)} of {seeds} seeds broke a promise")
    return 1 if broken or holes else 0


def _again(seed: int, steps: int) -> str:
    return f"make simulate SEED={seed}" + (f" STEPS={steps}" if steps != 1000 else "")


def _results(seeds: Iterable[int], steps: int) -> Iterator[Result]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_run, seeds, [steps] * len(list(seeds)), chunksize=AT_ONCE)


def _run(seed: int, steps: int) -> Result:
    gc.disable()  # a world is thrown away whole
    result = run(seed, steps)
    gc.collect()
    return result


def _add(total: Result, result: Result) -> None:
    total.steps += result.steps
    total.stormy += result.stormy
    total.sessions += result.sessions
    total.hours += result.hours
    total.fates.update(result.fates)
    total.uses.update(result.uses)


def _table(total: Result) -> None:
    """Each use case: how it ended, and what its outside calls met."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for (verb, fate), count in total.fates.items():
        met[verb][fate] += count
    print(f"{'use case':16} {'done':>7} {'refused':>8} {'unknown':>8}   calls: " + ", ".join(Fate))
    for verb in sorted({verb for verb, _ in total.uses}):
        ended = {outcome: count for (name, outcome), count in total.uses.items() if name == verb}
        unknown = sum(ended.get(one, 0) for one in ("lost", "unavailable", "busy"))
        done = ended.get("done", 0)
        calls = " ".join(f"{met[verb][fate]:6}" for fate in Fate)
        print(f"{verb:16} {done:7} {sum(ended.values()) - done - unknown:8} {unknown:8}   {calls}")


def _holes(total: Result) -> list[str]:
    done = {verb for (verb, outcome) in total.uses if outcome == "done"}
    refused_only = {"foreign id", "a stranger"}
    missing = sorted(verb for verb in REACHED if verb not in done | refused_only)
    missing += sorted(verb for verb in refused_only if verb not in {name for name, _ in total.uses})
    return missing + sorted(fate for fate in Fate if fate not in {one for _, one in total.fates})


@dataclass(frozen=True)
class Caught:
    """What became of one mutant: the invariant that caught it (empty: none did), after how many seeds and steps."""

    mutant: str
    rule: str
    seeds: int
    steps: int


def hunt(name: str, first: int, seeds: int, steps: int) -> Caught:
    """Run seeds over a mutant until one is broken that is not broken without it."""
    tried = 0
    for count, seed in enumerate(range(first, first + seeds), 1):
        with mutated(name):
            result = _run(seed, steps)
        tried += result.steps
        if result.rule and not _run(seed, steps).rule:
            return Caught(name, result.rule, count, tried)
    return Caught(name, "", seeds, tried)


def mutants(first: int, seeds: int, steps: int) -> int:
    """Hunt each mutant; 1 when one was not caught."""
    names = list(MUTANTS)
    print(f"{'mutant':38} {'seeds':>5} {'steps':>7}  caught by")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        given = ([value] * len(names) for value in (first, seeds, steps))
        found = []
        for caught in pool.map(hunt, names, *given):
            found.append(caught)
            print(f"{caught.mutant:38} {caught.seeds:5} {caught.steps:7}  {caught.rule or 'NOT CAUGHT'}", flush=True)
    escaped = [one.mutant for one in found if not one.rule]
    print(f"{len(found) - len(escaped)} of {len(found)} mutants caught")
    return 1 if escaped else 0
