"""Clients for AWS, made when first needed, with time-outs that fit a child who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.problems import Problem

__all__ = ["Clients", "refused", "translated"]

PATIENCE = (2.0, 3)
"""Seconds until an answer, and tries."""
LESS_PATIENCE = {"kms": (1.0, 2), "cognito-idp": (1.0, 2)}
"""Of those without which the hub goes on: no tap waits long for the vault, no counsellor for the directory."""


class Clients:
    """One client per service and process. The SDK is imported at the first use, not at start."""

    def __init__(self, prepare: Callable[[Any], None] | None = None) -> None:
        self._made: dict[str, Any] = {}
        self._prepare = prepare

    def __call__(self, service: str) -> Any:
        """The client of ``service``; ``prepare`` sees each new one (measurements hook in there)."""
        if service not in self._made:
            import boto3
            from botocore.config import Config

            # A timed-out conditional write is unknown, not failed: the write_id tells on the retry.
            within, tries = LESS_PATIENCE.get(service, PATIENCE)
            config = Config(
                connect_timeout=0.5, read_timeout=within, retries={"total_max_attempts": tries, "mode": "standard"},
                max_pool_connections=10, tcp_keepalive=True,
            )  # fmt: skip
            make: Any = boto3.client  # its stubs know one overload per service name, not a name in a variable
            self._made[service] = make(service, config=config)
            if self._prepare is not None:
                self._prepare(self._made[service])
        return self._made[service]


def refused(error: Any) -> dict[str, Any] | None:
    """The item that stood in the way of a conditional write ({} when there is none); None for any other error."""
    response: dict[str, Any] = error.response
    if response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
        return None
    item: dict[str, Any] = response.get("Item") or {}
    return item


@contextmanager
def translated() -> Iterator[None]:
    """Tell any fault of the service as ``unavailable``; the caller handles the answers it expects before."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        reason = type(error).__name__
        if isinstance(error, ClientError):
            reason = str(error.response.get("Error", {}).get("Code", ""))
        raise Problem("unavailable", retry_after=1, reason=reason) from error
