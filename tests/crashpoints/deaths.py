"""How a process ends or a reply goes astray at one of its outside calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from botocore.exceptions import ReadTimeoutError

__all__ = ["Death", "Watch", "Way"]


class Way(StrEnum):
    """What happens at the one call."""

    BEFORE = "dies before it"
    AFTER = "dies after it"
    RESENT = "reply lost, sent again"
    TOLD = "reply lost, told so"

    @property
    def kills(self) -> bool:
        """Whether the process is gone afterwards."""
        return self in (Way.BEFORE, Way.AFTER)


class Death(BaseException):
    """The process is gone. No handler of the product's may catch it: it is no Exception."""


@dataclass
class Watch:
    """Stands around the outside calls of one process; at the call number ``at`` (from 1) it goes ``way``."""

    at: int = 0
    way: Way = Way.BEFORE
    calls: list[str] = field(default_factory=list)
    dead: bool = False

    def __call__(self, service: str, verb: str, request: Mapping[str, Any], do: Callable[[], Any]) -> Any:
        """Let the call through, or not. Who is dead calls nobody any more, whatever its ``finally`` says."""
        if self.dead:
            raise Death
        self.calls.append(f"{service}.{verb}")
        if len(self.calls) != self.at:
            return do()
        if self.way is not Way.BEFORE:
            answer = do()
        if self.way.kills:
            self.dead = True
            raise Death
        if self.way is Way.RESENT and service != "internet":  # nobody sends a webhook twice by himself
            return do()
        del answer
        raise ReadTimeoutError(endpoint_url=service)
