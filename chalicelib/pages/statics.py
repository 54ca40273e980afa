"""Files served as they are, by name from a closed list. Standard library only."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

__all__ = ["POLICY", "STATICS", "VERSION_LENGTH", "address", "static"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
"""The Content-Security-Policy under which every page works; the door adds ``frame-ancestors``."""

STATICS = (
    "api.js",
    "board.js",
    "callback.js",
    "chat.js",
    "console.css",
    "console.js",
    "dom.js",
    "holiday.css",
    "icon.svg",
    "jours-feries.html",
    "leave.js",
    "line.js",
    "outbox.js",
    "plain.css",
    "scene.js",
    "session.js",
    "thread.js",
    "youth.css",
    "youth.js",
)

VERSION_LENGTH = 12

_ASIDES = re.compile(r"^[ \t]*//.*\n|^[ \t]+|^\n", re.MULTILINE)
"""Indentation, empty lines and lines that are only a comment: a phone need not load them. No string spans lines."""

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
    if name not in STATICS:
        return None
    body = (_FOLDER / name).read_text(encoding="utf-8")
    if name.endswith((".js", ".css")):
        body = _ASIDES.sub("", body)
    if name.endswith(".js"):
        body = body.replace('.js";', f'.js?v={_version()}";')
    digest = hashlib.sha256(body.encode()).hexdigest()
    return _TYPES[Path(name).suffix], body, f'"{digest[:32]}"'


def address(name: str) -> str:
    """The address of a static file for a page, with the version of all statics together."""
    if name not in STATICS:
        raise KeyError(name)
    return f"/static/{name}?v={_version()}"


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name in STATICS:
        digest.update((_FOLDER / name).read_bytes())
    return digest.hexdigest()[:VERSION_LENGTH]
