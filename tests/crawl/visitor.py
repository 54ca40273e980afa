"""One visitor on one screen: goes to a page, checks it as it stands, and follows what leads on."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.browser.rules import SCHEMES, broken
from tests.crawl.answers import faults_of, is_deployed, is_providers
from tests.crawl.finding import Tally

__all__ = ["Visitor"]

LINKS = """() => [
    ...Array.from(document.querySelectorAll("a[href]"), (a) => a.href),
    ...Array.from(document.querySelectorAll("form"), (form) => form.method === "get" ? form.action : null),
].filter((address) => address)"""
PLACES = """() => Array.from(document.querySelectorAll("[id]"), (part) => part.id)"""
ELSEWHERE = ("tel:", "sms:", "mailto:", "javascript:", "data:", "blob:")
BENT = {("/status", "meta-refresh")}
"""(page, rule): WCAG 2.2.1 allows a renewal that can be turned off, which the page's own link does."""
MEANT = ("/favicon.ico",)
"""The provider's own page has no icon, and Chromium asks for one."""


class Visitor:
    """Notes what it sees in ``tally``; ``schemes`` are the colours axe-core looks in; ``seen`` is passed over."""

    def __init__(
        self, page: Page, base: str, tally: Tally, *, schemes: tuple[str, ...] = SCHEMES, seen: set[str] | None = None
    ) -> None:
        self._page, self._base, self._tally, self._schemes = page, base, tally, schemes
        self._seen = set() if seen is None else seen
        self._owed: list[tuple[str, str]] = []
        self._places: dict[str, set[str]] = {}
        self._wanted: list[tuple[str, str, str]] = []
        self._here, self._refusal = "", False
        self._answers: list[tuple[str, Response]] = []
        page.context.on("console", self._hear)
        page.context.on("weberror", lambda error: tally.find("console", self._here, str(error.error)))
        page.context.on("request", self._see)
        page.context.on("response", self._keep)

    def crawl(self, starts: Sequence[str], most: int = 10**6) -> None:
        """From each start to wherever links lead, each address once; ``most`` of them."""
        self._owed += [(path, "a start") for path in starts]
        while self._owed and len(self._tally.pages) + len(self._tally.files) < most:
            self._visit(*self._owed.pop(0))
        for address, place, source in self._wanted:
            if place not in self._places.get(address, {place}):
                self._tally.find("link", source, f"{address} has no place #{place}")

    def stand(self, path: str, *, refusal: bool = False) -> None:
        """One page that no link leads to; ``refusal``: one that says no, on purpose."""
        self._refusal = refusal
        self._visit(path, "a start")
        self._refusal = False

    def check(self, name: str) -> None:
        """The page as it stands now, and what leads on from it."""
        self._here = name
        self._tally.pages.append(name)
        for scheme, rule, places in broken(self._page, self._schemes):
            if (urlsplit(self._page.url).path, rule) not in BENT:
                self._tally.find("axe", f"{name}, {scheme}", f"{rule} {places}")
        self._judge()
        address = self._page.url.split("#")[0]
        self._places.setdefault(address, set()).update(self._page.evaluate(PLACES))
        for link in self._page.evaluate(LINKS):
            self._note(urljoin(self._page.url, link), name)

    def _note(self, link: str, source: str) -> None:
        self._tally.links += 1
        if link.startswith(ELSEWHERE) or not link.startswith(f"{self._base}/"):
            return
        address, _, place = link.partition("#")
        if place and "rapi" not in place:
            self._wanted.append((address, place, source))
        self._owed.append((address.removeprefix(self._base), source))

    def _visit(self, path: str, source: str) -> None:
        if path in self._seen:
            return
        self._seen.add(path)
        self._here = path
        head = self._page.request.get(f"{self._base}{path}", max_redirects=0, headers={"Accept": "text/html"})
        kind = head.headers.get("content-type", "").split(";")[0]
        if head.status >= 400 and not self._refusal:
            self._tally.find("link", source, f"{path} answers {head.status}")
            return
        if (kind != "text/html" and head.status < 300) or "attachment" in head.headers.get("content-disposition", ""):
            self._tally.files.append(path)
            self._read(path)
            return
        self._page.goto(path)
        if not is_providers(self._page.url):
            self._settle()
            self.check(path)

    def _read(self, path: str) -> None:
        """A file, asked for by a page so that its answer is heard like any other."""
        self._page.evaluate("(path) => fetch(path).then((answer) => answer.text())", path)
        self._judge()

    def _settle(self) -> None:
        """Until the contract's viewer has drawn, where there is one."""
        if self._page.locator("rapi-doc").count():
            self._page.get_by_role("heading", name="Get the security contact").wait_for(state="attached")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or message.location["url"].endswith(MEANT):
            return
        if self._refusal and "the server responded with a status of" in message.text:
            return
        kind = "policy" if "Content Security Policy" in message.text else "console"
        self._tally.find(kind, self._here, message.text)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((f"{self._base}/", "data:", "blob:")):
            self._tally.find("stranger", self._here, request.url)

    def _keep(self, response: Response) -> None:
        if response.url.startswith(f"{self._base}/") and is_deployed(response.url):
            self._answers.append((self._here, response))

    def _judge(self) -> None:
        """The answers since the last time: none can be asked for its headers while it is being told of."""
        while self._answers:
            where, response = self._answers.pop()
            self._tally.answers += 1
            for kind, what in faults_of(response):
                self._tally.find(kind, f"{where}: {urlsplit(response.url).path}", what)

    def leave(self) -> None:
        """Judge what was heard last."""
        self._judge()
