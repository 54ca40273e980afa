"""The supervisors' figures: counted by hand, on the nights when the clock changes too, and safe to hand out."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import pages
from chalicelib.contract.shapes import faults
from chalicelib.desk.base import Desk, Memory
from chalicelib.desk.figures import MOST, Reading, read
from chalicelib.doors.figures_views import figures_file, figures_view
from chalicelib.model.disclosure import COUNTS, FEWEST, PARTS, disclose
from chalicelib.model.figures import HOUR, Closed, Group, Span, Sum, closed, figures, spans, sum_up
from chalicelib.model.line import closed_on, partition, place
from chalicelib.model.session import DAY, MINUTE, SECOND, Band, Reason
from chalicelib.slots import HelplineSlots
from tests.history import ended

NOON = 1_795_345_200_000  # 2026-11-22T12:00:00+01:00, a Sunday
MIDNIGHT = NOON - 12 * HOUR


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def row(**changes: Any) -> Closed:
    usual = Closed("ho_a", NOON, NOON + MINUTE, "tiktok", "chat", Band.NORMAL, 60, Reason.HELPED)
    return replace(usual, **changes)


# The key that a closed session leaves.


@pytest.mark.parametrize("lane", ["chat", "callback", None])
@pytest.mark.parametrize("waited", [None, 0, 74])
def test_a_closed_session_is_read_back_from_its_key(lane: Any, waited: int | None) -> None:
    session = ended(NOON, lane=lane, waited=waited, band=Band.SOON, reason=Reason.LEFT_SAFELY, platform="instagram")
    key = place(session)
    assert key.pk == closed_on(NOON)
    assert closed(key.sk) == Closed(
        session.id, NOON, NOON + 10 * MINUTE, "instagram", lane, Band.SOON, waited, Reason.LEFT_SAFELY
    )


def test_a_session_that_waits_to_be_erased_tells_the_same() -> None:
    session = ended(NOON)
    waiting = place(replace(session, sealed=True, undo_until=NOON + 25 * MINUTE))
    assert waiting.pk == partition("erase", 0)
    assert closed(waiting.sk) == closed(place(session).sk)


def test_a_key_without_figures_is_none_of_ours() -> None:
    assert closed(f"{NOON:013d}#ho_a") is None


# What became of them.


@pytest.mark.parametrize(
    ("reason", "waited", "answered", "abandoned"),
    [
        (Reason.HELPED, 5, True, False),
        (Reason.LEFT, 5, True, False),
        (Reason.EXPIRED, 5, True, False),
        (Reason.HELPED, 0, True, False),
        (Reason.LEFT, None, False, True),
        (Reason.LEFT_SAFELY, None, False, True),
        (Reason.CANCELLED, None, False, True),
        (Reason.EXPIRED, None, False, True),
        (Reason.UNREACHABLE, None, False, False),
        (Reason.REDIRECTED_EMERGENCY, None, False, False),
    ],
)
def test_taken_once_is_answered_and_gone_before_is_abandoned(
    reason: Reason, waited: int | None, answered: bool, abandoned: bool
) -> None:
    found = row(reason=reason, waited=waited)
    assert (found.answered, found.abandoned) == (answered, abandoned)


def test_nine_sessions_summed_up_by_hand() -> None:
    waits = (40, 10, 20, 30)
    rows = [row(waited=wait) for wait in waits]
    rows += [row(waited=None, reason=reason) for reason in (Reason.LEFT, Reason.CANCELLED, Reason.EXPIRED)]
    rows += [row(waited=None, reason=Reason.UNREACHABLE)] * 2
    assert sum_up(rows) == Sum(ended=9, answered=4, abandoned=3, median=25, p90=40)
    assert sum_up(rows).other == 2


@pytest.mark.parametrize(("count", "p90"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18), (100, 90)])
def test_nine_in_ten_waited_no_longer_than_the_90th_percentile(count: int, p90: int) -> None:
    assert sum_up(row(waited=wait) for wait in range(1, count + 1)).p90 == p90


def test_nobody_waited_where_nobody_was_taken() -> None:
    assert sum_up([row(waited=None, reason=Reason.LEFT)]) == Sum(1, 0, 1, None, None)
    assert sum_up([]) == Sum(0, 0, 0, None, None)


def test_a_session_counts_in_the_hour_it_was_created_and_the_empty_hours_are_there_too() -> None:
    rows = [
        row(created=MIDNIGHT - 1),
        row(created=MIDNIGHT),
        row(created=MIDNIGHT + HOUR - 1, waited=None, reason=Reason.LEFT),
        row(created=MIDNIGHT + HOUR, closed=MIDNIGHT + 9 * HOUR),
        row(created=MIDNIGHT + 24 * HOUR),
    ]
    found = figures(rows, spans(NOON, 1))
    counts = [summed.ended for _, summed in found.buckets]
    assert counts == [2, 1, *[0] * 22]
    assert found.total == Sum(3, 2, 1, 60, 60)
    assert found.buckets[5][1] == Sum(0, 0, 0, None, None)
    assert found.period == Span(MIDNIGHT, MIDNIGHT + 24 * HOUR)


def test_groups_are_those_that_occur_chat_before_callback_and_danger_first() -> None:
    rows = [
        row(platform="tiktok", lane="callback"),
        row(platform="tiktok", lane="chat"),
        row(platform="instagram", lane=None, waited=None, reason=Reason.EXPIRED),
        row(platform="tiktok", lane="chat", band=Band.DANGER, waited=7),
        row(platform="tiktok", lane="chat"),
    ]
    assert [(group, summed.ended) for group, summed in figures(rows, spans(NOON, 1)).groups] == [
        (Group("instagram", None, Band.NORMAL), 1),
        (Group("tiktok", "chat", Band.DANGER), 1),
        (Group("tiktok", "chat", Band.NORMAL), 2),
        (Group("tiktok", "callback", Band.NORMAL), 1),
    ]


# Paris, also on the nights when its clock changes.


@pytest.mark.parametrize(
    ("now", "hours", "first", "last"),
    [
        ("2026-11-22T12:00:00+01:00", 24, "2026-11-22T00:00:00+01:00", "2026-11-22T23:00:00+01:00"),
        ("2026-11-22T00:00:00+01:00", 24, "2026-11-22T00:00:00+01:00", "2026-11-22T23:00:00+01:00"),
        ("2026-11-21T23:59:59+01:00", 24, "2026-11-21T00:00:00+01:00", "2026-11-21T23:00:00+01:00"),
        ("2027-03-28T12:00:00+02:00", 23, "2027-03-28T00:00:00+01:00", "2027-03-28T23:00:00+02:00"),
        ("2026-10-25T23:30:00+01:00", 25, "2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00+01:00"),
    ],
)
def test_today_has_as_many_hours_as_the_clock_in_paris(now: str, hours: int, first: str, last: str) -> None:
    found = spans(at(now), 1)
    assert [span.end - span.start for span in found] == [HOUR] * hours
    assert (found[0].start, found[-1].start) == (at(first), at(last))


def test_the_hour_that_comes_twice_is_two_buckets_and_each_session_is_in_its_own() -> None:
    first, second = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")
    found = figures([row(created=first), row(created=second), row(created=second)], spans(second, 1))
    assert [summed.ended for _, summed in found.buckets][1:5] == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("now", "long"), [("2026-11-22T12:00:00+01:00", {25: 2}), ("2027-04-10T12:00:00+02:00", {23: 17})]
)
def test_thirty_days_touch_even_where_one_of_them_is_longer_or_shorter(now: str, long: dict[int, int]) -> None:
    found = spans(at(now), 30)
    assert len(found) == 30
    assert all(one.end == other.start for one, other in pairwise(found))
    lengths = [(span.end - span.start) // HOUR for span in found]
    assert {hours: lengths.index(hours) + 1 for hours in set(lengths) - {24}} == long
    assert found[-1].start <= at(now) < found[-1].end


# What may leave the house.

COUNT = st.integers(0, 40)
ROW = st.builds(
    lambda answered, abandoned, other: Sum(answered + abandoned + other, answered, abandoned, 1, 1),
    COUNT, COUNT, st.integers(0, 12),
)  # fmt: skip


def test_a_count_below_ten_is_hidden_and_so_is_what_would_tell_it() -> None:
    quiet = Sum(ended=9, answered=9, abandoned=0, median=1, p90=1)
    few_gone = Sum(ended=30, answered=26, abandoned=4, median=1, p90=1)
    many = Sum(ended=90, answered=60, abandoned=30, median=1, p90=1)
    shown = disclose([quiet, few_gone, many, many])
    assert shown[0].counts == frozenset() and not shown[0].waits
    # 30 and 26 would tell the 4; the waits of 26 people tell nothing of them
    assert shown[1].counts <= {"ended"} and shown[1].waits
    assert shown[3].counts >= {"ended", "answered"}


@given(st.lists(ROW, max_size=12))
def test_no_hidden_count_is_told_by_a_subtraction(table: list[Sum]) -> None:
    shown = disclose(table)
    for summed, told in zip(table, shown, strict=True):
        assert all(getattr(summed, name) >= FEWEST for name in told.counts)
        assert not told.waits or summed.answered >= FEWEST
        parts = [name for name in PARTS if name not in told.counts]
        if "ended" in told.counts:
            assert not 0 < sum(getattr(summed, name) for name in parts) < FEWEST
        else:
            assert parts
    for name in COUNTS:
        untold = [getattr(summed, name) for summed, told in zip(table, shown, strict=True) if name not in told.counts]
        assert not 0 < sum(untold) < FEWEST or len(untold) == len(table)


# Read from the index.


class Index:
    """The lane index, in memory; remembers what was asked."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {}
        self.asked: list[str] = []

    def put(self, partition: str, *found: Closed) -> None:
        keys = [
            f"{one.closed:013d}#{one.id}#{one.created}#{one.platform}#{one.lane or ''}#{one.band}#"
            f"{'' if one.waited is None else one.waited}#{one.reason}#{one.closed}"
            for one in found
        ]
        self.keys.setdefault(partition, []).extend(keys)

    def standing(self, partition: str, *, prefix: str = "", before: str = "", limit: int = 500) -> list[str]:
        self.asked.append(partition)
        return self.keys.get(partition, [])[:limit]


