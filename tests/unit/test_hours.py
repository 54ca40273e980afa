"""Opening hours: what is read, what is refused and where, and what is open when."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import hours
from chalicelib.hours import HORIZON, BadHours, Calendar, Hours

PARIS = "Europe/Paris"
DATA = Path(hours.__file__).parent.parent / "data" / "hours.json"


def ms(text: str) -> int:
    """Instant of an RFC 3339 text, in ms."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def shown(at: int | None, zone: str = PARIS) -> str | None:
    return None if at is None else hours.isoformat(at, zone)


def openings(schedule: Hours, first: str, last: str) -> list[tuple[str, str]]:
    """Every opening that begins from ``first`` to ``last``, without seconds and offset."""
    found, at = [], ms(first)
    while (opening := schedule.opens_at(at)) is not None and opening < ms(last):
        closing = schedule.closes_at(opening)
        if closing is None:
            raise AssertionError("never closes")
        found.append((hours.isoformat(opening, PARIS)[:16], hours.isoformat(closing, PARIS)[:16]))
        at = closing
    return found


def week(expression: str) -> list[tuple[str, str]]:
    """Openings of the week from Monday 2026-06-01 as (Mo 09:00, Mo 23:00)."""
    days = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

    def brief(text: str) -> str:
        return f"{days[datetime.fromisoformat(text).weekday()]} {text[11:]}"

    found = openings(hours.parse(expression, PARIS), "2026-06-01T00:00+02:00", "2026-06-08T00:00+02:00")
    return [(brief(opening), brief(closing)) for opening, closing in found]


# what an expression means


def test_3018_is_open_every_day_from_nine_to_eleven() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00", PARIS)
    night = ms("2026-11-22T02:45:00+01:00")
    assert not schedule.is_open(night)
    assert shown(schedule.opens_at(night)) == "2026-11-22T09:00:00+01:00"
    assert schedule.closes_at(night) == night
    evening = ms("2026-11-22T22:59:59.999+01:00")
    assert schedule.is_open(evening)
    assert schedule.opens_at(evening) == evening
    assert shown(schedule.closes_at(evening)) == "2026-11-22T23:00:00+01:00"
    assert not schedule.is_open(ms("2026-11-22T23:00:00+01:00"))


def test_opening_instant_is_open_and_closing_instant_is_closed() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00", PARIS)
    assert not schedule.is_open(ms("2026-06-01T08:59:59.999+02:00"))
    assert schedule.is_open(ms("2026-06-01T09:00:00+02:00"))


def test_weekday_ranges_lists_and_wraps_are_read() -> None:
    assert week("Mo,We 10:00-11:00") == [("Mo 10:00", "Mo 11:00"), ("We 10:00", "We 11:00")]
    assert week("Sa-Mo 10:00-11:00") == [(f"{day} 10:00", f"{day} 11:00") for day in ("Mo", "Sa", "Su")]
    assert week("Tu-Tu,Th-Fr 10:00-11:00") == [(f"{day} 10:00", f"{day} 11:00") for day in ("Tu", "Th", "Fr")]


def test_several_spans_in_any_order_are_joined_where_they_touch_or_overlap() -> None:
    assert week("Mo 14:00-18:00,09:00-12:00") == [("Mo 09:00", "Mo 12:00"), ("Mo 14:00", "Mo 18:00")]
    assert week("Mo 09:00-12:00,12:00-14:00,13:00-15:00") == [("Mo 09:00", "Mo 15:00")]


def test_span_past_midnight_belongs_to_the_day_it_starts() -> None:
    assert week("Fr 22:00-02:00") == [("Fr 22:00", "Sa 02:00")]
    assert week("Fr 22:00-00:00") == [("Fr 22:00", "Sa 00:00")] == week("Fr 22:00-24:00")


def test_days_that_touch_at_midnight_are_one_opening() -> None:
    assert week("Mo 22:00-24:00; Tu 00:00-03:00") == [("Mo 22:00", "Tu 03:00")]
    assert week("Mo-We 00:00-24:00") == [("Mo 00:00", "Th 00:00")]


