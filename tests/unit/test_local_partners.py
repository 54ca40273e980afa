"""Partner rows: written, changed and read as the hub expects them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto import mock_aws

from ops import partner as tool
from ops.keys import KeyRefused, public_jwk
from ops.partners import Partner, PartnerRefused, Partners

TABLE = "sessions"


def key() -> dict[str, Any]:
    return {"alg": "ES256", "jwk": public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())}


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partners]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-3")
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield Partners(dynamodb, TABLE)


def test_a_partner_is_read_as_it_was_written(rows: Partners) -> None:
    made = Partner("meta", "Meta", ("instagram", "messenger"), {"k1": key()}, ("https://www.instagram.com/",))
    rows.add(made)
    found = rows.get("meta")
    assert found is not None
    assert found.shown() == made.shown()
    assert [one.id for one in rows.list()] == ["meta"]


def test_a_second_partner_of_the_same_id_is_refused_and_changes_nothing(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    with pytest.raises(PartnerRefused):
        rows.add(Partner("meta", "Another", ("tiktok",), {"k1": key()}))
    found = rows.get("meta")
    assert found is not None
    assert found.name == "Meta"


def test_keys_are_rotated_by_adding_and_then_removing(rows: Partners) -> None:
    old, new = key(), key()
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": old}))
    rows.add_key("meta", "k2", new["alg"], new["jwk"])
    rows.add_key("meta", "k2", new["alg"], new["jwk"])
    rows.remove_key("meta", "k1")
    found = rows.get("meta")
    assert found is not None
    assert dict(found.keys) == {"k2": new}


def test_a_kid_never_changes_its_key_and_a_key_never_its_kid(rows: Partners) -> None:
    old, new = key(), key()
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": old}))
    with pytest.raises(PartnerRefused, match="taken"):
        rows.add_key("meta", "k1", new["alg"], new["jwk"])
    with pytest.raises(PartnerRefused, match="another kid"):
        rows.add_key("meta", "k2", old["alg"], old["jwk"])


def test_the_last_key_stays(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    with pytest.raises(PartnerRefused, match="suspend"):
        rows.remove_key("meta", "k1")


def test_suspending_holds_until_resumed(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    for suspended in (True, False):
        rows.suspend("meta", suspended)
        found = rows.get("meta")
        assert found is not None
        assert found.suspended is suspended


def test_nobody_can_be_suspended_who_is_not_there(rows: Partners) -> None:
    with pytest.raises(PartnerRefused, match="no partner"):
        rows.suspend("nobody", True)
    assert list(rows.list()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "Meta"},
        {"id": "m"},
        {"id": "meta\n"},
        {"platforms": ()},
        {"platforms": ("Tik Tok",)},
        {"return_prefixes": ("https://www.instagram.com",)},
        {"return_prefixes": ("http://www.instagram.com/",)},
        {"return_prefixes": ("javascript:alert(1)",)},
        {"return_prefixes": ("https://evil.example@good.example/",)},
    ],
)
def test_a_row_that_the_hub_could_not_trust_is_refused(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"id": "meta", "name": "Meta", "platforms": ("instagram",), "keys": {"k1": key()}}
    with pytest.raises(PartnerRefused):
        Partner(**{**right, **wrong})


def test_a_kid_that_no_token_could_name_is_refused() -> None:
    with pytest.raises(KeyRefused):
        Partner("meta", "Meta", ("instagram",), {"k 1": key()})


def test_a_dry_run_shows_the_partner_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_LOCAL", str(tmp_path / "nothing runs here"))
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    path = tmp_path / "key.pem"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    asked = ["add", "demo", "--platform", "tiktok", "--key", str(path)]
    assert tool.main([*asked, "--dry-run"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["platforms"] == ["tiktok"]
    assert [one["jwk"] for one in shown["keys"].values()] == [public_jwk(public)]
    assert tool.main(asked) == 1
    assert "make run" in capsys.readouterr().err
