"""A long conversation over a bad network: every message arrives once and in order, on both sides."""

from __future__ import annotations

import random
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.people import Screens, soon
from tests.browser.team import Team, pane
from tests.hub import Hub

MESSAGES = 200
CUTS = {25: "youth", 60: "counsellor", 105: "both", 150: "answers", 175: "youth"}
"""Before which message the network is cut, and for whom; ``answers``: what is sent arrives, no answer comes back."""
LASTS = 6
"""So many messages are written while it is cut."""
RELOADS = {85: "youth", 130: "counsellor"}


LOST: list[str] = []
"""Messages whose answer was lost on the way back."""


def test_two_hundred_messages_over_five_cuts_and_two_reloads(team: Team, screens: Screens, hub: Hub) -> None:
    youth = screens.open("phone")
    youth.goto(hub.hand_over(session="chat").json["links"]["youth"])
    expect(youth.get_by_test_id("composer")).to_be_visible()
    console = team.console("counsellor-1")
    console.get_by_test_id("take-next").click()
    sides: dict[str, tuple[Page, Callable[[], Locator]]] = {
        "youth": (youth, lambda: youth.locator("body")),
        "counsellor": (console, lambda: pane(console)),
    }
    dice = random.Random(3018)
    written: dict[str, list[str]] = {"youth": [], "counsellor": []}
    mended = 0
    for n in range(1, MESSAGES + 1):
        if n in CUTS:
            _cut(sides, CUTS[n])
            mended = n + LASTS
        if n == mended:
            if CUTS[n - LASTS] == "answers":  # a slow machine may not have sent anything yet
                soon(lambda: _lost_meanwhile(youth), True)
            _mend(sides)
        if n in RELOADS:
            sides[RELOADS[n]][0].reload()
            expect(sides[RELOADS[n]][1]().get_by_test_id("text")).to_be_visible()
        side = dice.choice(("youth", "counsellor"))
        text = f"{side} {len(written[side]) + 1} · {n}"
        field = sides[side][1]().get_by_test_id("text")
        field.fill(text)
        field.press("Enter")
        expect(field).to_have_value("")
        written[side].append(text)
    _mend(sides)
    for _, (page, room) in sides.items():
        page.bring_to_front()
        expect(room().get_by_test_id("message")).to_have_count(MESSAGES, timeout=90_000)
        expect(room().locator(".pending")).to_have_count(0, timeout=30_000)
        _complete(room(), written)
        page.reload()
        expect(room().get_by_test_id("message")).to_have_count(MESSAGES, timeout=30_000)
        _complete(room(), written)
    assert LOST, "no answer was lost: the test cut nothing there"
    # A lost answer, or a hub that is busy for a moment, is told by the browser; the messages came all the same.
    screens.errors = [error for error in screens.errors if "ERR_FAILED" not in error and "503" not in error]
    screens.forgive("ERR_INTERNET_DISCONNECTED")


def _complete(room: Locator, written: dict[str, list[str]]) -> None:
    """Each side's messages, each once and in the order in which they were written."""
    for side, texts in written.items():
        assert room.locator(f"[data-from={side}] p").all_inner_texts() == texts


def _cut(sides: dict[str, tuple[Page, Callable[[], Locator]]], whom: str) -> None:
    for side, (page, _) in sides.items():
        if whom == "answers":
            page.route("**/messages", _lose_the_answer)
        elif whom in (side, "both"):
            page.context.set_offline(True)


def _lost_meanwhile(page: Page) -> bool:
    page.wait_for_timeout(50)
    return bool(LOST)


def _lose_the_answer(route: Route) -> None:
    route.fetch()
    LOST.append(route.request.url)
    route.abort("failed")


def _mend(sides: dict[str, tuple[Page, Callable[[], Locator]]]) -> None:
    for page, _ in sides.values():
        page.unroute_all(behavior="wait")
        page.context.set_offline(False)