def test_later_rule_decides_alone_on_the_days_it_names() -> None:
    assert week("Mo-Fr 09:00-12:00; We 14:00-16:00; Th off")[2:] == [
        ("We 14:00", "We 16:00"),
        ("Fr 09:00", "Fr 12:00"),
    ]


def test_rule_that_names_every_day_leaves_nothing_of_earlier_ones() -> None:
    assert week("Mo off; Mo-Su 09:00-10:00") == week("Mo-Su 09:00-10:00") == week("09:00-10:00")
    assert hours.parse("Mo-Su 09:00-10:00; off", PARIS).opens_at(ms("2026-06-01T00:00Z")) is None


def test_christmas_day_off_every_year() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00; Dec 25 off", PARIS)
    for year in (2026, 2027, 2031):
        assert shown(schedule.opens_at(ms(f"{year}-12-24T23:00+01:00"))) == f"{year}-12-26T09:00:00+01:00"


def test_dated_exception_holds_in_its_year_only() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00; 2026 Dec 24 09:00-18:00", PARIS)
    assert shown(schedule.closes_at(ms("2026-12-24T12:00+01:00"))) == "2026-12-24T18:00:00+01:00"
    assert shown(schedule.closes_at(ms("2027-12-24T12:00+01:00"))) == "2027-12-24T23:00:00+01:00"


@pytest.mark.parametrize(
    ("dates", "opens"),
    [
        ("2026 Jul 14-2026 Jul 16", "2026-07-17"),
        ("2026 Jul 14-Jul 16", "2026-07-17"),
        ("2026 Jul 14-16", "2026-07-17"),
        ("Jul 14-16", "2026-07-17"),
        ("Jul", "2026-08-01"),
        ("2026 Jul", "2026-08-01"),
        ("Jul-Aug", "2026-09-01"),
        ("2026 Jul-Aug", "2026-09-01"),
        ("Jul 14,Jul 15,Jul 17", "2026-07-16"),
        ("Jul 14-Jan 02", "2027-01-03"),
        ("2026 Jul 14-2027 Jan 02", "2027-01-03"),
        ("Jul-Feb", "2027-03-01"),
        ("2025 Jul", "2026-07-14"),
    ],
)
def test_dates_and_ranges_of_dates_close(dates: str, opens: str) -> None:
    schedule = hours.parse(f"Mo-Su 09:00-23:00; {dates} off", PARIS)
    opening = shown(schedule.opens_at(ms("2026-07-14T00:00+02:00")))
    assert opening is not None
    assert opening[:16] == f"{opens}T09:00"


def test_dates_and_weekdays_together_must_both_match() -> None:
    schedule = hours.parse("Jul-Aug Sa-Su 10:00-12:00", PARIS)
    assert openings(schedule, "2026-08-28T00:00+02:00", "2027-06-30T00:00+02:00") == [
        ("2026-08-29T10:00", "2026-08-29T12:00"),
        ("2026-08-30T10:00", "2026-08-30T12:00"),
    ]


def test_29_february_matches_in_leap_years_only() -> None:
    schedule = hours.parse("Feb 29 10:00-11:00", PARIS)
    assert schedule.opens_at(ms("2026-01-01T00:00Z")) is None  # more than 400 days away
    assert shown(schedule.opens_at(ms("2027-03-01T00:00Z"))) == "2028-02-29T10:00:00+01:00"


def test_blanks_between_words_do_not_matter() -> None:
    assert week("  Mo , We  10:00 - 11:00 ;Fr off ") == week("Mo,We 10:00-11:00")


# never and always


def test_round_the_clock_never_closes_and_off_never_opens() -> None:
    now = ms("2026-11-22T02:45Z")
    for expression in (
        "24/7",
        "Mo-Su 00:00-24:00",
        "Mo 10:00-11:00; 24/7",
        "Mo-Fr 00:00-24:00; Sa-Su 00:00-24:00",
    ):
        always = hours.parse(expression, PARIS)
        assert (always.is_open(now), always.opens_at(now), always.closes_at(now)) == (True, now, None)
    for expression in ("off", "24/7; off", "Dec 25 off", "2020 Jan 01 10:00-11:00"):
        never = hours.parse(expression, PARIS)
        assert (never.is_open(now), never.opens_at(now), never.closes_at(now)) == (False, None, now)


