"""Reads callback numbers of France and its overseas territories. The only user of ``phonenumbers``.

Nothing here returns, raises or shows the number but ``Number.e164``: an error carries a code alone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["CODES", "BadNumber", "Number", "read"]

_LONGEST = 40
_SHORTEST_NATIONAL = 6
_TRUNK_LENGTH = 10

# What people and address books put between digits: blanks and dashes of all widths, and the invisible
# direction marks that come along when a number is copied from a contact.
_SEPARATORS = re.compile(
    "[ \t.()/\u00a0\u2007\u2009\u202f\u2010-\u2015\u2212\u200e\u200f\u202a-\u202e\u2066-\u2069-]",
)
_EXTENSION = re.compile(r"[0-9]\s*(?:[#,;xp]|ext|poste)", re.IGNORECASE)

_NATIONAL_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")

# Blocks that the numbering plan gives to one territory; the library's pattern for France is wider than it.
_TERRITORIAL = {"262": "RE", "263": "RE", "269": "YT", "590": "GP", "594": "GF", "596": "MQ"}
_MIQUELON = "508"

# Six blocks that ARCEP keeps for films and books, all in mainland France: none is known overseas. The library
# calls most of them valid; whether they are accepted is decided here, by the stage.
_FICTION = ("19900", "26191", "35301", "46571", "53649", "63998")

_WITH_TRUNK_ZERO = {"33", "262", "508", "590", "594", "596"}
_COUNTRIES = ("33", "262", "508", "590", "594", "596", "681", "687", "689")

_ZONES = {
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

CODES = {
    "not_a_number": "ten digits from 0, or + and the country code, with usual separators",
    "too_long": f"longer than {_LONGEST} characters",
    "extension": "an extension cannot be dialled",
    "short": "short and emergency numbers cannot be called back",
    "not_france": "neither France nor one of its overseas territories",
    "unknown": "no territory has such a number; overseas numbers can be written with + and the country code",
    "ambiguous": "several territories have this number: write it with + and the country code",
    "premium": "premium-rate numbers are not called",
    "shared_cost": "shared-cost numbers are not called",
    "toll_free": "freephone numbers are not called",
    "special": "special numbers are not called",
    "fiction": "numbers kept for fiction reach nobody",
}
"""Every code of ``BadNumber`` and what it means."""


class BadNumber(ValueError):
    """A number that is not called back. ``code`` is one of ``CODES``; the number is nowhere in it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {CODES[code]}")
        self.code = code


class Number(NamedTuple):
    """A number that can be dialled, and the IANA zone of its territory (for its quiet hours)."""

    e164: str
    zone: str

    def __repr__(self) -> str:
        return f"Number(e164='***', zone={self.zone!r})"


def read(text: str, *, fiction: bool) -> Number:
    """Return the number a person or a partner wrote, or raise ``BadNumber``.

    Forms: ``+33 6 …``, ``0033 6 …``, ``+33 (0)6 …``, ``06 …``; digits of any script. A national form is read
    as every territory reads it, and taken when they agree. ``fiction`` takes ARCEP's fiction blocks as well
    (local and sandbox stages); without it they are refused.
    """
    digits, international = _digits(text)
    if international:
        country = next((code for code in _COUNTRIES if digits.startswith(code)), None)
        if country is None:
            raise BadNumber("not_france" if len(digits) > _SHORTEST_NATIONAL else "short")
        national = digits[len(country) :]
        return _international(country, national, fiction=fiction)
    if len(digits) <= _SHORTEST_NATIONAL:
        raise BadNumber("short")
    if len(digits) != _TRUNK_LENGTH or digits[0] != "0":
        raise BadNumber("not_a_number")
    return _national(digits[1:], fiction=fiction)


def _digits(text: str) -> tuple[str, bool]:
    """Return ASCII digits without + or 00, and whether one of these stood in front."""
    if len(text) > _LONGEST:
        raise BadNumber("too_long")
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in text).replace("\uff0b", "+")
    if _EXTENSION.search(plain):
        raise BadNumber("extension")
    match = re.fullmatch(r"(\+|00|)([0-9]+)", _SEPARATORS.sub("", plain))
    if match is None:
        raise BadNumber("not_a_number")
    return match[2], match[1] != ""


def _international(country: str, national: str, *, fiction: bool) -> Number:
    if country in _WITH_TRUNK_ZERO:
        national = national.removeprefix("0")
    if country == "33" and _is_fiction(national):
        return _fictitious(national, fiction=fiction)
    if len(national) < _SHORTEST_NATIONAL:
        raise BadNumber("short")
    return _callable(f"+{country}{national}")


def _national(national: str, *, fiction: bool) -> Number:
    if _is_fiction(national):
        return _fictitious(national, fiction=fiction)
    if national.startswith(_MIQUELON):
        # the plan gives 05 08 to Saint-Pierre-et-Miquelon, but numbers there have six digits after +508
        raise BadNumber("ambiguous")
    found = {_reading(f"0{national}", region) for region in _regions(national)}
    readings = [reading for reading in found if reading is not None]
    if not readings:
        raise BadNumber("unknown")
    if len(readings) > 1:
        raise BadNumber("ambiguous")
    return _callable(readings[0])


def _regions(national: str) -> tuple[str, ...]:
    if national.startswith("8"):
        # special numbers are the same in the whole plan: named by what they are, never called ambiguous
        return ("FR",)
    territory = _TERRITORIAL.get(national[:3])
    return (territory,) if territory else _NATIONAL_REGIONS


def _is_fiction(national: str) -> bool:
    return len(national) == _TRUNK_LENGTH - 1 and national.startswith(_FICTION)


def _fictitious(national: str, *, fiction: bool) -> Number:
    if not fiction:
        raise BadNumber("fiction")
    return Number(f"+33{national}", _ZONES["FR"])


def _reading(text: str, region: str) -> str | None:
    """Return the E.164 form of ``text`` as dialled in ``region``, or None where there is no such number."""
    # imported here: see docs/decisions/0002-phone-numbers.md
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _callable(e164: str) -> Number:
    """Return the number with its zone, or raise BadNumber for one that is not called back."""
    import phonenumbers

    kinds = phonenumbers.PhoneNumberType
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        raise BadNumber("unknown") from None
    region = phonenumbers.region_code_for_number(parsed)
    if region not in _ZONES or not phonenumbers.is_valid_number(parsed):
        raise BadNumber("unknown")
    kind = phonenumbers.number_type(parsed)
    if kind == kinds.PREMIUM_RATE:
        raise BadNumber("premium")
    if kind == kinds.SHARED_COST:
        raise BadNumber("shared_cost")
    if kind == kinds.TOLL_FREE:
        raise BadNumber("toll_free")
    # 08 is special in all of the French plan, though the library calls some of it a fixed line overseas
    special = str(parsed.country_code) in _WITH_TRUNK_ZERO and str(parsed.national_number).startswith("8")
    callable_kinds = (kinds.FIXED_LINE, kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.VOIP)
    if special or kind not in callable_kinds:
        raise BadNumber("special")
    return Number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), _ZONES[region])
