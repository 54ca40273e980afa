"""A hub of paper: the youth's page with a state that the test writes, and a network that the test can cut.

It keeps the wire contract of the youth's side and nothing else; what the real hub does stands in the other tests.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, Route

from chalicelib import pages
from tests.corpus.youths import view

__all__ = ["ORIGIN", "PaperHub"]

ORIGIN = "http://hub.example"


class PaperHub:
    """One session. ``state`` is what the page is told next; ``posts`` is what it said; ``cut`` is the network.

    ``busy`` is how many posts are answered 503 from now on; ``deaf`` leaves every post without an answer.
    """

    def __init__(self, context: BrowserContext, **state: Any) -> None:
        self.state: dict[str, Any] = view(**state)
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.reads = 0
        self.cut = False
        self.busy = 0
        self.deaf = False
        self.problem: tuple[int, str] | None = None
        self.locale = "fr"
        self.errors: list[str] = []
        self._base = f"/s/{self.state['id']}"
        context.route("**/*", self._answer)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def open(self, page: Page) -> Page:
        """The page, drawn by the hub and looked after by its script."""
        page.goto(f"{ORIGIN}{self._base}")
        return page

    def counsellor(self, text: str) -> None:
        """The counsellor writes."""
        self._add("counsellor", self.state["counters"]["counsellor"] + 1, text)

    def said(self, path: str) -> list[dict[str, Any]]:
        """What was posted there."""
        return [body for where, body in self.posts if where == path]

    def _answer(self, route: Route) -> None:
        if self.cut:
            route.abort("internetdisconnected")
            return
        parts = urlsplit(route.request.url)
        if parts.path.startswith("/static/"):
            self._static(route, parts.path.removeprefix("/static/"))
        elif parts.path == self._base and route.request.method == "GET":
            headers = {"Content-Security-Policy": pages.POLICY, "Cache-Control": "no-store"}
            drawn = pages.youth_page(self.state, locale=self.locale, token="t0ken", host="hub.example")
            if self.problem:
                drawn = pages.used_link_page(self.locale)
            route.fulfill(body=drawn, content_type="text/html; charset=utf-8", headers=headers)
        elif parts.path.startswith(f"{self._base}/"):
            self._act(route, parts.path.removeprefix(self._base), parts.query)
        else:
            route.fulfill(body="<title>before</title><h1>before</h1>", content_type="text/html")

    def _static(self, route: Route, name: str) -> None:
        found = pages.static(name)
        if found is None:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(body=found[1], content_type=found[0], headers={"Content-Security-Policy": pages.POLICY})

    def _act(self, route: Route, path: str, query: str) -> None:
        if self.problem:
            route.fulfill(status=self.problem[0], json={"code": self.problem[1]})
            return
        if route.request.method == "POST":
            body = json.loads(route.request.post_data or "{}")
            assert body.pop("token") == "t0ken", "every post carries the page's token"
            self.posts.append((path, body))
            if self.deaf:
                return
            if self.busy:
                self.busy -= 1
                route.fulfill(status=503, json={"code": "unavailable"})
                return
            self._take(path, body)
            if path == "/typing":
                route.fulfill(status=204)
                return
        else:
            self.reads += 1
        known = {side: int(numbers[0]) for side, numbers in parse_qs(query).items()}
        told = {key: value for key, value in self.state.items() if key != "id"}
        told["messages"] = [said for said in told["messages"] if said["n"] > known.get(said["from"], 0)]
        route.fulfill(json=told, headers={"ETag": f'"{time.monotonic_ns()}"'})

    def _take(self, path: str, body: dict[str, Any]) -> None:
        if path == "/danger":
            self.state["danger"] = True
        elif path == "/code":
            self.state["resume"] = "ABC-DEFG-HJK"
        elif path == "/here" and body.get("still") == "yes":
            self.state["check"] = False
        elif path == "/messages" and body["n"] == self.state["counters"]["youth"] + 1:
            self._add("youth", body["n"], body["text"])
        elif path == "/choose" and body["session"] == "chat":
            self.state |= {"state": "waiting", "session": "chat"}
        elif path == "/cancel":
            self.state |= {"state": "closed", "ended": "cancelled"}

    def _add(self, side: str, n: int, text: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.state["messages"] = [*self.state["messages"], {"from": side, "n": n, "text": text, "at": at}]
        self.state["counters"] = {**self.state["counters"], side: n}
