"""A use case: how the world stands before it, what the caller does, and what a second try may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.desk.base import Desk
from tests.crashpoints.world import World

__all__ = ["CASES", "Act", "Case", "case"]

Act = Callable[[Desk], Any]
CASES: list[Case] = []


@dataclass(frozen=True)
class Case:
    """``prepare`` brings the world where the use case begins, and says what the caller does.

    ``told``: codes of problems that a second try may be refused with, because the first was done. ``again``: nobody
    answers or asks; it comes again with the next minute, whatever became of it. ``same``: a second try leaves the very
    same facts as one alone. ``degrades``: a silent vault or provider costs something, and the caller learns of it.
    ``insists``: the caller asks until it is answered; until then an orphan may lie there, which ends by itself.
    """

    name: str
    prepare: Callable[[World], Act]
    verbs: tuple[Callable[..., Any], ...]
    told: frozenset[str] = frozenset()
    again: bool = False
    same: bool = True
    degrades: bool = False
    insists: bool = False
    check: Callable[[World], list[str]] | None = None


def case(
    *verbs: Callable[..., Any], told: str = "", again: bool = False, same: bool = True, degrades: bool = False,
    insists: bool = False, check: Callable[[World], list[str]] | None = None,
) -> Callable[[Callable[[World], Act]], Callable[[World], Act]]:  # fmt: skip
    """A function's name is the case's name; ``verbs`` are the desk's that it covers."""

    def add(prepare: Callable[[World], Act]) -> Callable[[World], Act]:
        name = prepare.__name__.replace("_", " ")
        CASES.append(Case(name, prepare, verbs, frozenset(told.split()), again, same, degrades, insists, check))
        return prepare

    return add
