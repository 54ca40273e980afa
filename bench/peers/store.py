"""What a peer reads: the partner and the line in one trip, kept for 60 s, and the stage's secret, kept for good."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import boto3
from botocore.config import Config
from jwt import PyJWK

__all__ = ["DB", "TABLE", "Partner", "expected_wait", "mac", "partner"]

_CONFIG = Config(connect_timeout=0.5, read_timeout=2, retries={"total_max_attempts": 3, "mode": "standard"})
DB: Any = boto3.client("dynamodb", config=_CONFIG)
_VAULT: Any = boto3.client("secretsmanager", config=_CONFIG)
TABLE = os.environ["TABLE"]
_HUB_TABLE = os.environ["HUB_TABLE"]
_SECRET = os.environ["SECRET_ARN"]
_KEPT = 60.0
_LINE = {"pk": {"S": "line"}, "sk": {"S": "line"}}
_MINUTE = 60_000


@dataclass(frozen=True)
class Partner:
    """A registered partner. ``keys`` by ``kid``, ready for PyJWT; ``hooked``: it has an endpoint for statuses."""

    id: str
    platforms: frozenset[str]
    prefixes: tuple[str, ...]
    keys: Mapping[str, PyJWK]
    suspended: bool
    hooked: bool


@dataclass
class _Memory:
    """What one process keeps: partners and when they were read, the line's row, the secret."""

    partners: dict[str, tuple[float, Partner | None]]
    line: Mapping[str, Any]
    keys: dict[str, bytes]


_memory = _Memory({}, {}, {})


def partner(id: str) -> Partner | None:
    """The partner of this id, at most 60 s old; the line is read in the same trip."""
    now = time.monotonic()
    known = _memory.partners.get(id)
    if known is None or now - known[0] >= _KEPT:
        key = {"pk": {"S": f"partner#{id}"}, "sk": {"S": "partner"}}
        answer = DB.batch_get_item(RequestItems={_HUB_TABLE: {"Keys": [key, _LINE]}})
        rows = {row["sk"]["S"]: row for row in answer["Responses"][_HUB_TABLE]}
        _memory.line = rows.get("line", {})
        known = _memory.partners[id] = (now, _partner(rows["partner"]) if "partner" in rows else None)
    return known[1]


def _partner(row: Mapping[str, Any]) -> Partner:
    kept = {kid: one["M"] for name in ("jwks", "keys") for kid, one in row.get(name, {"M": {}})["M"].items()}
    now = time.time() * 1000
    return Partner(
        id=row["id"]["S"],
        platforms=frozenset(row["platforms"]["SS"]),
        prefixes=tuple(one["S"] for one in row.get("return_prefixes", {"L": []})["L"]),
        keys={
            kid: PyJWK(json.loads(one["jwk"]["S"]), one["alg"]["S"])
            for kid, one in kept.items()
            if "until" not in one or int(one["until"]["N"]) > now
        },
        suspended=row.get("suspended", {}).get("BOOL", False),
        hooked="webhook" in row,
    )


def expected_wait(lane: str | None, now: int, *, is_open: bool) -> str:
    """The wait that is told, from the line as it was read with the partner; ``now`` in ms."""
    if not is_open:
        return "closed"
    line = _memory.line
    if now - int(line.get("counsellor_seen", {"N": "0"})["N"]) > 3 * _MINUTE:
        return "longer"
    names = ["oldest_chat", "oldest_callback"] if lane is None else [f"oldest_{lane}"]
    ages = [max(0, now - int(line[name]["N"])) if name in line else 0 for name in names]
    recent = [int(one["N"]) for one in line.get("recent", {"L": []})["L"]]
    expected = max(min(ages), median(recent) if recent else 0)
    for limit, word in ((_MINUTE, "now"), (5 * _MINUTE, "under_5_min"), (15 * _MINUTE, "under_15_min")):
        if expected < limit:
            return word
    return "longer"


def mac(purpose: str, *parts: bytes) -> bytes:
    """The stage's keyed hash of the parts, for one purpose."""
    key = _memory.keys.get(purpose)
    if key is None:
        root = _memory.keys.get("")
        if root is None:
            root = _memory.keys[""] = _VAULT.get_secret_value(SecretId=_SECRET)["SecretString"].encode()
        key = _memory.keys[purpose] = hmac.digest(root, purpose.encode(), hashlib.sha256)
    return hmac.digest(key, b"".join(len(part).to_bytes(4, "big") + part for part in parts), hashlib.sha256)
