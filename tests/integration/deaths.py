"""A process that dies at one of its calls to what is outside, before it is made or before its answer comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.desk.base import Desk

__all__ = ["Died", "deaths", "dying"]

PORTS = ("sessions", "cipher", "numbers", "audit")


class Died(Exception):
    """The process is no more."""


@dataclass
class Life:
    """How many calls are left; ``answered``: the last one is still made."""

    left: int
    answered: bool


class Mortal:
    """A port whose calls shorten a life."""

    def __init__(self, port: Any, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._life.left -= 1
            if self._life.left > 0:
                return found(*given, **named)
            if self._life.left == 0 and self._life.answered:
                found(*given, **named)
            raise Died

        return call


def dying(desk: Desk, at: int, *, answered: bool) -> Desk:
    """The desk of a process that dies at its call number ``at``."""
    life = Life(at, answered)
    mortal: dict[str, Any] = {port: Mortal(getattr(desk, port), life) for port in PORTS}
    return replace(desk, **mortal)


def deaths(desk: Desk, verb: Callable[[Desk], object]) -> Iterator[tuple[int, bool]]:
    """Do it with a death at every call, in order, until it lives through; between two the test puts things right."""
    at = 1
    while True:
        for answered in (False, True):
            try:
                verb(dying(desk, at, answered=answered))
            except Died:
                yield at, answered
            else:
                if at == 1:
                    pytest.fail("nothing was called")
                return
        at += 1
