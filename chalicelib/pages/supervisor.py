"""The supervisors' page: figures in words and charts. What changes by the second is drawn by the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.pages.charts import Bucket, Layer, chart
from chalicelib.pages.render import _fill
from chalicelib.pages.statics import address
from chalicelib.pages.windows import PARIS
from chalicelib.pages.words import Words, supervisor_words

__all__ = ["not_supervisor_page", "supervisor_page"]

Row = Mapping[str, Any]

COUNT_STEPS = tuple(n * 10**power for power in range(7) for n in (1, 2, 5))
WAIT_STEPS = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)
MOST_TICKS = 5
LABEL_EVERY = {1: 2, 30: 3}
"""Of how many buckets one has its label under the axis."""

TO_SCRIPT = (
    "supervisor.js.", "line.", "people.", "time.", "problem.sign_in", "lane.", "band.", "speciality.", "fact.unknown",
    "open", "shut",
)  # fmt: skip
"""What begins the keys of the words that the browser draws with."""


def supervisor_page(username: str, figures: Mapping[int, Row]) -> str:
    """The page; ``figures`` by the number of days, in the form of ``schemas/figures.json``."""
    say = supervisor_words()
    kept = {key: text for key, text in say.catalogue.items() if key.startswith(TO_SCRIPT)}
    return _fill(
        "supervisor.html",
        say=say,
        username=username,
        periods=[_period(days, view, say) for days, view in figures.items()],
        script_words=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        address=address,
    )


def not_supervisor_page() -> str:
    """For a counsellor who is none: a plain notice."""
    return _fill("not-supervisor.html", say=supervisor_words(), address=address)


def _period(days: int, view: Row, say: Words) -> dict[str, Any]:
    started = [row for row in view["buckets"] if _moment(row["from"]) <= _moment(view["at"])]
    return {
        "days": days,
        "at": f"{_moment(view['at']).astimezone(PARIS):%H:%M}",
        "incomplete": [_day(day) for day in view["incomplete"]],
        "total": _told(view["total"], say),
        "charts": [("endings", _endings(days, view, say)), ("waits", _waits(days, view, say))],
        "rows": [{"label": _label(row, days), **_told(row, say)} for row in started],
        "groups": [{**row, "names": _names(row, say), **_told(row, say)} for row in view["groups"]],
    }


def _told(row: Row, say: Words) -> dict[str, Any]:
    """Counts, and waits in words, with whether they passed the target where there is one."""
    target = row.get("target")
    return {
        **{name: row[name] for name in ("ended", "answered", "abandoned", "other")},
        **{name: _duration(row[name], say) for name in ("wait_median", "wait_p90")},
        **{f"{name}_late": target is not None and (row[name] or 0) > target for name in ("wait_median", "wait_p90")},
        "target": _duration(target, say),
        **{f"{name}_share": _share(row[name], row["ended"], say) for name in ("answered", "abandoned")},
    }


def _names(row: Row, say: Words) -> dict[str, str]:
    platform, lane = f"platform.{row['platform']}", row["session"]
    return {
        "platform": say(platform) if say.has(platform) else row["platform"],
        "session": say(f"lane.{lane}" if lane else "supervisor.no_lane"),
        "band": say(f"band.{row['band']}"),
    }


def _endings(days: int, view: Row, say: Words) -> str:
    """What became of them, one column on the other; empty where nothing ended."""
    rows, total = view["buckets"], view["total"]
    if not total["ended"]:
        return ""
    layers = [
        Layer(say("supervisor.other"), "var(--other)", [row["ended"] for row in rows]),
        Layer(say("supervisor.abandoned"), "var(--abandoned)", [row["answered"] + row["abandoned"] for row in rows]),
        Layer(say("supervisor.answered"), "var(--answered)", [row["answered"] for row in rows]),
    ]
    names = {name: total[name] for name in ("ended", "answered", "abandoned", "other")}
    return chart(
        f"endings-{days}", say(f"supervisor.chart.endings.{days}"), say("supervisor.chart.endings.text", **names),
        _buckets(days, rows, say), layers, ticks=_ticks(max(row["ended"] for row in rows), COUNT_STEPS), tick=str,
    )  # fmt: skip


def _waits(days: int, view: Row, say: Words) -> str:
    """How long they waited; empty where nobody was taken."""
    rows, total = view["buckets"], view["total"]
    if not total["answered"]:
        return ""
    layers = [
        Layer(say("supervisor.wait_p90"), "var(--wait-p90)", [row["wait_p90"] for row in rows]),
        Layer(say("supervisor.wait_median"), "var(--wait-median)", [row["wait_median"] for row in rows]),
    ]
    told = {name: _duration(total[f"wait_{name}"], say) for name in ("median", "p90")}
    return chart(
        f"waits-{days}", say(f"supervisor.chart.waits.{days}"), say("supervisor.chart.waits.text", **told),
        _buckets(days, rows, say), layers, ticks=_ticks(max(row["wait_p90"] or 0 for row in rows), WAIT_STEPS),
        tick=lambda seconds: _duration(seconds, say),
    )  # fmt: skip


def _buckets(days: int, rows: Sequence[Row], say: Words) -> list[Bucket]:
    last = len(rows) - 1
    found = []
    for n, row in enumerate(rows):
        label = _label(row, days)
        told = {name: row[name] for name in ("ended", "answered", "abandoned")}
        words = say("supervisor.chart.bucket", when=label, **told)
        if row["answered"]:
            waits = {name: _duration(row[f"wait_{name}"], say) for name in ("median", "p90")}
            words = f"{words} {say('supervisor.chart.bucket_waits', **waits)}"
        placed = n if days == 1 else last - n
        found.append(Bucket("" if placed % LABEL_EVERY[days] else label.partition(" (")[0], words))
    return found


def _label(row: Row, days: int) -> str:
    """The hour or the day of a bucket; the hour that comes twice says which it is."""
    start = _moment(row["from"])
    if days > 1:
        return _day(row["from"][:10])
    twice = start.replace(tzinfo=PARIS).utcoffset() != start.replace(tzinfo=PARIS, fold=1).utcoffset()
    return f"{start.hour} h (UTC{row['from'][-6:-3]})" if twice else f"{start.hour} h"


def _day(day: str) -> str:
    return f"{day[8:10]}/{day[5:7]}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ticks(highest: int, steps: Sequence[int]) -> list[int]:
    """From 0 to at least ``highest``, in the smallest steps that make a few ticks only."""
    step = next((step for step in steps if step * MOST_TICKS >= highest), steps[-1])
    return list(range(0, max(highest, 1) + step, step))[: MOST_TICKS + 1]


def _duration(seconds: int | None, say: Words) -> str:
    if seconds is None:
        return say("supervisor.none")
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return say("time.seconds", n=rest)
    if minutes < 60:
        exact = rest and minutes < 10
        return say("supervisor.minutes_seconds" if exact else "time.minutes", n=minutes, s=rest)
    return say("time.hours", h=minutes // 60, m=f"{minutes % 60:02d}")


def _share(part: int, whole: int, say: Words) -> str:
    return say("supervisor.share", n=round(100 * part / whole)) if whole else say("supervisor.none")
