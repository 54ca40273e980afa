"""Quick exit: nothing is left on the youth's side, and the counsellor sees it."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Screens, soon
from tests.browser.team import Team
from tests.hub import Hub

HARMLESS = "Jours fériés en France"
SECRET = "il a mes photos"


def _nothing(page: Page) -> None:
    """The harmless page, and no word, storage or address of the one before."""
    expect(page.get_by_role("heading", name=HARMLESS)).to_be_visible()
    assert "3018" not in page.content() and SECRET not in page.content()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert "/s/" not in page.url


@pytest.mark.parametrize("how", ["button", "shift"])
def test_after_it_back_reload_and_storage_show_nothing(
    size: str, how: str, screens: Screens, team: Team, hub: Hub
) -> None:
    page = screens.open(size)
    page.goto("/docs")
    page.goto(hub.hand_over(session="chat").json["links"]["youth"])
    page.get_by_test_id("text").fill(SECRET)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    address = page.url
    console = team.console("counsellor-1")
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("message")).to_contain_text(SECRET)
    page.get_by_test_id("text").fill("pas envoyé")

    left = time.monotonic()
    if how == "button":
        page.get_by_test_id("leave").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    expect(console.get_by_test_id("session-over")).to_contain_text("partie par la sortie rapide")
    # Printed, not judged: the aim is 3 s.
    print(f"\nquick exit by {how}, {size}, to the console: {time.monotonic() - left:.1f} s")
    expect(console.get_by_text(SECRET)).to_have_count(0)

    _nothing(page)
    page.reload()
    _nothing(page)
    page.go_back()
    expect(page).to_have_url("/docs")
    page.go_forward()
    _nothing(page)
    soon(lambda: page.context.cookies(address), [])
    answer = page.goto(address)
    assert answer is not None and answer.status == 403
    screens.forgive("403 (Forbidden)")
    assert SECRET not in page.content()
