"""Files served as they are, by name from a closed list. Standard library only."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["EXIT", "JOINED", "POLICY", "STATICS", "VERSION_LENGTH", "VIEWER", "address", "static"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
"""The Content-Security-Policy under which every page works; the door adds ``frame-ancestors``."""

EXIT = "/static/jours-feries.html"
"""Where quick exit leads: a harmless page of our own. Another site would learn of the exit, and may be unreachable."""

STATICS = (
    "acts.js",
    "alerts.js",
    "api.js",
    "blur.js",
    "board.js",
    "callback.js",
    "chat.css",
    "chat.js",
    "clock.js",
    "closing.js",
    "composer.js",
    "console.css",
    "console.js",
    "dialog.js",
    "docs.css",
    "docs.js",
    "dom.js",
    "drafts.js",
    "emergency.js",
    "facts.js",
    "graphic.js",
    "handover.js",
    "held.js",
    "holiday.css",
    "icon.svg",
    "jours-feries.html",
    "keys.js",
    "leave.js",
    "line.css",
    "line.js",
    "log.js",
    "mine.js",
    "notes.js",
    "outbox.js",
    "page.js",
    "paint.js",
    "pause.js",
    "people.js",
    "plain.css",
    "poll.js",
    "prefs.js",
    "pulse.js",
    "recent.js",
    "reference.js",
    "replies.js",
    "scene.js",
    "session.css",
    "session.js",
    "siblings.js",
    "sound.js",
    "strip.js",
    "supervisor.css",
    "supervisor.js",
    "tabs.js",
    "talk.js",
    "thread.js",
    "time.js",
    "triage.js",
    "wire.js",
    "youth.css",
    "youth.js",
)

JOINED = {
    "console.js": (
        "dom.js",
        "time.js",
        "api.js",
        "drafts.js",
        "outbox.js",
        "held.js",
        "recent.js",
        "board.js",
        "poll.js",
        "acts.js",
        "line.js",
        "prefs.js",
        "sound.js",
        "alerts.js",
        "keys.js",
        "graphic.js",
        "blur.js",
        "mine.js",
        "dialog.js",
        "closing.js",
        "pause.js",
        "people.js",
        "callback.js",
        "log.js",
        "replies.js",
        "chat.js",
        "emergency.js",
        "facts.js",
        "handover.js",
        "notes.js",
        "siblings.js",
        "triage.js",
        "session.js",
        "strip.js",
        "tabs.js",
    ),
    "youth.js": (
        "outbox.js",
        "clock.js",
        "scene.js",
        "paint.js",
        "thread.js",
        "talk.js",
        "page.js",
        "wire.js",
        "composer.js",
        "leave.js",
    ),
}
"""Modules served in front of another, in one file, which is smaller and comes sooner than eleven. Each stands after
those that it imports; no two of them may give one name to two things."""

VIEWER = "rapidoc.js"
"""The viewer of the contract. It is not ours, so it is read from its package, and served as it is."""

VERSION_LENGTH = 12

_ASIDES = re.compile(r"^[ \t]*//.*\n|^[ \t]+|^\n", re.MULTILINE)
"""Indentation, empty lines and lines that are only a comment: a phone need not load them. No string spans lines."""
_SLACK = re.compile(r"""("(?:\\.|[^"\\\n])*"|`[^`]*`|/\^?\[[^\n]*?/gu)|[ \t]*([=*{}();,<>?:&|])[ \t]*""")
"""Blanks around a script's marks, which a page need not load; strings, templates and patterns stay as they are."""
_BORDERS = re.compile(r"^import .*\n|^export ", re.MULTILINE)
"""What parts a module from its neighbours when they stand in one file."""
_ROOM = re.compile(r'("[^"]*")|/\*.*?\*/|\s*([{};,])\s*|(?<=:)\s+', re.DOTALL)
"""Comments of a style sheet, and the white space around its marks; what stands in quotes stays as it is."""

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def static(name: str) -> tuple[str, str, str] | None:
    """A static file as (content type, body, strong ETag with its quotes), or None when the name is not ours.

    Modules import each other by addresses that carry the version, so any address with ``?v=`` may be kept for ever.
    """
    if name == VIEWER:
        return _viewer()
    if name not in STATICS:
        return None
    body = (_FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".js"):
        body = _script(name, body)
    if name.endswith(".css"):
        body = _ROOM.sub(lambda found: found[1] or found[2] or "", body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return _TYPES[Path(name).suffix], body, f'"{digest[:32]}"'


def address(name: str) -> str:
    """The address of a static file for a page, with the version of all statics together."""
    if name == VIEWER:
        return f"/static/{name}?v={_viewer()[2][1 : VERSION_LENGTH + 1]}"
    if name not in STATICS:
        raise KeyError(name)
    return f"/static/{name}?v={_version()}"


@cache
def _viewer() -> tuple[str, str, str]:
    # Found, not imported: the package's own code wants Flask, which nobody deploys.
    package = find_spec("flask_openapi3_rapidoc")
    if package is None or package.origin is None:
        raise LookupError(VIEWER)
    body = (Path(package.origin).parent / "templates/rapidoc/js/rapidoc-min.js").read_text(encoding="utf-8")
    return _TYPES[".js"], body, f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _script(name: str, body: str) -> str:
    if name in JOINED:
        parts = [(_FOLDER / part).read_text(encoding="utf-8") for part in JOINED[name]]
        body = _BORDERS.sub("", "".join([*parts, body]))
        body = _SLACK.sub(lambda found: found[1] or found[2], _ASIDES.sub("", body))
    return _ASIDES.sub("", body).replace('.js";', f'.js?v={_version()}";')


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name in STATICS:
        digest.update((_FOLDER / name).read_bytes())
    return digest.hexdigest()[:VERSION_LENGTH]
