"""The floor: a bare handler with boto3, PyJWT and jsonschema that does the job and nothing else.

Written to be hard to beat: clients and validator made at import, keys and secret kept, one conditional write.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from jsonschema import Draft202012Validator, FormatChecker

from bench.peers import sessions
from bench.peers.refusals import Refused, told
from bench.peers.store import DB, TABLE, mac
from bench.peers.tokens import proven

__all__ = ["handler"]

if os.environ.get("AWS_XRAY_DAEMON_ADDRESS"):
    from aws_xray_sdk.core import patch

    patch(("botocore",))

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


_SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "handoff-request.json").read_text())
_VALIDATOR = Draft202012Validator(_SCHEMA, format_checker=_FORMATS)


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """One API Gateway proxy event."""
    began = time.monotonic()
    request_id = event["requestContext"]["requestId"]
    try:
        status, headers, body = _create(event)
    except Refused as refused:
        status, headers, body = told(refused, request_id)
    ms = int((time.monotonic() - began) * 1000)
    print(json.dumps({"message": "request", "request_id": request_id, "status": status, "ms": ms}))
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}


def _create(event: Mapping[str, Any]) -> tuple[int, dict[str, str], str]:
    raw = (event["body"] or "").encode()
    caller = proven({name.lower(): value for name, value in event["headers"].items()}, raw)
    handoff = _read(raw)
    sessions.check_partner(caller.partner, handoff)
    id = "ho_" + sessions.spelled(mac("session", caller.partner.id.encode(), caller.jti.encode())[:16])
    item = sessions.item(handoff, caller.partner, id, raw, time.time_ns() // 1_000_000, secrets.token_hex(16))
    try:
        DB.put_item(
            TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )  # fmt: skip
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise Refused("unavailable") from error
        return _replay(error.response["Item"], item)  # type: ignore[typeddict-item]  # its stubs do not know it
    return _reply(201, sessions.answer(item), {})


def _replay(first: dict[str, Any], item: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    if first["write_id"] == item["write_id"]:  # a lost reply was a success
        return _reply(201, sessions.answer(item), {})
    if first["fingerprint"] != item["fingerprint"]:
        raise Refused("idempotency_mismatch")
    return _reply(200, sessions.answer(first), {"Idempotent-Replayed": "true"})


def _read(raw: bytes) -> dict[str, Any]:
    try:
        handoff: dict[str, Any] = json.loads(raw)
    except ValueError:
        raise Refused("bad_json", [("", "not_json")]) from None
    broken = [
        ("".join(f"/{part}" for part in fault.absolute_path), str(fault.validator))
        for fault in _VALIDATOR.iter_errors(handoff)
    ]
    if broken:
        raise Refused("bad_request", broken)
    return handoff


def _reply(status: int, answer: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return status, {"Content-Type": "application/json", "Location": answer["links"]["self"], **headers}, body
