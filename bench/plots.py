"""Plots as SVG files beside the page of performance: the same numbers make the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.page import PERFORMANCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot"]

INK, GRID = "#1f2933", "#d9dee3"
COLOURS = ("#1769aa", "#d9822b", "#6b7a89", "#2d7d46", "#a23b72")
"""Told apart by people who see no red or green, too; the hub's own line is the first."""


@contextmanager
def plot(name: str, title: str, across: str, up: str, *, size: tuple[float, float] = (7.2, 4.0)) -> Iterator[Axes]:
    """One pair of axes to draw on; written as ``docs/performance/<name>.svg`` at the end. ``size`` in inches."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colours = matplotlib.cycler(color=COLOURS)  # type: ignore[attr-defined]
    look: Any = {  # its type lists every name there is
        "svg.hashsalt": name, "svg.fonttype": "path", "font.size": 10, "axes.prop_cycle": colours,
        "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": GRID,
        "axes.grid": True, "grid.color": GRID, "axes.axisbelow": True, "axes.spines.top": False,
        "axes.spines.right": False, "legend.frameon": False,
    }  # fmt: skip
    with matplotlib.rc_context(look):
        figure, axes = pyplot.subplots(figsize=size, layout="constrained")
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        yield axes
        figure.savefig(PERFORMANCE.parent / f"{name}.svg", metadata={"Date": None}, facecolor="white")
        pyplot.close(figure)
