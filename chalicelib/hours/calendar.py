"""Hours that change from one version to the next, and the document that lists them."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from chalicelib.hours.clock import zone
from chalicelib.hours.schedule import HORIZON, Schedule, parse

__all__ = ["Calendar", "Version", "load"]

_MEMBERS = {"valid_from", "zone", "hours", "source"}


class Version(NamedTuple):
    """Hours that are valid from an instant (ms) until the next version's, and who says so."""

    valid_from: int
    hours: Schedule
    source: str


class Calendar:
    """Implements ``Hours`` over versions. Before the first one everything is closed."""

    __slots__ = ("_starts", "versions")

    def __init__(self, versions: Sequence[Version]) -> None:
        self.versions = tuple(versions)
        self._starts = [version.valid_from for version in versions]
        if not versions or sorted(set(self._starts)) != self._starts:
            raise ValueError("versions: at least one, each valid from a later day than the one before")

    def is_open(self, at: int) -> bool:
        """Say whether ``at`` is within an opening."""
        place = bisect_right(self._starts, at) - 1
        return place >= 0 and self.versions[place].hours.is_open(at)

    def opens_at(self, at: int) -> int | None:
        """Return the first open instant from ``at`` on (``at`` when open); None beyond ``HORIZON``."""
        for version, until in self._from(at):
            opening = version.hours.opens_at(max(at, version.valid_from))
            if opening is not None and (until is None or opening < until):
                return opening if opening <= at + HORIZON else None
        return None

    def closes_at(self, at: int) -> int | None:
        """Return the first closed instant from ``at`` on (``at`` when closed); None beyond ``HORIZON``."""
        if not self.is_open(at):
            return at
        for version, until in self._from(at):
            closing = version.hours.closes_at(max(at, version.valid_from))
            if closing is not None and (until is None or closing < until):
                return closing if closing <= at + HORIZON else None
        return None

    def _from(self, at: int) -> list[tuple[Version, int | None]]:
        """Return the version valid at ``at`` and those after it, each with the instant at which it ends."""
        first = max(bisect_right(self._starts, at) - 1, 0)
        return list(zip(self.versions[first:], [*self._starts[first + 1 :], None], strict=True))


def load(text: str) -> Calendar:
    """Return the calendar of ``{"versions": [{"valid_from", "zone", "hours", "source"}, …]}``, oldest first.

    A version is valid from 00:00 of its day (``2023-02-07``) in its own zone.
    Raises ValueError that names the version.
    """
    document = json.loads(text)
    versions = document.get("versions") if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(versions, list):
        raise ValueError('hours: an object with one member, the list "versions", expected')
    return Calendar([_version(place, entry) for place, entry in enumerate(versions)])


def _version(place: int, entry: object) -> Version:
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or not all(map(_is_text, entry.values())):
        raise ValueError(f"versions[{place}]: the texts valid_from, zone, hours and source expected, no more")
    try:
        first = date.fromisoformat(entry["valid_from"])
        hours = parse(entry["hours"], entry["zone"])
    except ValueError as error:
        raise ValueError(f"versions[{place}]: {error}") from error
    midnight = datetime(first.year, first.month, first.day, tzinfo=zone(entry["zone"]))
    return Version(int(midnight.timestamp()) * 1000, hours, entry["source"])


def _is_text(value: object) -> bool:
    return isinstance(value, str)
