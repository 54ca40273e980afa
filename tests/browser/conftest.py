"""A real Chromium in front of the running hub. A machine without one fails here: a skipped test proves nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from local.chromium import find
from tests.browser.people import ARGUMENTS, SIZES, Screens, empty_line, sign_in
from tests.browser.team import Team, clear_desk
from tests.hub import Hub

expect.set_options(timeout=15_000)


# For this package only: while Playwright's loop lives, no other test of this process could run a loop of its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    path = find()
    if path is None:
        pytest.fail("no Chromium: install one, or name it with CHROMIUM=")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, hub: Hub) -> StorageState:
    """The cookies of a counsellor who signed in."""
    screens = Screens(browser, hub.base)
    page = screens.open()
    sign_in(page, hub)
    state = page.context.storage_state()
    screens.close()
    return state


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """The youth's screen: a phone's and a desk's."""
    return str(request.param)


@pytest.fixture
def screens(browser: Browser, hub: Hub) -> Iterator[Screens]:
    """Browsers in front of an empty line; none may have complained, or asked another origin for anything."""
    empty_line(hub)
    opened = Screens(browser, hub.base)
    yield opened
    opened.close()
    assert opened.errors == []
    assert opened.strangers == []


@pytest.fixture
def console(screens: Screens, signed_in: StorageState) -> Page:
    """The console on a desk, signed in, with nobody waiting."""
    page = screens.open("desktop", storage_state=signed_in)
    page.goto("/console")
    for lane in ("chat", "callback"):
        expect(page.get_by_test_id(f"waiting-{lane}")).to_have_text("0")
    return page


@pytest.fixture(scope="package")
def states() -> dict[str, StorageState]:
    """The cookies of those of the team who have signed in."""
    return {}


@pytest.fixture
def team(hub: Hub, screens: Screens, states: dict[str, StorageState]) -> Iterator[Team]:
    """The team in front of an empty desk, which is left empty."""
    clear_desk(hub)
    yield Team(hub, screens, states)
    screens.close()  # a console that is open would complain of what is taken from it
    clear_desk(hub)