def test_what_is_further_than_400_days_is_never() -> None:
    schedule = hours.parse("24/7; 2028 Jan 01 off", PARIS)
    midnight = ms("2028-01-01T00:00+01:00")
    assert schedule.closes_at(midnight - HORIZON) == midnight
    assert schedule.closes_at(midnight - HORIZON - 1) is None
    opening = hours.parse("2028 Jan 01 00:00-01:00", PARIS)
    assert opening.opens_at(midnight - HORIZON) == midnight
    assert opening.opens_at(midnight - HORIZON - 1) is None


# what is refused, and where


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("", 1),
        (" ", 2),
        ("Mo-Su", 6),
        ("Mo-Su 09:00", 12),
        ("Mo-Su 9:00-23:00", 7),
        ("Mo-Su 09:00-25:00", 13),
        ("Mo-Su 09:60-23:00", 7),
        ("Mo-Su 24:00-02:00", 7),
        ("Mo-Su 22:00-26:00", 13),
        ("Mo-Su 09:00-09:00", 7),
        ("Mo-Su 09:00-23:00:00", 13),
        ("Mo-Su 09:00-23:00;", 19),
        ("Mo-Su 09:00-23:00 off", 19),
        ("Mo-Su 09:00-23:00, Sa 10:00-12:00", 20),
        ("Mo-Su 09:00+", 12),
        ("Mo-Su 09:00-sunset", 13),
        ("Mo-Su 09:00-23:00 || Su off", 19),
        ('Mo-Su 09:00-23:00 "call us"', 19),
        ("Mo-Su open", 7),
        ("Mo-Su closed", 7),
        ("Mo-Su Off", 7),
        ("mo-su 09:00-23:00", 1),
        ("Mo-Xx 09:00-23:00", 4),
        ("Mon 09:00-23:00", 1),
        ("Mo[1] 09:00-23:00", 3),
        ("PH off", 1),
        ("Mo-Su,PH 09:00-23:00", 7),
        ("SH 09:00-23:00", 1),
        ("week 10 09:00-23:00", 1),
        ("easter off", 1),
        ("24/7 off", 6),
        ("24/8", 1),
        ("2026 09:00-23:00", 6),
        ("2026-2027 Jul off", 5),
        ("26 Dec 24 off", 1),
        ("1969 Dec 24 off", 1),
        ("Dec 32 off", 5),
        ("Dec 0 off", 5),
        ("Feb 30 off", 5),
        ("2027 Feb 29 off", 10),
        ("2100 Feb 29 off", 10),
        ("Dec 24,25 off", 8),
        ("2026 Dec 24,Dec 26 off", 1),
        ("Mo off; Dec 24,2026 Dec 26 off", 9),
        ("2026 Nov,Dec off", 1),
        ("Dec 26-24 off", 1),
        ("Dec 26-Dec 24 off", 1),
        ("2026 Dec 24-2026 Dec 02 off", 1),
        ("2026 Dec 24-Jan 02 off", 1),
        ("2026 Nov-Feb off", 1),
        ("Dec 24-2027 Jan 02 off", 8),
        ("Jul-2027 Aug off", 5),
        ("Dec 24: off", 5),
        ("Mo\t09:00-23:00", 3),
        ("Mo09:00-23:00", 3),
        ("2026Dec 24 off", 5),
        ("24/7off", 5),
        ("Mo\u00a009:00-23:00", 3),
        ("Mo-Su ０９:００-23:00", 7),
        ("Mo–Su 09:00-23:00", 3),
        ("Mo-Su 09:00-23:00\n", 18),
        ("Mo 10:00-11:00;" * 200, 2001),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(expression: str, place: int) -> None:
    with pytest.raises(BadHours) as refusal:
        hours.parse(expression, PARIS)
    assert refusal.value.place == place
    assert str(refusal.value).startswith(f"opening hours, character {place}: ")
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    "expression",
    [
        "Mo-Su 22:00-02:00; Tu off",
        "Mo-Su 22:00-02:00; Dec 25 off",
        "Mo-Su 09:00-23:00; Fr 22:00-02:00",
        "Mo-Fr 22:00-02:00; Sa 10:00-12:00",
        "Mo-Su 09:00-23:00; Jul 22:00-02:00",
    ],
)
def test_night_that_meets_the_days_of_another_rule_is_refused(expression: str) -> None:
    with pytest.raises(BadHours, match="split it at 24:00"):
        hours.parse(expression, PARIS)


