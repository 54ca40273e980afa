"""The pages for everybody in Chromium: whole without a script, readable by all, and a kept card asks nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Screens
from tests.browser.rules import broken, expect_kept
from tests.hub import Hub

CARD = "/v1/fallback-card/"


def watched(page: Page) -> list[str]:
    """What the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


@pytest.mark.parametrize("path", ["/status?renew=no", "/status?lang=en&renew=no", f"{CARD}fr", f"{CARD}en"])
def test_everybody_can_read_it_and_it_fits_the_screen(size: str, screens: Screens, path: str) -> None:
    page = screens.open(size)
    page.goto(path)
    expect_kept(page, path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_page_that_renews_itself_can_be_told_not_to(screens: Screens) -> None:
    page = screens.open("phone", java_script_enabled=False)
    page.goto("/status")
    expect(page.get_by_test_id("state")).to_have_text("Le 3018 est ouvert")
    assert page.locator('meta[http-equiv="refresh"]').count() == 1
    page.get_by_role("link", name="Arrêter").click()
    assert page.locator('meta[http-equiv="refresh"]').count() == 0
    page.get_by_role("link", name="In English").click()
    expect(page.get_by_test_id("state")).to_have_text("3018 is open")
    assert page.locator('meta[http-equiv="refresh"]').count() == 0


def test_the_renewal_is_the_only_rule_it_bends(screens: Screens) -> None:
    """WCAG 2.2.1 allows a time limit that can be turned off; axe-core refuses every refresh."""
    page = screens.open()
    page.goto("/status")
    assert {rule for _, rule, _ in broken(page)} == {"meta-refresh"}


def test_a_kept_card_needs_no_hub_no_network_and_no_script(hub: Hub, screens: Screens, tmp_path: Path) -> None:
    for language, call in (("fr", "Appeler le 3018"), ("en", "Call 3018")):
        kept = tmp_path / f"{language}.html"
        kept.write_bytes(hub.ask("GET", f"{CARD}{language}").body)
        page = screens.open("phone", java_script_enabled=False, offline=True, base_url=tmp_path.as_uri())
        asked = watched(page)
        page.goto(kept.as_uri())
        button = page.get_by_role("link", name=call, exact=True)
        assert button.get_attribute("href") == "tel:3018"
        assert button.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(67, 53, 156)"
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44 and box["y"] + box["height"] < 844
        assert asked == [kept.as_uri()]
