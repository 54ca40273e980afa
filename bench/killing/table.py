"""What `make kills` prints: what was done, what died, and what was lost. Pure."""

from __future__ import annotations

from bench.killing.trial import Run
from tests.misbehaviour import RECEIVED

__all__ = ["table"]


def table(run: Run) -> str:
    """Markdown, two columns."""
    given, ledger, verdict = run.setting, run.ledger, run.verdict
    again = ", ".join(f"{name} {n}" for name, n in sorted(ledger.troubles.items()))
    kills = ", ".join(f"{name} {n}" for name, n in sorted(run.killed.items()))
    tries = run.answered.total()
    failed = sum(n for name, n in run.answered.items() if name not in RECEIVED)
    opened = sum(one.words is not None for one in run.books.sessions)
    rows = [
        ("handoffs, answered 201 or 200", f"{ledger.done['taps']:,} (seed {given.seed})"),
        ("counsellors; youths at once", f"{given.counsellors}; {given.at_once}"),
        ("kill -9", f"{run.killed.total()}: {kills}"),
        ("requests; asked again after", f"{ledger.done['requests']:,}; {again or 'none'}"),
        ("claims answered", f"{len(ledger.claims):,}, of sessions claimed before {_taken_again(run)}"),
        (
            "what else happened",
            ", ".join(f"{what} {n}" for what, n in sorted(ledger.done.items()) if what not in PLAIN),
        ),
        ("deliveries tried; failed as planned", f"{tries:,}; {failed:,}"),
        ("sessions in the books; transcripts opened", f"{len(run.books.sessions):,}; {opened:,}"),
        ("words acknowledged", f"{sum(len(said) for said in ledger.said.values()):,}"),
        ("until the last was closed; until all was told", f"{run.seconds:.0f} s; {run.tail:.0f} s more"),
        ("**lost**", f"**{len(verdict.lost)}**"),
        ("**double**", f"**{len(verdict.doubled)}**"),
        ("**statuses not delivered as promised**", f"**{len(verdict.undelivered)}**"),
        ("**repairs the reconciler would make**", f"**{len(verdict.unsound)}**"),
        ("**deeds the audit trail does not tell of, broken links**", f"**{len(verdict.untold)}**"),
        ("**answers nobody may get**", f"**{len(verdict.wrong)}**"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


PLAIN = frozenset({"taps", "requests"})


def _taken_again(run: Run) -> int:
    return sum(epoch > 1 for _, epoch in run.ledger.claims)
