"""Pages for everybody: how the line stands, and the card that platforms keep for the moment the hub is unreachable."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import emergency
from chalicelib.pages.render import _fill
from chalicelib.pages.statics import address
from chalicelib.pages.windows import PARIS
from chalicelib.pages.words import LANGUAGES, Words, public_words

__all__ = ["CARD_POLICY", "card_page", "card_words", "down_status_page", "status_page"]

CARD_STYLE = (
    ":root{color-scheme:light dark;--paper:#faf7f4;--card:#fff;--ink:#221f38;--soft:#5a566e;--line:#8d87a0;"
    "--lead:#43359c;--on:#fff}"
    "@media (prefers-color-scheme:dark){:root{--paper:#15141f;--card:#201e2d;--ink:#f1eff8;--soft:#b7b2c9;"
    "--line:#7d7893;--lead:#bcb3ff;--on:#15141f}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,-apple-system,"
    '"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}'
    "main{max-width:30rem;margin:0 auto;padding:1.75rem 1.25rem 2.5rem}"
    "h1{font-size:1.875rem;line-height:1.2;margin:0 0 .5rem}"
    "h2{font-size:1.0625rem;margin:1.75rem 0 .5rem}"
    "p{margin:0 0 1.25rem}"
    ".soft{color:var(--soft);font-size:.9375rem;margin:.75rem 0 0}"
    ".call{display:block;padding:1rem;border-radius:1rem;background:var(--lead);color:var(--on);"
    "font-size:1.25rem;font-weight:700;text-align:center;text-decoration:none}"
    "ul{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:1rem;background:var(--card);"
    "overflow:hidden}"
    "li+li{border-top:1px solid var(--line)}"
    "li a{display:flex;gap:.75rem;align-items:center;min-height:3rem;padding:.75rem 1rem;color:inherit;"
    "text-decoration:none}"
    "li b{flex:none;min-width:3.25rem;color:var(--lead);font-size:1.125rem}"
    "li span{text-decoration:underline;text-underline-offset:.2em;text-decoration-thickness:1px}"
    ":focus-visible{outline:3px solid var(--ink);outline-offset:-4px}"
)
"""Stands in the page itself: nothing is asked of anybody once the card is kept."""

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(CARD_STYLE.encode()).digest()).decode()
CARD_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""Also in the card itself, so that it holds wherever a platform shows it."""


def status_page(view: Mapping[str, Any], measured: str | None, *, late: bool, at: str, locale: str, renew: bool) -> str:
    """How the line stands. ``view`` as ``schemas/availability.json`` has it; moments in RFC 3339.

    ``measured`` is when the line was last looked at (None: never), ``late`` that this was too long ago to be believed.
    ``renew`` lets the page load itself again each minute.
    """
    say = public_words(locale)
    today = datetime.fromisoformat(at).astimezone(PARIS).date()
    if measured is None:
        hub = say("status.hub.never")
    elif late:
        hub = say("status.hub.late", moment=say.time(measured, "moment", today))
    else:
        hub = say("status.hub.works", hour=say.hour(measured))
    doubtful = late or measured is None
    waits = {
        lane: "unknown" if doubtful and one["wait"] != "closed" else one["wait"] for lane, one in view["lanes"].items()
    }
    if view["open"]:
        turn, known, none = view["closes_at"], "status.open_until", "status.open_always"
    else:
        turn, known, none = view["next_open_at"], "status.shut_until", "status.shut_long"
    until = say(none) if turn is None else say(known, moment=say.time(turn, "moment", today))
    return _status(say, "open" if view["open"] else "shut", until, renew=renew, waits=waits, hub=hub)


def down_status_page(locale: str, *, renew: bool) -> str:
    """For a hub that cannot tell how the line stands."""
    say = public_words(locale)
    return _status(say, "down", say("status.down_lead"), renew=renew, waits={}, hub="")


def _status(say: Words, state: str, until: str, *, renew: bool, waits: Mapping[str, str], hub: str) -> str:
    other = next(language for language in LANGUAGES if language != say.language)
    return _fill(
        "status.html", say=say, state=state, until=until, waits=waits, hub=hub, renewed=renew, other=other,
        tel=emergency.TEL, numbers=emergency.labelled(say.language), address=address,
    )  # fmt: skip


def card_page(language: str) -> str:
    """The fallback card in ``fr`` or ``en``: one page that needs nobody, without a script."""
    say = public_words(language)
    return _fill(
        "card.html", say=say, policy=CARD_POLICY, style=CARD_STYLE, tel=emergency.TEL,
        numbers=emergency.labelled(language),
    )  # fmt: skip


def card_words(language: str) -> dict[str, Any]:
    """What the card says, for a platform that draws its own: texts, and the numbers, 3018 first."""
    say = public_words(language)
    first = {"number": "3018", "for": "online_violence", "link": emergency.TEL, "label": say("card.help")}
    others = [{name: one[name] for name in ("number", "for", "link", "label")} for one in emergency.labelled(language)]
    texts = {name: say(f"card.{name}") for name in ("title", "lead", "call", "hours", "log", "danger")}
    return {**texts, "numbers": [first, *others]}
