"""Pages as text: a template filled with what it shows. The only user of Jinja2, which is imported when first needed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib import emergency
from chalicelib.pages.scene import facts, scene
from chalicelib.pages.statics import EXIT, address, static
from chalicelib.pages.windows import PARIS, Window, around, windows
from chalicelib.pages.words import Words, console_words, words

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "console_page",
    "down_page",
    "expired_link_page",
    "landing_page",
    "left_page",
    "rehearsal_page",
    "resume_page",
    "signin_problem_page",
    "used_link_page",
    "youth_page",
]

MESSAGE_LIMIT = 2000
PERSONAL_LIMIT = 9
"""The most sessions a counsellor may ask to hold at once: as many as there are digits to reach them."""

CONSOLE_SHEETS = ("console.css", "line.css", "session.css", "chat.css")

KEYS = (
    ("N", "keys.n"), ("1 … 9", "keys.digits"), ("Alt ↑ ↓", "keys.arrows"), ("R", "keys.r"), ("/", "keys.slash"),
    ("Entrée", "keys.enter"), ("D", "keys.d"), ("T", "keys.t"), ("H", "keys.h"), ("A", "keys.a"), ("U", "keys.u"),
    ("C", "keys.c"), ("Z", "keys.z"), ("P", "keys.p"), ("M", "keys.m"), ("F", "keys.f"), ("Échap", "keys.escape"),
    ("?", "keys.help"),
)  # fmt: skip
"""The console's keys, in the order of a session's life, with the words that say what they do."""
_OF_FORM = ("bad_number", "bad_window")
"""Problems that are told beside the field they speak of."""


def youth_page(
    view: Mapping[str, Any], *, locale: str, token: str, problem: str = "", now: int | None = None, host: str = ""
) -> str:
    """The youth's page. ``view`` is the youth state with ``id``; ``token`` goes into every form.

    ``problem`` is the code of a refused form, told in words on the page. ``now`` is ms since the epoch (the present
    by default) and decides which callback windows are offered. ``host`` is where a resume code is typed.
    """
    say = words(locale)
    shown = facts(view)
    now = time.time_ns() // 1_000_000 if now is None else now
    today = datetime.fromtimestamp(now / 1000, PARIS).date()
    offered = windows(now)
    known = {**view, **(view.get("callback") or {})}

    def told(name: str, style: str) -> str:
        value = known.get(name) or ""
        return say.time(value, style, today) if value and style else value

    light = {key: value for key, value in view.items() if key not in ("messages", "emergency", "id")}
    return _fill(
        "youth.html",
        say=say,
        view=view,
        scene=scene(view),
        shown=lambda names: not shown.isdisjoint(names.split()),
        token=token,
        today=today,
        windows=offered,
        chosen=_chosen(offered, view),
        told=told,
        host=host,
        problem=_problem_words(say, problem),
        problem_of_form=problem in _OF_FORM,
        live=light,
        script_words=say.starting("js."),
        message_limit=MESSAGE_LIMIT,
        **_shell(say),
    )


def used_link_page(locale: str) -> str:
    """For a link that is bound to another browser: what to do now."""
    return _notice("used", locale)


def expired_link_page(locale: str) -> str:
    """For a link that is too old, or unknown: what to do now."""
    return _notice("expired", locale)


def down_page(locale: str, again: str = "") -> str:
    """For a hub that cannot answer just now: what helps meanwhile. ``again`` is loaded next (by default, this page)."""
    return _notice("down", locale, again=again)


def rehearsal_page(locale: str) -> str:
    """For the link of a sandbox's handoff: a test, and what helps whoever came here all the same."""
    return _notice("rehearsal", locale)


def left_page(locale: str) -> str:
    """After a quick exit: the same harmless page in every language, with no trace of 3018."""
    del locale  # an exit page in the youth's own language would tell more than one that is always the same
    found = static("jours-feries.html")
    return found[1] if found else ""


def resume_page(locale: str, problem: str = "", once: str = "") -> str:
    """Where the code from another device is typed; any ``problem`` with it is told in the same words.

    ``once`` tells this form from all others.
    """
    return _notice("resume", locale, problem, once)


def console_page(username: str, limit: int) -> str:
    """The counsellor's console; ``limit`` is how many sessions one counsellor may hold."""
    say = console_words()
    return _fill(
        "console.html",
        say=say,
        username=username,
        limit=limit,
        limits=range(1, min(limit, PERSONAL_LIMIT) + 1),
        keys=KEYS,
        sheets=CONSOLE_SHEETS,
        script_words=json.dumps(say.catalogue, ensure_ascii=False, separators=(",", ":")),
        address=address,
    )


def signin_problem_page(reason: str = "", again: str = "") -> str:
    """Why a counsellor could not sign in: ``refused``, ``expired``, ``disabled``, ``unavailable`` or another word.

    ``again``: where to sign in anew, unless at once.
    """
    say = console_words()
    known = f"signin.{reason}" if say.has(f"signin.{reason}") else "signin.other"
    return _fill("signin.html", say=say, words_of_reason=say(known), again=again, address=address)


def landing_page(links: Mapping[str, str]) -> str:
    """What is here: ``links`` from ``console``, ``docs``, ``openapi``, ``health``, ``simulator`` to an address."""
    return _fill("landing.html", links=links, address=address, tel=emergency.TEL)


def _notice(kind: str, locale: str, problem: str = "", once: str = "", again: str = "") -> str:
    say = words(locale)
    return _fill("notice.html", say=say, kind=kind, problem=problem, once=once, again=again, **_shell(say))


def _shell(say: Words) -> dict[str, Any]:
    """What every youth page has around its own words."""
    return {
        "tel": emergency.TEL,
        "numbers": emergency.labelled(say.language),
        "exit": EXIT,
        "address": address,
    }


def _chosen(offered: list[Window], view: Mapping[str, Any]) -> Window | None:
    """Where the form to change a call starts; None is the first choice, as soon as possible."""
    at, opening = (view.get("callback") or {}).get("at"), view.get("next_open_at")
    if at and opening and datetime.fromisoformat(at) == datetime.fromisoformat(opening):
        return None
    return around(offered, at)


def _problem_words(say: Words, code: str) -> str:
    if not code:
        return ""
    key = f"js.problem.{code}"
    return say(key if say.has(key) else "js.problem.other")


def _fill(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # tojson escapes ', <, > and &: what it gives may stand between single quotes.
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return made
