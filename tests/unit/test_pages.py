"""The pages: complete in both languages, safe under their policy, small enough for a cheap phone."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from chalicelib import emergency, pages
from chalicelib.pages.scene import facts, scene
from chalicelib.pages.statics import STATICS
from chalicelib.pages.windows import windows
from chalicelib.pages.words import LANGUAGES, words
from chalicelib.problems import CODES

PAGES = Path(pages.__file__).parent
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {token} {{ 7*7 }}"
SUNDAY_NIGHT = 1_795_315_500_000  # 2026-11-22T02:45:00Z


def view(**changes: Any) -> dict[str, Any]:
    """A youth state with ``id``, received in open hours unless changed."""
    return {
        "id": "ho_" + "a" * 26,
        "state": "received",
        "session": None,
        "wait": "under_5_min",
        "open": True,
        "closes_at": "2026-11-22T23:00:00+01:00",
        "callback": None,
        "messages": [],
        "counters": {"youth": 0, "counsellor": 0},
        "ended": None,
        **changes,
    }


CALL = {"at": "2026-11-23T13:30:00.000Z", "has_number": True, "voicemail": False}
SAID = [
    {"from": "youth", "n": 1, "text": "bonjour", "at": "2026-11-22T02:40:00.000Z"},
    {"from": "counsellor", "n": 1, "text": "bonsoir", "at": "2026-11-22T02:41:00.000Z"},
]
SCENES: Mapping[str, dict[str, Any]] = {
    "choose": view(),
    "shut": view(open=False, closes_at=None, next_open_at="2026-11-22T09:00:00+01:00", wait="closed"),
    "number": view(session="callback", callback={"at": None, "has_number": False, "voicemail": False}),
    "line-chat": view(state="waiting", session="chat"),
    "line-callback": view(state="waiting", session="callback", callback={**CALL, "at": None}),
    "planned-callback": view(state="scheduled", session="callback", callback=CALL),
    "planned-chat": view(state="scheduled", session="chat"),
    "talk-chat": view(state="connected", session="chat", messages=SAID, counters={"youth": 1, "counsellor": 1}),
    "talk-callback": view(state="connected", session="callback", callback=CALL),
    **{ended: view(state="closed", session="chat", ended=ended) for ended in ("ended", "cancelled", "left", "expired")},
}


def youth(state: Mapping[str, Any], locale: str = "fr", token: str = "t0ken", problem: str = "") -> str:
    return pages.youth_page(state, locale=locale, token=token, problem=problem, now=SUNDAY_NIGHT)


class Reader(HTMLParser):
    """What a browser would see: every element, and the text that is not hidden."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "path", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.headings: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)
        self.close()
        self.left_open = [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            hidden = "hidden" in dict(attrs) or bool(self._open and self._open[-1][1])
            self._open.append((tag, hidden))
            if tag == "h1" and not hidden:
                self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.shown += data
            if any(tag == "h1" for tag, _ in self._open):
                self.headings[-1] += data

    def having(self, name: str, value: str) -> list[dict[str, str | None]]:
        return [found for _, found in self.elements if found.get(name) == value]


def every_page() -> dict[str, str]:
    return {
        **{f"youth {name} {locale}": youth(state, locale) for name, state in SCENES.items() for locale in LANGUAGES},
        **{f"used {locale}": pages.used_link_page(locale) for locale in LANGUAGES},
        **{f"expired {locale}": pages.expired_link_page(locale) for locale in LANGUAGES},
        **{f"down {locale}": pages.down_page(locale) for locale in LANGUAGES},
        "left": pages.left_page("fr"),
        "console": pages.console_page("counsellor-1", 4),
        "sign-in problem": pages.signin_problem_page("expired"),
        "landing": pages.landing_page({"console": "/console", "docs": "/docs"}),
        "docs": pages.docs_page("https://hub.example", CODES),
    }


EVERY_PAGE = every_page()


# words


def test_both_languages_have_the_same_words_with_the_same_placeholders() -> None:
    french, english = (words(language).catalogue for language in LANGUAGES)
    assert list(french) == list(english)
    for key in french:
        assert _placeholders(french[key]) == _placeholders(english[key]), key


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_of_the_catalogue_is_used() -> None:
    sources = "".join(path.read_text() for path in [*PAGES.glob("*.py"), *PAGES.glob("templates/*.html")])
    scripts = "".join(path.read_text() for path in PAGES.glob("static/*.js"))
    families = ("js.problem.", "wait.", "line.", "over.", "used.", "expired.", "down.", "weekday.", "month.")
    for key in words("fr").catalogue:
        known = f'"{key}"' in sources or f"'{key}'" in sources or key.startswith(families)
        assert known or key.removeprefix("js.") in scripts, key


def test_every_word_the_console_asks_for_exists() -> None:
    catalogue = json.loads((PAGES / "catalogue" / "console.fr.json").read_text())
    asked = re.findall(r'say\("([^"`]+)"', "".join(path.read_text() for path in _console_files()))
    assert asked
    for key in asked:
        assert key in catalogue, key


def _console_files() -> list[Path]:
    names = ("board", "callback", "chat", "console", "dom", "line", "session")
    return [PAGES / "templates" / "console.html", *(PAGES / "static" / f"{name}.js" for name in names)]


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-FR", "fr"), ("en-GB", "en"), ("EN", "en"), ("de", "fr"), ("", "fr")]
)
def test_an_unknown_language_gets_french(locale: str, language: str) -> None:
    assert words(locale).language == language


