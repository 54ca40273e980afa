"""What is seen of an outage on a phone and at the console, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from local.chromium import find
from tests.browser.people import ARGUMENTS, Screens
from tests.browser.team import Team, pane
from tests.degraded.stage import Stage
from tests.degraded.wire import Asked

DANGER = ("tel:17", "tel:112", "sms:114", "tel:119", "tel:3114")
YEARS = 3 * 365 * 24 * 3600 * 1000


def down(asked: Asked) -> str:
    return "throttle" if asked.service == "dynamodb" else "pass"


def no_vault(asked: Asked) -> str:
    return "fail" if asked.service == "kms" else "pass"


@pytest.fixture(scope="module")
def screens(stage: Stage) -> Iterator[Screens]:
    """Browsers in front of the hub. A process that was killed has to start again before it answers."""
    expect.set_options(timeout=30_000)
    path = find()
    if path is None:
        pytest.fail("no Chromium: install one, or name it with CHROMIUM=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        opened = Screens(browser, stage.hub.base)
        yield opened
        opened.close()
        browser.close()


def expect_help(page: Page) -> None:
    """3018 and the danger numbers can be touched."""
    expect(page.locator('a[href="tel:3018"]').first).to_be_visible()
    for link in DANGER:
        expect(page.locator(f'a[href="{link}"]').first).to_be_visible()


def link(stage: Stage) -> str:
    """The path of a new tap's link."""
    return str(urlsplit(stage.insist(stage.jti()).json["links"]["youth"]).path)


def test_an_open_page_keeps_3018_while_the_table_is_down_and_a_link_opened_then_has_it_too(
    stage: Stage, screens: Screens
) -> None:
    page, late, unopened = screens.open("phone"), screens.open("phone"), link(stage)
    page.goto(link(stage))
    expect(page.get_by_test_id("composer")).to_be_visible()
    with stage.wire.failing(down):
        page.get_by_test_id("text").fill("tu es là ?")
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("lost")).to_be_visible()
        expect_help(page)
        late.goto(unopened)
        expect(late.get_by_test_id("notice-down")).to_be_visible()
        expect_help(late)
    late.get_by_test_id("again").click()
    expect(late.get_by_test_id("composer")).to_be_visible()
    expect(page.get_by_test_id("lost")).to_be_hidden()
    expect(page.get_by_test_id("message")).to_contain_text(re.compile("tu es là.*Envoyé", re.DOTALL))


def test_without_javascript_a_message_that_could_not_be_kept_leads_back_to_the_page(
    stage: Stage, screens: Screens
) -> None:
    page = screens.open("phone", java_script_enabled=False)
    page.goto(link(stage))
    with stage.wire.failing(down):
        page.get_by_test_id("text").fill("et là ?")
        page.get_by_test_id("send").click()
        expect_help(page)
    page.get_by_test_id("again").click()
    page.get_by_test_id("text").fill("et là ?")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("et là ?")


@pytest.mark.parametrize("wrong", [YEARS, -YEARS])
def test_a_phone_whose_clock_is_years_wrong_talks_all_the_same(stage: Stage, screens: Screens, wrong: int) -> None:
    page = screens.open("phone")
    page.add_init_script(
        f"""const Right = Date;
        Date = class extends Right {{
            constructor(...given) {{ given.length ? super(...given) : super(Right.now() + ({wrong})); }}
            static now() {{ return Right.now() + ({wrong}); }}
        }};"""
    )
    page.goto(link(stage))
    assert page.evaluate("Math.abs(Date.now() - performance.timeOrigin)") > YEARS / 2
    for words in ("un", "deux"):
        page.get_by_test_id("text").fill(words)
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("message").last).to_contain_text(re.compile(f"{words}.*Envoyé", re.DOTALL))
    expect(page.get_by_test_id("lost")).to_be_hidden()


def test_the_console_says_that_the_words_cannot_be_opened_and_shows_them_when_they_can(
    stage: Stage, screens: Screens
) -> None:
    youth = stage.youth()
    assert youth.ask("messages", {"n": 1, "text": "je ne sais pas quoi faire"}).status == 200
    team = Team(stage.hub, screens, {})
    who = team.api("counsellor-1")
    assert who.act(stage.claim(who, youth.path.removeprefix("/s/")), "release").status == 200
    console = team.console()
    stage.refresh()  # no process has the session's key any more
    stage.settle(lambda: all(who.ask("queue").status == 200 for _ in range(3)))
    with stage.wire.failing(no_vault):
        console.get_by_test_id("take-next").click()
        expect(pane(console)).to_have_count(1)
        expect(pane(console).get_by_test_id("unreadable")).to_contain_text("La session est bien à toi")
        expect(pane(console).get_by_test_id("message")).to_have_count(0)
        expect(console.get_by_test_id("banner")).to_be_hidden()
    expect(pane(console).get_by_test_id("message")).to_contain_text("je ne sais pas quoi faire")
    expect(pane(console).get_by_test_id("unreadable")).to_be_hidden()
