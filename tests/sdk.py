"""Clients of the SDK, for tests in which moto, who stands inside the SDK, plays AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.aws.clients import Clients, sdk

__all__ = ["SdkClients"]


class SdkClients(Clients):
    """Every client is the SDK's; ``prepare`` sees each new one."""

    def __init__(self, prepare: Callable[[Any], None] | None = None) -> None:
        super().__init__()
        self._prepare = prepare

    def _make(self, service: str) -> Any:
        client = sdk(service)
        if self._prepare is not None:
            self._prepare(client)
        return client
