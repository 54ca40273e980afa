"""The rules of axe-core on a page as it stands, in light and in dark: one way to ask for every test and the crawl."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

__all__ = ["SCHEMES", "broken", "expect_kept"]

SCHEMES = ("light", "dark")
_RULES = Axe()


def broken(page: Page, schemes: tuple[str, ...] = SCHEMES) -> list[tuple[str, str, list[object]]]:
    """(scheme, rule, places) of each rule that the page breaks."""
    found: list[tuple[str, str, list[object]]] = []
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        faults = _RULES.run(page).response["violations"]
        found += [(scheme, fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults]
    return found


def expect_kept(page: Page, name: str) -> None:
    """No violation; ``name`` says in the failure which page it was."""
    assert broken(page) == [], name