def test_no_page_promises_an_invisible_call() -> None:
    for language in LANGUAGES:
        for text in words(language).catalogue.values():
            assert not re.search(r"invisible|facture|\bbill\b", text, re.IGNORECASE), text


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


@pytest.mark.parametrize("name", [name for name in EVERY_PAGE if name.startswith(("youth", "used", "expired"))])
def test_help_and_the_way_out_are_on_every_youth_page(name: str) -> None:
    reader = Reader(EVERY_PAGE[name])
    assert reader.having("href", emergency.TEL)
    for number in emergency.NUMBERS:
        assert reader.having("href", number["link"])
    assert reader.having("data-testid", "leave")


# the youth's page


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_shows_exactly_one_heading(name: str) -> None:
    assert len(Reader(youth(SCENES[name])).headings) == 1


def test_a_hidden_part_is_never_offered() -> None:
    shown = Reader(youth(SCENES["shut"])).shown
    assert words("fr")("shut.title") in shown
    assert words("fr")("choose.chat") not in shown
    assert words("fr")("shut.callback") in shown


def test_the_scene_of_a_view() -> None:
    assert {name: scene(state) for name, state in SCENES.items() if "-" in name} == {
        name: name for name in SCENES if "-" in name
    }
    assert scene(SCENES["number"]) == "number"
    assert scene(SCENES["shut"]) == "choose" and "shut" in facts(SCENES["shut"])
    assert scene(SCENES["left"]) == "over" and "ended-left" in facts(SCENES["left"])


def test_a_waiting_chat_that_closing_time_meets_is_offered_a_call() -> None:
    assert "askable" not in facts(SCENES["line-chat"])
    assert "askable" in facts({**SCENES["line-chat"], "open": False})


def test_every_fact_the_templates_ask_for_can_be_true() -> None:
    asked = set(re.findall(r'when\("([^"~]+)"\)', (PAGES / "templates" / "youth.html").read_text()))
    known = set().union(*(facts(state) for state in SCENES.values()))
    known |= facts(view(callback={**CALL, "voicemail": True}, state="waiting", session="chat", messages=SAID,
                        counters={"youth": 1, "counsellor": 1}))  # fmt: skip
    by_browser = {"back-in-line"}
    for names in asked:
        assert set(names.split()) <= known | by_browser, names


def test_hostile_words_stay_words() -> None:
    messages = [{"from": "counsellor", "n": 1, "text": HOSTILE, "at": "2026-11-22T02:41:00.000Z"}]
    state = view(state="connected", session="chat", messages=messages, counters={"youth": 0, "counsellor": 1})
    reader = Reader(youth(state, token=HOSTILE))
    assert not reader.having("src", "x")
    assert len([tag for tag, _ in reader.elements if tag == "script"]) == 1
    assert HOSTILE in reader.shown
    tokens = reader.having("name", "token")
    assert tokens and all(found["value"] == HOSTILE for found in tokens)


def test_a_hostile_user_name_stays_words() -> None:
    reader = Reader(pages.console_page(HOSTILE, 4))
    assert HOSTILE in reader.shown and not reader.having("src", "x")


def test_every_form_works_without_scripts() -> None:
    reader = Reader(youth(SCENES["talk-chat"]))
    forms = [found for tag, found in reader.elements if tag == "form"]
    actions = {(found["action"] or "").rsplit("/", 1)[1] for found in forms}
    assert actions == {"choose", "messages", "cancel", "leave"}
    assert all(found["method"] == "post" for found in forms)
    assert len(reader.having("name", "token")) == len(forms)
    assert reader.having("name", "n")[0]["value"] == "2"


