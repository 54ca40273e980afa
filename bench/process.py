"""The deployed app in this process, over the tables of a running hub: what one process of its function does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bench.meter import Meter, deployed_settings, measured_desk
from chalicelib import watch, wiring
from chalicelib.aws.clients import Clients
from chalicelib.wiring import now
from tests.hub import Answer, Hub

__all__ = ["Gateway", "process"]

Gateway = Callable[[str, str, bytes | None, Mapping[str, str]], Answer]
"""Answers one request: method, path, body, headers."""


def _unheard(*_: object, **__: object) -> None:
    """Where a log line or a metric goes."""


@contextmanager
def process(
    hub: Hub, meter: Meter, clock: Callable[[], int] = now, clients: Clients | None = None
) -> Iterator[Gateway]:
    """The app with a metered desk of its own; its log and its metrics go nowhere. ``clients`` are not AWS's own."""
    from chalice.config import Config
    from chalice.local import LocalGateway

    from app import app

    gateway: Any = LocalGateway(app, Config())
    settings = deployed_settings(hub)

    def ask(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        told = gateway.handle_request(method, path, {name.lower(): one for name, one in headers.items()}, body or b"")
        content = told["body"].encode() if isinstance(told["body"], str) else told["body"]
        return Answer(told["statusCode"], {name.lower(): one for name, one in told["headers"].items()}, content)

    with (
        measured_desk(hub, meter, clock, clients) as desk,
        patch.object(wiring, "desk", lambda: desk),
        patch.object(wiring, "settings", lambda: settings),
        patch.multiple(watch, note=_unheard, count=_unheard, seconds=_unheard),
    ):
        yield ask
