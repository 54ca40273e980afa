"""Codes, cookies and the word: made, read back, and never the same for two."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.ids import (
    WORDS,
    bound_by,
    bound_of,
    code_fits,
    cookie_for,
    read_resume_code,
    resume_code,
    resume_row,
    safe_word,
    spelled,
    youth_code,
)  # fmt: skip
from tests.unit.made import Fixed, made

SECRETS = Fixed()
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KNOWN: dict[str, list[str]] = json.loads(WORDS.read_text("utf-8"))
LOOKALIKES = [("O", "0"), ("o", "0"), ("I", "1"), ("i", "1"), ("L", "1"), ("l", "1")]


def many(n: int = 400) -> list[str]:
    return [resume_code(SECRETS, made(id=f"ho_{i:026d}")) for i in range(n)]


@given(st.integers(0, 1000))
def test_the_code_of_the_link_stays_the_same_whatever_happens_to_the_session(generation: int) -> None:
    moved = made(generation=generation, coded=True, bound=b"b")
    assert youth_code(SECRETS, moved) == youth_code(SECRETS, made())
    assert code_fits(SECRETS, moved, youth_code(SECRETS, made()))


def test_the_code_of_one_session_does_not_fit_another() -> None:
    other = made(id="ho_" + "b" * 26)
    assert not code_fits(SECRETS, other, youth_code(SECRETS, made()))


def test_resume_codes_are_ten_characters_without_those_that_look_like_others() -> None:
    codes = many()
    assert all(re.fullmatch(f"[{ALPHABET}]{{10}}", code) for code in codes)
    assert len(set(codes)) == len(codes)
    for place in range(10):  # every place of every code uses the whole alphabet: nothing is lost of the 50 bits
        assert {code[place] for code in codes} == set(ALPHABET)


def test_each_generation_has_a_resume_code_of_its_own() -> None:
    codes = {resume_code(SECRETS, replace(made(), generation=n)) for n in range(50)}
    assert len(codes) == 50


def test_a_resume_code_is_shown_in_three_groups() -> None:
    assert spelled("7K2M9QX4TA") == "7K2-M9QX-4TA"


@pytest.mark.parametrize(
    "typed",
    [
        "7K2-M9QX-4TA", "7k2m9qx4ta", " 7K2 M9QX 4TA\n", "7K2\u2011M9QX\u20134TA", "7K2\u00a0M9QX\u22124TA",
        "7k2.m9qx.4ta", "7-K-2-M-9-Q-X-4-T-A",
    ],
)  # fmt: skip
def test_a_resume_code_is_read_however_it_was_typed(typed: str) -> None:
    assert read_resume_code(typed) == "7K2M9QX4TA"


@pytest.mark.parametrize(("typed", "meant"), LOOKALIKES)
def test_a_letter_that_looks_like_a_digit_is_that_digit(typed: str, meant: str) -> None:
    assert read_resume_code(f"{typed}K2-M9QX-4T{typed}") == f"{meant}K2M9QX4T{meant}"


@pytest.mark.parametrize(
    "typed", ["", "7K2-M9QX-4T", "7K2-M9QX-4TAB", "7K2-M9QX-4TU", "7K2_M9QX_4TA", "é" * 10, "٣" * 10]
)
def test_what_is_no_resume_code_is_none(typed: str) -> None:
    assert read_resume_code(typed) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = read_resume_code(typed)
    assert code is None or set(code) <= set(ALPHABET)


@given(st.integers(0, 10**6))
def test_every_code_that_is_shown_is_read_back(n: int) -> None:
    code = resume_code(SECRETS, made(generation=n))
    assert read_resume_code(spelled(code)) == read_resume_code(spelled(code).lower()) == code


def test_the_row_of_a_code_does_not_tell_the_code() -> None:
    rows = {resume_row(SECRETS, code) for code in many(50)}
    assert len(rows) == 50
    assert all(len(row) == 32 for row in rows)


def test_a_cookie_binds_to_what_it_was_made_of_and_to_one_session_only() -> None:
    id, other = made().id, "ho_" + "b" * 26
    cookie = cookie_for(SECRETS, id, b"r" * 16)
    assert bound_of(SECRETS, id, cookie) == bound_by(SECRETS, id, b"r" * 16)
    assert bound_of(SECRETS, other, cookie) is None
    assert bound_of(SECRETS, id, cookie[:-1] + ("0" if cookie[-1] != "0" else "1")) is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_there_are_many_words_short_to_say_and_each_once(language: str) -> None:
    words = KNOWN[language]
    assert len(words) >= 64
    assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[a-zàâçéèêëîïôûùüœ]{4,12}", word) for word in words)


def test_the_words_of_the_two_languages_are_all_there_is() -> None:
    assert set(KNOWN) == {"fr", "en"}


@pytest.mark.parametrize(
    ("locale", "language"), [("fr", "fr"), ("fr-FR", "fr"), ("en-GB", "en"), ("EN", "en"), ("de", "fr")]
)
def test_the_word_is_in_the_language_of_the_page(locale: str, language: str) -> None:
    assert safe_word(SECRETS, made(locale=locale)) in KNOWN[language]


def test_the_word_stays_the_same_through_everything_and_every_word_is_used() -> None:
    assert safe_word(SECRETS, made()) == safe_word(SECRETS, made(generation=3, epoch=9, lane="callback"))
    used = {safe_word(SECRETS, made(id=f"ho_{i:026d}")) for i in range(2000)}
    assert used == set(KNOWN["fr"])
