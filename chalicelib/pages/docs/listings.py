"""Samples as they are run in the tests, with this hub's address in them; the same text on the page and to download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KINDS", "Kind", "sample", "samples"]

_FOLDER = Path(__file__).parent / "samples"
_EXAMPLE = "https://hub.example"
"""The hub's address in the files, as in the schemas' examples."""


@dataclass(frozen=True)
class Kind:
    """A language: the name of its tab, how it is coloured, what it is served as, the program that runs it."""

    label: str
    language: str
    content_type: str
    program: str


KINDS: Mapping[str, Kind] = {
    ".sh": Kind("curl", "bash", "text/x-shellscript; charset=utf-8", "bash"),
    ".py": Kind("Python", "python", "text/x-python; charset=utf-8", "python"),
    ".mjs": Kind("JavaScript", "javascript", "text/javascript; charset=utf-8", "node"),
}


def samples() -> list[str]:
    """Every sample's name, the languages in the order of their tabs."""
    found = [path.name for path in _FOLDER.iterdir() if path.suffix in KINDS]
    return sorted(found, key=lambda name: (Path(name).stem, list(KINDS).index(Path(name).suffix)))


def sample(name: str, base_url: str) -> str | None:
    """One sample's text for this hub; None when there is none of this name."""
    if name not in samples():
        return None
    return (_FOLDER / name).read_text("utf-8").replace(_EXAMPLE, base_url)
