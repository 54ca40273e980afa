"""The documentation: where one starts, a page on a phone, the statuses in the dark, and the drawn contract."""

from __future__ import annotations

from playwright.sync_api import expect

from bench.shots.studio import Studio

__all__ = ["docs"]


def docs(studio: Studio) -> None:
    """Four pictures."""
    desk = studio.page("desktop")
    desk.goto("/docs")
    studio.take(desk, "docs-quickstart")
    desk.goto("/docs/reference")
    drawn = desk.locator("rapi-doc").get_by_role("heading", name="Hand a youth over")
    expect(drawn).to_be_visible()
    studio.take(desk, "docs-reference")
    dark = studio.page("desktop", color_scheme="dark")
    dark.goto("/docs/status")
    studio.take(dark, "docs-status-dark")
    phone = studio.page("phone")
    phone.goto("/docs/webhooks#verify")
    studio.take(phone, "docs-webhooks-phone")