class Watch:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def desk(index: Index, clock: Watch | None = None) -> Desk:
    slots = HelplineSlots("24/7", "24/7")
    return cast(
        "Desk",
        SimpleNamespace(
            sessions=index, clock=clock or Watch(), memory=Memory(), slots=slots, rules=SimpleNamespace(shards=1)
        ),
    )


def test_today_reads_two_days_of_the_index_because_midnight_in_paris_is_not_midnight_utc() -> None:
    index = Index()
    early = row(id="ho_b", created=MIDNIGHT + 5 * MINUTE, closed=MIDNIGHT + 20 * MINUTE)
    index.put(closed_on(early.closed), early)
    index.put(closed_on(NOON), row())
    assert closed_on(early.closed) != closed_on(NOON)
    assert read(desk(index), 1)[0].figures.total.ended == 2
    assert index.asked == [partition("erase", 0), closed_on(NOON - DAY), closed_on(NOON)]


def test_a_session_found_twice_while_it_is_erased_counts_once() -> None:
    index = Index()
    index.put(partition("erase", 0), row())
    index.put(closed_on(NOON), row(), row(id="ho_b"))
    assert [reading.figures.total.ended for reading in read(desk(index), 1, 30)] == [2, 2]


def test_days_that_are_over_are_kept_for_a_minute_and_today_is_read_each_time() -> None:
    index, clock = Index(), Watch()
    where = desk(index, clock)
    read(where, 30)
    assert len(index.asked) == 32
    index.asked.clear()
    index.put(closed_on(NOON), row())
    clock.now += 59 * SECOND
    assert read(where, 30)[0].figures.total.ended == 1
    assert index.asked == [partition("erase", 0), closed_on(NOON)]
    clock.now += 1 * SECOND
    index.asked.clear()
    read(where, 30)
    assert len(index.asked) == 32


