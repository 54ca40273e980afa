"""A short crawl, and that the crawl sees what it looks for. The whole one is `make crawl`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.browser.people import empty_line
from tests.crawl.finding import KINDS, Tally
from tests.crawl.run import Crawl
from tests.crawl.visitor import Visitor
from tests.hub import Hub

POLICY = "default-src 'none'; img-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
BAD = """<!doctype html><title>x</title><style>p { color: red }</style><main><h1>x</h1>
<img src="http://localhost:1/pixel.png"><a href="/gone">gone</a> <a href="#nowhere">nowhere</a>
<a href="tel:3018">3018</a></main>"""


class Careless(BaseHTTPRequestHandler):
    """A site that does everything wrong, once."""

    def do_GET(self) -> None:
        known = self.path == "/"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Set-Cookie", "loose=1; Path=/")
        self.end_headers()
        self.wfile.write(BAD.encode() if known else b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def careless() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_crawl_sees_each_kind_of_fault(browser: Browser, careless: str) -> None:
    tally = Tally("stranger", "desktop")
    page = browser.new_page(base_url=careless)
    visitor = Visitor(page, careless, tally, schemes=("light",))
    visitor.crawl(["/"])
    visitor.leave()
    page.close()
    assert {finding.kind for finding in tally.findings} == set(KINDS), [str(one) for one in tally.findings]
    told = "\n".join(str(one) for one in tally.findings)
    for words in (
        "html-has-lang", "image-alt", "no Strict-Transport-Security", "the policy lets in img-src *", "loose",
        "Cache-Control of what is somebody's", "localhost:1/pixel.png", "/gone answers 404", "no place #nowhere",
    ):  # fmt: skip
        assert words in told, told


def test_a_short_crawl_finds_nothing(browser: Browser, hub: Hub) -> None:
    empty_line(hub)
    crawl = Crawl(browser, hub, schemes=("light",))
    crawl.stranger("phone", most=9)
    crawl.youth("phone", ["a number to give"])
    for username in ("counsellor-1", "supervisor-1"):
        crawl.signed_in("desktop", username)
    empty_line(hub)
    print(f"\n{crawl.table}")
    assert crawl.findings == []
    assert [len(tally.pages) >= least for tally, least in zip(crawl.tallies, (9, 4, 3, 3), strict=True)] == [True] * 4
