"""One session at the console: triage, notes, danger, replies, blurred words, handing over, closing and undoing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.people import soon
from tests.browser.team import Team, pane
from tests.hub import Youth, fiction

HARD = "ils disent que je devrais me suicider"


def _held(team: Team, **members: object) -> tuple[Page, Youth]:
    """A console with one chat taken, and its youth."""
    youth = team.youth(**members)  # type: ignore[arg-type]
    console = team.console()
    console.get_by_test_id("take-next").click()
    expect(pane(console)).to_have_count(1)
    return console, youth


def _session(team: Team, console: Page) -> dict[str, object]:
    id = pane(console).get_attribute("data-id")
    return dict(team.api("counsellor-1").ask(f"sessions/{id}").json)


def test_triage_asks_a_reason_and_keeps_it(team: Team) -> None:
    console, _ = _held(team)
    console.get_by_test_id("triage").click()
    expect(console.get_by_test_id("triage-normal")).to_be_focused()
    console.get_by_test_id("triage-danger").check(force=True)
    console.get_by_test_id("triage-text").fill("dit qu’on l’attend dehors")
    console.get_by_test_id("triage-go").click()
    expect(pane(console).get_by_test_id("band")).to_have_text("Danger")
    expect(pane(console).get_by_test_id("danger")).to_be_visible()
    expect(pane(console).get_by_test_id("note")).to_contain_text("dit qu’on l’attend dehors")
    expect(console.get_by_test_id("triage")).to_be_focused()
    assert _session(team, console)["band"] == "danger"


def test_notes_are_numbered_once_through_a_lost_answer_and_a_reload(team: Team) -> None:
    console, _ = _held(team)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    console.route("**/notes", lose, times=1)
    text = pane(console).get_by_test_id("note-text")
    text.fill("première")
    text.press("Enter")
    text.fill("deuxième")
    text.press("Enter")
    text.fill("pas encore envoyée")
    expect(pane(console).get_by_test_id("note")).to_have_count(2)
    console.reload()
    notes = pane(console).get_by_test_id("note")
    expect(notes).to_have_count(2)
    expect(notes.nth(1)).to_contain_text("counsellor-1")
    expect(pane(console).get_by_test_id("note-text")).to_have_value("pas encore envoyée")
    found = _session(team, console)["notes"]
    assert isinstance(found, list)
    assert [note["text"] for note in found] == ["première", "deuxième"]
    team.screens.forgive("ERR_FAILED")


def test_the_danger_card_is_open_counts_its_steps_and_says_who_was_alerted(team: Team) -> None:
    console, _ = _held(team, danger=True)
    card = pane(console).get_by_test_id("emergency")
    expect(card).to_have_attribute("open", "")
    for number in ("17", "112", "114", "15", "119", "3114"):
        expect(card.locator("dt").filter(has_text=re.compile(f"^{number}$"))).to_be_visible()
    assert card.locator("a").count() == 0
    step = card.get_by_test_id("step-asked_safe")
    step.click()
    expect(step).to_have_attribute("aria-pressed", "true")
    expect(card.locator("li").filter(has_text="est en sécurité")).to_contain_text(
        re.compile(r"\d\d:\d\d, counsellor-1")
    )
    expect(step).to_be_focused()
    card.get_by_test_id("alert-code").select_option("112")
    card.get_by_test_id("alert-text").fill("équipe en route")
    card.get_by_test_id("alert-add").click()
    expect(card.get_by_test_id("alerted")).to_contain_text(re.compile(r"112, urgences équipe en route \d\d:\d\d"))
    console.reload()
    expect(pane(console).get_by_test_id("step-asked_safe")).to_have_attribute("aria-pressed", "true")


def test_a_youth_who_presses_danger_opens_the_card_and_moves_nothing_else(team: Team) -> None:
    console, youth = _held(team)
    expect(pane(console).get_by_test_id("emergency")).not_to_have_attribute("open", "")
    places = [console.get_by_test_id(part).bounding_box() for part in ("take-next", "composer", "note-text")]
    assert youth.ask("danger", {}).status == 200
    expect(pane(console).get_by_test_id("emergency")).to_have_attribute("open", "")
    expect(pane(console).get_by_test_id("band")).to_have_text("Danger")
    assert places == [console.get_by_test_id(part).bounding_box() for part in ("take-next", "composer", "note-text")]


def test_a_canned_reply_is_found_by_typing_and_put_into_the_draft(team: Team) -> None:
    console, youth = _held(team)
    text = pane(console).get_by_test_id("text")
    text.press("/")
    expect(console.get_by_test_id("reply-filter")).to_be_focused()
    console.keyboard.type("preuve")
    expect(console.get_by_test_id("reply")).to_have_count(1)
    console.keyboard.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_have_value(re.compile("captures d’écran"))
    assert youth.ask().json["messages"] == []
    text.press("Enter")
    expect(pane(console).get_by_test_id("message")).to_contain_text("captures d’écran")
    text.fill("a")
    text.press("/")
    expect(text).to_have_value("a/")


def test_a_youth_who_writes_english_gets_english_replies(team: Team) -> None:
    console, _ = _held(team, locale="en")
    pane(console).get_by_test_id("replies").click()
    expect(console.get_by_test_id("reply").first).to_contain_text("Hi, this is 3018.")


def test_typing_is_seen_on_both_sides(team: Team) -> None:
    console, youth = _held(team)
    youth.ask("messages", {"n": 1, "text": "bonjour"})
    text = pane(console).get_by_test_id("text")
    text.fill("Bonjour")
    text.press("Enter")
    expect(console.locator(".pending")).to_have_count(0)
    soon(lambda: youth.ask().json["typing"], False)  # a ping of the words just sent may come after them
    pings: list[str] = []
    console.on("request", lambda request: pings.append(request.url) if request.url.endswith("/typing") else None)
    text.press_sequentially("je te lis", delay=30)
    soon(lambda: youth.ask().json["typing"], True)
    console.wait_for_timeout(600)
    assert len(pings) == 1
    youth.ask("typing", {})
    expect(pane(console).get_by_test_id("presence")).to_have_text("La personne écrit…")


def test_hard_words_stay_blurred_until_wanted(team: Team) -> None:
    report = {"category": "porn", "contents": [{"url": "https://www.tiktok.com/@x/nudes", "type": "account"}]}
    console, youth = _held(team, report=report)
    youth.ask("messages", {"n": 1, "text": HARD})
    youth.ask("messages", {"n": 2, "text": "et il fait un beau violet dehors, mon suisse"})
    messages = pane(console).get_by_test_id("message")
    expect(messages).to_have_count(2)
    expect(messages.nth(0).locator("p")).to_have_class(re.compile("blurred"))
    expect(messages.nth(1).locator("p")).not_to_have_class(re.compile("blurred"))
    expect(pane(console).get_by_test_id("facts").locator(".blurred")).to_have_count(2)
    show = messages.nth(0).get_by_test_id("show")
    show.focus()
    show.press("Enter")
    expect(messages.nth(0).locator("p")).not_to_have_class(re.compile("blurred"))
    youth.ask("messages", {"n": 3, "text": HARD})
    expect(messages).to_have_count(3)
    expect(console.get_by_test_id("mine-session")).to_contain_text("Message flouté")
    console.keyboard.press("Escape")
    console.keyboard.press("f")
    expect(pane(console).locator(".blurred")).to_have_count(0)
    console.reload()
    expect(messages).to_have_count(3)
    expect(console.get_by_test_id("blur")).to_have_attribute("aria-pressed", "false")
    expect(pane(console).locator(".blurred")).to_have_count(0)


def test_a_session_is_handed_over_to_a_colleague_who_is_there(team: Team) -> None:
    other = team.console("counsellor-2")
    console, youth = _held(team)
    youth.ask("messages", {"n": 1, "text": "bonjour"})
    pane(console).get_by_test_id("text").fill("Bonjour")
    pane(console).get_by_test_id("text").press("Enter")
    expect(console.locator(".pending")).to_have_count(0)
    console.get_by_test_id("handover").click()
    console.get_by_test_id("handover-to").select_option("colleague:counsellor-2")
    console.get_by_test_id("handover-text").fill("veut parler de droit à l’image")
    console.get_by_test_id("handover-go").click()
    expect(console.get_by_test_id("pane")).to_have_count(0)
    expect(console.get_by_test_id("toast")).to_contain_text("Transmise : counsellor-2")
    assert youth.ask().json["back"] == "handed_over"
    other.get_by_test_id("take-one").click()
    expect(pane(other).get_by_test_id("message")).to_have_count(2)
    expect(pane(other).get_by_test_id("note")).to_contain_text("droit à l’image")


def test_two_sessions_of_one_person_stand_together(team: Team) -> None:
    subject = "s" * 24
    team.youth(subject=subject)
    team.youth("messenger")
    console = team.console()
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(1)
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(2)
    team.hub.hand_over("tiktok", subject=subject)
    expect(console.get_by_test_id("waiting-chat")).to_have_text("1")
    console.reload()
    console.get_by_test_id("mine-session").filter(has_text="TikTok").click()
    expect(pane(console).get_by_test_id("sibling")).to_contain_text("En attente")
    pane(console).get_by_test_id("take-too").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(3)
    expect(console.get_by_test_id("same-person").filter(visible=True)).to_have_count(1)
    titles = console.get_by_test_id("mine-session").all_inner_texts()
    platforms = ["Messenger" if "Messenger" in title else "TikTok" for title in titles]
    assert platforms in (["TikTok", "TikTok", "Messenger"], ["Messenger", "TikTok", "TikTok"])


def test_leaving_is_not_assumed_before_the_youth_was_asked(team: Team) -> None:
    console, youth = _held(team)
    pane(console).get_by_test_id("close-reason").select_option("left")
    pane(console).get_by_test_id("close").click()
    console.get_by_test_id("unasked-1").click()
    expect(pane(console).get_by_test_id("presence")).to_contain_text("Tu es encore là")
    assert youth.ask().json["check"] is True
    youth.ask("here", {"still": "yes"})
    expect(pane(console).get_by_test_id("presence")).to_have_text("Sa page est ouverte.")
    pane(console).get_by_test_id("close").click()
    expect(console.get_by_test_id("pane")).to_have_count(0)


def test_a_close_can_be_undone(team: Team) -> None:
    console, youth = _held(team)
    youth.ask("messages", {"n": 1, "text": "ne partez pas"})
    expect(pane(console).get_by_test_id("message")).to_have_count(1)
    pane(console).get_by_test_id("close-reason").select_option("helped")
    pane(console).get_by_test_id("close").click()
    expect(console.get_by_test_id("pane")).to_have_count(0)
    expect(console.get_by_test_id("take-next")).to_be_focused()
    expect(console.get_by_test_id("closed-recently")).to_contain_text("encore 14 min")
    console.reload()
    console.get_by_test_id("undo").click()
    expect(pane(console).get_by_test_id("message")).to_have_text(re.compile("ne partez pas"))
    expect(console.get_by_test_id("recent")).to_be_hidden()
    expect(pane(console).get_by_test_id("text")).to_be_focused()
    assert youth.ask().json["state"] in ("waiting", "connected")


def test_an_undo_that_comes_too_late_is_told(team: Team) -> None:
    console, _ = _held(team)
    pane(console).get_by_test_id("close-reason").select_option("helped")
    pane(console).get_by_test_id("close").click()
    expect(console.get_by_test_id("closed-recently")).to_be_visible()
    problem = '{"code": "too_late"}'
    console.route(
        "**/undo", lambda route: route.fulfill(status=409, content_type="application/problem+json", body=problem)
    )
    console.get_by_test_id("undo").click()
    expect(console.get_by_test_id("toast")).to_contain_text("Trop tard")
    expect(console.get_by_test_id("recent")).to_be_hidden()
    team.screens.forgive("409 (Conflict)")


def test_an_unsafe_person_stops_all_calls_only_when_asked_twice(team: Team) -> None:
    number = fiction()
    id = team.callback(number=number)
    console = team.console()
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_be_focused()
    expect(console.get_by_test_id("word")).to_have_text(re.compile("«.+»"))
    expect(console.get_by_test_id("voicemail")).to_have_text("Ne laisse aucun message vocal.")
    expect(console.get_by_test_id("slot")).to_contain_text("prochain essai")
    console.get_by_test_id("outcome-answered_unsafe").click()
    expect(console.get_by_test_id("unsafe-1")).to_be_focused()
    console.keyboard.press("Enter")
    expect(pane(console)).to_have_count(1)
    console.get_by_test_id("outcome-answered_unsafe").click()
    console.get_by_test_id("unsafe-0").click()
    expect(console.get_by_test_id("pane")).to_have_count(0)
    expect(console.get_by_test_id("recent")).to_be_hidden()
    assert team.api("counsellor-1").ask(f"sessions/{id}").json["reason"] == "unreachable"
    team.callback(number=number)
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("toast")).to_contain_text("quelqu’un d’autre a répondu")
    expect(console.get_by_test_id("dial")).to_be_hidden()
    expect(pane(console).get_by_test_id("reveal")).to_be_enabled()
    team.screens.forgive("409 (Conflict)")
