"""A handoff taken once by Powertools' idempotency utility: its record beside the session, the answer kept in it.

Shared by the two peers with a framework, with the log and the tracer of Powertools.
"""

from __future__ import annotations

import os
import secrets
import time
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from bench.peers import sessions
from bench.peers.models import Handoff
from bench.peers.refusals import Refused
from bench.peers.store import DB, TABLE, Partner
from bench.peers.tokens import Caller

__all__ = ["LOG", "take"]

if os.environ.get("AWS_XRAY_DAEMON_ADDRESS"):
    from aws_lambda_powertools import Tracer

    Tracer(service="peer", auto_patch=True, patch_modules=("botocore",))

LOG = Logger(service="peer")
_CONFIG = IdempotencyConfig(
    event_key_jmespath="[partner, jti]", payload_validation_jmespath="body", raise_on_no_idempotency_key=True,
    expires_after_seconds=24 * 3600,
)  # fmt: skip
_RECORDS = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"], boto3_client=DB)


def take(caller: Caller, handoff: Handoff, body: bytes, context: Any) -> dict[str, Any]:
    """The answer to a handoff, the same for the same jti and body. Raises Refused."""
    sent = handoff.model_dump(exclude_unset=True)
    sessions.check_partner(caller.partner, sent)
    _CONFIG.register_lambda_context(context)
    request = {"partner": caller.partner.id, "jti": caller.jti, "body": body.decode()}
    try:
        taken: dict[str, Any] = _open(request=request, handoff=sent, partner=caller.partner, body=body)
    except IdempotencyValidationError:
        raise Refused("idempotency_mismatch") from None
    except IdempotencyAlreadyInProgressError:
        raise Refused("unavailable") from None
    return taken


@idempotent_function(data_keyword_argument="request", config=_CONFIG, persistence_store=_RECORDS)
def _open(*, request: dict[str, str], handoff: dict[str, Any], partner: Partner, body: bytes) -> dict[str, Any]:  # noqa: ARG001 - the utility reads it
    id = "ho_" + sessions.spelled(secrets.token_bytes(16))
    item = sessions.item(handoff, partner, id, body, time.time_ns() // 1_000_000, secrets.token_hex(16))
    DB.put_item(TableName=TABLE, Item=item)
    return sessions.answer(item)
