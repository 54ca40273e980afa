"""What happens without a request: one function per event. Their handlers stand in app.py, a line each."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib import watch, wiring
from chalicelib.desk.sweep import sweep as sweep_line

__all__ = ["sweep"]


def sweep() -> None:
    """Sweep the line; how much there was to do goes into the log and the metrics."""
    done = asdict(sweep_line(wiring.desk()))
    watch.note("swept", **done)
    watch.count(**{f"Sweep{name.title().replace('_', '')}": n for name, n in done.items()})
