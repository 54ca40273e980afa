"""The main pages keep every rule of axe-core, in light and in dark, at a phone's size and a desk's."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import Handset, Screens
from tests.browser.rules import expect_kept
from tests.hub import FICTION, Hub, fiction


def test_the_plain_pages(size: str, screens: Screens) -> None:
    page = screens.open(size)
    for path in ("/", "/docs", "/r", "/static/jours-feries.html"):
        page.goto(path)
        expect_kept(page, path)
    page.goto("/console/callback")
    expect_kept(page, "sign-in problem")
    screens.forgive("403 (Forbidden)")
    page.goto("/s/ho_" + "a" * 26)
    expect_kept(page, "used link")
    screens.forgive("403 (Forbidden)")
    page.goto("/y/" + "a" * 40)
    expect_kept(page, "old link")
    screens.forgive("410 (Gone)")


def test_the_simulator(size: str, screens: Screens) -> None:
    handset = Handset(screens.open(size), "tiktok")
    expect_kept(handset.page, "phones")
    handset.tap()
    handset.expect_statuses("waiting")
    expect_kept(handset.page, "statuses")


def test_the_youths_page(size: str, screens: Screens, hub: Hub) -> None:
    page = screens.open(size)
    page.goto(hub.hand_over("messenger", kind="call", session=None).json["links"]["youth"])
    expect_kept(page, "choose")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("number").fill(FICTION)
    expect_kept(page, "callback form")
    page.get_by_test_id("when").select_option(index=3)
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("planned-at")).to_be_visible()
    expect_kept(page, "callback planned")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("when").select_option("now")
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_role("heading", name="On va t’appeler.")).to_be_visible()
    expect_kept(page, "callback waiting")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_role("heading", name="C’est annulé.")).to_be_visible()
    expect_kept(page, "cancelled")


def test_the_conversation_on_both_sides(size: str, screens: Screens, console: Page, hub: Hub) -> None:
    expect_kept(console, "console, empty")
    page = screens.open(size)
    page.goto(hub.hand_over(danger=True).json["links"]["youth"])
    expect_kept(page, "chat waiting")
    expect(console.get_by_test_id("waiting-chat")).to_have_text("1")
    expect_kept(console, "console, line")
    page.get_by_test_id("text").fill("bonjour")
    page.get_by_test_id("send").click()
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("text").fill("Bonjour, je suis là.")
    console.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_have_count(2)
    expect(console.get_by_test_id("message")).to_have_count(2)
    expect_kept(page, "chat")
    expect_kept(console, "console, chat")
    page.get_by_test_id("cancel").click()
    expect(console.get_by_test_id("session-over")).to_be_visible()
    expect_kept(console, "console, chat over")


def test_the_console_with_a_number_revealed(console: Page, hub: Hub) -> None:
    hub.hand_over("instagram", session="callback", kind="call", callback={"number": fiction()})
    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_be_visible()
    expect_kept(console, "callback")
    console.get_by_test_id("keys").click()
    expect_kept(console, "shortcuts")
