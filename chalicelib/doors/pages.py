"""What every page's answer carries: its policy, and who may frame it."""

from __future__ import annotations

from chalicelib import pages
from chalicelib.settings import Settings

__all__ = ["with_policy"]


def with_policy(settings: Settings) -> dict[str, str]:
    """The Content-Security-Policy; only on the local stage may the simulator, on the same origin, frame a page."""
    ancestors = "'self'" if settings.local else "'none'"
    return {"Content-Security-Policy": f"{pages.POLICY}; frame-ancestors {ancestors}"}
