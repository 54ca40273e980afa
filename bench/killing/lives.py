"""What happens in each handoff's life, the same for the same seed: who taps, writes, answers, leaves, falls silent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

__all__ = ["Life", "plan_lives"]

Kind = Literal["chat", "callback", "choose"]
First = Literal["straight", "release", "hand_over", "silent"]
End = Literal["close", "leave", "cancel", "partner"]

KINDS: tuple[Kind, ...] = ("chat", "callback", "choose")
FIRSTS: tuple[First, ...] = ("straight", "release", "hand_over", "silent")
ENDS: tuple[End, ...] = ("close", "leave", "cancel", "partner")


@dataclass
class Life:
    """One handoff. ``jti`` and what happens are planned, ``id`` and ``link`` come with the answer.

    ``words`` the youth writes and ``replies`` the counsellor; ``first`` is what the first holder does with it; ``end``
    who ends it; ``missed`` calls go unanswered; ``again`` the partner sends its tap twice though it was answered;
    ``page``: the youth opens the link.
    """

    name: str
    partner: str
    jti: str
    kind: Kind
    words: int
    replies: int
    first: First
    end: End
    missed: int
    note: bool
    danger: bool
    again: bool
    id: str = ""
    link: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def page(self) -> bool:
        """Whether the youth opens the link; of callbacks, every other one does not."""
        return self.end != "partner" and not (self.kind == "callback" and self.words == 0)


def plan_lives(seed: int, n: int, partners: Sequence[str]) -> list[Life]:
    """So many lives, shared out among the partners."""
    chance = Random(f"{seed}/lives")
    return [_plan(chance, number, partners) for number in range(n)]


def _plan(chance: Random, number: int, partners: Sequence[str]) -> Life:
    partner = chance.choice(partners)
    kind = chance.choices(KINDS, (5, 3, 2))[0]
    calls = kind == "callback"
    end = chance.choices(ENDS, (88, 0 if calls else 6, 4, 2 if kind == "callback" else 0))[0]
    return Life(
        name=f"{partner}/{number}", partner=partner, jti=f"tap-{number:06d}-{chance.getrandbits(64):016x}", kind=kind,
        words=0 if calls and chance.random() < 0.5 else chance.randint(1, 3), replies=chance.randint(1, 2),
        first=chance.choices(FIRSTS, (86, 6, 5, 3))[0], end=end,
        missed=chance.choices((0, 1), (8, 2))[0] if calls else 0,
        note=chance.random() < 0.2, danger=chance.random() < 0.05, again=chance.random() < 0.1,
    )  # fmt: skip
