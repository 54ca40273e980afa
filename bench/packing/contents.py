"""The entries of a zip by whose they are and what they are. Every byte of the archive but its end is somebody's."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bench.packing.libraries import top

__all__ = ["END", "KINDS", "Part", "contents"]

KINDS = ("code", "bytecode", "compiled", "data")
SUFFIXES = {".py": "code", ".pyc": "bytecode", ".so": "compiled"}
END = 22
"""Bytes at the end of a zip without a comment."""


@dataclass
class Part:
    """What belongs together: bytes in the zip by kind, bytes unpacked, files."""

    name: str
    zipped: Counter[str] = field(default_factory=Counter)
    unpacked: int = 0
    files: int = 0

    @property
    def size(self) -> int:
        """Bytes in the zip."""
        return self.zipped.total()


def contents(archive: Path, owners: Mapping[str, str]) -> list[Part]:
    """The parts of a zip, largest first; what no owner is known for stands under its own name at the top."""
    parts: dict[str, Part] = {}
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            name = _owner(PurePosixPath(info.filename), owners)
            part = parts.setdefault(name, Part(name))
            kind = SUFFIXES.get(PurePosixPath(info.filename).suffix, "data")
            part.zipped[kind] += info.compress_size + _headers(info)
            part.unpacked += info.file_size
            part.files += 1
    return sorted(parts.values(), key=lambda part: (-part.size, part.name))


def _owner(path: PurePosixPath, owners: Mapping[str, str]) -> str:
    first = path.name if path.parts[0] == "__pycache__" else path.parts[0]
    return owners.get(top(first), top(first))


def _headers(info: zipfile.ZipInfo) -> int:
    """What an entry takes beside its content: 30 bytes before it, 46 in the directory, its name twice, more fields."""
    return 76 + 2 * len(info.filename.encode()) + 2 * len(info.extra) + len(info.comment)
