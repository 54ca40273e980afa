"""A break: what is held goes back cleanly, nothing is offered, and it ends when the counsellor says so."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.team import Team, pane
from tests.browser.test_console_line import EARS


def test_a_break_gives_every_session_back_and_stops_the_offers(team: Team) -> None:
    chat = team.youth()
    team.callback()
    console = team.console(script=EARS)
    for count in (1, 2):
        console.get_by_test_id("take-next").click()
        expect(console.get_by_test_id("mine-session")).to_have_count(count)
    console.keyboard.press("1")
    pane(console).get_by_test_id("text").fill("je reviens")
    console.get_by_test_id("break").click()
    expect(console.get_by_test_id("break-held").get_by_role("listitem")).to_have_count(2)
    console.get_by_test_id("break-cancel").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(2)

    console.get_by_test_id("break").click()
    console.get_by_test_id("break-go").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(0)
    expect(console.get_by_test_id("notice")).to_contain_text("Tu es en pause")
    expect(console).to_have_title("Pause · Console 3018")
    expect(console.get_by_test_id("take-next")).to_have_attribute("aria-disabled", "true")
    expect(console.get_by_test_id("take-hint")).to_contain_text("En pause")
    expect(console.get_by_test_id("waiting-chat")).to_have_text("1")
    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    heard = console.evaluate("window.heard.length")
    team.youth(danger=True)
    expect(console.get_by_test_id("waiting-chat")).to_have_text("2")
    console.keyboard.press("n")
    console.wait_for_timeout(1_200)
    expect(console.get_by_test_id("mine-session")).to_have_count(0)
    assert console.evaluate("window.heard.length") == heard
    assert chat.ask().json["state"] == "waiting"

    console.reload()
    expect(console.get_by_test_id("notice")).to_contain_text("Tu es en pause")
    console.keyboard.press("p")
    expect(console.get_by_test_id("notice")).to_have_count(0)
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("mine-session")).to_have_count(1)


def test_a_break_waits_for_words_that_have_not_gone_out(team: Team) -> None:
    team.youth()
    console = team.console()
    console.get_by_test_id("take-next").click()
    console.route("**/messages", lambda route: route.abort())
    pane(console).get_by_test_id("text").fill("attends")
    pane(console).get_by_test_id("text").press("Enter")
    expect(pane(console).get_by_test_id("message")).to_contain_text("En attente du réseau")
    console.get_by_test_id("break").click()
    console.get_by_test_id("break-go").click()
    expect(console.get_by_test_id("break-wrong")).to_contain_text("n’est pas parti")
    console.unroute("**/messages")
    expect(pane(console).get_by_test_id("message")).not_to_contain_text("En attente du réseau")
    console.get_by_test_id("break-go").click()
    expect(console.get_by_test_id("notice")).to_contain_text("Tu es en pause")
    team.screens.forgive("ERR_FAILED")


def test_signing_out_gives_every_session_back_and_leaves_nothing_typed_on_the_machine(team: Team) -> None:
    team.hub.new_counsellor("going-home")  # signing out ends all that the others share
    chat = team.youth()
    console = team.console("going-home")
    console.get_by_test_id("take-next").click()
    pane(console).get_by_test_id("text").fill("pas fini")
    console.get_by_test_id("sign-out").click()
    expect(console.get_by_test_id("leaving-held").get_by_role("listitem")).to_have_count(1)
    console.get_by_test_id("leaving-go").click()
    expect(console).to_have_url("/console/signed-out")
    assert console.evaluate("sessionStorage.length") == 0
    assert team.api("counsellor-2").claim("chat") is not None
    assert chat.ask().json["state"] == "waiting"


def test_a_look_that_hangs_while_signing_out_is_dropped(team: Team) -> None:
    team.hub.new_counsellor("in-a-hurry")
    console = team.console("in-a-hurry")
    looks: list[Route] = []

    def hold(look: Route) -> None:
        looks.append(look)

    def sign_out(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        for look in looks:
            look.continue_()  # from here on the hub refuses it
        console.wait_for_timeout(500)
        route.fulfill(response=answer)

    console.route("**/console/logout", sign_out)
    console.route("**/v1/desk/queue", hold)
    with console.expect_request("**/v1/desk/queue"):
        pass
    console.get_by_test_id("sign-out").click()
    expect(console).to_have_url("/console/signed-out")
    assert len(looks) == 1
