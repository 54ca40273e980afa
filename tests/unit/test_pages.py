"""Every page: safe under its policy, help always on it, and what the console's and the plain pages say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib import emergency, pages
from chalicelib.pages.words import LANGUAGES
from tests.corpus.youths import SCENES, SUNDAY_NIGHT
from tests.unit.documentation import PAGES as DOCUMENTATION
from tests.unit.reader import Reader

PAGES = Path(pages.__file__).parent
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {token} {{ 7*7 }}"


def every_page() -> dict[str, str]:
    return {
        **{
            f"youth {name} {locale}": pages.youth_page(state, locale=locale, token="t0ken", now=SUNDAY_NIGHT)
            for name, state in SCENES.items()
            for locale in LANGUAGES
        },
        **{f"used {locale}": pages.used_link_page(locale) for locale in LANGUAGES},
        **{f"expired {locale}": pages.expired_link_page(locale) for locale in LANGUAGES},
        **{f"resume {locale}": pages.resume_page(locale) for locale in LANGUAGES},
        **{f"resume wrong {locale}": pages.resume_page(locale, "bad_code") for locale in LANGUAGES},
        **{f"down {locale}": pages.down_page(locale) for locale in LANGUAGES},
        **{f"sorry {locale}": pages.sorry_page(locale) for locale in LANGUAGES},
        "left": pages.left_page("fr"),
        "console": pages.console_page("counsellor-1", 4),
        "sign-in problem": pages.signin_problem_page("expired"),
        "landing": pages.landing_page({"console": "/console", "docs": "/docs"}),
        **{f"docs {slug}": page for slug, page in DOCUMENTATION.items()},
    }


EVERY_PAGE = every_page()


# every page


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_has_no_inline_script_or_style_and_asks_no_other_origin(name: str) -> None:
    reader = Reader(EVERY_PAGE[name])
    assert reader.left_open == []
    assert reader.elements[0][0] == "html" and reader.elements[0][1].get("lang") in LANGUAGES
    for tag, attributes in reader.elements:
        assert tag != "style"
        assert not [key for key in attributes if key == "style" or key.startswith("on")], (tag, attributes)
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/") and attributes.get("type") == "module"
        if tag in ("link", "img", "form", "iframe"):
            target = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
            assert target.startswith(("/", "data:,")) or attributes.get("method") == "dialog" or not target, attributes
    assert "</script>" in EVERY_PAGE[name] or "<script" not in EVERY_PAGE[name]


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_an_id_stands_once_on_a_page_and_every_label_has_its_field(name: str) -> None:
    elements = Reader(EVERY_PAGE[name]).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for key in ("for", "aria-labelledby", "aria-describedby"):
            assert set((attributes.get(key) or "").split()) <= set(ids), attributes


@pytest.mark.parametrize(
    "name", [name for name in EVERY_PAGE if name.startswith(("youth", "used", "expired", "resume", "down", "sorry"))]
)
def test_help_and_the_way_out_are_on_every_youth_page(name: str) -> None:
    reader = Reader(EVERY_PAGE[name])
    assert reader.having("href", emergency.TEL)
    for number in emergency.NUMBERS:
        assert reader.having("href", number["link"])
    assert reader.having("data-testid", "leave")


# numbers that help


def test_danger_numbers_are_words_a_machine_and_a_person_can_use() -> None:
    assert [number["number"] for number in emergency.NUMBERS] == ["17", "112", "114", "119", "3114"]
    assert emergency.TEL == "tel:3018"
    for locale in LANGUAGES:
        assert all(number["short"] and number["label"] for number in emergency.labelled(locale))
    assert emergency.labelled("de") == emergency.labelled("fr")
    assert f"tel:{emergency.fallback()['tel']}" == emergency.TEL


# the console


def test_every_word_the_console_asks_for_exists() -> None:
    catalogue = json.loads((PAGES / "catalogue" / "console.fr.json").read_text())
    asked = re.findall(r'say\("([^"`]+)"', "".join(path.read_text() for path in _console_files()))
    assert asked
    for key in asked:
        assert key in catalogue, key


def _console_files() -> list[Path]:
    names = ("board", "callback", "chat", "console", "dom", "line", "session")
    return [PAGES / "templates" / "console.html", *(PAGES / "static" / f"{name}.js" for name in names)]


def test_a_hostile_user_name_stays_words() -> None:
    reader = Reader(pages.console_page(HOSTILE, 4))
    assert HOSTILE in reader.shown and not reader.having("src", "x")
