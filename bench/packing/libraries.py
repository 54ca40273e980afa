"""The libraries of the package: which are pinned, what each is there for, and which names on disk are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["Library", "libraries", "owned", "top"]

RUNTIME = ("boto3", "botocore", "s3transfer")
"""What the runtime brings, which may need something of ours as well."""
DIST_INFO = re.compile(r"(.+)-[^-]+\.dist-info")


@dataclass(frozen=True)
class Library:
    """One pinned requirement, and why it is there in the words of its line or by who needs it."""

    name: str
    version: str
    why: str


def libraries(requirements: Path) -> list[Library]:
    """Every pinned requirement, in the file's order."""
    lines = [line.partition(" #") for line in requirements.read_text().splitlines()]
    pins = [(Requirement(pin.strip()), why.strip()) for pin, _, why in lines if pin.strip() and pin[0] not in "#-"]
    names = [canonicalize_name(pin.name) for pin, _ in pins]
    return [
        Library(pin.name, str(pin.specifier).removeprefix("=="), why or _need(canonicalize_name(pin.name), names))
        for pin, why in pins
    ]


def _need(wanted: str, names: Sequence[str]) -> str:
    """Who needs it: others that are pinned, else only what the runtime brings, else nobody."""
    if askers := [name for name in names if wanted in _needs(name)]:
        return f"needed by {', '.join(askers)}"
    askers = [name for name in RUNTIME if wanted in _needs(name)]
    return f"needed by {', '.join(askers)} of the runtime alone" if askers else "**nobody needs it**"


def _needs(name: str) -> set[str]:
    asked = [Requirement(text) for text in (_found(name).requires or ())]
    return {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", "crypto"))
    }


def _found(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise LookupError(f"{name} is not installed in the environment that measures") from None


def owned(known: Iterable[Library]) -> Mapping[str, str]:
    """Whose each name at the top of the package is, as ``top`` tells names."""
    owners: dict[str, str] = {}
    for library in known:
        for path in _found(library.name).files or ():
            first = path.parts[0]
            if first not in ("..", "__pycache__"):
                owners[top(first)] = library.name
    return owners


def top(first: str) -> str:
    """What a name at the top of a package is told by: itself up to its first dot, or metadata by whose it is."""
    told = DIST_INFO.fullmatch(first)
    return f"{canonicalize_name(told[1])} (metadata)" if told else first.split(".", maxsplit=1)[0]
