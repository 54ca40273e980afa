"""Figures in wire form, as ``schemas/figures.json`` says, and as the file that may leave the house."""

from __future__ import annotations

import csv
import io
from typing import Any

from chalicelib.desk.base import Desk
from chalicelib.desk.figures import Reading
from chalicelib.doors.views import moment
from chalicelib.model.disclosure import FEWEST, Shown, disclose
from chalicelib.model.figures import Sum
from chalicelib.model.session import TARGETS
from chalicelib.pages import Words

__all__ = ["figures_file", "figures_view"]

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "from", "to", "platform", "session", "band", "ended", "answered", "abandoned", "other", "wait_median", "wait_p90",
)  # fmt: skip


def figures_view(desk: Desk, reading: Reading) -> dict[str, Any]:
    """The figures of one period."""
    found = reading.figures
    return {
        "at": moment(reading.at),
        "from": desk.slots.show(found.period.start),
        "to": desk.slots.show(found.period.end),
        "incomplete": [desk.slots.show(day)[:10] for day in reading.cut],
        "total": _sum(found.total),
        "buckets": [
            {"from": desk.slots.show(span.start), "to": desk.slots.show(span.end), **_sum(summed)}
            for span, summed in found.buckets
        ],
        "groups": [
            {
                "platform": group.platform, "session": group.lane, "band": group.band,
                "target": TARGETS[group.band] // 1000, **_sum(summed),
            }
            for group, summed in found.groups
        ],
    }  # fmt: skip


def _sum(summed: Sum) -> dict[str, int | None]:
    return {
        "ended": summed.ended, "answered": summed.answered, "abandoned": summed.abandoned, "other": summed.other,
        "wait_median": summed.median, "wait_p90": summed.p90,
    }  # fmt: skip


def figures_file(desk: Desk, reading: Reading, say: Words) -> str:
    """The figures as a table for a spreadsheet: first each bucket, then each group over the whole period.

    Semicolons and a byte order mark, as French spreadsheets open it. Small counts are not told: see ``disclosure``.
    """
    view, everything = figures_view(desk, reading), say("supervisor.csv.all")
    buckets = [{**row, **dict.fromkeys(("platform", "session", "band"), everything)} for row in view["buckets"]]
    groups = [
        {
            **row, "from": view["from"], "to": view["to"], "band": say(f"band.{row['band']}"),
            "session": say(f"lane.{row['session']}" if row["session"] else "supervisor.no_lane"),
        }
        for row in view["groups"]
    ]  # fmt: skip
    shown = [disclose([summed for _, summed in table]) for table in (reading.figures.buckets, reading.figures.groups)]
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow(say(f"supervisor.csv.{name}") for name in COLUMNS)
    for row, told in zip([*buckets, *groups], [*shown[0], *shown[1]], strict=True):
        lines.writerow(_cell(name, row, told, say) for name in COLUMNS)
    return BOM + out.getvalue()


def _cell(name: str, row: dict[str, Any], told: Shown, say: Words) -> str:
    value = row[name]
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if name.startswith("wait"):
        return str(value) if told.waits else ""
    if name in told.counts:
        return str(value)
    return f"<{FEWEST}" if value < FEWEST else say("supervisor.csv.hidden")
