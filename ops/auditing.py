"""Who changes the registry, and the record of it that is written before the change."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.audit import TableAudit
from chalicelib.aws.clients import Clients
from chalicelib.ports import Secrets
from ops.partners import Record
from ops.row import now

__all__ = ["caller", "recorder"]


def caller(sts: Any) -> str:
    """The operator's ARN; the user of this machine where AWS knows nobody (``sts`` None: the local hub)."""
    if sts is not None:
        try:
            arn: str = sts.get_caller_identity()["Arn"]
        except (BotoCoreError, ClientError):
            pass
        else:
            return arn
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"os:{os.getuid()}"


def recorder(clients: Clients, table: str, hashes: Secrets, who: Callable[[], str], kind: str) -> Record:
    """Appends to the hub's own audit trail, in a chain of this command's.

    ``who`` is asked at the first record, ``kind`` is what is changed.
    """
    trail = TableAudit(clients, table, hashes, lambda: secrets.token_bytes(16))

    def record(verb: str, name: str) -> None:
        trail.record(who(), verb, f"{kind}#{name}", now())

    return record
