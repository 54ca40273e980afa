"""Files served as they are: listed, kept for ever, asking nobody else; small enough for a cheap phone."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from chalicelib import pages
from chalicelib.pages.statics import JOINED, STATICS
from chalicelib.pages.words import LANGUAGES
from tests.corpus.youths import SCENES, SUNDAY_NIGHT
from tests.unit.reader import Reader

FOLDER = Path(pages.__file__).parent / "static"
TO_NOBODY_ELSE = r"https?://(?!www\.w3\.org/2000/svg)"
NAME = re.compile(r"^(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`')


def _served(name: str) -> str:
    found = pages.static(name)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("name", ["", "..", "../render.py", "youth.JS", "youth.css/", "../catalogue/fr.json", "secret"])
def test_only_listed_files_are_served(name: str) -> None:
    assert pages.static(name) is None


def test_every_file_in_the_folder_is_listed_and_the_other_way_round() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(STATICS)


@pytest.mark.parametrize("name", STATICS)
def test_a_static_file_has_a_type_and_an_etag_and_asks_no_other_origin(name: str) -> None:
    found = pages.static(name)
    assert found is not None
    content_type, body, etag = found
    assert content_type.startswith(("text/", "image/svg+xml"))
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    assert not re.search(TO_NOBODY_ELSE, body)
    assert not re.search(r"\beval\(|innerHTML|insertAdjacentHTML|document\.write", body)


def test_modules_import_each_other_by_addresses_that_may_be_kept_for_ever() -> None:
    for name in STATICS:
        for address in re.findall(r'from "\./([^"]+)"', _served(name)):
            assert re.fullmatch(r"[a-z]+\.js\?v=[0-9a-f]{12}", address), (name, address)


# several modules in one file


@pytest.mark.parametrize("name", JOINED)
def test_joined_modules_need_nobody_else(name: str) -> None:
    known = {*JOINED[name], name}
    for number, part in enumerate((*JOINED[name], name)):
        source = (FOLDER / part).read_text()
        needed = re.findall(r'^import .* from "\./(.+)";$', source, re.MULTILINE)
        assert len(needed) == len(re.findall(r"^import\b", source, re.MULTILINE)), part
        assert set(needed) <= known and set(needed) <= set(JOINED[name][:number]), part
    assert not re.search(r"^(import|export)\b", _served(name), re.MULTILINE)


@pytest.mark.parametrize("name", JOINED)
def test_joined_modules_give_one_name_to_one_thing(name: str) -> None:
    names = [found for part in (*JOINED[name], name) for found in NAME.findall(_bare(part))]
    assert len(names) == len(set(names)) and len(names) > 20


def _bare(part: str) -> str:
    return re.sub(r"^export ", "", (FOLDER / part).read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("name", JOINED)
def test_joining_leaves_every_string_as_it_was(name: str) -> None:
    """And the order of all marks: nothing but blanks, borders and comments is gone."""
    sources = "".join((FOLDER / part).read_text() for part in (*JOINED[name], name))
    bare = re.sub(r"^import .*\n|^export |^[ \t]*//.*\n", "", sources, flags=re.MULTILINE)
    assert LITERAL.findall(_served(name)) == LITERAL.findall(bare)
    assert re.sub(r"\s", "", _served(name)) == re.sub(r"\s", "", bare)
    assert not re.search(r"`[^`]*\$\{[^}`]*`", bare), "a template inside a template would lose its blanks"


def test_a_style_sheet_loses_blanks_and_nothing_else() -> None:
    for name in STATICS:
        if name.endswith(".css"):
            bare = re.sub(r"/\*.*?\*/", "", (FOLDER / name).read_text(), flags=re.DOTALL)
            assert re.sub(r"\s", "", _served(name)) == re.sub(r"\s", "", bare)
            assert not re.search(r"calc\([^)]*[^\s(][+-][^)]*\)|\band\(", _served(name))


# the first load

FIRST_LOAD = {
    f"{name}, {locale}": pages.youth_page(state, locale=locale, token="t" * 43, now=SUNDAY_NIGHT, host="hub.example")
    for name, state in SCENES.items()
    for locale in LANGUAGES
}


@pytest.mark.parametrize("name", FIRST_LOAD)
def test_the_youths_first_load_is_small(name: str) -> None:
    parts = [FIRST_LOAD[name]]
    for _, attributes in Reader(parts[0]).elements:
        target = attributes.get("href") or attributes.get("src") or ""
        if target.startswith("/static/") and "feries" not in target:
            parts.append(_served(target.removeprefix("/static/").split("?")[0]))
    assert len(parts) == 3, "the page, its style, its script"
    assert sum(len(gzip.compress(part.encode(), 9)) for part in parts) <= 14_000
