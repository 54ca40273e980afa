"""Callback numbers: which are read, as what, in which zone, and which are refused and why.

Mainland numbers here are from ARCEP's fiction blocks: nobody has them. Overseas there is no such block, so no
overseas number is written here: forms are tested on a made-up plan in place of the library's, and the real plan on
the examples that the library itself brings, taken from it while the test runs.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import phone
from chalicelib.phone import CODES, BadNumber, Number

FICTION_BLOCKS = ("019900", "026191", "035301", "046571", "053649", "063998")
FICTION_MOBILE = "+33639980001"


def refusal(text: str, *, fiction: bool = True) -> str:
    with pytest.raises(BadNumber) as refused:
        phone.read(text, fiction=fiction)
    return refused.value.code


# forms


@pytest.mark.parametrize(
    "text",
    [
        "0639980001",
        "06 39 98 00 01",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "06/39/98/00/01",
        "(06) 39 98 00 01",
        "+33639980001",
        "+33 6 39 98 00 01",
        "+33 (0)6 39 98 00 01",
        "+330639980001",
        "0033639980001",
        "00 33 (0) 6 39 98 00 01",
        "  0639980001\t",
        "06\u00a039\u00a098\u00a000\u00a001",  # no-break spaces
        "06\u202f39\u202f98\u202f00\u202f01",  # narrow ones, as French typography wants
        "06\u201139\u201198\u201100\u201101",  # no-break hyphens
        "06\u201339\u201398\u201300\u201301",  # dashes
        "\u202a+33 6 39 98 00 01\u202c",  # direction marks of a copied contact
        "٠٦٣٩٩٨٠٠٠١",  # Arabic digits
        "۰۶۳۹۹۸۰۰۰۱",  # Persian digits
        "０６３９９８０００１",  # full-width digits
        "＋３３６３９９８０００１",
    ],
)
def test_usual_ways_to_write_a_number_are_read(text: str) -> None:
    assert phone.read(text, fiction=True) == (FICTION_MOBILE, "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        (" ", "not_a_number"),
        ("+", "not_a_number"),
        ("call me", "not_a_number"),
        ("06 39 98 00 0l", "not_a_number"),
        ("²639980001", "not_a_number"),
        ("06 39 98 00 01\n", "not_a_number"),
        ("06 39 98 00 01\x00", "not_a_number"),
        ("06,39,98,00,01", "extension"),  # a comma is a pause, then digits are sent
        ("06_39_98_00_01", "not_a_number"),
        ("++33639980001", "not_a_number"),
        ("+33+639980001", "not_a_number"),
        ("33639980001", "not_a_number"),
        ("639980001", "not_a_number"),
        ("063998000", "not_a_number"),
        ("06399800010", "not_a_number"),
        ("1639980001", "not_a_number"),
        ("tel:+33639980001", "not_a_number"),
        ("+33639980001 ext 3", "extension"),
        ("+33639980001 x3", "extension"),
        ("+33639980001;ext=3", "extension"),
        ("0639980001 poste 3", "extension"),
        ("0639980001#3", "extension"),
        ("0639980001p3", "extension"),
        ("\ud800", "not_a_number"),
        ("+33 63998000", "unknown"),
        ("+33 6399800011", "unknown"),
        ("+262 639980001", "unknown"),  # fiction is French only: +262 639 is Mayotte
        ("+687 639980001", "unknown"),
        ("0" * 41, "too_long"),
    ],
)
def test_what_is_no_number_is_refused_with_its_code(text: str, code: str) -> None:
    assert refusal(text) == code


def test_absurdly_long_input_is_refused_at_once() -> None:
    text = "0" * 50_000_000
    start = time.perf_counter()
    assert refusal(text) == "too_long"
    assert time.perf_counter() - start < 0.01


@given(st.text(max_size=45), st.booleans())
def test_any_text_is_a_number_or_a_refusal(text: str, fiction: bool) -> None:
    try:
        number = phone.read(text, fiction=fiction)
    except BadNumber as refused:
        assert refused.code in CODES
    else:
        assert number.e164[1:].isascii()
        assert number.e164[1:].isdigit()


# fiction


@pytest.mark.parametrize("block", FICTION_BLOCKS)
@pytest.mark.parametrize("form", ["0{}", "+33{}", "0033{}"])
def test_fiction_is_read_where_asked_and_refused_elsewhere(block: str, form: str) -> None:
    text = form.format(f"{block[1:]}0042")
    assert phone.read(text, fiction=True) == (f"+33{block[1:]}0042", "Europe/Paris")
    assert refusal(text, fiction=False) == "fiction"


# short and foreign


@pytest.mark.parametrize("text", ["3018", "15", "17", "18", "112", "114", "119", "3114", "116000", "+333018", "+3317"])
def test_short_and_emergency_numbers_are_refused(text: str) -> None:
    assert refusal(text) == "short"


# reserved for fiction or unassigned in their own countries
@pytest.mark.parametrize(
    "text",
    [
        "+1 202 555 0100",
        "+44 7700 900123",
        "+32 0000000",
        "+269 0000000",
        "+377 00000000",
        "0044 7700 900123",
    ],
)
def test_other_countries_are_refused(text: str) -> None:
    assert refusal(text) == "not_france"


# the library's own examples: real plan, no number of ours

KINDS = phonenumbers.PhoneNumberType
ZONES = {
    "FR": "Europe/Paris",
    "GP": "America/Guadeloupe",
    "BL": "America/Guadeloupe",
    "MF": "America/Guadeloupe",
    "MQ": "America/Martinique",
    "GF": "America/Cayenne",
    "RE": "Indian/Reunion",
    "YT": "Indian/Mayotte",
    "PM": "America/Miquelon",
    "NC": "Pacific/Noumea",
    "PF": "Pacific/Tahiti",
    "WF": "Pacific/Wallis",
}


def sample(region: str, kind: int) -> tuple[str, str]:
    """The library's example as (E.164, national form from 0)."""
    found = phonenumbers.example_number_for_type(region, kind)
    if found is None:
        raise AssertionError("no numbers of this kind there")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164), f"0{found.national_number}"


