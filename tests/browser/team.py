"""The demo team: at consoles in browsers of their own, or over the API; and a desk that is clean before a test."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.people import Screens
from tests.hub import Counsellor, Hub, Youth, fiction

__all__ = ["ALL", "Team", "clear_desk", "pane", "sign_in_at_provider"]

ALL = ("counsellor-1", "counsellor-2", "supervisor-1")


def api(hub: Hub, username: str) -> Counsellor:
    """One of the team, over the API."""
    return hub.counsellor(username, hub.password(username))


def sign_in_at_provider(page: Page, hub: Hub, username: str) -> None:
    """From the provider's page to the console."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(hub.password(username))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("take-next")).to_be_visible()


def clear_desk(hub: Hub) -> None:
    """Nobody holds anything, nobody waits, nobody is on a break."""
    team = [api(hub, username) for username in ALL]
    for who in team:
        who.ask("presence", {"on_break": False})
        for light in who.ask("queue").json["mine"]:
            who.act(light, "close", reason="helped")
    supervisor = team[-1]
    while line := supervisor.ask("queue").json["line"]:
        for row in line:
            taken = supervisor.ask(f"sessions/{row['id']}/take", {})
            if taken.status == 200:
                supervisor.act(taken.json, "close", reason="helped")


class Team:
    """Consoles and youths of one test."""

    def __init__(self, hub: Hub, screens: Screens, states: dict[str, StorageState]) -> None:
        self.hub, self.screens = hub, screens
        self._states = states

    def console(self, username: str = "counsellor-1", *, script: str = "", **options: Any) -> Page:
        """A console of a browser of its own; ``script`` runs before the page's own."""
        page = self.screens.open(storage_state=self._state(username), **options)
        if script:
            page.add_init_script(script)
        page.goto("/console")
        expect(page.get_by_test_id("waiting-chat")).to_be_visible()
        return page

    def api(self, username: str) -> Counsellor:
        """One of the team, over the API."""
        return api(self.hub, username)

    def youth(self, platform: str = "tiktok", **members: Any) -> Youth:
        """A youth who waits in a chat."""
        answer = self.hub.hand_over(platform, **members)
        if answer.status != 201:
            raise AssertionError((answer.status, answer.body))
        youth = Youth(self.hub, answer.json["links"]["youth"])
        youth.ask("here", {})
        return youth

    def callback(self, **members: Any) -> str:
        """A callback that waits; the session's id."""
        wish = {"number": fiction(), **members}
        return str(self.hub.hand_over("instagram", kind="call", session="callback", callback=wish).json["id"])

    def _state(self, username: str) -> StorageState:
        if username not in self._states:
            page = self.screens.open()
            page.goto("/console")
            sign_in_at_provider(page, self.hub, username)
            self._states[username] = page.context.storage_state()
            page.context.close()  # it would look at the line, and be refused when the other one signs out
        return self._states[username]


def pane(console: Page) -> Locator:
    """The session that is shown."""
    return console.locator("[data-testid=pane]:not([hidden])")
