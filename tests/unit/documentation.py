"""Every page of the documentation, filled as the hub fills it."""

from __future__ import annotations

from chalicelib.contract import openapi
from chalicelib.identity import REASONS
from chalicelib.pages.docs.book import CHAPTERS
from chalicelib.pages.docs.render import Material, docs_page

__all__ = ["BASE", "MATERIAL", "PAGES"]

BASE = "https://partners.hub3018.example"
MATERIAL = Material(BASE, openapi(BASE), REASONS)
PAGES = {slug: docs_page(slug, MATERIAL) or "" for slug in CHAPTERS}
