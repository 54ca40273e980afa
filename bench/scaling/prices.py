"""What AWS allows and charges, by default. Quotas and prices change: each is to be checked before it is relied on."""

from __future__ import annotations

from collections.abc import Mapping

from bench.prices import FUNCTION, GATEWAY, KMS, READ, WRITE

__all__ = ["PARTITION_RCU", "PARTITION_WCU", "PRICES", "QUOTAS"]

PARTITION_WCU, PARTITION_RCU = 1000.0, 3000.0
"""Units a second of one partition of a table or of an index."""

QUOTAS: Mapping[str, float] = {
    "API Gateway, requests": 10_000,
    "Lambda, at once": 1_000,
    "table, WCU": 40_000,
    "table, RCU": 40_000,
    "KMS, requests": 5_500,
    "Secrets Manager, GetSecretValue": 10_000,
}
"""A second, per account and region (the table's: per table); all but the last can be raised by asking."""

PRICES: Mapping[str, float] = {
    "WCU": WRITE, "RCU": READ, "API Gateway": GATEWAY, "Lambda requests": FUNCTION, "Lambda GB-s": 16.6667, "KMS": KMS,
}  # fmt: skip
"""USD a million: on-demand units, REST requests, GB-seconds, key requests."""
