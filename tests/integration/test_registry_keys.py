"""`make partner`: the keys that a partner signs with, rotated under the hub's own check of tokens."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from chalicelib.identity import BadToken
from tests.registry import TABLE, Registry, SigningKey

DAY = 86_400_000


def now() -> int:
    return time.time_ns() // 1_000_000


def reason(registry: Registry, key: SigningKey, at: int) -> str:
    with pytest.raises(BadToken) as caught:
        registry.call(key, at)
    return caught.value.reason


def end(registry: Registry, kid: str) -> int:
    return int(registry.row()["keys"]["M"][kid]["M"]["until"]["N"])


def test_a_rotation_lets_both_keys_count_until_the_overlap_is_over(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    assert reason(registry, new, now()) == "unknown_kid"
    before = now()
    said = registry.done("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap", "7d")
    until = end(registry, old.kid)
    assert before + 7 * DAY <= until <= now() + 7 * DAY
    assert "acme-1 ends" in said and "T" in said
    for key, at in ((old, now()), (new, now()), (old, until - 1), (new, until + 300 * DAY)):
        assert registry.call(key, at).partner.id == "acme"
    assert reason(registry, old, until) == reason(registry, old, until + DAY) == "key_ended"
    assert registry.audit()[-1][1:] == ("partner.key-rotate", "partner#acme")


def test_a_rotation_without_overlap_ends_the_old_key_now(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    said = registry.done("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap", "0")
    assert "acme-1 ended" in said
    assert reason(registry, old, now()) == "key_ended"
    assert registry.call(new, now()).partner.id == "acme"
    assert "acme-1 (ended" in registry.done("list")


def test_a_rotation_typed_twice_moves_no_end(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    rotate = ("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap")
    registry.done(*rotate, "7d")
    until = end(registry, old.kid)
    registry.done(*rotate, "30d")
    assert end(registry, old.kid) == until
    registry.done(*rotate, "1h")
    assert end(registry, old.kid) < until
    assert registry.call(new, now() + 300 * DAY).partner.id == "acme"


def test_a_rotation_can_be_taken_back_by_rotating_to_the_old_key(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    registry.done("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap", "1d")
    assert "key-rotate to it" in registry.refused("key-add", "acme", "--key", old.file, "--kid", old.kid)
    registry.done("key-rotate", "acme", "--key", old.file, "--kid", old.kid, "--overlap", "0")
    assert registry.call(old, now() + 300 * DAY).partner.id == "acme"
    assert reason(registry, new, now()) == "key_ended"


def test_keys_are_added_and_removed_at_once(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    registry.done("key-add", "acme", "--key", new.file, "--kid", new.kid)
    assert registry.call(old, now()).partner.id == registry.call(new, now()).partner.id
    registry.done("key-remove", "acme", "acme-1")
    assert reason(registry, old, now()) == "unknown_kid"
    assert "no key acme-1" in registry.refused("key-remove", "acme", "acme-1")


def test_the_last_key_that_stays_is_not_removed(registry: Registry) -> None:
    new = registry.key("acme-2")
    registry.add()
    assert "suspend" in registry.refused("key-remove", "acme", "acme-1")
    registry.done("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap", "7d")
    assert "no other key" in registry.refused("key-remove", "acme", "acme-2")
    registry.done("key-remove", "acme", "acme-1")


def test_a_kid_never_changes_its_key(registry: Registry) -> None:
    registry.add()
    other = registry.key("other").file
    for command in (("key-add", "acme"), ("key-rotate", "acme", "--overlap", "1d")):
        assert "taken by another key" in registry.refused(*command, "--key", other, "--kid", "acme-1")


@pytest.mark.parametrize("wrong", ["7", "-1d", "1w", "91d", "soon", "1.5h", "7 d", ""])
def test_an_overlap_has_a_unit_and_ninety_days_at_most(registry: Registry, wrong: str) -> None:
    key = registry.key("k").file
    said = registry.run("key-rotate", "acme", "--key", key, "--overlap", wrong)
    assert (said.code, said.out) == (2, "") and "--overlap" in said.err


@pytest.mark.parametrize("command", ["key-add", "key-rotate", "key-remove", "jwks-set", "jwks-remove"])
def test_a_dry_run_says_what_would_be_and_writes_nothing(registry: Registry, command: str) -> None:
    registry.add()
    registry.done("key-add", "acme", "--key", registry.key("spare").file, "--kid", "spare")
    if command == "jwks-remove":
        registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    key = ("--key", registry.key("acme-2").file)
    rest = {"key-add": key, "key-rotate": (*key, "--overlap", "7d"), "key-remove": ("spare",)}
    more = rest.get(command, ("--url", "https://acme.example/jwks") if command == "jwks-set" else ())
    before = registry.everything()
    assert "dry run: nothing was written" in registry.done(command, "acme", *more, "--dry-run")
    assert registry.everything() == before
    registry.done(command, "acme", *more)
    assert registry.audit()[-1][1:] == (f"partner.{command}", "partner#acme")


def keep_set(registry: Registry, *keys: SigningKey, **attributes: dict[str, Any]) -> None:
    """The row as the scheduled job leaves it."""
    shown = {key.kid: json.loads(registry.given("add", f"p{n}-{key.kid}", "--platform", "x", "--key", key.file,
                                               "--kid", key.kid, "--dry-run"))["keys"][key.kid]
             for n, key in enumerate(keys)}  # fmt: skip
    jwks = {kid: {"M": {"alg": {"S": one["alg"]}, "jwk": {"S": json.dumps(one["jwk"])}}} for kid, one in shown.items()}
    registry.db.put_item(TableName=TABLE, Item={**registry.row(), "jwks": {"M": jwks}, **attributes})


def test_fetched_keys_count_beside_registered_ones_and_a_registered_kid_wins(registry: Registry) -> None:
    registered, fetched, twin = registry.add(), registry.key("fetched"), registry.key("acme-1")
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    keep_set(registry, fetched, twin, jwks_at={"N": str(now())})
    assert registry.call(fetched, now()).partner.id == registry.call(registered, now()).partner.id == "acme"
    assert reason(registry, twin, now()) == "bad_signature"
    assert "2 fetched" in registry.done("list")
    assert sorted(json.loads(registry.done("show", "acme"))["jwks"]["keys"]) == ["acme-1", "fetched"]
    registry.done("jwks-remove", "acme")
    assert reason(registry, fetched, now()) == "unknown_kid"
    assert not {"jwks", "jwks_url", "jwks_at", "jwks_fault"} & registry.row().keys()


def test_a_registered_key_that_ended_is_not_brought_back_by_the_set(registry: Registry) -> None:
    old, new = registry.add(), registry.key("acme-2")
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    keep_set(registry, old)
    registry.done("key-rotate", "acme", "--key", new.file, "--kid", new.kid, "--overlap", "0")
    assert reason(registry, old, now()) == "key_ended"
    assert "published set" in registry.done("key-remove", "acme", old.kid)
    assert registry.call(old, now()).partner.id == "acme"


def test_a_partner_keeps_a_registered_key_when_its_set_goes(registry: Registry) -> None:
    key = registry.add()
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    keep_set(registry, registry.key("fetched"))
    registry.done("key-remove", "acme", key.kid)
    assert "no registered key" in registry.refused("jwks-remove", "acme")


def test_the_operator_sees_what_went_wrong_with_a_set(registry: Registry) -> None:
    registry.add()
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    keep_set(registry, jwks_fault={"S": "too_large"})
    assert "fault: too_large" in registry.done("list")
    registry.done("jwks-set", "acme", "--url", "https://acme.example/other")
    assert "not fetched yet" in registry.done("list")


def test_a_set_at_a_new_address_is_announced_to_take_over_later(registry: Registry) -> None:
    registry.add()
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    keep_set(registry, registry.key("fetched"))
    assert "until the new one" in registry.done("jwks-set", "acme", "--url", "https://acme.example/other")
    assert "until the new one" not in registry.done("jwks-set", "acme", "--url", "https://acme.example/other")


@pytest.mark.parametrize(
    "url",
    ["http://acme.example/jwks", "https://10.0.0.1/", "https://u@acme.example/", "https://acme.example:8443/", ""],
)
def test_an_address_that_the_hub_may_not_ask_is_refused(registry: Registry, url: str) -> None:
    registry.add()
    assert registry.refused("jwks-set", "acme", "--url", url)
    assert "publishes no key set" in registry.refused("jwks-remove", "acme")