def test_what_was_cut_is_said() -> None:
    index = Index()
    index.put(closed_on(NOON - 3 * DAY), *[row(id=f"ho_{n}", created=NOON - 3 * DAY) for n in range(MOST + 1)])
    today, month = read(desk(index), 1, 30)
    assert today.cut == ()
    assert month.figures.total.ended == MOST
    assert figures_view(desk(index), month)["incomplete"] == ["2026-11-19"]


# In wire form, as a file, and as a page.


def reading(*rows: Closed, days: int = 1, now: int = NOON) -> Reading:
    return Reading(now, figures(rows, spans(now, days)), ())


MANY = [
    row(id=f"ho_{n}", waited=n, created=NOON - n * MINUTE, platform=platform)
    for platform in ("tiktok", "instagram")
    for n in range(40)
] + [row(waited=None, reason=Reason.LEFT, created=NOON - HOUR)] * 3  # fmt: skip


@pytest.mark.parametrize("days", [1, 30])
def test_the_answer_keeps_its_schema(days: int) -> None:
    found = {"days": days, **figures_view(desk(Index()), reading(*MANY, days=days))}
    assert [fault.json_path for fault in faults("figures", found)] == []
    assert found["total"] == {
        "ended": 83, "answered": 80, "abandoned": 3, "other": 0, "wait_median": 19, "wait_p90": 35,
    }  # fmt: skip


