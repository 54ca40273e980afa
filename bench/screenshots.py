"""`make screenshots`: pictures of every screen, taken of a hub of its own and written to docs/pictures."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from local.chromium import find
from tests.browser.people import ARGUMENTS, Handset, Screens, sign_in
from tests.conftest import ROOT, Running
from tests.hub import FICTION, Hub

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 200_000
"""Bytes of a picture."""
SMOOTH = (*ARGUMENTS, "--disable-lcd-text", "--font-render-hinting=none")
"""Letters in grey: a picture is looked at on other screens, and is smaller so."""
REFERENCES = {"phone": "SIM-4802", "desktop": "SIM-4817"}
"""The made-up reports of the two chats."""
FINE = {"phone": 2, "desktop": 1}
"""A phone's picture is drawn as fine as a phone draws, where its size allows."""

TALK = (
    ("youth", "bonsoir, je sais pas trop par où commencer"),
    ("counsellor", "Bonsoir, ici le 3018. Prends ton temps, je reste là. Tu es en sécurité en ce moment ?"),
    ("youth", "oui je suis dans ma chambre"),
    ("youth", "des gens de ma classe ont fait un compte avec mes photos et des commentaires horribles"),
    ("counsellor", "Merci de me le dire, c’est courageux. Ce n’est pas ta faute. Le compte est toujours en ligne ?"),
    ("youth", "oui, je l’ai signalé tout à l’heure"),
    ("counsellor", "Tu as bien fait. On peut demander ensemble que ce soit retiré plus vite. Tu veux qu’on regarde ?"),
)
GLANCE = 4
"""So many messages fit below the page's head."""


class Studio:
    """One hub, its screens, and where the pictures go."""

    def __init__(self, hub: Hub, screens: Screens) -> None:
        self.hub, self.screens = hub, screens

    def page(self, size: str, scale: int = 1) -> Page:
        """A page, drawn ``scale`` times as fine as its size says."""
        return self.screens.open(size, device_scale_factor=scale, reduced_motion="reduce")

    def take(self, page: Page, name: str) -> None:
        """One picture of what is seen; a complaint when it is too large for the repository."""
        path = PICTURES / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, animations="disabled", caret="hide")
        weight = path.stat().st_size
        print(f"{weight / 1000:6.0f} kB  {path.relative_to(ROOT)}")
        if weight > LARGEST:
            self.screens.errors.append(f"{path.name} has {weight} bytes, more than {LARGEST}")

    def link(self, platform: str = "tiktok", **members: Any) -> str:
        """A fresh handoff's link."""
        return str(self.hub.hand_over(platform, **members).json["links"]["youth"])


def _youth(studio: Studio, size: str) -> None:
    """The states of the youth's page that need nobody else."""
    page = studio.page(size, FINE[size])
    page.goto(studio.link("messenger", kind="call", session=None))
    expect(page.get_by_text("On peut te répondre tout de suite.").first).to_be_visible(timeout=40_000)
    studio.take(page, f"youth-choose-{size}")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("number").fill("06 39 98 00 42")
    page.get_by_test_id("callback-send").scroll_into_view_if_needed()
    studio.take(page, f"youth-callback-{size}")
    page.get_by_test_id("when").select_option(index=3)
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("planned-at")).to_be_visible()
    studio.take(page, f"youth-scheduled-{size}")
    page.get_by_test_id("cancel").click()

    link = studio.link()
    page.goto(link)
    expect(page.get_by_test_id("composer")).to_be_visible()
    studio.take(page, f"youth-waiting-{size}")
    other = studio.page(size, FINE[size])
    other.goto(link)
    expect(other.get_by_test_id("notice-used")).to_be_visible()
    studio.screens.forgive("403 (Forbidden)")
    studio.take(other, f"youth-used-{size}")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_role("heading", name="C’est annulé.")).to_be_visible()


def _console_empty(studio: Studio) -> Page:
    """Somebody at the console; from now on the line says that the wait is short."""
    console = studio.page("desktop")
    sign_in(console, studio.hub)
    expect(console.get_by_test_id("waiting-chat")).to_have_text("0")
    studio.take(console, "console-empty")
    return console


