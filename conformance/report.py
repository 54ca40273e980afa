"""The report: for people as it happens, for machines at the end. Standard library only."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from conformance import KIT
from conformance.checks import Result

__all__ = ["Told", "as_json", "counted"]

WIDEST = 110
MARKS = {"passed": ("✓", "32"), "failed": ("✗", "31;1"), "not_tried": ("–", "33")}
PLAIN = {"\u00a0": " ", "✓": "ok  ", "✗": "FAIL", "–": "--  ", "→": "->", "·": ",", "…": "...", "−": "-"}


def counted(results: Sequence[Result]) -> dict[str, int]:
    """How many passed, failed and were not tried."""
    return {word: sum(one.result == word for one in results) for word in MARKS}


def as_json(results: Sequence[Result], facts: Mapping[str, str], seconds: float) -> str:
    """The whole report as one JSON object."""
    checks: list[dict[str, Any]] = [
        {
            "part": one.check.part, "name": one.check.name, "what": one.check.what, "why": one.check.why,
            "result": one.result, "saw": one.saw, "fix": one.fix, "seconds": round(one.seconds, 3),
        }
        for one in results
    ]  # fmt: skip
    whole = {"kit": KIT, **facts, **counted(results), "seconds": round(seconds, 1), "checks": checks}
    return json.dumps(whole, ensure_ascii=False, indent=2)


class Told:
    """Writes the report for people; colour where a terminal shows it and nobody said NO_COLOR."""

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._out, self._colour = out, colour
        self._width = min(shutil.get_terminal_size((100, 24)).columns - 1, WIDEST)
        self._part = ""
        self._fancy = _can_write(out)

    def head(self, facts: Mapping[str, str]) -> None:
        """Who is checked against what."""
        self._line(f"3018 conformance kit {KIT}", "1")
        for name, value in facts.items():
            self._line(f"  {name:<12}{value}", "2")

    def tell(self, one: Result) -> None:
        """One check, as soon as it has ended."""
        if one.check.part != self._part:
            self._part = one.check.part
            self._line()
            self._line(self._part, "1")
        mark, colour = MARKS[one.result]
        took = f"  {one.seconds:.1f}\u00a0s" if one.seconds >= 1 else ""
        self._wrapped(
            f"{mark} ", f"{one.check.what}{took}", colour if one.result == "failed" else "", mark_colour=colour
        )
        if one.result == "not_tried":
            self._wrapped("    not tried  ", one.fix, "2")
            return
        self._wrapped("    " if one.result == "passed" else "    why  ", one.check.why, "2")
        if one.result == "failed":
            self._wrapped("    saw  ", one.saw, "")
            self._wrapped("    fix  ", one.fix, "1")

    def end(self, results: Sequence[Result], seconds: float) -> None:
        """The sums, and once more what to fix, in order."""
        sums = counted(results)
        self._line()
        words = [f"{number} {word.replace('_', ' ')}" for word, number in sums.items() if number or word == "passed"]
        self._line(" · ".join([*words, f"{seconds:.0f} s"]), "31;1" if sums["failed"] else "32;1")
        to_fix: dict[tuple[str, str], list[Result]] = {}
        for one in results:
            if one.result == "failed":
                to_fix.setdefault((one.check.part, one.fix), []).append(one)
        if to_fix:
            self._line()
            self._line("To fix", "1")
        for number, ((part, fix), those) in enumerate(to_fix.items(), start=1):
            self._wrapped(f"{number:>3}. ", f"{part}, {', '.join(one.check.name for one in those)}: {fix}", "")

    def _wrapped(self, lead: str, text: str, colour: str, mark_colour: str | None = None) -> None:
        lines = textwrap.wrap(text, max(30, self._width - len(lead)), break_long_words=False) or [""]
        lead = lead if self._fancy else _plain(lead)
        for number, line in enumerate(lines):
            front = lead if number == 0 else " " * len(lead)
            painted = self._paint(front, mark_colour if number == 0 and mark_colour else colour)
            self._out.write(painted + self._paint(self._known(line), colour) + "\n")
        self._out.flush()

    def _line(self, text: str = "", colour: str = "") -> None:
        self._out.write(self._paint(self._known(text), colour) + "\n")
        self._out.flush()

    def _known(self, text: str) -> str:
        return text if self._fancy else _plain(text)

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._colour and colour and text.strip() else text


def _can_write(out: TextIO) -> bool:
    """Whether the terminal's encoding has the marks; Windows' and C locales may not."""
    try:
        "✓✗–→·…−é".encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _plain(text: str) -> str:
    for fancy, plain in PLAIN.items():
        text = text.replace(fancy, plain)
    return text.encode("ascii", "replace").decode()
