"""What a youth's phone loads before the page is there: bytes over the wire, requests, and from where.

``python -m bench.firstload`` starts a hub of its own and prints a Markdown table; ``--write`` puts it into the README.
Exit 1 when the page weighs more than 14 kB or asks another origin for anything.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench.page import put
from local.chromium import find
from tests.browser.people import ARGUMENTS, SIZES
from tests.conftest import Running
from tests.hub import Hub

MOST = 14_000
"""Bytes, compressed, bodies only: what fits into the first flight of a connection."""
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "chat, waiting": ("tiktok", {"session": "chat"}),
    "callback, asks the number": ("instagram", {"kind": "call", "session": "callback"}),
    "nothing chosen yet": ("messenger", {"kind": "call", "session": None}),
}


@dataclass(frozen=True)
class Load:
    """One page loaded by a browser that knows nothing: compressed bodies and all bytes, requests, other origins."""

    name: str
    body: int
    wire: int
    files: tuple[str, ...]
    strangers: int


def load(browser: Browser, hub: Hub, name: str) -> Load:
    """Open the link of a fresh handoff as a phone does, until nothing more is loaded for the page itself.

    Requests of the script (how things stand) come afterwards and are not part of the load.
    """
    platform, members = PAGES[name]
    link = hub.hand_over(platform, **members).json["links"]["youth"]
    width, height = SIZES["phone"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: dict[str, str] = {}
    heads: dict[str, int] = {}
    sizes: dict[str, int] = {}
    strangers: list[str] = []

    def sent(event: dict[str, Any]) -> None:
        if event.get("type") in ("Fetch", "XHR", "Ping"):
            return
        asked[event["requestId"]] = event["request"]["url"]
        if urlsplit(event["request"]["url"]).netloc != urlsplit(hub.base).netloc:
            strangers.append(event["request"]["url"])

    wire.on("Network.requestWillBeSent", sent)
    wire.on("Network.responseReceived", lambda e: heads.update({e["requestId"]: e["response"]["encodedDataLength"]}))
    wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(link, wait_until="load")
    page.wait_for_timeout(500)
    context.close()
    finished = [id for id in asked if id in sizes]
    files = tuple(urlsplit(asked[id]).path.rsplit("/", 1)[-1] for id in finished)
    bodies = sum(max(0, sizes[id] - heads.get(id, 0)) for id in finished)
    return Load(name, bodies, sum(sizes[id] for id in finished), files, len(strangers))


def table(loads: list[Load]) -> str:
    """The loads in Markdown."""
    lines = [
        "| the youth's page | bytes compressed | with headers | requests | other origins |", "|---|---|---|---|---|"
    ]  # fmt: skip
    for one in loads:
        files = ", ".join("page" if name.startswith("ho_") else name for name in one.files)
        lines.append(f"| {one.name} | {one.body:,} | {one.wire:,} | {len(one.files)}: {files} | {one.strangers} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    given = parser.parse_args()
    path = find()
    if path is None:
        sys.exit("no Chromium: install one, or name it with CHROMIUM=")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = Running(Path(folder))
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            loads = [load(browser, running.hub, name) for name in PAGES]
            browser.close()
        finally:
            running.stop()
    found = table(loads)
    print(found)
    if given.write:
        put("firstload", found)
    bad = [one.name for one in loads if one.body > MOST or one.strangers or not one.body]
    sys.exit(f"too heavy, or from elsewhere: {', '.join(bad)}" if bad else 0)


if __name__ == "__main__":
    main()
