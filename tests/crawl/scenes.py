"""What the crawl meets at the hub: youths at every main moment, a line, a session that is held, and old links."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.crawl.visitor import Visitor
from tests.hub import FICTION, Counsellor, Hub, Youth

__all__ = ["MOMENTS", "PUBLIC", "REFUSED", "at_moment", "at_work", "talking"]

PUBLIC = (
    "/", "/docs", "/status", "/r", "/v1/fallback-card/fr", "/v1/fallback-card/en", "/console/signed-out",
    "/.well-known/security.txt", "/static/jours-feries.html",
)  # fmt: skip
REFUSED = ("/console/callback", "/s/ho_" + "a" * 26, "/y/" + "a" * 42)
"""They say no, with a page that helps all the same."""

_CALL = {"platform": "instagram", "kind": "call", "session": "callback"}
MOMENTS: dict[str, dict[str, Any]] = {
    "asked what they want": {"platform": "messenger", "kind": "call", "session": None},
    "a chat that waits": {},
    "in danger": {"danger": True},
    "a call that waits": {**_CALL, "callback": {"number": FICTION}},
    "a number to give": _CALL,
    "for trying out": {"platform": "sandbox_app"},
    "in English": {"locale": "en"},
}  # fmt: skip
"""Main moments of a youth's page, by the handoff that leads there."""


def _link(hub: Hub, platform: str = "tiktok", **members: Any) -> str:
    answer = hub.hand_over(platform, **members)
    if answer.status != 201:
        raise AssertionError((answer.status, answer.body))
    return urlsplit(str(answer.json["links"]["youth"])).path


def at_moment(visitor: Visitor, hub: Hub, name: str) -> None:
    """A youth who follows the link of such a handoff."""
    visitor.crawl([_link(hub, **MOMENTS[name])])


def talking(visitor: Visitor, page: Page, hub: Hub, who: Counsellor) -> None:
    """A conversation from its first word to its end, and what another browser sees of its link."""
    link = _link(hub)
    page.goto(link)
    page.get_by_test_id("text").fill("il y a quelqu’un ?")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_have_count(1)
    id = page.url.rsplit("/", 1)[1]
    while (held := who.claim("chat")) is not None and held["id"] != id:
        who.act(held, "close", reason="helped")
    if held is None:
        raise AssertionError("the youth does not wait")
    who.act(held, "messages", n=1, text="Oui, je suis là.")
    expect(page.get_by_test_id("message")).to_have_count(2)
    visitor.check("a conversation")
    who.act(held, "close", reason="helped")
    expect(page.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()
    visitor.check("ended")


def at_work(visitor: Visitor, page: Page, hub: Hub, who: Counsellor) -> None:
    """The console while the visitor holds a chat and others wait."""
    youth = Youth(hub, _link(hub, danger=True))
    youth.ask("here", {})
    _link(hub)
    page.goto("/console")
    page.get_by_test_id("take-next").click()
    expect(page.locator("[data-testid=pane]:not([hidden])")).to_have_count(1)
    youth.ask("messages", {"n": 1, "text": "bonjour"})
    expect(page.get_by_test_id("message").filter(visible=True)).to_have_count(1)
    visitor.check("a session at the console")
    for light in who.ask("queue").json["mine"]:
        who.act(light, "close", reason="helped")
