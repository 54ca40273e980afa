"""The corpora that fuzzing has grown: inputs that reach what no other of them reaches, each a line of base64.

Inputs of ``token`` are decisions of a forger, or texts; what is signed is signed when they are played.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["LARGEST", "PLACE", "grown", "keep"]

PLACE = Path(__file__).parents[2] / "corpus" / "grown"
LARGEST = 200_000
"""Bytes that the file of one corpus may have."""


def grown(name: str) -> Iterator[bytes]:
    """The inputs kept for a target."""
    for line in (PLACE / f"{name}.txt").read_text("ascii").splitlines():
        yield base64.b64decode(line, validate=True)


def keep(name: str, inputs: Iterable[bytes]) -> int:
    """Keep these instead, short ones first as long as there is room; how many."""
    lines: list[str] = []
    room = LARGEST
    for line in sorted({base64.b64encode(one).decode() for one in inputs if one}, key=lambda one: (len(one), one)):
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    PLACE.mkdir(parents=True, exist_ok=True)
    (PLACE / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), "ascii")
    return len(lines)
