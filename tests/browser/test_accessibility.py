"""The main pages keep every rule of axe-core, in light and in dark, at a phone's size and a desk's."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.people import Handset, Screens
from tests.hub import FICTION, Hub

RULES = Axe()


def _check(page: Page, name: str) -> None:
    """No violation on the page as it stands; ``name`` says which in the failure."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = RULES.run(page).response["violations"]
        told = [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found]
        assert told == [], f"{name}, {scheme}"


def test_the_plain_pages(size: str, screens: Screens) -> None:
    page = screens.open(size)
    for path in ("/", "/docs", "/r", "/static/jours-feries.html"):
        page.goto(path)
        _check(page, path)
    page.goto("/console/callback")
    _check(page, "sign-in problem")
    screens.forgive("403 (Forbidden)")
    page.goto("/s/ho_" + "a" * 26)
    _check(page, "used link")
    screens.forgive("403 (Forbidden)")
    page.goto("/y/" + "a" * 40)
    _check(page, "old link")
    screens.forgive("410 (Gone)")


def test_the_simulator(size: str, screens: Screens) -> None:
    handset = Handset(screens.open(size), "tiktok")
    _check(handset.page, "phones")
    handset.tap()
    handset.expect_statuses("waiting")
    _check(handset.page, "statuses")


def test_the_youths_page(size: str, screens: Screens, hub: Hub) -> None:
    page = screens.open(size)
    page.goto(hub.hand_over("messenger", kind="call", session=None).json["links"]["youth"])
    _check(page, "choose")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("number").fill(FICTION)
    _check(page, "callback form")
    page.get_by_test_id("when").select_option(index=3)
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("planned-at")).to_be_visible()
    _check(page, "callback planned")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("when").select_option("now")
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_role("heading", name="On va t’appeler.")).to_be_visible()
    _check(page, "callback waiting")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_role("heading", name="C’est annulé.")).to_be_visible()
    _check(page, "cancelled")


def test_the_conversation_on_both_sides(size: str, screens: Screens, console: Page, hub: Hub) -> None:
    _check(console, "console, empty")
    page = screens.open(size)
    page.goto(hub.hand_over(danger=True).json["links"]["youth"])
    _check(page, "chat waiting")
    expect(console.get_by_test_id("waiting-chat")).to_have_text("1")
    _check(console, "console, line")
    page.get_by_test_id("text").fill("bonjour")
    page.get_by_test_id("send").click()
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("text").fill("Bonjour, je suis là.")
    console.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_have_count(2)
    expect(console.get_by_test_id("message")).to_have_count(2)
    _check(page, "chat")
    _check(console, "console, chat")
    page.get_by_test_id("cancel").click()
    expect(console.get_by_test_id("session-over")).to_be_visible()
    _check(console, "console, chat over")


def test_the_console_with_a_number_revealed(console: Page, hub: Hub) -> None:
    hub.hand_over("instagram", session="callback", kind="call", callback={"number": FICTION})
    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_be_visible()
    _check(console, "callback")
    console.get_by_test_id("keys").click()
    _check(console, "shortcuts")
