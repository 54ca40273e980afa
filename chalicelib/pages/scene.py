"""Which parts of the youth's page a view shows. Pure, standard library only.

The same rule stands in ``static/scene.js``: the page is drawn once by the hub and kept up to date by the browser,
which alone remembers that a counsellor was there and is gone (``back-in-line``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["facts", "scene"]

_ASKABLE = ("choose", "number", "planned-callback", "line-callback")
"""The scenes in which a callback can be asked for or changed."""


def scene(view: Mapping[str, Any]) -> str:
    """The one scene of a view: ``choose``, ``number``, ``over``, or ``line-``, ``planned-``, ``talk-`` and the lane."""
    if view["state"] == "closed":
        return "over"
    if view["state"] == "received":
        return "number" if view["session"] == "callback" else "choose"
    stage = {"waiting": "line", "scheduled": "planned", "connected": "talk"}[view["state"]]
    return f"{stage}-{view['session'] or 'chat'}"


def facts(view: Mapping[str, Any]) -> frozenset[str]:
    """Everything the page's parts ask for in ``data-when``; a part is shown when it names one of these facts."""
    callback = view.get("callback") or {}
    now = scene(view)
    counters = view.get("counters") or {}
    found = {
        now,
        f"wait-{view['wait']}",
        f"lane-{view['session'] or 'none'}",
        "open" if view["open"] else "shut",
        "voicemail" if callback.get("voicemail") else "no-voicemail",
        "timed" if callback.get("at") else "untimed",
    }
    if view.get("closes_at"):
        found.add("closing")
    if view.get("next_open_at"):
        found.add("opening")
    if view.get("ended"):
        found.add(f"ended-{view['ended']}")
    if now == "line-chat":
        found.add("answered" if counters.get("counsellor") else "not-answered")
    if callback.get("has_number"):
        found.add("known-number")
    if now in _ASKABLE or (now == "line-chat" and not view["open"]):
        found.add("askable")
    return frozenset(found)