def kinds_of_regions(*kinds: int) -> list[tuple[str, int]]:
    """Every (region, kind) of which there are numbers at all."""
    pairs = [(region, kind) for region in ZONES for kind in kinds]
    return [pair for pair in pairs if phonenumbers.example_number_for_type(*pair) is not None]


@pytest.mark.parametrize(("region", "kind"), kinds_of_regions(KINDS.MOBILE, KINDS.FIXED_LINE, KINDS.VOIP))
def test_numbers_of_every_territory_are_read_in_its_zone(region: str, kind: int) -> None:
    e164, _ = sample(region, kind)
    assert phone.read(e164, fiction=False) == (e164, ZONES[region])


@pytest.mark.parametrize("region", ["FR", "GP", "MQ", "GF", "RE", "YT"])
@pytest.mark.parametrize("kind", [KINDS.MOBILE, KINDS.FIXED_LINE])
def test_national_form_finds_its_territory(region: str, kind: int) -> None:
    e164, national = sample(region, kind)
    assert phone.read(national, fiction=False) == (e164, ZONES[region])


@pytest.mark.parametrize("region", ["GP", "MQ", "GF", "RE", "YT"])
def test_voip_that_several_territories_have_is_ambiguous_without_its_country_code(region: str) -> None:
    _, national = sample(region, KINDS.VOIP)
    assert refusal(national) == "ambiguous"


def test_miquelon_is_asked_for_its_country_code() -> None:
    assert refusal("0508000000") == "ambiguous"


NOT_CALLED = {
    KINDS.PREMIUM_RATE: "premium",
    KINDS.SHARED_COST: "shared_cost",
    KINDS.TOLL_FREE: "toll_free",
    KINDS.UAN: "special",
    KINDS.VOICEMAIL: "special",
}


@pytest.mark.parametrize(("region", "kind"), kinds_of_regions(*NOT_CALLED))
def test_special_numbers_are_refused_by_kind(region: str, kind: int) -> None:
    e164, national = sample(region, kind)
    assert refusal(e164) == NOT_CALLED[kind]
    if len(national) == 10:
        # France and the territories name some kinds differently; none is called
        assert refusal(national) in set(NOT_CALLED.values())


@pytest.mark.parametrize("country", ["33", "262", "590", "594", "596"])
def test_nothing_from_08_is_ever_called(country: str) -> None:
    for prefix in range(800, 900):
        assert refusal(f"+{country}{prefix}000000") in {
            "premium",
            "shared_cost",
            "toll_free",
            "special",
            "unknown",
        }


def test_every_zone_is_known_to_the_system() -> None:
    for zone in ZONES.values():
        assert ZoneInfo(zone).key == zone


# readings on a made-up plan


def made_up(monkeypatch: pytest.MonkeyPatch, plan: Mapping[str, str]) -> None:
    """Let each territory of ``plan`` have one reading of whatever is written."""
    monkeypatch.setattr(phone, "_reading", lambda _text, region: plan.get(region))
    monkeypatch.setattr(phone, "_callable", lambda e164: Number(e164, "UTC"))


def test_readings_that_agree_are_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, {"RE": "+2620", "YT": "+2620"})
    assert phone.read("0600000000", fiction=False).e164 == "+2620"


def test_readings_that_differ_are_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, {"FR": "+330", "RE": "+2620", "YT": "+2620"})
    assert refusal("0600000000") == "ambiguous"


def test_no_reading_is_an_unknown_number(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, {"NC": "+6870"})
    assert refusal("0600000000") == "unknown"


@pytest.mark.parametrize(
    ("prefix", "region"),
    [("0262", "RE"), ("0263", "RE"), ("0269", "YT"), ("0590", "GP"), ("0594", "GF"), ("0596", "MQ")],
)
def test_prefix_of_one_territory_is_not_read_as_mainland(
    prefix: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(monkeypatch, {"FR": "+330", region: "+0"})
    assert phone.read(f"{prefix}000000", fiction=False).e164 == "+0"


# what a number must not do


def test_no_refusal_and_no_representation_shows_the_number() -> None:
    number = phone.read("06 39 98 00 01", fiction=True)
    assert "3998" not in f"{number} {number!r} {[number]}"
    for text in ("06 39 98 00 01", "+33 63998000", "0639980001 ext 3", "0800 00 00 00", "+1 202 555 0100"):
        with pytest.raises(BadNumber) as refused:
            phone.read(text, fiction=False)
        shown = f"{refused.value} {refused.value!r} {refused.value.args} {refused.value.__context__!r}"
        assert not any(part in shown for part in ("39 98", "3998", "0800", "00 00", "555"))


def test_library_is_loaded_only_when_a_number_is_read() -> None:
    program = "import sys, chalicelib.phone; print('phonenumbers' in sys.modules)"
    root = Path(phone.__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_every_code_has_a_sentence() -> None:
    assert all(sentence.strip() for sentence in CODES.values())
    assert set(CODES) == {
        "not_a_number",
        "too_long",
        "extension",
        "short",
        "not_france",
        "unknown",
        "ambiguous",
        "premium",
        "shared_cost",
        "toll_free",
        "special",
        "fiction",
    }