def table(*rows: Closed) -> list[dict[str, str]]:
    text = figures_file(desk(Index()), reading(*rows), pages.supervisor_words())
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))


def test_the_file_has_a_row_for_each_hour_and_each_group_and_no_small_count() -> None:
    found = table(*MANY)
    assert [line["Plateforme"] for line in found] == [*["toutes"] * 24, "instagram", "tiktok"]
    assert found[0]["Terminées"] == "<10" and found[0]["Attente médiane (s)"] == ""
    assert found[24]["Session"] == "Chat" and found[24]["Urgence"] == "Normal"
    for line in found:
        for name in ("Terminées", "Prises en charge", "Abandonnées", "Autres"):
            assert line[name] in ("<10", "masqué") or int(line[name]) >= 10
    assert found[25] | {"Prises en charge": "", "Terminées": ""} == {
        "Début": "2026-11-22T00:00:00+01:00", "Fin": "2026-11-23T00:00:00+01:00", "Plateforme": "tiktok",
        "Session": "Chat", "Urgence": "Normal", "Terminées": "", "Prises en charge": "", "Abandonnées": "<10",
        "Autres": "<10", "Attente médiane (s)": "19", "Attente 9 sur 10 (s)": "35",
    }  # fmt: skip


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_the_file_is_a_formula(start: str) -> None:
    assert table(row(platform=f"{start}cmd"))[-1]["Plateforme"] == f"'{start}cmd"


