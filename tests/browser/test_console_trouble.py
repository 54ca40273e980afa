"""What goes wrong at the console is told in words, and nothing typed is lost."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.team import Team, pane, sign_in_at_provider
from tests.browser.test_console_line import EARS
from tests.hub import Youth

DRAFT = "un brouillon qui compte"
NOTE = "une note pas finie"


def _held(team: Team, script: str = "") -> tuple[Page, Youth]:
    youth = team.youth()
    console = team.console(script=script)
    console.get_by_test_id("take-next").click()
    expect(pane(console)).to_have_count(1)
    return console, youth


def _type(console: Page) -> None:
    pane(console).get_by_test_id("text").fill(DRAFT)
    pane(console).get_by_test_id("note-text").fill(NOTE)


def _expect_typed(console: Page) -> None:
    expect(pane(console).get_by_test_id("text")).to_have_value(DRAFT)
    expect(pane(console).get_by_test_id("note-text")).to_have_value(NOTE)


def _forgive_taken_over(team: Team) -> None:
    """A renewal may have been under way."""
    team.screens.errors = [error for error in team.screens.errors if "409 (Conflict)" not in error]


def test_without_a_network_words_are_kept_and_go_out_once_when_it_is_back(team: Team) -> None:
    console, youth = _held(team)
    console.context.set_offline(True)
    for words in ("un", "deux"):
        pane(console).get_by_test_id("text").fill(words)
        pane(console).get_by_test_id("text").press("Enter")
    pane(console).get_by_test_id("note-text").fill("note hors ligne")
    pane(console).get_by_test_id("note-text").press("Enter")
    _type(console)
    expect(console.get_by_test_id("banner")).to_contain_text("Pas de réseau depuis")
    expect(pane(console).get_by_test_id("message").first).to_contain_text("En attente du réseau")
    console.context.set_offline(False)
    expect(console.get_by_test_id("banner")).to_be_hidden()
    expect(console.locator(".pending")).to_have_count(0)
    expect(pane(console).get_by_test_id("note")).to_contain_text(
        re.compile(r"\d\d:\d\d, counsellor-1 *note hors ligne")
    )
    _expect_typed(console)
    assert [said["text"] for said in youth.ask().json["messages"]] == ["un", "deux"]
    team.screens.forgive("ERR_INTERNET_DISCONNECTED")


def test_an_expired_sign_in_leads_back_to_every_word_that_was_typed(team: Team) -> None:
    console, youth = _held(team)
    _type(console)
    _sign_out_elsewhere(console.context)
    expect(console.get_by_test_id("banner")).to_contain_text("Ta connexion a expiré. Rien n’est perdu")
    pane(console).get_by_test_id("text").press("Enter")
    expect(pane(console).get_by_test_id("message")).to_contain_text("En attente du réseau")
    console.get_by_test_id("sign-in-again").click()
    sign_in_at_provider(console, team.hub, "counsellor-1")
    expect(pane(console).get_by_test_id("message")).to_contain_text(DRAFT)
    expect(console.locator(".pending")).to_have_count(0)
    expect(pane(console).get_by_test_id("note-text")).to_have_value(NOTE)
    assert [said["text"] for said in youth.ask().json["messages"]] == [DRAFT]
    team.screens.forgive("401 (Unauthorized)")


def _sign_out_elsewhere(context: BrowserContext) -> None:
    context.clear_cookies(name="hub_desk")


def test_a_draft_survives_a_reload(team: Team) -> None:
    console, _ = _held(team)
    _type(console)
    console.get_by_test_id("triage").click()
    console.get_by_test_id("triage-text").fill("parce que")
    console.reload()
    _expect_typed(console)
    console.get_by_test_id("triage").click()
    expect(console.get_by_test_id("triage-text")).to_have_value("parce que")


def test_a_lost_session_keeps_what_was_typed_and_it_is_a_draft_again_when_it_comes_back(team: Team) -> None:
    console, _ = _held(team)
    id = pane(console).get_attribute("data-id")
    _type(console)
    mine = team.api("counsellor-1")
    released = mine.act(mine.ask(f"sessions/{id}").json, "release")
    assert released.status == 200
    assert team.api("counsellor-2").claim("chat") is not None
    expect(pane(console).get_by_test_id("session-over")).to_contain_text("n’est plus à toi")
    _expect_typed(console)
    colleague = team.api("counsellor-2")
    colleague.act(colleague.ask(f"sessions/{id}").json, "release")
    pane(console).get_by_test_id("dismiss").click()
    expect(console.get_by_test_id("nothing")).to_be_visible()
    console.get_by_test_id("take-next").click()
    _expect_typed(console)
    _forgive_taken_over(team)


def test_words_on_their_way_when_the_session_was_lost_never_go_out_by_themselves(team: Team) -> None:
    console, youth = _held(team)
    id = pane(console).get_attribute("data-id")
    console.route("**/messages", lambda route: route.abort())
    pane(console).get_by_test_id("text").fill("trop tard")
    pane(console).get_by_test_id("text").press("Enter")
    mine = team.api("counsellor-1")
    mine.act(mine.ask(f"sessions/{id}").json, "release")
    expect(pane(console).get_by_test_id("session-over")).to_be_visible()
    expect(pane(console).get_by_test_id("message")).to_contain_text("Pas envoyé")
    console.unroute("**/messages")
    pane(console).get_by_test_id("dismiss").click()
    console.get_by_test_id("take-next").click()
    expect(pane(console).get_by_test_id("text")).to_have_value("trop tard")
    console.wait_for_timeout(2_500)
    assert youth.ask().json["messages"] == []
    team.screens.forgive("ERR_FAILED")
    _forgive_taken_over(team)


def test_two_tabs_know_of_each_other_and_only_one_makes_a_sound(team: Team) -> None:
    first = team.console(script=EARS)
    second = first.context.new_page()
    second.add_init_script(EARS)
    second.goto("/console")
    expect(first.get_by_test_id("notice")).to_contain_text("ouverte dans un autre onglet")
    expect(first.get_by_test_id("notice")).to_contain_text("le son vient de celui-ci")
    expect(second.get_by_test_id("notice")).to_contain_text("le son vient de l’autre")
    for tab in (first, second):
        tab.bring_to_front()
        tab.get_by_test_id("line").click(position={"x": 4, "y": 4})
    team.youth()
    for tab in (first, second):
        expect(tab.get_by_test_id("waiting-chat")).to_have_text("1")
    first.wait_for_timeout(1_500)
    assert [tab.evaluate("window.heard.length") for tab in (first, second)] == [2, 0]
    second.get_by_test_id("take-next").click()
    for tab in (first, second):
        expect(tab.get_by_test_id("mine-session")).to_have_count(1)
    first.close()
    expect(second.get_by_test_id("notice")).to_have_count(0)


def test_somebody_else_in_the_same_browser_stops_the_tab(team: Team) -> None:
    console = team.console("counsellor-1")
    other = team.console("counsellor-2")
    cookies = [cookie for cookie in other.context.cookies() if cookie.get("name") == "hub_desk"]
    console.context.add_cookies(cookies)  # type: ignore[arg-type]
    expect(console.get_by_test_id("banner")).to_contain_text("Quelqu’un d’autre s’est connecté")
    console.get_by_test_id("reload").click()
    expect(console.get_by_text("Connexion : counsellor-2")).to_be_visible()


def test_a_hub_that_does_not_answer_is_told_apart_from_a_lost_network(team: Team) -> None:
    console = team.console()
    console.route("**/v1/desk/queue", lambda route: route.fulfill(status=503, body="{}"))
    expect(console.get_by_test_id("banner")).to_contain_text("Le service ne répond pas depuis")
    console.unroute("**/v1/desk/queue")
    expect(console.get_by_test_id("banner")).to_be_hidden()
    team.screens.forgive("503 (Service Unavailable)")
