"""The documentation in a browser: readable at every size and in the dark, usable without script, quicker with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chalicelib.pages.docs.book import CHAPTERS
from tests.browser.people import Screens
from tests.browser.rules import expect_kept

LANGUAGES = ("curl", "Python", "JavaScript")


def _drawn(page: Page) -> None:
    """Wait until the contract is drawn, down to the last request, and its fields have names."""
    viewer = page.locator("rapi-doc")
    expect(viewer.get_by_role("heading", name="Hand a youth over")).to_be_visible()
    expect(viewer.get_by_role("heading", name="Get the security contact")).to_be_attached()
    expect(viewer.get_by_label("Which example").first).to_be_visible()


def test_every_page_keeps_the_rules_and_fits(size: str, screens: Screens) -> None:
    page = screens.open(size)
    for slug, chapter in CHAPTERS.items():
        page.goto(chapter.path)
        if slug == "reference":
            _drawn(page)
        expect_kept(page, chapter.path)
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], chapter.path


def test_languages_change_without_script(size: str, screens: Screens) -> None:
    page = screens.open(size, java_script_enabled=False)
    page.goto("/docs")
    group = page.locator(".tabs").first
    for language in LANGUAGES:
        group.get_by_text(language, exact=True).click()
        for other in LANGUAGES:
            panel = group.locator(f".listing[data-language={other}]")
            expect(panel).to_be_visible(visible=other == language)
    expect(page.locator(".copy")).to_have_count(0)


def test_languages_change_by_the_keyboard(screens: Screens) -> None:
    page = screens.open("desktop")
    page.goto("/docs")
    group = page.locator(".tabs").first
    group.get_by_role("radio", name="curl").focus()
    page.keyboard.press("ArrowRight")
    expect(group.locator(".listing[data-language=Python]")).to_be_visible()
    expect(group.get_by_role("radio", name="Python")).to_be_focused()


def test_a_language_chosen_once_stays_on_every_page(screens: Screens) -> None:
    page = screens.open("desktop")
    page.goto("/docs")
    page.locator(".tabs").first.get_by_text("JavaScript", exact=True).click()
    page.goto("/docs/webhooks")
    groups = page.locator(".tabs")
    for number in range(groups.count()):
        expect(groups.nth(number).get_by_role("radio", name="JavaScript")).to_be_checked()
        expect(groups.nth(number).locator(".listing[data-language=JavaScript]")).to_be_visible()


def test_copying_brings_the_code_and_nothing_else(screens: Screens) -> None:
    page = screens.open("desktop", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/docs")
    page.locator(".listing:visible", has_text="openssl genpkey").get_by_role("button").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert [line.split(" ")[:2] for line in copied] == [["openssl", "genpkey"], ["openssl", "pkey"]]


@pytest.mark.parametrize("script", [True, False])
def test_the_list_of_pages_opens_on_a_phone(script: bool, screens: Screens) -> None:
    page = screens.open("phone", java_script_enabled=script)
    page.goto("/docs")
    contents = page.get_by_role("navigation", name="Documentation")
    expect(contents).to_be_hidden()
    page.get_by_role("button", name="Contents").click()
    expect(contents).to_be_visible()
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()
    page.get_by_role("button", name="Contents").click()
    contents.get_by_role("link", name="Problems").click()
    expect(page).to_have_url("/docs/problems")
    expect(contents).to_be_hidden()


def test_the_list_of_pages_stands_beside_the_text_on_a_desk(screens: Screens) -> None:
    page = screens.open("desktop")
    page.goto("/docs/handoffs")
    contents = page.get_by_role("navigation", name="Documentation")
    expect(contents).to_be_visible()
    contents.get_by_role("link", name="Limits").click()
    expect(page.get_by_role("heading", name="Limits")).to_be_in_viewport()
    expect(contents).to_be_in_viewport()


def test_the_type_of_a_problem_leads_to_its_words(size: str, screens: Screens) -> None:
    page = screens.open(size)
    page.goto("/docs/problems#idempotency_mismatch")
    expect(page.get_by_role("heading", name="This jti was used with another body")).to_be_in_viewport()


def test_one_page_follows_the_other_to_the_end(screens: Screens) -> None:
    page = screens.open("desktop")
    page.goto("/docs")
    order = list(CHAPTERS.values())
    for chapter in order[1:]:
        page.locator("a[rel=next]").click()
        expect(page).to_have_url(chapter.path)
        expect(page.get_by_role("heading", level=1)).to_have_text(chapter.title)
    expect(page.locator("a[rel=next]")).to_have_count(0)


def test_the_contract_is_drawn_for_platforms_alone(size: str, screens: Screens) -> None:
    page = screens.open(size)
    page.goto("/docs/reference")
    _drawn(page)
    viewer = page.locator("rapi-doc")
    expect(viewer.get_by_text("/v1/handoffs").first).to_be_visible()
    expect(viewer.get_by_text("/v1/desk")).to_have_count(0)
    assert viewer.get_by_role("heading", name="counsellor").count() == 0


def test_without_script_the_reference_lists_what_there_is(screens: Screens) -> None:
    page = screens.open("desktop", java_script_enabled=False)
    page.goto("/docs/reference")
    expect(page.get_by_role("row", name="POST /v1/handoffs Hand a youth over")).to_be_visible()
