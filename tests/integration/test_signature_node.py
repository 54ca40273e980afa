"""Our signatures before receivers in Node that we did not write: npm's standardwebhooks and svix, and two Ed25519s.

No published receiver reads ``v1a``: tests/node/receive.js has the specification's recipe over Node's own OpenSSL and
over @noble/ed25519.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from chalicelib.outside.signature import new_ed25519, new_secret, public_of, sign
from local import node

SCRIPT = Path(__file__).parents[1] / "node" / "receive.js"
BODY = '{"type":"handoff.status","data":{"id":"ho_1","status":"waiting","sequence":2,"note":"é"}}'
SHARED = ("standardwebhooks", "svix")
ASYMMETRIC = ("openssl", "noble")
UNSIGNED = "No matching signature found"


def delivery(*keys: str, age: int = 0) -> dict[str, Any]:
    """A delivery signed with the keys ``age`` seconds ago."""
    at = int(time.time()) - age
    signature = sign(keys, "msg_1", at, BODY.encode())
    return {
        "headers": {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature},
        "body": BODY,
    }


def changed(given: dict[str, Any], header: str, value: str) -> dict[str, Any]:
    """The delivery with another header."""
    return {**given, "headers": {**given["headers"], header: value}}


def received(*deliveries: dict[str, Any]) -> list[str]:
    """What each receiver said: nothing when it accepted."""
    ran = node.run(SCRIPT, stdin=json.dumps(deliveries))
    assert ran.returncode == 0, ran.stderr
    answers = json.loads(ran.stdout)
    assert len(answers) == len(deliveries)
    assert all(each["accepted"] is ("error" not in each) for each in answers)
    return [each.get("error", "") for each in answers]


def asked(given: dict[str, Any], receiver: str, key: str) -> str:
    """What one receiver with one key said."""
    return received({**given, "receiver": receiver, "key": key})[0]


@pytest.fixture
def keys() -> dict[str, str]:
    """A key of each kind, by the receiver that checks it, and what that receiver is given."""
    shared, private = new_secret(), new_ed25519()
    return dict.fromkeys(SHARED, shared) | dict.fromkeys(ASYMMETRIC, private)


def given_to(receiver: str, key: str) -> str:
    """What the partner has of our key."""
    return key if receiver in SHARED else public_of(key)


@pytest.mark.parametrize("receiver", [*SHARED, *ASYMMETRIC])
def test_a_receiver_accepts_what_we_sign_and_refuses_what_was_changed(receiver: str, keys: dict[str, str]) -> None:
    key = keys[receiver]
    whole = delivery(key)
    earlier = str(int(whole["headers"]["webhook-timestamp"]) - 1)
    told = received(
        *(
            {**each, "receiver": receiver, "key": given_to(receiver, key)}
            for each in (
                whole,
                {**whole, "body": BODY.replace("waiting", "closed")},
                {**whole, "body": BODY + " "},
                changed(whole, "webhook-id", "msg_2"),
                changed(whole, "webhook-timestamp", earlier),
                delivery(key, age=301),
                delivery(key, age=-330),
            )
        )
    )
    assert told[0] == ""
    assert all(UNSIGNED in each for each in told[1:5])
    assert "too old" in told[5]
    assert "too new" in told[6]


@pytest.mark.parametrize("receiver", [*SHARED, *ASYMMETRIC])
def test_during_a_rotation_old_and_new_are_accepted_and_no_other(receiver: str) -> None:
    new, old, other = (new_secret() if receiver in SHARED else new_ed25519() for _ in range(3))
    during = delivery(new, old)
    assert during["headers"]["webhook-signature"].count(" ") == 1
    told = received(*({**during, "receiver": receiver, "key": given_to(receiver, key)} for key in (new, old, other)))
    assert told[:2] == ["", ""]
    assert UNSIGNED in told[2]


def test_a_partner_may_go_over_from_hmac_to_ed25519() -> None:
    shared, private = new_secret(), new_ed25519()
    for both in (delivery(private, shared), delivery(shared, private)):
        told = received(
            *({**both, "receiver": receiver, "key": shared} for receiver in SHARED),
            *({**both, "receiver": receiver, "key": public_of(private)} for receiver in ASYMMETRIC),
        )
        assert told == [""] * 4


@pytest.mark.parametrize("receiver", SHARED)
def test_the_published_receivers_pass_over_ed25519(receiver: str) -> None:
    """Neither reads v1a (1.1.1 and 2.5.0): such a delivery alone is refused, and with ``v1`` beside it accepted."""
    private = new_ed25519()
    assert UNSIGNED in asked(delivery(private), receiver, public_of(private).removeprefix("whpk_"))


def test_the_two_ed25519s_refuse_a_signature_of_hmac_under_the_public_key() -> None:
    public = public_of(new_ed25519())
    forged = delivery("whsec_" + public.removeprefix("whpk_"))
    forged = changed(forged, "webhook-signature", forged["headers"]["webhook-signature"].replace("v1,", "v1a,"))
    assert all(asked(forged, receiver, public) for receiver in ASYMMETRIC)