def _console(studio: Studio, console: Page) -> None:
    """The console from a line to a chat and a number; the same chat on the youth's two screens."""
    youths = {size: studio.page(size, scale) for size, scale in FINE.items()}
    for size, youth in youths.items():
        report = {
            "platform_report_ref": REFERENCES[size],
            "category": "hate_and_harassment",
            "contents": [{"url": "https://www.tiktok.com/@compte.exemple/video/7300000000000000018", "type": "video"}],
        }
        youth.goto(studio.link(role="youth", age_band="13_14", danger=False, report=report))
        expect(youth.get_by_test_id("composer")).to_be_visible()
    callback = {"number": FICTION, "voicemail": False}
    studio.link("instagram", kind="call", session="callback", role="parent", callback=callback)
    for members in ({"danger": True}, {"age_band": "15_17"}, {}):
        waiting = studio.page("phone")
        waiting.goto(studio.link("messenger", kind="call", **members))
        expect(waiting.get_by_test_id("composer")).to_be_visible()
    expect(console.get_by_test_id("waiting-chat")).to_have_text("5")
    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    studio.take(console, "console-line")

    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("danger")).to_be_visible()
    for size, youth in youths.items():
        console.get_by_test_id("take-next").click()
        pane = console.locator("[data-testid=pane]:not([hidden])")
        expect(pane.get_by_test_id("fact-reference")).to_have_text(REFERENCES[size])
        for count, (side, text) in enumerate(TALK, 1):
            writes, reads = (youth, pane) if side == "youth" else (pane, youth)
            writes.get_by_test_id("text").fill(text)
            writes.get_by_test_id("send").click()
            expect(reads.get_by_test_id("message")).to_have_count(count)
            if size == "phone" and count == GLANCE:
                youth.evaluate("scrollTo(0, 0)")
                studio.take(youth, "youth")
        expect(pane.locator(".pending")).to_have_count(0)
    studio.take(youths["desktop"], "youth-chat-desktop")
    studio.take(youths["phone"], "youth-chat-phone")
    studio.hub.counsellor(*_colleague(studio.hub)).claim("chat")
    youths["phone"].get_by_test_id("text").fill("d’accord")
    youths["phone"].get_by_test_id("send").click()
    expect(console.get_by_test_id("unread")).to_be_visible()
    studio.take(console, "console")

    for size, youth in youths.items():
        console.locator("[data-testid=mine-session]").filter(has_text="TikTok").first.click()
        pane = console.locator("[data-testid=pane]:not([hidden])")
        expect(pane.get_by_test_id("fact-reference")).to_have_text(REFERENCES[size])
        pane.get_by_test_id("close-reason").select_option("helped")
        pane.get_by_test_id("close").click()
        expect(youth.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()
        youth.evaluate("scrollTo(0, 0)")
        studio.take(youth, f"youth-closed-{size}")

    expect(console.get_by_test_id("toast")).to_be_empty(timeout=10_000)
    console.get_by_test_id("lane-callback").check(force=True)
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_be_visible()
    studio.take(console, "console-callback")


def _colleague(hub: Hub) -> tuple[str, str]:
    known = hub.facts["counsellors"][1]
    return known["username"], known["password"]


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
    for path, name in (("/docs", "docs"), ("/", "landing")):
        page.goto(path)
        studio.take(page, name)


def main() -> int:
    """Start a hub, take the pictures, stop it."""
    expect.set_options(timeout=30_000)
    path = find()
    if path is None:
        print("no Chromium: install one, or name it with CHROMIUM=", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = Running(Path(folder) / "hub", LEASE_SECONDS="90")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=SMOOTH)
            screens = Screens(browser, running.hub.base)
            studio = Studio(running.hub, screens)
            _plain(studio)
            console = _console_empty(studio)
            for size in FINE:
                _youth(studio, size)
            _console(studio, console)
            for size in FINE:
                _simulator(studio, size)
            screens.close()
            browser.close()
        finally:
            running.stop()
    for complaint in (*screens.errors, *screens.strangers):
        print(complaint, file=sys.stderr)
    return 1 if screens.errors or screens.strangers else 0


if __name__ == "__main__":
    sys.exit(main())
