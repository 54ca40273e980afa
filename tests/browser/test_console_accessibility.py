"""The console keeps every rule of axe-core in each of its states, in light and in dark, from 1024 px up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rules import expect_kept
from tests.browser.team import Team, pane

WIDTHS = ((1024, 768), (1440, 900), (1920, 1080))


def _check(page: Page, name: str) -> None:
    expect_kept(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: wider than the screen"


@pytest.fixture(params=WIDTHS, ids=[str(width) for width, _ in WIDTHS])
def console(request: pytest.FixtureRequest, team: Team) -> Page:
    """A supervisor's console, which has more on it than any other, as wide as it may be."""
    width, height = request.param
    page = team.console("supervisor-1")
    page.set_viewport_size({"width": width, "height": height})
    return page


def test_the_line_and_a_conversation(console: Page, team: Team) -> None:
    _check(console, "empty")
    report = {"category": "porn", "contents": [{"url": "https://www.tiktok.com/@x/nudes", "type": "account"}]}
    youth = team.youth(danger=True, report=report, subject="s" * 24)
    team.youth("messenger")
    team.callback()
    expect(console.get_by_test_id("line-row")).to_have_count(3)
    _check(console, "line")
    console.get_by_test_id("take-next").click()
    expect(pane(console)).to_have_count(1)
    youth.ask("messages", {"n": 1, "text": "je vais me suicider"})
    pane(console).get_by_test_id("text").fill("Je suis là.")
    pane(console).get_by_test_id("text").press("Enter")
    pane(console).get_by_test_id("note-text").fill("seule chez elle")
    pane(console).get_by_test_id("note-text").press("Enter")
    pane(console).get_by_test_id("step-asked_safe").click()
    expect(pane(console).get_by_test_id("message")).to_have_count(2)
    expect(console.locator(".pending")).to_have_count(0)
    expect(pane(console).get_by_test_id("note")).to_have_count(1)
    _check(console, "chat in danger")
    youth.ask("leave", {})
    expect(pane(console).get_by_test_id("session-over")).to_be_visible()
    _check(console, "left safely")


def test_dialogs_callback_break_and_undo(console: Page, team: Team) -> None:
    team.youth()
    console.get_by_test_id("take-next").click()
    expect(pane(console)).to_have_count(1)
    for key, dialog in (("t", "triage-dialog"), ("h", "handover-dialog"), ("/", "replies-dialog"), ("?", "keys-list")):
        console.keyboard.press("Escape")
        console.keyboard.press(key)
        expect(console.get_by_test_id(dialog)).to_be_visible()
        _check(console, dialog)
        console.keyboard.press("Escape")
    pane(console).get_by_test_id("close-reason").select_option("left")
    pane(console).get_by_test_id("close").click()
    expect(console.get_by_test_id("unasked-dialog")).to_be_visible()
    _check(console, "unasked")
    console.get_by_test_id("unasked-0").click()
    expect(console.get_by_test_id("undo")).to_be_visible()
    _check(console, "closed")
    team.callback()
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_be_visible()
    _check(console, "callback")
    console.get_by_test_id("break").click()
    _check(console, "break asked")
    console.get_by_test_id("break-go").click()
    expect(console.get_by_test_id("notice")).to_be_visible()
    _check(console, "on a break")
    console.route("**/v1/desk/queue", lambda route: route.fulfill(status=503, body="{}"))
    expect(console.get_by_test_id("banner")).to_be_visible()
    _check(console, "no answer")
    console.unroute("**/v1/desk/queue")
    team.screens.forgive("503 (Service Unavailable)")
