"""Hubs, their screens, and where the pictures go."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.people import Screens
from tests.browser.team import Team
from tests.conftest import ROOT
from tests.hub import Counsellor, Hub

__all__ = ["PICTURES", "SIZES", "Studio"]

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 240_000
"""Bytes of a picture."""
SIZES = ("phone", "desktop")


@dataclass
class Studio:
    """The hub that is open, one that is closed until tomorrow, and their screens."""

    hub: Hub
    shut: Hub
    screens: Screens
    team: Team
    taken: list[Path] = field(default_factory=list)

    def page(self, size: str, scale: int = 1, **options: Any) -> Page:
        """A page, drawn ``scale`` times as fine as its size says."""
        return self.screens.open(size, device_scale_factor=scale, reduced_motion="reduce", **options)

    def take(self, page: Page, name: str) -> None:
        """One picture of what is seen; a complaint when it is too large for the repository."""
        path = PICTURES / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, animations="disabled", caret="hide")
        weight = path.stat().st_size
        print(f"{weight / 1000:6.0f} kB  {path.relative_to(ROOT)}")
        self.taken.append(path)
        if weight > LARGEST:
            self.screens.errors.append(f"{path.name} has {weight} bytes, more than {LARGEST}")

    def link(self, platform: str = "tiktok", hub: Hub | None = None, **members: Any) -> str:
        """A fresh handoff's link."""
        return str((hub or self.hub).hand_over(platform, **members).json["links"]["youth"])

    def claim(self, lane: str = "chat", who: str = "counsellor-2") -> tuple[Counsellor, dict[str, Any]]:
        """A colleague takes the next session, over the API."""
        counsellor = self.team.api(who)
        session = counsellor.claim(lane)
        if session is None:
            raise RuntimeError("nobody waits")
        return counsellor, session
