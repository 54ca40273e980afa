"""What is owed to partners, and how it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.model.delivery import Owed
from chalicelib.model.session import Session

__all__ = ["Deliveries", "Sender", "Sent", "Signer", "Waker"]


@dataclass(frozen=True)
class Sent:
    """What came of one POST to a partner: the HTTP status, or None and ``fault``, a fixed word that says what failed.

    ``retry_after`` in ms, if the answer named it.
    """

    status: int | None
    retry_after: int | None = None
    fault: str = ""


class Deliveries(Protocol):
    """What is owed to partners; it rides on the sessions. Only the deliverer writes through this port."""

    def due(self, partner: str, *, before: int, limit: int) -> list[Owed]:
        """Rows to be sent before that moment (ms), earliest first; may be stale."""
        ...

    def take(self, row: Owed, *, token: str, until: int) -> Session | None:
        """Take the row for oneself until then (ms), if it still stands there; the session, or None."""
        ...

    def settle(self, seen: Session, after: Session) -> bool:
        """Write the deliverer's own attributes of ``after``, if its lease still is as in ``seen``; else False."""
        ...

    def delivered(self, id: str, sequence: int) -> None:
        """Remember that ``sequence`` arrived, whoever holds the lease by now."""
        ...

    def parked(self, partner: str, *, limit: int = 500) -> list[Owed]:
        """What could not be delivered, oldest first."""
        ...

    def hold(self, partner: str, token: str, *, now: int, until: int) -> bool:
        """Be the partner's one deliverer until then (ms); False when another is."""
        ...

    def held(self, partner: str, now: int) -> bool:
        """Whether the partner has a deliverer now, at work or at rest; may be stale."""
        ...

    def let_go(self, partner: str, token: str) -> None:
        """No longer be the partner's deliverer."""
        ...

    def stop(self, partner: str, why: str, at: int) -> None:
        """Send the partner nothing more, until the operator says otherwise."""
        ...


class Sender(Protocol):
    """Sends one POST over the internet, to an address that may be sent to. Never raises."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """What came of it, after at most 15 s."""
        ...


class Signer(Protocol):
    """Signs deliveries (Standard Webhooks 1.0.0)."""

    def __call__(self, name: str, id: str, at: int, body: bytes) -> str:
        """The ``webhook-signature`` by every key under ``name`` that is valid ``at`` (s); problem unavailable else."""
        ...


class Waker(Protocol):
    """Starts a deliverer beside this process."""

    def __call__(self, partner: str, ids: Sequence[str] = ()) -> None:
        """For one partner; ``ids`` are sessions that are surely owed. May fail silently: the minute repeats it."""
        ...
