"""Settings are read once; what is missing or forbidden is named."""

from __future__ import annotations

import pytest

from chalicelib.settings import SettingsError, read

GIVEN = {
    "STAGE": "local", "BASE_URL": "https://hub.test", "TABLE": "t", "KEYS_TABLE": "k", "KMS_KEY": "x",
    "SECRET_ARN": "a", "USER_POOL": "p", "OIDC_ISSUER": "i", "OIDC_CLIENT_ID": "c", "OIDC_JWKS_URL": "j",
    "OIDC_AUTHORIZE_URL": "o", "OIDC_TOKEN_URL": "u", "OIDC_LOGOUT_URL": "l",
}  # fmt: skip


def test_every_missing_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="TABLE, KMS_KEY"):
        read({name: value for name, value in GIVEN.items() if name not in ("TABLE", "KMS_KEY")})


def test_only_the_local_stage_may_shorten_what_a_child_waits_for() -> None:
    shortened = {**GIVEN, "LEASE_SECONDS": "5", "CALLBACK_RETRY_SECONDS": "3", "SILENT_SECONDS": "9"}
    assert (read(shortened).lease, read(shortened).callback_retry) == (5000, 3000)
    with pytest.raises(SettingsError, match="LEASE_SECONDS, CALLBACK_RETRY_SECONDS, SILENT_SECONDS"):
        read({**shortened, "STAGE": "prod"})
    assert read({**GIVEN, "STAGE": "prod", "LEASE_SECONDS": "90"}).lease == 90_000


def test_only_the_local_stage_may_be_reached_without_https() -> None:
    bare = {**GIVEN, "BASE_URL": "http://127.0.0.1:8000"}
    assert not read(bare).secure
    with pytest.raises(SettingsError, match="BASE_URL"):
        read({**bare, "STAGE": "prod"})
    assert read({**GIVEN, "STAGE": "prod"}).secure


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "٣", "1e3", "9999999"])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="SHARDS"):
        read({**GIVEN, "SHARDS": text})


@pytest.mark.parametrize(("name", "value"), [("LOCAL_WEBHOOK_TARGETS", "127.0.0.1"), ("WEBHOOK_PACE", "10")])
def test_only_the_local_stage_may_send_webhooks_to_this_machine_or_faster(name: str, value: str) -> None:
    local = read({**GIVEN, name: value})
    assert (local.webhook_targets, local.webhook_pace) in ((("127.0.0.1",), 1), ((), 10))
    with pytest.raises(SettingsError, match=name):
        read({**GIVEN, "STAGE": "prod", name: value})
