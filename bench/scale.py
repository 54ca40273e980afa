"""How far the hub goes: what each key takes at 10 to 10,000 handoffs a second, what gives way first, what it costs.

``python -m bench.scale`` prints a model and its check against a simulated store with AWS's limits; ``--write`` puts
both into ``docs/performance``. Exit 1 when model and simulation are more than a tenth apart, or when no number of
shards that can be set takes, of 10,000 handoffs a second, what is written to the keys that shards spread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from bench.page import PERFORMANCE, keep, put
from bench.scaling.mix import SERVED, TAPPED
from bench.scaling.model import RATES, ceilings, cost, shards_for
from bench.scaling.table import draw, page
from bench.scaling.trial import AGREES, CASES, Checked, check, units

__all__ = ["faults", "main"]

QUICK = replace(CASES[0], warm=2, seconds=2)


def faults(checked: Sequence[Checked]) -> list[str]:
    """What must not be."""
    told = [
        f"{one.key} {one.model:.0f}/s by the model, {one.refused} {one.found:.0f}/s simulated: more than {AGREES:.0%}"
        for one in checked
        if not one.agrees
    ]
    if any(shards_for(mix, RATES[-1], to_write=True) is None for mix in (SERVED, TAPPED)):
        told.append(f"no number of shards takes the writes of {RATES[-1]:,} handoffs a second")
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute, check and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put table and plot into docs/performance")
    parser.add_argument("--quick", action="store_true", help="one short run that checks nothing")
    given = parser.parse_args(arguments)
    if given.quick:
        print(page([check(QUICK, (0.5,))], units(hooked=True, lives=8)))
        return 0
    checked = []
    for case in CASES:
        checked.append(check(case))
        print(f"{checked[-1]}", file=sys.stderr, flush=True)
    found = page(checked, {**units(hooked=True), **units(hooked=False)})
    print(found)
    wrong = faults(checked)
    if given.write and not wrong:
        put("scale", found, PERFORMANCE)
        draw()
        keep("scale", _figures(checked))
    for fault in wrong:
        print(fault, file=sys.stderr)
    return bool(wrong)


def _figures(checked: Sequence[Checked]) -> dict[str, object]:
    shards = {str(rate): shards_for(SERVED, rate, to_write=True) for rate in RATES}
    first = ceilings(SERVED)[0]
    return {
        "shards_to_write": shards,
        "first": {"name": first.name, "unit": first.unit, "rate": first.rate},
        "usd_per_million_at_10": cost(SERVED, 10, shards["10"] or 1),
        "apart": max(abs(one.found / one.model - 1) for one in checked),
    }


if __name__ == "__main__":
    sys.exit(main())
