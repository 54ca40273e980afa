"""docs/problems.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.identity import REASONS
from chalicelib.problems import CODES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "problems.md").read_text("utf-8")


def test_the_table_of_codes_is_complete_and_true() -> None:
    rows = re.findall(r'^\| <a id="(\w+)"></a>`(\w+)` \| (\d+) \| (.+) \| (.+) \|$', PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == [row[1] for row in rows]
    table = {code: (int(status), cause, remedy) for _, code, status, cause, remedy in rows}
    assert table == {code: (fact.status, fact.title, fact.remedy) for code, fact in CODES.items()}
    assert [row[1] for row in rows] == list(CODES)


def test_the_table_of_reasons_is_complete_and_true() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)) == dict(REASONS)
