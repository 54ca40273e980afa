"""What every answer says to browsers beside its own words: one table, and what a page has instead of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from chalicelib.settings import Settings

__all__ = ["ALWAYS", "with_policy"]

ALWAYS: Mapping[str, str] = {
    # Most answers are somebody's. What everybody may keep says so itself.
    "Cache-Control": "no-store",
    # What is no page does nothing in a browser, whatever a browser takes it for.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    # The window that opened a youth's page keeps no hold on it, nor learns where it goes.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Another site never learns of a page here; our own forms need their Origin.
    "Referrer-Policy": "same-origin",
    # Over http a browser passes it over.
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def with_policy(settings: Settings, *, signs_out: bool = False) -> dict[str, str]:
    """The Content-Security-Policy of a page; only on the local stage may the simulator, on the same origin, frame it.

    ``signs_out``: the page has the form that leads on to the provider, which browsers check against the policy, too.
    """
    from chalicelib import pages  # for pages alone: a tap waits for none

    ancestors = "'self'" if settings.local else "'none'"
    policy = pages.POLICY
    if signs_out:
        there = urlsplit(settings.oidc_logout_url)
        policy = policy.replace("form-action 'self'", f"form-action 'self' {there.scheme}://{there.netloc}")
    return {"Content-Security-Policy": f"{policy}; frame-ancestors {ancestors}"}
