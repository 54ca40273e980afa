"""Which parts of the youth's page a view shows. Pure, standard library only.

The same rule stands in ``static/scene.js``: the page is drawn once by the hub and kept up to date by the browser.
``tests/browser/test_scene.py`` compares the two. One fact is the browser's alone: ``alarm``, the danger button was
pressed and the hub has not answered yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["facts", "scene"]

_STAGES = {"waiting": "line", "connected": "talk"}
_ASKABLE = ("choose", "number", "after-hours", "planned-callback", "line-callback")
"""The scenes in which a callback can be asked for or changed."""
_BACK = {"lost": "back-in-line", "handed_over": "handed-over"}


def scene(view: Mapping[str, Any]) -> str:
    """The one scene of a view: ``choose``, ``number``, ``after-hours``, ``planned-callback``, ``over``, or with a lane.

    Those with a lane are ``line-chat``, ``line-callback``, ``talk-chat`` and ``talk-callback``.
    """
    if view["state"] == "closed":
        return "over"
    if view["state"] == "received":
        if not view["open"]:
            return "after-hours"
        return "number" if view["session"] == "callback" else "choose"
    if view["state"] == "scheduled":
        return "planned-callback"
    return f"{_STAGES[view['state']]}-{view['session'] or 'chat'}"


def facts(view: Mapping[str, Any]) -> frozenset[str]:
    """Everything the page's parts ask for in ``data-when``; a part is shown when it names one of these facts."""
    now = scene(view)
    callback = view.get("callback") or {}
    found = {
        now,
        f"wait-{view['wait']}",
        "open" if view["open"] else "shut",
        "voicemail" if callback.get("voicemail") else "no-voicemail",
        "caller-3018" if callback.get("caller_id") == "3018" else "caller-hidden",
        "timed" if callback.get("at") else "untimed",
        "opening" if view.get("next_open_at") else "no-opening",
        "coded" if view.get("resume") else "uncoded",
    }
    for name, fact in (("closes_at", "closing"), ("typing", "typing"), ("check", "check")):
        if view.get(name):
            found.add(fact)
    for name, fact in (("has_number", "known-number"), ("word", "word")):
        if callback.get(name):
            found.add(fact)
    if view.get("ended"):
        found.add(f"ended-{view['ended']}")
    if now == "line-chat":
        found.add(_BACK.get(view.get("back") or "", "not-answered"))
    if now in _ASKABLE or (now == "line-chat" and (view["wait"] == "longer" or not view["open"])):
        found.add("askable")
    if now != "over":
        found |= {"danger", f"danger-{_help(now, view['open'])}"} if view.get("danger") else {"calm"}
    return frozenset(found)


def _help(now: str, is_open: bool) -> str:
    """Who is there for a youth in danger: somebody ``with`` them, the ``first`` who gets free, or nobody yet."""
    if now.startswith("talk"):
        return "with"
    return "first" if is_open and not now.startswith("planned") else "wait"
