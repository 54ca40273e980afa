"""The hub's cookies: what each is called, where it goes and how long it lasts. No other room writes one.

Over https a name begins with ``__Host-`` where the cookie goes everywhere, which no other host can plant, else with
``__Secure-``. Over http, on somebody's own machine, a browser takes neither.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.doors.door import Call
from chalicelib.settings import Settings

__all__ = ["DESK", "SIGNIN", "YOUTH", "Cookie", "cookie_name", "dropped", "kept", "read_cookie"]


@dataclass(frozen=True)
class Cookie:
    """``path`` may name the session it belongs to."""

    name: str
    path: str = "/"


DESK = Cookie("hub_desk")
SIGNIN = Cookie("hub_signin")
# Not sent to any page but its own: two sessions of one browser know nothing of each other.
YOUTH = Cookie("hub_youth", "/s/{id}")


def cookie_name(cookie: Cookie, settings: Settings) -> str:
    """What the browser knows it by."""
    if not settings.secure:
        return cookie.name
    return f"{'__Host-' if cookie.path == '/' else '__Secure-'}{cookie.name}"


def kept(settings: Settings, cookie: Cookie, value: str, seconds: int, *, id: str = "") -> str:
    """The header that sets it."""
    secure = "; Secure" if settings.secure else ""
    path = cookie.path.format(id=id)
    name = cookie_name(cookie, settings)
    # Lax: a youth comes by a platform's link, a counsellor from the provider's page.
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def dropped(settings: Settings, cookie: Cookie, *, id: str = "") -> str:
    """The header after which the browser has it no more."""
    return kept(settings, cookie, "", 0, id=id)


def read_cookie(call: Call, cookie: Cookie) -> str | None:
    """Its value, under the name of this stage alone."""
    return call.cookie(cookie_name(cookie, call.settings))
