"""Clients for AWS, made when first needed, with time-outs that fit a child who waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.aws.connections import CONNECT_WITHIN
from chalicelib.aws.sigv4 import Credentials
from chalicelib.aws.thin import SERVICES, Around, ThinClient
from chalicelib.problems import Problem

__all__ = ["Clients", "patience", "refused", "sdk", "translated"]

PATIENCE = (2.0, 3)
"""Seconds until an answer, and tries."""
LESS_PATIENCE = {"kms": (1.0, 2), "cognito-idp": (1.0, 2)}
"""Of those without which the hub goes on: no tap waits long for the vault, no counsellor for the directory."""


def patience(service: str) -> tuple[float, int]:
    """Seconds until an answer, and tries."""
    return LESS_PATIENCE.get(service, PATIENCE)


class Clients:
    """One client per service and process: a thin one where there is one, else the SDK's, imported at the first use."""

    def __init__(self, around: Around | None = None) -> None:
        self._made: dict[str, Any] = {}
        self._around = around

    def __call__(self, service: str) -> Any:
        """The client of ``service``."""
        if service not in self._made:
            self._made[service] = self._make(service)
        return self._made[service]

    def _make(self, service: str) -> Any:
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if service not in SERVICES or not region:
            return sdk(service)
        within, tries = patience(service)
        url = os.environ.get("AWS_ENDPOINT_URL") or f"https://{service}.{region}.amazonaws.com"
        return ThinClient(service, url, region, _credentials(), within=within, tries=tries, around=self._around)


def sdk(service: str) -> Any:
    """The SDK's own client, with the same patience."""
    import boto3
    from botocore.config import Config

    within, tries = patience(service)
    config = Config(
        connect_timeout=CONNECT_WITHIN, read_timeout=within, retries={"total_max_attempts": tries, "mode": "standard"},
        max_pool_connections=10, tcp_keepalive=True,
    )  # fmt: skip
    make: Any = boto3.client  # its stubs know one overload per service name, not a name in a variable
    return make(service, config=config)


def _credentials() -> Callable[[], Credentials]:
    """What signs: the function's own keys, which Lambda puts into its environment for as long as it runs.

    Where there are none, as after a snapshot is restored or on an operator's machine, the SDK finds and renews them.
    """
    id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if id and secret:
        lasting = Credentials(id, secret, os.environ.get("AWS_SESSION_TOKEN"))
        return lambda: lasting
    import boto3

    found = boto3.session.Session().get_credentials()

    def renewed() -> Credentials:
        from botocore.exceptions import NoCredentialsError

        if found is None:
            raise NoCredentialsError
        now: Any = found.get_frozen_credentials()  # of one moment, renewed before they end
        return Credentials(now.access_key, now.secret_key, now.token)

    return renewed


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