def test_night_beside_rules_for_other_days_is_read() -> None:
    assert week("Mo-Th 18:00-23:00; Fr-Sa 18:00-02:00")[-2:] == [
        ("Fr 18:00", "Sa 02:00"),
        ("Sa 18:00", "Su 02:00"),
    ]


def test_night_split_at_midnight_says_which_night_is_off() -> None:
    assert week("Mo-Su 00:00-02:00,22:00-24:00; Tu 00:00-02:00; We 22:00-24:00")[1:3] == [
        ("Mo 22:00", "Tu 02:00"),
        ("We 22:00", "Th 02:00"),
    ]


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "/etc/localtime", "Europe"])
def test_unknown_zone_is_a_value_error(zone: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        hours.parse("24/7", zone)


# slots common to several schedules


def test_next_slot_is_when_all_are_open() -> None:
    desk = hours.parse("Mo-Su 09:00-23:00", PARIS)
    reunion = hours.parse("Mo-Su 09:00-21:30", "Indian/Reunion")
    tahiti = hours.parse("Mo-Su 09:00-21:30", "Pacific/Tahiti")
    now = ms("2026-11-22T02:45Z")
    assert shown(hours.next_slot([desk, reunion], now)) == "2026-11-22T09:00:00+01:00"
    evening = ms("2026-11-22T19:00+01:00")  # 22:00 in Réunion
    assert shown(hours.next_slot([desk, reunion], evening)) == "2026-11-23T09:00:00+01:00"
    assert shown(hours.next_slot([desk, tahiti], now)) == "2026-11-22T20:00:00+01:00"


def test_next_slot_of_an_instant_open_everywhere_is_that_instant() -> None:
    noon = ms("2026-11-22T12:00:00.123+01:00")
    assert hours.next_slot([hours.parse("Mo-Su 09:00-23:00", PARIS)] * 2, noon) == noon
    assert hours.next_slot([], noon) == noon


def test_next_slot_after_the_window_is_none() -> None:
    desk = hours.parse("Mo-Su 09:00-23:00", PARIS)
    night, nine = ms("2026-11-22T02:45Z"), ms("2026-11-22T09:00+01:00")
    assert hours.next_slot([desk], night, nine - 1) is None
    assert hours.next_slot([desk], night, nine) == nine
    assert hours.next_slot([desk], nine, nine - 1) is None


def test_schedules_that_never_meet_have_no_slot() -> None:
    mornings = hours.parse("Mo-Su 09:00-12:00", PARIS)
    assert hours.next_slot([mornings, hours.parse("Mo-Su 12:00-18:00", PARIS)], ms("2026-11-22T02:45Z")) is None
    assert hours.next_slot([mornings, hours.parse("off", PARIS)], ms("2026-11-22T02:45Z")) is None


# versions


def calendar(*versions: tuple[str, str], zone: str = PARIS) -> Calendar:
    entries = [{"valid_from": day, "zone": zone, "hours": expression, "source": "test"} for day, expression in versions]
    return hours.load(json.dumps({"versions": entries}))


def test_the_hours_of_record_are_read() -> None:
    record = hours.load(DATA.read_text(encoding="utf-8"))
    now = ms("2026-11-22T02:45Z")
    assert shown(record.opens_at(now)) == "2026-11-22T09:00:00+01:00"
    assert shown(record.closes_at(ms("2026-11-22T12:00Z"))) == "2026-11-22T23:00:00+01:00"


def test_version_holds_from_midnight_of_its_zone_until_the_next() -> None:
    changing = calendar(("2026-01-01", "Mo-Su 09:00-20:00"), ("2026-09-01", "Mo-Su 08:00-23:00"))
    assert shown(changing.closes_at(ms("2026-08-31T12:00+02:00"))) == "2026-08-31T20:00:00+02:00"
    assert shown(changing.opens_at(ms("2026-08-31T20:00+02:00"))) == "2026-09-01T08:00:00+02:00"
    assert shown(changing.closes_at(ms("2026-09-01T12:00+02:00"))) == "2026-09-01T23:00:00+02:00"


def test_before_the_first_version_it_is_closed() -> None:
    late = calendar(("2026-09-01", "24/7"))
    before = ms("2026-08-01T12:00+02:00")
    assert (late.is_open(before), late.closes_at(before)) == (False, before)
    assert shown(late.opens_at(before)) == "2026-09-01T00:00:00+02:00"
    assert late.opens_at(ms("2025-01-01T00:00Z")) is None


def test_opening_goes_on_over_a_change_of_version() -> None:
    longer = calendar(("2026-01-01", "24/7"), ("2026-09-01", "Mo-Su 00:00-10:00"))
    assert shown(longer.closes_at(ms("2026-08-31T12:00+02:00"))) == "2026-09-01T10:00:00+02:00"
    cut = calendar(("2026-01-01", "Mo-Su 22:00-02:00"), ("2026-09-01", "Mo-Su 09:00-20:00"))
    assert shown(cut.closes_at(ms("2026-08-31T23:00+02:00"))) == "2026-09-01T00:00:00+02:00"
    assert not cut.is_open(ms("2026-09-01T01:00+02:00"))


def test_version_alone_decides_on_its_first_instant() -> None:
    goes_on = calendar(("2026-01-01", "Mo-Su 09:00-24:00"), ("2026-09-01", "Mo-Su 00:00-10:00"))
    assert shown(goes_on.closes_at(ms("2026-08-31T12:00+02:00"))) == "2026-09-01T10:00:00+02:00"
    later = calendar(("2026-01-01", "Mo-Su 00:00-10:00"), ("2026-09-01", "Mo-Su 09:00-20:00"))
    assert shown(later.opens_at(ms("2026-08-31T12:00+02:00"))) == "2026-09-01T09:00:00+02:00"


def test_opening_may_come_two_versions_later() -> None:
    pause = calendar(("2026-01-01", "off"), ("2026-02-01", "Sa 09:00-10:00"), ("2026-02-03", "24/7"))
    assert shown(pause.opens_at(ms("2026-01-15T00:00Z"))) == "2026-02-03T00:00:00+01:00"
    assert pause.closes_at(ms("2026-03-01T00:00Z")) is None


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"versions": {}}',
        '{"versions": []}',
        '{"versions": [], "zone": "Europe/Paris"}',
        '{"versions": [1]}',
        '{"versions": [{"valid_from": "2026-01-01", "zone": "Europe/Paris", "hours": "24/7"}]}',
        '{"versions": [{"valid_from": 1, "zone": "Europe/Paris", "hours": "24/7", "source": ""}]}',
        '{"versions": [{"valid_from": "soon", "zone": "Europe/Paris", "hours": "24/7", "source": ""}]}',
        '{"versions": [{"valid_from": "2026-01-01", "zone": "Paris", "hours": "24/7", "source": ""}]}',
        '{"versions": [{"valid_from": "2026-01-01", "zone": "Europe/Paris", "hours": "24/8", "source": ""}]}',
        "not json",
    ],
)
def test_document_that_is_not_one_of_versions_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"versions|Expecting"):
        hours.load(text)


