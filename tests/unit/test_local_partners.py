"""Partner rows: written, changed and read as the hub expects them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto import mock_aws

from chalicelib.aws.clients import Clients
from chalicelib.aws.directory import TableDirectory
from chalicelib.identity import KeyRefused, read_key
from chalicelib.model.partner import Partner as Known
from chalicelib.model.partner import PartnerKey
from ops.partners import Partners
from ops.row import Partner, PartnerRefused
from tests.integration.conftest import make_table

TABLE = "sessions"


def key() -> PartnerKey:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return read_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partners]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    monkeypatch.setattr("chalicelib.aws.clients.SERVICES", {})  # moto stands inside the SDK
    with mock_aws():
        make_table(boto3.client("dynamodb"), "Sessions", TABLE)
        yield Partners(boto3.client("dynamodb"), TABLE)


def meta(rows: Partners) -> Partner:
    found = rows.get("meta")
    assert found is not None
    return found


def test_a_partner_is_read_as_it_was_written(rows: Partners) -> None:
    made = Partner(
        "meta",
        "Meta",
        ("instagram", "messenger"),
        {"k1": key()},
        ("https://www.instagram.com/",),
        sandbox=True,
        burst=9,
    )
    rows.add(made)
    assert meta(rows) == made
    assert meta(rows).shown() == made.shown()
    assert [one.id for one in rows.list()] == ["meta"]


def test_the_hub_reads_what_the_operator_wrote(rows: Partners) -> None:
    made = Partner("meta", "Meta", ("instagram",), {"k1": key()}, ("fb://",), sandbox=True, burst=9, day=99)
    rows.add(made)
    found = TableDirectory(Clients(), TABLE, lambda: 0).partner("meta")
    assert found == Known("meta", frozenset({"instagram"}), made.keys, ("fb://",), sandbox=True, burst=9, day=99)


def test_limits_that_nobody_set_are_the_hubs(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    found = TableDirectory(Clients(), TABLE, lambda: 0).partner("meta")
    assert found is not None
    assert {"burst": found.burst, "day": found.day} == meta(rows).shown()["limits"] == {"burst": 600, "day": 200_000}


def test_a_second_partner_of_the_same_id_is_refused_and_changes_nothing(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    with pytest.raises(PartnerRefused, match="exists"):
        rows.add(Partner("meta", "Another", ("tiktok",), {"k1": key()}))
    assert meta(rows).name == "Meta"


def test_a_key_added_twice_is_one_key(rows: Partners) -> None:
    old, new = key(), key()
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": old}))
    rows.add_key("meta", "k2", new)
    rows.add_key("meta", "k2", PartnerKey(new.alg, json.dumps(json.loads(new.jwk), indent=2)))
    assert dict(meta(rows).keys) == {"k1": old, "k2": new}


def test_a_kid_never_changes_its_key_and_a_key_never_its_kid(rows: Partners) -> None:
    old, new = key(), key()
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": old}))
    with pytest.raises(PartnerRefused, match="taken"):
        rows.add_key("meta", "k1", new)
    with pytest.raises(PartnerRefused, match="another kid"):
        rows.add_key("meta", "k2", old)


def test_nobody_can_be_changed_who_is_not_there(rows: Partners) -> None:
    with pytest.raises(PartnerRefused, match="no partner"):
        rows.add_key("nobody", "k1", key())
    with pytest.raises(PartnerRefused, match="meanwhile"):
        rows.update("nobody", "suspend", set=["suspended = :flag"], values={":flag": {"BOOL": True}})
    assert list(rows.list()) == []


def test_the_record_is_written_before_the_change_and_without_it_nothing_changes(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))

    class DownError(Exception):
        pass

    def record(verb: str, partner: str) -> None:
        assert not meta(rows).suspended
        raise DownError(verb, partner)

    strict = Partners(boto3.client("dynamodb"), TABLE, record)
    with pytest.raises(DownError, match=r"partner\.suspend"):
        strict.update("meta", "suspend", set=["suspended = :flag"], values={":flag": {"BOOL": True}})
    with pytest.raises(DownError, match=r"partner\.add"):
        strict.add(Partner("other", "Other", ("app",), {"k1": key()}))
    assert not meta(rows).suspended
    assert [one.id for one in rows.list()] == ["meta"]


def unlisted(rows: Partners, id: str) -> None:
    """A row as it was written before the hub listed partners."""
    rows.add(Partner(id, id, ("app",), {"k1": key()}))
    boto3.client("dynamodb").update_item(
        TableName=TABLE, Key={"pk": {"S": f"partner#{id}"}, "sk": {"S": "partner"}},
        UpdateExpression="REMOVE lane_pk, lane_sk, return_prefixes",
    )  # fmt: skip


def test_listing_repairs_the_rows_of_an_older_version(rows: Partners) -> None:
    for id in ("old", "older"):
        unlisted(rows, id)
    directory = TableDirectory(Clients(), TABLE, lambda: 0)
    assert directory.partners() == []
    dry = Partners(boto3.client("dynamodb"), TABLE, dry_run=True)
    assert [one.id for one in dry.list()] == ["old", "older"]
    assert TableDirectory(Clients(), TABLE, lambda: 0).partners() == []
    assert [one.id for one in rows.list()] == ["old", "older"]
    assert TableDirectory(Clients(), TABLE, lambda: 0).partners() == ["old", "older"]
    assert directory.partner("old") is not None


def test_any_change_repairs_a_row_of_an_older_version_even_one_that_changes_nothing(rows: Partners) -> None:
    unlisted(rows, "old")
    (kept,) = rows.need("old").keys.items()
    rows.add_key("old", *kept)
    unlisted(rows, "older")
    rows.update("older", "suspend", set=["suspended = :flag"], values={":flag": {"BOOL": True}})
    assert TableDirectory(Clients(), TABLE, lambda: 0).partners() == ["old", "older"]


def test_the_hub_knows_all_partners_and_a_new_one_within_a_minute(rows: Partners) -> None:
    time = [0]
    directory = TableDirectory(Clients(), TABLE, lambda: time[0])
    assert directory.partners() == []
    for id in ("zeta", "alpha"):
        rows.add(Partner(id, id, ("app",), {"k1": key()}))
    time[0] = 59_999
    assert directory.partners() == []
    time[0] = 60_000
    assert directory.partners() == ["alpha", "zeta"]
    directory.partners().clear()
    assert directory.partners() == ["alpha", "zeta"]


def test_a_suspension_holds_within_a_minute(rows: Partners) -> None:
    rows.add(Partner("meta", "Meta", ("instagram",), {"k1": key()}))
    time = [0]
    directory = TableDirectory(Clients(), TABLE, lambda: time[0])

    def suspended() -> bool:
        found = directory.partner("meta")
        assert found is not None
        return found.suspended

    assert not suspended()
    rows.update("meta", "suspend", set=["suspended = :flag"], values={":flag": {"BOOL": True}})
    time[0] = 59_999
    assert not suspended()
    time[0] = 60_000
    assert suspended()


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
        {"burst": 0},
        {"day": -1},
        {"day": 10**10},
    ],
)
def test_a_row_that_the_hub_could_not_trust_is_refused(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"id": "meta", "name": "Meta", "platforms": ("instagram",), "keys": {"k1": key()}}
    with pytest.raises(PartnerRefused):
        Partner(**{**right, **wrong})


def test_a_kid_that_no_token_could_name_is_refused() -> None:
    with pytest.raises(KeyRefused):
        Partner("meta", "Meta", ("instagram",), {"k 1": key()})
