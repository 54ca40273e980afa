"""The composition root: the one place that knows the desk and its adapters. Nothing is made before it is needed."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from functools import cache

from chalicelib import watch
from chalicelib.aws.audit import TableAudit
from chalicelib.aws.cipher import KmsCipher
from chalicelib.aws.clients import Clients
from chalicelib.aws.deliveries import TableDeliveries
from chalicelib.aws.directory import TableDirectory
from chalicelib.aws.inventory import TableInventory
from chalicelib.aws.keysets import TableKeySets
from chalicelib.aws.numbers import TableNumbers
from chalicelib.aws.presence import TablePresence
from chalicelib.aws.provider import CognitoProvider
from chalicelib.aws.secrets import StageSecrets
from chalicelib.aws.sessions import TableSessions
from chalicelib.aws.signing import SecretsSigner
from chalicelib.aws.usage import TableUsage
from chalicelib.aws.waker import LambdaWaker
from chalicelib.desk.base import Desk, Rules
from chalicelib.ports import Sender, Sent
from chalicelib.settings import Settings, read
from chalicelib.slots import HelplineSlots

__all__ = ["assemble", "desk", "settings"]


def now() -> int:
    """The time in ms since the epoch."""
    return time.time_ns() // 1_000_000


def token() -> bytes:
    """Sixteen unpredictable bytes."""
    return secrets.token_bytes(16)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)


@cache
def desk() -> Desk:
    """The desk of this process."""
    return assemble(settings(), clients=Clients(watch.traced()))


def _sender(given: Settings) -> Sender:
    """Made at the first delivery: what only deliverers need costs no cold start of the API."""

    @cache
    def made() -> Sender:
        from chalicelib.outside.post import Post

        return Post(given.webhook_targets, within=max(0.5, 15 / given.webhook_pace))

    def send(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        return made()(url, headers, body)

    return send


def _fetch(given: Settings) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        from chalicelib.outside.fetch import Fetch

        return Fetch(given.webhook_targets)(url)

    return fetch


def assemble(
    given: Settings, *, clock: Callable[[], int] = now, clients: Clients | None = None,
    tokens: Callable[[], bytes] = token,
) -> Desk:  # fmt: skip
    """A desk over AWS for the given settings; ``clients``: not AWS's own."""
    clients = clients or Clients()
    hashes = StageSecrets(clients, given.secret_arn)
    return Desk(
        sessions=TableSessions(clients, given.table, tokens, given.shards),
        inventory=TableInventory(clients, given.table, tokens, given.shards),
        deliveries=TableDeliveries(clients, given.table, given.shards),
        sender=_sender(given),
        signer=SecretsSigner(clients, clock),
        waker=LambdaWaker(clients, given.deliver_function),
        directory=TableDirectory(clients, given.table, clock),
        keysets=TableKeySets(clients, given.table, _fetch(given)),
        numbers=TableNumbers(clients, given.keys_table, tokens),
        presence=TablePresence(clients, given.table, clock),
        cipher=KmsCipher(clients, given.keys_table, given.kms_key, clock),
        secrets=hashes,
        audit=TableAudit(clients, given.table, hashes, tokens),
        usage=TableUsage(clients, given.table),
        provider=CognitoProvider(
            clients, pool=given.user_pool, client_id=given.oidc_client_id, jwks_url=given.oidc_jwks_url,
            token_url=given.oidc_token_url, clock=clock,
        ),
        slots=HelplineSlots(given.hours, given.dial_hours),
        clock=clock,
        tokens=tokens,
        rules=Rules(
            base_url=given.base_url, lease=given.lease, callback_retry=given.callback_retry,
            silent=given.silent, counsellor_limit=given.counsellor_limit, shards=given.shards, fiction=given.local,
            pace=given.webhook_pace,
        ),
    )  # fmt: skip
