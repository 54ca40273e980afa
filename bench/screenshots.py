"""`make screenshots`: every screen in every state, taken of hubs of its own, into docs/pictures."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from bench.shots.console import console, supervisor
from bench.shots.docs import docs
from bench.shots.studio import PICTURES, SIZES, Studio
from bench.shots.youth import states
from chalicelib.pages.windows import PARIS
from local.chromium import find
from tests.browser.people import ARGUMENTS, Handset, Screens
from tests.browser.team import Team
from tests.conftest import Running
from tests.hub import Hub

SMOOTH = (*ARGUMENTS, "--disable-lcd-text", "--font-render-hinting=none")
"""Letters in grey: a picture is looked at on other screens, and is smaller so."""


def opens_tomorrow() -> str:
    """Opening hours that begin tomorrow at nine."""
    day = (datetime.now(PARIS) + timedelta(days=1)).weekday()
    return f"{('Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su')[day]} 09:00-23:00"


def _simulator(studio: Studio, size: str) -> None:
    """The phones before a tap where one fills the screen, and with the page that a tap opened."""
    handset = Handset(studio.page(size), "tiktok")
    if size == "phone":
        studio.take(handset.page, "simulator-button-phone")
    youth = handset.tap()
    expect(youth.get_by_test_id("composer")).to_be_visible()
    handset.expect_statuses("waiting")
    handset.expect_reads(2)
    handset.back()
    studio.take(handset.page, f"simulator-{size}")


def _plain(studio: Studio) -> None:
    page = studio.page("desktop")
    page.goto("/")
    studio.take(page, "landing")


def _all(browser: Browser, hub: Hub, shut: Hub) -> Studio:
    screens = Screens(browser, hub.base)
    studio = Studio(hub, shut, screens, Team(hub, screens, {}))
    _plain(studio)
    docs(studio)
    states(studio)
    console(studio)
    supervisor(studio)
    for size in SIZES:
        _simulator(studio, size)
    screens.close()
    return studio


def main() -> int:
    """Start two hubs, take the pictures, stop them; pictures of states that are no more are removed."""
    expect.set_options(timeout=30_000)
    path = find()
    if path is None:
        print("no Chromium: install one, or name it with CHROMIUM=", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = [
            Running(Path(folder) / "open", LEASE_SECONDS="90"),
            Running(Path(folder) / "shut", LEASE_SECONDS="90", HOURS=opens_tomorrow()),
        ]
        try:
            browser = playwright.chromium.launch(executable_path=path, args=SMOOTH)
            studio = _all(browser, running[0].hub, running[1].hub)
            browser.close()
        finally:
            for hub in running:
                hub.stop()
    for old in set(PICTURES.glob("*.png")) - set(studio.taken):
        old.unlink()
    for complaint in (*studio.screens.errors, *studio.screens.strangers):
        print(complaint, file=sys.stderr)
    return 1 if studio.screens.errors or studio.screens.strangers else 0


if __name__ == "__main__":
    sys.exit(main())
