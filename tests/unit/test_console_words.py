"""The console's words: every one it asks for exists, and none stands in the catalogue for nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from chalicelib import pages
from chalicelib.pages import render
from chalicelib.pages.statics import static

PAGES = Path(pages.__file__).parent
CATALOGUE: dict[str, str] = json.loads((PAGES / "catalogue" / "console.fr.json").read_text(encoding="utf-8"))


def _modules(name: str) -> Iterator[str]:
    """Every module that a page's script imports, itself included."""
    known, waiting = {name}, [name]
    while waiting:
        text = (PAGES / "static" / waiting.pop()).read_text(encoding="utf-8")
        yield text
        fresh = set(re.findall(r'from "\./([a-z]+\.js)"', text)) - known
        known |= fresh
        waiting += fresh


def _templates() -> str:
    named = ("console.html", "signin.html", "supervisor.html")
    found = [PAGES / "templates" / name for name in named]
    return "".join(path.read_text(encoding="utf-8") for path in found if path.exists())


SCRIPTS = "".join(_modules("console.js"))
PYTHON = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.py"))
SOURCES = SCRIPTS + _templates() + PYTHON
LITERALS = set(re.findall(r"""["'`]([\w./-]+)["'`]""", SOURCES))
VALUES = {f"{kind}." for kind in re.findall(r'name\("(\w+)"', SCRIPTS)} | set(
    re.findall(r'starting\("([\w.]+)"\)', SCRIPTS)
)
"""Families whose members are values that come from the desk, or that are shown one and all."""
CHOSEN = set(re.findall(r"`([a-z_]+\.)\$\{", SCRIPTS))
"""Families of which the scripts choose a member by its name."""
OTHERS = ("problem.", "signin.", "said.fr.", "said.en.")


def test_every_word_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r'(?:say|tell)\((?:"toast", )?"([a-z_]+(?:\.\w+)*)"', SCRIPTS))
    asked |= set(re.findall(r"""say\(["']([^"']+)["']""", (PAGES / "templates" / "console.html").read_text()))
    asked |= {words for _, words in render.KEYS}
    assert len(asked) > 100
    events = {"toast", "said", "problem", "queue", "session", "select", "drop", "trouble"}
    assert sorted(asked - set(CATALOGUE) - events) == []


def test_no_word_is_left_over() -> None:
    def used(key: str) -> bool:
        family, _, member = key.rpartition(".")
        if key in LITERALS or f"{family}." in VALUES or key.startswith(OTHERS):
            return True
        return f"{family}." in CHOSEN and member in LITERALS

    assert [key for key in CATALOGUE if not used(key)] == []


def test_every_canned_reply_has_a_title_and_both_languages() -> None:
    def members(prefix: str) -> list[str]:
        return [key.removeprefix(prefix) for key in CATALOGUE if key.startswith(prefix)]

    assert members("reply.") == members("said.fr.") == members("said.en.")
    assert len(members("reply.")) >= 12


def test_every_problem_a_script_can_meet_has_words_that_promise_nothing_lost() -> None:
    told = {key.removeprefix("problem.") for key in CATALOGUE if key.startswith("problem.")}
    assert {"signed_out", "offline", "unreachable", "at_limit", "taken_over", "already_closed", "wrong_moment"} <= told
    assert {"not_yours", "too_late", "no_number", "someone_else", "other"} <= told
    assert {"not_now", "called_enough", "unsafe_number"} <= told
    for trouble in ("signed_out", "offline", "unreachable"):
        assert "texte" in CATALOGUE[f"problem.{trouble}"], trouble


def test_placeholders_are_given_by_name() -> None:
    given = set(re.findall(r"\b(\w+)(?:,| \}|: )", SCRIPTS))
    for key, text in CATALOGUE.items():
        for placeholder in re.findall(r"\{(\w+)\}", text):
            assert placeholder in given, (key, placeholder)


def test_graphic_words_are_lower_case_without_accents() -> None:
    found = static("graphic.js")
    assert found is not None
    roots = re.findall(r'"([^"]+)"', found[1])
    assert len(roots) > 80
    for root in roots:
        assert re.fullmatch(r"[a-z' -]+\*?", root), root
