"""What all of them have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.desk.base import Desk
from chalicelib.model.session import SECOND
from tests.simulation.fleet import Answer, Request
from tests.simulation.world import World

__all__ = ["Actor"]

T = TypeVar("T")


class Actor:
    """Somebody with a name."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.rng = world, name, world.rng

    def think(self, least: float, most: float) -> None:
        """Let between so many seconds pass, in the seed's pace."""
        ms = int(self.rng.uniform(least, most) * SECOND * self.world.profile.pace)
        self.world.scheduler.pause(ms + 1)

    def chance(self, share: float) -> bool:
        """Whether something happens that happens so often."""
        return self.rng.random() < share

    def number(self) -> str:
        """A number of a block that is kept for fiction; some are given by several youths."""
        return f"{self.rng.choice(('+3363998', '06 39 98 '))}{self.rng.choice((7, self.rng.randrange(10_000))):04d}"

    def pick(self, weights: Mapping[str, int]) -> str:
        """One of the names, by weight."""
        return self.rng.choices(tuple(weights), tuple(weights.values()))[0]

    def ask(self, verb: str, run: Callable[[Desk], T], **facts: Any) -> tuple[Answer[T], Request]:
        """Ask the hub once."""
        request = Request(self.name, verb, facts)
        return self.world.fleet.ask("api", request, run), request

    def insist(self, verb: str, run: Callable[[Desk], T], tries: int = 3, **facts: Any) -> tuple[Answer[T], Request]:
        """Ask until there is an answer, a few times; what was asked is the same each time."""
        for again in range(tries):
            answer, request = self.ask(verb, run, **facts)
            if not (answer.unsure or answer.problem == "busy") or again == tries - 1:
                break
            self.think(0.5, 4)
        return answer, request