def test_refusal_names_the_version_and_the_place() -> None:
    with pytest.raises(ValueError, match=r"versions\[1\]: opening hours, character 3"):
        calendar(("2026-01-01", "24/7"), ("2026-02-01", "Mo"))


def test_versions_out_of_order_or_doubled_are_refused() -> None:
    for second in ("2026-01-01", "2025-12-31"):
        with pytest.raises(ValueError, match="later day"):
            calendar(("2026-01-01", "24/7"), (second, "off"))


# other zones, times and costs


def test_times_are_written_with_the_offset_of_the_zone_in_whole_seconds() -> None:
    at = ms("2026-11-22T22:00:00.999Z")
    assert hours.isoformat(at, PARIS) == "2026-11-22T23:00:00+01:00"
    assert hours.isoformat(at, "America/Guadeloupe") == "2026-11-22T18:00:00-04:00"
    assert hours.isoformat(at, "Pacific/Marquesas") == "2026-11-22T12:30:00-09:30"


def test_clock_that_goes_back_over_midnight_opens_the_day_before_again() -> None:
    # America/Sao_Paulo, 18 February 2018: 00:00 became 23:00 of the 17th
    schedule = hours.parse("Sa 23:30-24:00", "America/Sao_Paulo")
    first = schedule.opens_at(ms("2018-02-17T23:00-02:00"))
    assert shown(first, "America/Sao_Paulo") == "2018-02-17T23:30:00-02:00"
    closing = schedule.closes_at(ms("2018-02-17T23:30-02:00"))
    assert closing == ms("2018-02-17T23:00-03:00")
    assert schedule.opens_at(closing) == ms("2018-02-17T23:30-03:00")
    assert schedule.closes_at(ms("2018-02-17T23:30-03:00")) == ms("2018-02-18T00:00-03:00")