def test_a_refused_form_is_told_in_words_without_scripts() -> None:
    assert words("fr")("js.problem.bad_number") in Reader(youth(SCENES["choose"], problem="bad_number")).shown
    assert words("fr")("js.problem.other") in Reader(youth(SCENES["choose"], problem="never_heard_of")).shown


def test_the_number_may_stay_empty_when_it_is_known() -> None:
    (asked,) = Reader(youth(SCENES["number"])).having("name", "number")
    (kept,) = Reader(youth(SCENES["planned-callback"])).having("name", "number")
    assert "required" in asked and "required" not in kept


def test_times_without_scripts_are_in_paris() -> None:
    assert "lundi 23 novembre à 14:30" in Reader(youth(SCENES["planned-callback"])).shown
    assert "Monday 23 November at 14:30" in Reader(youth(SCENES["planned-callback"], "en")).shown


def test_callback_windows_start_later_than_now_and_carry_their_offset() -> None:
    offered = windows(SUNDAY_NIGHT)
    assert offered[0].value == "2026-11-22T09:00:00+01:00/2026-11-22T12:00:00+01:00"
    assert all(window.start.timestamp() * 1000 > SUNDAY_NIGHT for window in offered)
    assert [window.whole_day for window in windows(SUNDAY_NIGHT + 19 * 3_600_000)].count(False) == 10
    assert {window.value for window in windows(1_806_184_800_000)} >= {
        "2027-03-28T09:00:00+02:00/2027-03-28T12:00:00+02:00"
    }


def test_the_exit_page_is_the_same_everywhere_and_says_nothing() -> None:
    found = pages.static("jours-feries.html")
    assert found and pages.left_page("fr") == pages.left_page("en") == found[1]
    assert not re.search(r"3018|harc|aide|urgence", found[1], re.IGNORECASE)


def test_the_youths_first_load_is_small() -> None:
    parts = [youth(SCENES["choose"])]
    reader = Reader(parts[0])
    for _, attributes in reader.elements:
        target = attributes.get("href") or attributes.get("src") or ""
        if target.startswith("/static/") and "feries" not in target:
            found = pages.static(target.removeprefix("/static/").split("?")[0])
            assert found is not None, target
            parts.append(found[1])
    assert sum(len(gzip.compress(part.encode(), 9)) for part in parts) <= 14_000


# static files


@pytest.mark.parametrize("name", ["", "..", "../render.py", "youth.JS", "youth.css/", "../catalogue/fr.json", "secret"])
def test_only_listed_files_are_served(name: str) -> None:
    assert pages.static(name) is None


def test_every_file_in_the_folder_is_listed_and_the_other_way_round() -> None:
    assert sorted(path.name for path in (PAGES / "static").iterdir()) == sorted(STATICS)


@pytest.mark.parametrize("name", STATICS)
def test_a_static_file_has_a_type_and_an_etag_and_asks_no_other_origin(name: str) -> None:
    found = pages.static(name)
    assert found is not None
    content_type, body, etag = found
    assert content_type.startswith(("text/", "image/svg+xml"))
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", body)
    assert not re.search(r"\beval\(|innerHTML|insertAdjacentHTML|document\.write", body)


def test_modules_import_each_other_by_addresses_that_may_be_kept_for_ever() -> None:
    for name in STATICS:
        found = pages.static(name)
        for address in re.findall(r'from "\./([^"]+)"', found[1] if found else ""):
            assert re.fullmatch(r"[a-z]+\.js\?v=[0-9a-f]{12}", address), (name, address)


# numbers that help


def test_danger_numbers_are_words_a_machine_and_a_person_can_use() -> None:
    assert [number["number"] for number in emergency.NUMBERS] == ["17", "112", "114", "119", "3114"]
    assert emergency.TEL == "tel:3018"
    for locale in LANGUAGES:
        assert all(number["short"] and number["label"] for number in emergency.labelled(locale))
    assert emergency.labelled("de") == emergency.labelled("fr")
    assert f"tel:{emergency.fallback()['tel']}" == emergency.TEL


def test_every_problem_has_its_row_and_its_anchor_in_the_documentation() -> None:
    reader = Reader(EVERY_PAGE["docs"])
    for code, fact in CODES.items():
        assert reader.having("id", code)
        assert fact.remedy in reader.shown