class Page(HTMLParser):
    """Every element of a page and the text within it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def page(*rows: Closed, now: int = NOON) -> str:
    where = desk(Index())
    return pages.supervisor_page(
        "supervisor-1", {days: figures_view(where, reading(*rows, days=days, now=now)) for days in (1, 30)}
    )


def charts(text: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_every_chart_keeps_the_policy_and_has_a_name_a_description_and_a_table() -> None:
    text = page(*MANY)
    assert len(charts(text)) == 4
    found = Page(text).elements
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in found:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
    assert not [tag for tag, _ in found if tag in ("style", "image")]
    assert len([tag for tag, _ in found if tag == "script"]) == 1
    assert len([tag for tag, _ in found if tag == "details"]) == 2


def test_a_charts_columns_are_as_high_as_their_counts() -> None:
    rows = [row(created=MIDNIGHT, waited=5)] * 6 + [row(created=MIDNIGHT, waited=None, reason=Reason.LEFT)] * 2
    endings = charts(page(*rows, row(created=MIDNIGHT + 2 * HOUR, waited=None, reason=Reason.UNREACHABLE)))[0]
    layers = [layer for layer in endings.iter() if layer.get("class") == "series columns"]
    heights = [[float(column.get("height", "")) for column in layer][:3] for layer in layers]
    one = heights[0][2]
    # all, over them answered and abandoned, over them answered: each to a tenth of a pixel
    for layer, counts in zip(heights, ([8, 0, 1], [8, 0, 0], [6, 0, 0]), strict=False):
        assert layer == pytest.approx([one * count for count in counts], abs=0.5)
    told = next(layers[-1].iter("title"))
    assert told.text == "0 h : 8 terminées, 6 prises en charge, 2 abandonnées. Attente médiane 5 s, 9 sur 10 : 5 s."


def test_the_hour_that_comes_twice_says_which_it_is() -> None:
    second = at("2026-10-25T02:30:00+01:00")
    text = page(row(created=second), now=second)
    assert re.findall(r'<th scope="row">(\d+ h[^<]*)</th>', text) == ["0 h", "1 h", "2 h (UTC+02)", "2 h (UTC+01)"]


def test_a_page_without_a_session_says_so_instead_of_drawing_nothing() -> None:
    text = page()
    assert charts(text) == []
    assert "Aucune session terminée ces 30 derniers jours." in text


def test_where_nobody_was_taken_there_is_no_chart_of_waits() -> None:
    text = page(row(waited=None, reason=Reason.LEFT))
    assert len(charts(text)) == 2
    assert text.count("Aucune session n’a été prise en charge.") == 2


def test_a_wait_beyond_its_target_is_marked_in_words_too() -> None:
    text = page(row(band=Band.DANGER, waited=61), row(band=Band.SOON, waited=299))
    assert text.count("délai dépassé</span>") == 2 * 2  # median and percentile, today and in thirty days


def test_hostile_names_stay_words() -> None:
    text = page(row(platform="<script>x</script>"))
    assert "<script>x" not in text and "&lt;script&gt;x" in text


def test_every_word_of_the_supervisors_is_used_and_every_word_asked_for_is_there() -> None:
    folder = Path(pages.__file__).parent
    names = ("supervisor.py", "templates/supervisor.html", "templates/not-supervisor.html", "static/supervisor.js")
    sources = "".join((folder / name).read_text("utf-8") for name in names)
    words = pages.supervisor_words().catalogue
    asked = set(re.findall(r'say\("([a-z_.0-9]+[a-z0-9])"[,)]', sources))
    assert asked and asked <= set(words)
    families = ("supervisor.csv.", "supervisor.means.", "supervisor.chart.", "supervisor.period.", "supervisor.file.",
                "supervisor.empty.", "supervisor.as_table.", "supervisor.bucket.")  # fmt: skip
    columns = {f"supervisor.{name}" for name in (*COUNTS, "wait_median", "wait_p90", "platform", "session", "band")}
    for key in words:
        if key.startswith("supervisor."):
            assert key in sources or key.startswith(families) or key in columns or key == "supervisor.no_lane", key


def test_the_period_ends_with_today_however_late_it_is() -> None:
    late = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert spans(int(late.timestamp()) * 1000, 30)[-1].end == at("2027-01-01T00:00:00+01:00")