def test_day_that_begins_stops_and_begins_again_keeps_its_order() -> None:
    # America/St_Johns, 7 November 2010: 00:01 of Sunday became 23:01 of Saturday
    zone = "America/St_Johns"
    sunday = hours.parse("Su 00:00-00:01; Sa 23:30-23:40", zone)
    found, at = [], ms("2010-11-06T23:45-02:30")
    for _ in range(3):
        opening = sunday.opens_at(at)
        if opening is None:
            raise AssertionError("never opens")
        found.append(shown(opening, zone))
        at = sunday.closes_at(opening) or 0
    assert found == [
        "2010-11-07T00:00:00-02:30",
        "2010-11-06T23:30:00-03:30",
        "2010-11-07T00:00:00-03:30",
    ]


def test_day_that_has_no_midnight_opens_when_it_begins() -> None:
    # America/Sao_Paulo, 4 November 2018: 00:00 became 01:00
    schedule = hours.parse("Su 00:00-02:00", "America/Sao_Paulo")
    opening = schedule.opens_at(ms("2018-11-03T12:00-03:00"))
    assert shown(opening, "America/Sao_Paulo") == "2018-11-04T01:00:00-02:00"


def test_day_that_a_territory_skipped_is_never_open() -> None:
    # Pacific/Apia had no 30 December 2011, a Friday
    schedule = hours.parse("Fr 09:00-10:00", "Pacific/Apia")
    opening = schedule.opens_at(ms("2011-12-29T12:00-10:00"))
    assert shown(opening, "Pacific/Apia") == "2012-01-06T09:00:00+14:00"


def test_memory_of_days_is_bounded() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00", PARIS)
    for day in range(3000):
        schedule.is_open(day * 86_400_000)
    assert len(schedule._days) <= 1000


def test_import_brings_neither_zones_nor_anything_from_outside_the_library() -> None:
    program = (
        "import sys; import chalicelib.hours as h; "
        "print('zoneinfo' in sys.modules, 'dataclasses' in sys.modules, "
        "sorted({m.split('.')[0] for m in sys.modules} - sys.stdlib_module_names - {'chalicelib', '__main__'}))"
    )
    # -S: without the environment's own start-up files
    root = Path(hours.__file__).parents[2]
    ran = subprocess.run([sys.executable, "-S", "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False False []"


def test_epoch_is_the_first_instant() -> None:
    assert hours.parse("24/7", "UTC").is_open(0)
    first = datetime(1970, 1, 1, tzinfo=UTC)
    assert hours.isoformat(0, "UTC") == first.isoformat()
