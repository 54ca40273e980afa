"""The keys of deliveries in Secrets Manager: which of them sign, and for how long they are believed."""

from __future__ import annotations

import json
import logging
from typing import Any

import boto3
import pytest

from chalicelib.aws.signing import SecretsSigner
from chalicelib.outside.signature import new_ed25519, new_secret, sign
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.sdk import SdkClients

NAME = "hub3018/webhook/tiktok"
BODY = b'{"type":"handoff.status"}'


class Vault:
    """The partner's secret, and a signer that counts how often it asks."""

    def __init__(self, house: House) -> None:
        self.clock, self.asked = house.clock, 0
        self._store = boto3.client("secretsmanager")
        self._signer = SecretsSigner(SdkClients(self._count), house.clock)
        self._there = False

    def _count(self, client: Any) -> None:
        def asked(**_: object) -> None:
            self.asked += 1

        client.meta.events.register("before-call.secrets-manager.GetSecretValue", asked)

    def write(self, text: str) -> None:
        if self._there:
            self._store.put_secret_value(SecretId=NAME, SecretString=text)
        else:
            self._store.create_secret(Name=NAME, SecretString=text)
        self._there = True

    def keep(self, *keys: tuple[str, int | None]) -> None:
        self.write(json.dumps({"keys": [{"secret": secret, "until": until} for secret, until in keys]}))

    def lose(self) -> None:
        self._store.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
        self._there = False

    @property
    def at(self) -> int:
        return self.clock.now // 1000

    def sign(self) -> str:
        return self._signer(NAME, "msg_1", self.at, BODY)

    def expected(self, *keys: str) -> str:
        return sign(keys, "msg_1", self.at, BODY)


@pytest.fixture
def vault(house: House) -> Vault:
    return Vault(house)


def test_one_key_signs(vault: Vault) -> None:
    key = new_secret()
    vault.keep((key, None))
    assert vault.sign() == vault.expected(key)


def test_during_a_rotation_both_sign_until_the_old_one_ends(vault: Vault) -> None:
    new, public, old = new_secret(), new_ed25519(), new_secret()
    vault.keep((new, None), (public, None), (old, vault.clock.now + 10_000))
    assert vault.sign() == vault.expected(new, public, old)
    vault.clock.pass_seconds(9)
    assert vault.sign() == vault.expected(new, public, old)
    vault.clock.pass_seconds(1)
    assert vault.sign() == vault.expected(new, public)
    assert vault.asked == 1


def test_the_secret_is_read_once_a_minute(vault: Vault) -> None:
    first, second = new_secret(), new_secret()
    vault.keep((first, None))
    for _ in range(3):
        vault.sign()
    vault.keep((second, None))
    vault.clock.pass_seconds(59)
    assert (vault.sign(), vault.asked) == (vault.expected(first), 1)
    vault.clock.pass_seconds(1)
    assert (vault.sign(), vault.asked) == (vault.expected(second), 2)


def test_a_secret_that_is_gone_signs_no_more_after_a_minute(vault: Vault) -> None:
    vault.keep((new_secret(), None))
    vault.sign()
    vault.lose()
    vault.clock.pass_seconds(60)
    with pytest.raises(Problem) as refused:
        vault.sign()
    assert (refused.value.code, refused.value.reason) == ("unavailable", "ResourceNotFoundException")


def test_what_could_not_be_read_is_asked_for_again(vault: Vault) -> None:
    with pytest.raises(Problem, match="unavailable"):
        vault.sign()
    key = new_secret()
    vault.keep((key, None))
    assert vault.sign() == vault.expected(key)


def test_without_a_valid_key_nothing_is_signed(vault: Vault) -> None:
    vault.keep((new_secret(), vault.clock.now), (new_secret(), 0))
    with pytest.raises(Problem) as refused:
        vault.sign()
    assert (refused.value.code, refused.value.reason) == ("unavailable", "no_signing_key")


FIT = new_secret()
UNREADABLE = {
    "no JSON": "secret words",
    "a list": "[]",
    "a word": '"keys"',
    "nothing": "{}",
    "no list": '{"keys": 3}',
    "keys that are none": '{"keys": ["whsec_x"]}',
    "a key without an end": json.dumps({"keys": [{"secret": FIT}]}),
    "an end that is no number": json.dumps({"keys": [{"secret": FIT, "until": "tomorrow"}]}),
    "an end that is true": json.dumps({"keys": [{"secret": FIT, "until": True}]}),
    "a secret that is no text": json.dumps({"keys": [{"secret": 3, "until": None}]}),
    "one bad key among good ones": json.dumps(
        {"keys": [{"secret": FIT, "until": None}, {"secret": "whsec_short", "until": None}]}
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_secret_that_cannot_be_read_is_unavailable_and_not_quoted(
    vault: Vault, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    vault.write(UNREADABLE[name])
    with pytest.raises(Problem) as refused:
        vault.sign()
    assert (refused.value.code, refused.value.reason) == ("unavailable", "bad_signing_keys")
    assert refused.value.__suppress_context__
    assert FIT not in caplog.text


def test_keys_do_not_show_in_what_the_signer_prints(vault: Vault) -> None:
    key = new_secret()
    vault.keep((key, None))
    vault.sign()
    assert key not in repr(vars(vault._signer))
    assert NAME in repr(vars(vault._signer))
