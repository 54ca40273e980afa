"""Who sits in front of the screens: a youth with a phone in the simulator, a counsellor at the console."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Locator, Page, Request, expect

from tests.hub import Hub

__all__ = ["ARGUMENTS", "SIZES", "Handset", "Screens", "empty_line", "sign_in", "soon", "wait_until_told"]

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
"""Root in a container has no sandbox; and nothing here may ask anything of the outside."""

SIZES: Mapping[str, tuple[int, int]] = {"phone": (390, 844), "desktop": (1440, 900)}
"""Width and height in CSS pixels."""


class Screens:
    """Browsers of one test, each a stranger to the others, and what went wrong in any of them."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser, self._base, self._homes = browser, base, {base}
        self._opened: list[BrowserContext] = []
        self.errors: list[str] = []
        self.strangers: list[str] = []

    def open(self, size: str = "desktop", **options: Any) -> Page:
        """A page in a browser of its own, as large as ``size``; ``options`` are Playwright's."""
        width, height = SIZES[size]
        usual: dict[str, Any] = {
            "viewport": {"width": width, "height": height}, "has_touch": size == "phone", "base_url": self._base,
            "locale": "fr-FR", "timezone_id": "Europe/Paris",
        }  # fmt: skip
        context = self._browser.new_context(**{**usual, **options})
        self._homes.add(options.get("base_url", self._base))
        self._opened.append(context)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._see)
        return context.new_page()

    def forgive(self, words: str) -> None:
        """Forget errors with these words; there must be one."""
        kept = [error for error in self.errors if words not in error]
        if len(kept) == len(self.errors):
            raise AssertionError(f"no error with {words!r} in {self.errors}")
        self.errors = kept

    def close(self) -> None:
        """Close every browser."""
        for context in self._opened:
            context.close()
        self._opened.clear()

    def _hear(self, message: ConsoleMessage) -> None:
        # The provider's own page has no icon, and Chromium asks for one. A renewal may meet the release of its hold.
        address = message.location["url"]
        meant = address.endswith("/favicon.ico") or (address.endswith("/renew") and "409" in message.text)
        if message.type in ("error", "warning") and not meant:
            self.errors.append(f"{message.type}: {message.text} ({address})")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((*(f"{home}/" for home in self._homes), "data:", "blob:")):
            self.strangers.append(request.url)


class Handset:
    """One of the simulator's phones, on a page of its own."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.id, self.link = page, name, "", ""
        page.goto("/simulator")
        self._show(name)

    def tap(self) -> FrameLocator:
        """Press the safe button; the 3018 page that opened in the phone."""
        with self.page.expect_response("**/simulator/tap") as answer:
            self.page.locator(f"[data-phone={self.name}] [data-tap]").click()
        content = answer.value.json()
        self.id, self.link = content["handoff"]["id"], content["youth"]
        return self.page.frame_locator(f"[data-phone={self.name}] iframe")

    @property
    def known(self) -> Locator:
        """What the platform knows of this tap, brought to the eye."""
        self._show("knowledge")
        return self.page.locator(f"[data-handoff={self.id}]")

    def back(self) -> None:
        """To the phone again, where only one of them has room."""
        self._show(self.name)

    def expect_statuses(self, *statuses: str) -> None:
        """Wait until exactly these are shown, oldest first."""
        expect(self.known.locator(".steps code")).to_have_text(list(statuses))
        expect(self.known.locator(".status")).to_have_text(statuses[-1])

    def expect_reads(self, count: int) -> None:
        """Wait until the platform has read the status ``count`` more times."""
        reads = int(self.known.locator(".reads").inner_text().split()[0])
        self.page.wait_for_function(
            "([id, least]) => parseInt(document.querySelector(`[data-handoff=${id}] .reads`).textContent) >= least",
            arg=[self.id, reads + count],
        )

    def _show(self, view: str) -> None:
        tab = self.page.locator(f"[data-show={view}]")
        if tab.is_visible():
            tab.click()


def sign_in(page: Page, hub: Hub, username: str = "counsellor-1") -> Mapping[str, list[str]]:
    """To the console through the provider's own page; what the hub asked the provider for."""
    page.goto("/console")
    asked = parse_qs(urlsplit(page.url).query)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(hub.password(username))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("take-next")).to_be_visible()
    return asked


def empty_line(hub: Hub) -> None:
    """Close what the console's counsellor holds and all that waits, through the API."""
    who = hub.counsellor()
    for row in who.ask("queue").json["held"]:
        if row["mine"]:
            who.act(who.ask(f"sessions/{row['id']}").json, "close", reason="helped")
    while (session := who.claim()) is not None:
        who.act(session, "close", reason="helped")


def soon(look: Callable[[], object], wanted: object, seconds: float = 20) -> None:
    """What two browsers and a hub bring about comes true a moment later: look until it does, not longer."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted:
        if time.monotonic() > deadline:
            raise AssertionError(f"{found!r} after {seconds} s, not {wanted!r}")
        time.sleep(0.1)


def wait_until_told(hub: Hub, page: Page, seconds: int, words: str) -> None:
    """Until the youth's page tells that the last twenty youths waited so long, with somebody at the console.

    The sweep may just be writing the row that it has read before, so it is written until the page has seen it.
    """
    told = page.get_by_test_id("wait").filter(visible=True)
    for last in (False, False, False, False, True):
        row = {
            "pk": {"S": "line"}, "sk": {"S": "line"}, "recent": {"L": [{"N": str(seconds * 1000)}] * 20},
            "counsellor_seen": {"N": str(time.time_ns() // 1_000_000)},
        }  # fmt: skip
        hub.aws("dynamodb").put_item(TableName=hub.facts["table"], Item=row)
        try:
            expect(told).to_contain_text(words, use_inner_text=True, timeout=12_000)
        except AssertionError:
            if last:
                raise
        else:
            return
