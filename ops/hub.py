"""Where the hub is that a tool talks to: a local one through its hub.json, or a deployed one through AWS."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import boto3

__all__ = ["NotRunning", "aws", "running"]


class NotRunning(Exception):
    """No local hub runs with this state directory; the text says what to do."""


def running() -> dict[str, Any]:
    """The content of hub.json of HUB_LOCAL (default `.local`). Raises NotRunning."""
    home = Path(os.environ.get("HUB_LOCAL") or ".local").absolute()
    try:
        found: dict[str, Any] = json.loads((home / "hub.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise NotRunning(f"no hub runs with its state in {home}; start one with `make run`") from None
    return found


@cache
def _session() -> boto3.session.Session:
    """One for all clients: each session reads botocore's large data files anew."""
    return boto3.session.Session()


# Typed by each caller: the overloads of boto3's stubs want literal service names.
def aws(service: str, hub: dict[str, Any] | None) -> Any:
    """A boto3 client: of the local hub's engine, or of AWS with the operator's own credentials when ``hub`` is None."""
    session = _session()
    if hub is None:
        return session.client(service)  # type: ignore[call-overload]
    return session.client(  # type: ignore[call-overload]
        service,
        endpoint_url=hub["engine_url"],
        region_name=hub["engine"]["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the engine takes any
    )
