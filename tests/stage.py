"""The settings of a made-up local stage, for desks that tests assemble themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.settings import Settings

__all__ = ["made_settings"]

_STAGE = Settings(
    stage="local", base_url="http://hub.test", instance="i", table="sessions", keys_table="keys", kms_key="key",
    secret_arn="stage", user_pool="pool", oidc_issuer="https://issuer", oidc_client_id="client",
    oidc_jwks_url="http://x/jwks", oidc_authorize_url="http://x/a", oidc_token_url="http://x/t",
    oidc_logout_url="http://x/l", hours="24/7", dial_hours="24/7", lease=90_000, callback_retry=1_800_000,
    silent=300_000, counsellor_limit=20, shards=1,
)  # fmt: skip


def made_settings(**changed: Any) -> Settings:
    """Open round the clock, one shard, long leases; ``changed`` says what else."""
    return replace(_STAGE, **changed)
