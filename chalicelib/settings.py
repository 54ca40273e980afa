"""The environment, read once. A missing or forbidden setting is named in the refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Settings", "SettingsError", "read"]

_REQUIRED = (
    "STAGE", "BASE_URL", "TABLE", "KEYS_TABLE", "KMS_KEY", "SECRET_ARN", "USER_POOL", "OIDC_ISSUER",
    "OIDC_CLIENT_ID", "OIDC_JWKS_URL", "OIDC_AUTHORIZE_URL", "OIDC_TOKEN_URL", "OIDC_LOGOUT_URL",
)  # fmt: skip
# What a child may wait for is a promise: only the local stage may shorten it.
_FIXED = {"LEASE_SECONDS": 90, "CALLBACK_RETRY_SECONDS": 1800, "SILENT_SECONDS": 300, "WEBHOOK_PACE": 1}


class SettingsError(ValueError):
    """A setting is missing or not allowed on this stage."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. Durations in ms.

    ``webhook_targets`` are hosts that deliveries may reach by plain http, on the local stage alone, where
    ``webhook_pace`` divides the waits and time-outs of deliveries.
    """

    stage: str
    base_url: str
    instance: str
    table: str
    keys_table: str
    kms_key: str
    secret_arn: str
    user_pool: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_jwks_url: str
    oidc_authorize_url: str
    oidc_token_url: str
    oidc_logout_url: str
    hours: str
    dial_hours: str
    lease: int
    callback_retry: int
    silent: int
    counsellor_limit: int
    shards: int
    deliver_function: str = ""
    webhook_pace: int = 1
    webhook_targets: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether this is somebody's own machine: fiction numbers, framing by the simulator, shorter times."""
        return self.stage == "local"

    @property
    def secure(self) -> bool:
        """Whether browsers come over https: everywhere but on somebody's own machine."""
        return self.base_url.startswith("https:")


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**6):
        raise SettingsError(f"{name} must be a whole number above 0")
    return int(text)


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises SettingsError naming what is wrong."""
    missing = [name for name in _REQUIRED if not environment.get(name)]
    if missing:
        raise SettingsError(f"missing settings: {', '.join(missing)}")
    stage = environment["STAGE"]
    if stage != "local" and not environment["BASE_URL"].startswith("https://"):
        raise SettingsError("only the local stage may have a BASE_URL without https")
    times = {name: _number(environment, name, default) for name, default in _FIXED.items()}
    changed = [name for name, default in _FIXED.items() if times[name] != default]
    if changed and stage != "local":
        raise SettingsError(f"only the local stage may change {', '.join(changed)}")
    targets = tuple(host for host in environment.get("LOCAL_WEBHOOK_TARGETS", "").split(",") if host)
    if targets and stage != "local":
        raise SettingsError("only the local stage may have LOCAL_WEBHOOK_TARGETS")
    return Settings(
        **{name.lower(): environment[name] for name in _REQUIRED},
        instance=environment.get("INSTANCE") or "hub",
        hours=environment.get("HOURS", ""),
        dial_hours=environment.get("DIAL_HOURS") or "Mo-Su 09:00-21:30",
        lease=times["LEASE_SECONDS"] * 1000,
        callback_retry=times["CALLBACK_RETRY_SECONDS"] * 1000,
        silent=times["SILENT_SECONDS"] * 1000,
        counsellor_limit=_number(environment, "COUNSELLOR_LIMIT", 4),
        shards=_number(environment, "SHARDS", 1),
        # The deliverer starts its own successor.
        deliver_function=environment.get("DELIVER_FUNCTION") or environment.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        webhook_pace=times["WEBHOOK_PACE"],
        webhook_targets=targets,
    )
