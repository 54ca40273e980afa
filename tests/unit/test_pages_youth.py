"""The youth's page in each of its states: help first, honest words, forms that work without scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib import emergency, pages
from chalicelib.pages.scene import facts, scene
from chalicelib.pages.windows import around, windows
from chalicelib.pages.words import LANGUAGES, words
from tests.corpus.youths import CALL, SAID, SCENES, SUNDAY_NIGHT, many, view
from tests.unit.reader import Reader

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {token} {{ 7*7 }}"
TEMPLATE = (Path(pages.__file__).parent / "templates" / "youth.html").read_text()
OPEN = {name: state for name, state in SCENES.items() if state["state"] != "closed"}
FR = words("fr")


def youth(state: Mapping[str, Any], locale: str = "fr", token: str = "t0ken", problem: str = "") -> str:
    return pages.youth_page(state, locale=locale, token=token, problem=problem, now=SUNDAY_NIGHT, host="hub.example")


def read(name: str, locale: str = "fr", **changes: Any) -> Reader:
    return Reader(youth({**SCENES[name], **changes}, locale))


# scenes


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_shows_exactly_one_title(name: str, locale: str) -> None:
    assert len(read(name, locale).headings) == 1


def test_no_state_is_without_a_title() -> None:
    seen = set()
    for state in many():
        if (found := facts(state)) not in seen:
            seen.add(found)
            assert len(Reader(youth(state)).headings) == 1, state
    assert len(seen) > 200


def test_the_scene_of_a_view() -> None:
    assert {name: scene(state) for name, state in SCENES.items() if scene(state) != name} == {
        "busy": "choose", "shut": "after-hours", "shut-callback": "after-hours", "shut-for-good": "after-hours",
        "line-busy": "line-chat", "line-shut": "line-chat", "lost": "line-chat", "handed-over": "line-chat",
        "danger": "choose", "danger-line": "line-chat", "danger-shut": "after-hours", "danger-talk": "talk-chat",
        "planned-shown": "planned-callback", "typing": "talk-chat", "check": "talk-chat", "coded": "talk-chat",
        "ended": "over", "cancelled": "over", "left": "over", "expired": "over", "danger-over": "over",
    }  # fmt: skip


def test_every_fact_the_template_asks_for_can_be_true() -> None:
    asked = set(re.findall(r'when\("([^"~]+)"\)', TEMPLATE))
    waits = [{**SCENES["choose"], "wait": wait} for wait in ("now", "under_5_min", "under_15_min", "longer")]
    known = set().union(*(facts(state) for state in (*SCENES.values(), *waits)))
    by_browser = {"alarm"}
    for names in asked:
        assert set(names.split()) <= known | by_browser, names


TITLES = {
    "choose": "choose.title", "shut": "shut.title", "number": "number.title", "line-chat": "line.chat_title",
    "lost": "line.back_title", "handed-over": "line.handed_title", "line-callback": "line.callback_title",
    "planned-callback": "planned.title", "talk-chat": "talk.chat_title", "talk-callback": "talk.callback_title",
    "ended": "over.ended_title", "cancelled": "over.cancelled_title", "left": "over.left_title",
    "expired": "over.expired_title",
}  # fmt: skip


@pytest.mark.parametrize("name", TITLES)
def test_each_state_has_its_own_words(name: str) -> None:
    assert [heading.strip() for heading in read(name).headings] == [FR(TITLES[name])]


def test_a_handoff_that_says_chat_or_callback_asks_for_no_second_choice() -> None:
    assert read("line-chat").sees("data-testid", "text")
    assert read("number").sees("data-testid", "number")
    for name in ("line-chat", "number"):
        assert FR("choose.title") not in read(name).shown


def test_the_wait_is_told_as_it_is() -> None:
    assert FR("wait.under_5_min") in read("choose").shown
    assert FR("wait.longer") in read("busy").shown
    assert FR("line.longer") in read("line-busy").shown
    assert not read("line-chat").sees("data-testid", "callback-form")
    assert read("line-busy").sees("data-testid", "callback-form")


# closed: never a dead end


@pytest.mark.parametrize("name", ["shut", "shut-callback"])
def test_when_it_is_closed_danger_numbers_come_first_and_then_the_call_back(name: str) -> None:
    page = youth(SCENES[name])
    reader = Reader(page)
    assert [(reader.shown.index(words)) for words in ("Le 3018 est fermé", "Enfance en danger", "On te rappelle")] == (
        sorted(reader.shown.index(words) for words in ("Le 3018 est fermé", "Enfance en danger", "On te rappelle"))
    )
    assert "On te rappelle aujourd’hui à partir de 9:00." in reader.shown
    assert reader.sees("data-testid", "callback-send")
    assert FR("form.opening") in reader.shown and FR("form.now") not in reader.shown
    (form,) = reader.having("id", "callback")
    assert "open" in form
    assert FR("choose.chat") not in reader.shown


def test_tomorrow_is_called_tomorrow() -> None:
    assert "On te rappelle demain à partir de 9:00." in read("shut", next_open_at="2026-11-23T09:00:00+01:00").shown
    assert "We call you back tomorrow from 9:00." in read("shut", "en", next_open_at="2026-11-23T09:00:00+01:00").shown
    assert "On te rappelle mardi 24 novembre à" in read("shut", next_open_at="2026-11-24T09:00:00+01:00").shown


def test_an_opening_nobody_knows_is_not_promised() -> None:
    assert FR("shut.offer_later") in read("shut-for-good").shown


def test_a_waiting_chat_that_closing_time_meets_is_offered_a_call() -> None:
    assert "askable" not in facts(SCENES["line-chat"])
    assert "askable" in facts(SCENES["line-shut"])
    assert FR("line.closed") in read("line-shut").shown


# danger


@pytest.mark.parametrize("name", [name for name in OPEN if "danger" not in name])
def test_one_tap_says_danger_in_every_open_state(name: str) -> None:
    reader = read(name)
    assert reader.sees("data-testid", "in-danger")
    (form,) = reader.having("id", "danger")
    assert form["method"] == "post" and (form["action"] or "").endswith("/danger")


@pytest.mark.parametrize(
    ("name", "told"),
    [("danger", "first"), ("danger-line", "first"), ("danger-talk", "with"), ("danger-shut", "wait")],
)
def test_danger_shows_numbers_and_what_happened(name: str, told: str) -> None:
    reader = read(name)
    assert FR(f"danger.{told}") in reader.shown
    assert sum(FR(f"danger.{help}") in reader.shown for help in ("first", "with", "wait", "sending")) == 1
    assert not reader.sees("data-testid", "in-danger")
    for number in ("tel:17", "tel:112", "sms:114", "tel:119"):
        assert len([found for _, found in reader.seen if found.get("href") == number]) == 2


def test_nobody_is_told_to_wait_for_a_call_that_is_planned() -> None:
    assert FR("danger.wait") in read("planned-callback", danger=True).shown


def test_after_the_end_danger_is_no_button_but_the_numbers_stay() -> None:
    for name in ("ended", "danger-over"):
        reader = read(name)
        assert not reader.sees("data-testid", "in-danger") and not reader.sees("data-testid", "danger-panel")
        assert FR("shell.danger") in reader.shown and reader.sees("href", "tel:17")


# chat


def test_typing_and_the_gentle_question_are_shown_only_when_they_are_so() -> None:
    assert not read("talk-chat").sees("data-testid", "typing") and not read("talk-chat").sees("data-testid", "check")
    assert read("typing").sees("data-testid", "typing")
    asked = read("check")
    assert asked.sees("data-testid", "still-here") and FR("check.title") in asked.shown
    assert asked.having("name", "still")[0]["value"] == "yes"


def test_typing_is_not_read_out_again_and_again() -> None:
    page = youth(SCENES["typing"])
    log = page[page.index('role="log"') : page.index('class="foot"')]
    assert FR("chat.typing") not in log
    typing = page[page.index('class="typing"') - 10 :].split(">")[0]
    assert "role=" not in typing and "aria-live" not in typing


def test_the_code_for_another_device_is_shown_once_asked_for() -> None:
    assert read("talk-chat").sees("data-testid", "ask-code") and not read("talk-chat").sees("data-testid", "code")
    reader = read("coded")
    assert "ABC-DEFG-HJK" in reader.shown and "hub.example/r" in reader.shown
    assert not reader.sees("data-testid", "ask-code")


# callback


def test_a_form_to_change_a_call_starts_with_what_was_chosen() -> None:
    def checked(name: str) -> list[str | None]:
        found = [dict(attributes) for tag, attributes in read(name).elements if tag == "input"]
        return [attributes["value"] for attributes in found if "checked" in attributes]

    assert checked("choose") == ["no", "hidden"]
    assert checked("planned-callback") == ["no", "hidden"]
    assert checked("planned-shown") == ["yes", "3018"]


def test_a_form_to_change_a_call_starts_with_its_window() -> None:
    def selected(**call: Any) -> list[str | None]:
        page = read("planned-callback", callback={**CALL, **call}, next_open_at="2026-11-22T09:00:00+01:00")
        return [found["value"] for tag, found in page.elements if tag == "option" and "selected" in found]

    assert selected() == ["2026-11-23T14:00:00+01:00/2026-11-23T17:00:00+01:00"]
    assert selected(at="2026-11-22T08:00:00.000Z") == []
    assert selected(at=None) == []
    assert around(windows(SUNDAY_NIGHT), "2026-11-22T22:30:00+01:00") is None


def test_the_word_to_know_us_by_is_said() -> None:
    for name in ("line-callback", "planned-callback", "talk-callback"):
        assert "« tournesol »" in re.sub(r"\s+", " ", read(name).shown)
    assert not read("planned-callback", callback={**CALL, "word": None}).sees("data-testid", "word")


def test_what_the_screen_will_show_is_said() -> None:
    assert FR("planned.hidden") in read("planned-callback").shown
    assert FR("planned.shown") in read("planned-shown").shown
    assert FR("planned.no_voicemail") in read("planned-callback").shown
    assert FR("planned.voicemail") in read("planned-shown").shown


def test_the_number_may_stay_empty_when_it_is_known() -> None:
    (asked,) = read("number").having("name", "number")
    (kept,) = read("planned-callback").having("name", "number")
    assert "required" in asked and "required" not in kept


def test_times_without_scripts_are_in_paris() -> None:
    assert "demain à 14:30" in read("planned-callback").shown
    assert "tomorrow at 14:30" in read("planned-callback", "en").shown
    later = {**CALL, "at": "2026-11-25T08:00:00.000Z"}
    assert "mercredi 25 novembre à 9:00" in read("planned-callback", callback=later).shown


def test_callback_windows_start_later_than_now_and_carry_their_offset() -> None:
    offered = windows(SUNDAY_NIGHT)
    assert offered[0].value == "2026-11-22T09:00:00+01:00/2026-11-22T12:00:00+01:00"
    assert all(window.start.timestamp() * 1000 > SUNDAY_NIGHT for window in offered)
    assert [window.whole_day for window in windows(SUNDAY_NIGHT + 19 * 3_600_000)].count(False) == 10
    assert {window.value for window in windows(1_806_184_800_000)} >= {
        "2027-03-28T09:00:00+02:00/2027-03-28T12:00:00+02:00"
    }


def test_days_are_named_from_today() -> None:
    labels = [found["label"] for tag, found in read("choose").elements if tag == "optgroup"]
    assert labels == ["Aujourd’hui", "Demain", "Mardi 24 novembre"]


# without scripts, and hostile words


def test_every_form_works_without_scripts() -> None:
    reader = read("talk-chat")
    forms = [found for tag, found in reader.elements if tag == "form"]
    actions = {(found["action"] or "").rsplit("/", 1)[1] for found in forms}
    assert actions == {"choose", "messages", "cancel", "leave", "danger", "code", "here"}
    assert all(found["method"] == "post" for found in forms)
    assert len(reader.having("name", "token")) == len(forms)
    assert reader.having("name", "n")[0]["value"] == "2"
    assert FR("chat.reload") in reader.shown


def test_a_refused_form_is_told_in_words_without_scripts() -> None:
    for problem, place in (("bad_number", "form-problem"), ("bad_window", "form-problem"), ("stale_form", "problem")):
        reader = Reader(youth(SCENES["choose"], problem=problem))
        assert FR(f"js.problem.{problem}") in reader.shown
        assert reader.shown.count(FR(f"js.problem.{problem}")) == 1
        assert reader.sees("data-testid", place)
    assert FR("js.problem.other") in Reader(youth(SCENES["choose"], problem="never_heard_of")).shown


def test_hostile_words_stay_words() -> None:
    messages = [{"from": "counsellor", "n": 1, "text": HOSTILE, "at": "2026-11-22T02:41:00.000Z"}]
    state = view(
        state="connected", session="chat", messages=messages, counters={"youth": 0, "counsellor": 1}, resume=HOSTILE
    )
    reader = Reader(youth(state, token=HOSTILE))
    assert not reader.having("src", "x")
    assert len([tag for tag, _ in reader.elements if tag == "script"]) == 1
    assert reader.shown.count(HOSTILE) == 2
    tokens = reader.having("name", "token")
    assert tokens and all(found["value"] == HOSTILE for found in tokens)
    (room,) = reader.having("id", "room")
    assert HOSTILE.replace('"', '\\"') in re.sub(
        r"\\u00(3c|3e|26|27)", lambda c: chr(int(c[1], 16)), room["data-view"] or ""
    )


# notices


def test_a_notice_leads_on() -> None:
    for locale in LANGUAGES:
        say = words(locale)
        for kind, page in {"used": pages.used_link_page(locale), "expired": pages.expired_link_page(locale)}.items():
            reader = Reader(page)
            assert say(f"{kind}.title") in reader.shown and say("notice.again") in reader.shown
            assert reader.sees("href", "/r") and reader.sees("href", emergency.TEL)
        down = Reader(pages.down_page(locale))
        assert say("down.title") in down.shown and not down.having("href", "/r")


def test_a_code_from_another_device_is_typed_on_a_page_of_its_own() -> None:
    asked, wrong = Reader(pages.resume_page("fr")), Reader(pages.resume_page("fr", "bad_code"))
    (form,) = [found for tag, found in asked.elements if tag == "form"]
    assert (form["method"], form["action"]) == ("post", "/r")
    assert asked.having("name", "code") and FR("resume.wrong") not in asked.shown
    assert FR("resume.wrong") in wrong.shown and wrong.having("name", "code")[0]["aria-invalid"] == "true"


def test_the_exit_page_is_the_same_everywhere_and_says_nothing() -> None:
    found = pages.static("jours-feries.html")
    assert found and pages.left_page("fr") == pages.left_page("en") == found[1]
    assert not re.search(r"3018|harc|aide|urgence", found[1], re.IGNORECASE)


def test_messages_are_drawn_in_order_with_who_wrote_them() -> None:
    reader = read("talk-chat")
    drawn = [found for _, found in reader.seen if found.get("data-testid") == "message"]
    assert [(found["data-from"], found["data-n"]) for found in drawn] == [
        (said["from"], str(said["n"])) for said in SAID
    ]
