"""The table of OWASP ASVS 5.0: every number of levels 1 and 2 once, and every file and test that it names is there."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.md"
NUMBERS = ROOT / "docs" / "security" / "asvs-numbers.csv"
STANDS = {"met", "**gap**", "n/a"}
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|")


@dataclass(frozen=True)
class Row:
    """One requirement as the table has it."""

    number: str
    level: str
    about: str
    stands: str
    how: str
    shown: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    return tuple(
        Row(number, level, about, stands, how, tuple(re.findall(r"`([^`]+)`", shown)))
        for number, level, about, stands, how, shown in ROW.findall(TABLE.read_text())
    )


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The names of the functions of a file."""
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def test_every_requirement_of_levels_one_and_two_stands_there_once() -> None:
    with NUMBERS.open() as file:
        known = {line["number"]: line["level"] for line in csv.DictReader(file)}
    assert Counter(known.values()) == {"1": 70, "2": 183}
    assert Counter(row.number for row in rows()) == Counter(list(known))
    assert {row.number: row.level for row in rows()} == known
    lines = [line for line in TABLE.read_text().splitlines() if re.match(r"\| \d+\.", line)]
    assert len(lines) == len(rows()), "a row that cannot be read"


def test_each_row_says_how_it_stands_and_a_gap_what_is_missing() -> None:
    for row in rows():
        assert row.stands in STANDS, row
        assert len(row.how) > 3, row
        if row.stands == "met":
            assert row.shown, f"{row.number}: nothing shows it"
            assert "Missing" not in row.how, row
        if row.stands == "**gap**":
            assert "issing" in row.how or row.how.startswith("As "), row
        if row.stands == "n/a":
            assert not row.shown, row


def named() -> Iterator[tuple[str, str]]:
    """(number, reference)"""
    yield from ((row.number, one) for row in rows() for one in row.shown if ("." in one and "/" in one) or "::" in one)


def test_every_file_and_every_test_that_is_named_is_there() -> None:
    count = 0
    for number, reference in named():
        name, _, test = reference.partition("::")
        path = ROOT / name
        assert path.is_file(), f"{number}: {name}"
        if test:
            assert test in functions_of(path), f"{number}: {reference}"
            assert test.startswith("test_"), f"{number}: {reference}"
        count += 1
    assert count > 200


def test_the_sums_at_the_head_are_those_of_the_table() -> None:
    text = TABLE.read_text()
    for level, title in (("1", "level 1"), ("2", "level 2"), ("12", "both")):
        counts = Counter(row.stands for row in rows() if row.level in level)
        line = f"| {title} | {counts['met']} | {counts['**gap**']} | {counts['n/a']} |"
        assert line in text, line
    gaps = ", ".join(row.number for row in rows() if row.stands == "**gap**")
    assert f"The gaps: {gaps}." in text


@pytest.mark.parametrize("chapter", range(1, 18))
def test_each_chapter_has_its_rows(chapter: int) -> None:
    assert any(row.number.startswith(f"{chapter}.") for row in rows())
