"""Everybody who comes to the hub, on every screen: who goes where, and what was wrong there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import Browser, Page

from tests.browser.people import SIZES, sign_in
from tests.browser.rules import SCHEMES
from tests.crawl.finding import Finding, Tally
from tests.crawl.scenes import MOMENTS, PUBLIC, REFUSED, at_moment, at_work, talking
from tests.crawl.visitor import Visitor
from tests.hub import Hub

__all__ = ["Crawl"]


class Crawl:
    """One crawl of a hub whose line is empty. ``schemes`` are the colours in which axe-core looks."""

    def __init__(self, browser: Browser, hub: Hub, schemes: tuple[str, ...] = SCHEMES) -> None:
        self._browser, self._hub, self._schemes = browser, hub, schemes
        self.tallies: list[Tally] = []

    @property
    def findings(self) -> list[Finding]:
        """Everything that was wrong."""
        return [finding for tally in self.tallies for finding in tally.findings]

    @property
    def table(self) -> str:
        """One line for each visitor and screen."""
        return "\n".join([Tally.head(), *(tally.row() for tally in self.tallies)])

    def all(self, size: str) -> None:
        """Everybody, on one screen."""
        self.stranger(size)
        self.youth(size, list(MOMENTS))
        for username in ("counsellor-1", "supervisor-1"):
            self.signed_in(size, username)

    def stranger(self, size: str, most: int = 10**6) -> None:
        """Somebody who is not signed in, on so many addresses at the most."""
        with self._visitor("stranger", size) as (visitor, _):
            visitor.crawl(PUBLIC, most)
            for path in REFUSED:
                visitor.stand(path, refusal=True)

    def youth(self, size: str, moments: Sequence[str]) -> None:
        """Youths, each in a browser of their own, and one conversation to its end."""
        seen: set[str] = set()
        tally = self._tally("youth", size)
        for name in moments:
            with self._open(tally, size, seen) as (visitor, _):
                at_moment(visitor, self._hub, name)
        with self._open(tally, size, seen) as (visitor, page):
            talking(visitor, page, self._hub, self._hub.counsellor())

    def signed_in(self, size: str, username: str) -> None:
        """A counsellor, or a supervisor, from the empty console on."""
        who = self._hub.counsellor(username, self._hub.password(username))
        supervisor = username.startswith("supervisor")
        with self._visitor(username.partition("-")[0], size) as (visitor, page):
            sign_in(page, self._hub, username)
            visitor.stand("/console/supervisor", refusal=not supervisor)
            visitor.crawl(["/console"])
            at_work(visitor, page, self._hub, who)

    def _tally(self, visitor: str, size: str) -> Tally:
        self.tallies.append(Tally(visitor, size))
        return self.tallies[-1]

    def _visitor(self, name: str, size: str) -> AbstractContextManager[tuple[Visitor, Page]]:
        return self._open(self._tally(name, size), size, set())

    @contextmanager
    def _open(self, tally: Tally, size: str, seen: set[str]) -> Iterator[tuple[Visitor, Page]]:
        width, height = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, has_touch=size == "phone", base_url=self._hub.base,
            locale="fr-FR", timezone_id="Europe/Paris",
        )  # fmt: skip
        page = context.new_page()
        wire = context.new_cdp_session(page)
        # What a browser has kept comes without some of its headers.
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        visitor = Visitor(page, self._hub.base, tally, schemes=self._schemes, seen=seen)
        try:
            yield visitor, page
        finally:
            visitor.leave()
            context.close()
