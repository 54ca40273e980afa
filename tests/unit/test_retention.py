"""The table of retention: the page of the documentation shows the same, and the code takes its times from it."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.model.retention import KEYS, KINDS, SESSIONS, kind_of
from chalicelib.model.session import DAY

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data-lifecycle.md").read_text("utf-8")
WHERE = {SESSIONS: "session table", KEYS: "table of keys"}
ID = "ho_" + "a" * 26


def test_the_page_shows_the_table_as_the_code_has_it() -> None:
    rows = [f"| {k.name} | {WHERE.get(k.where, k.where)} | {k.holds} | {k.why} | {k.how_long} |" for k in KINDS]
    shown = re.findall(r"^\| .+ \|$", PAGE, re.MULTILINE)[1:]
    assert shown == rows, "\n".join(["docs/data-lifecycle.md should have:", *rows])


def test_a_time_in_words_is_the_time_in_numbers() -> None:
    for kept in KINDS:
        if kept.lasts is not None:
            days = kept.lasts // DAY
            assert re.search(rf"\b({days} days?|{days * 24} h)\b", kept.how_long), kept.name


def test_no_time_to_live_has_a_figure_of_its_own_outside_the_table() -> None:
    lines = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "chalicelib").rglob("*.py"))
        for line in path.read_text().splitlines()
        if "expires_at" in line
    ]
    assert len(lines) > 15
    assert [line for line in lines if set(re.findall(r"\b[0-9_]+\b", line)) - {"1000"}] == []


def test_kinds_are_told_apart() -> None:
    assert len({kept.name for kept in KINDS}) == len(KINDS)
    names = [
        kept.name for stage in ("open", "closed", "rehearsal") if (kept := kind_of(SESSIONS, ID, "session", stage))
    ]
    assert names == ["session, open", "session, closed", "session, sandbox"]
    assert kind_of(KEYS, f"number#{'0' * 32}") != kind_of(KEYS, ID) is not None
    for unknown in (("diary#1", "day"), (ID, "diary"), (ID + "#x", "session"), ("number#1", "")):
        assert kind_of(SESSIONS, *unknown) is None


def test_logs_are_kept_as_long_as_the_template_says() -> None:
    template = (ROOT / "infra" / "resources.yaml").read_text("utf-8")
    days = re.search(r"^  LogDays:\n    Type: Number\n    Default: (\d+)$", template, re.MULTILINE)
    (logs,) = (kept for kept in KINDS if kept.name == "logs")
    assert days is not None and logs.how_long.startswith(f"{days[1]} days")
