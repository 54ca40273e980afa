"""Signatures of deliveries, against the vectors and the Python receivers that we did not write."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chalicelib.outside.signature import KeyUnfit, check_key, new_ed25519, new_secret, public_of, sign

KEY = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"handoff.queued","timestamp":"2026-09-21T14:13:20Z","data":{"id":"ho_1"}}'
SIGNATURE = "v1,1uMzKn1SISbiD5ttPjmX7EuAYxAOu2ZOnpPGBiKeevs="
# RFC 8032 §7.1, test 1: a seed and its public key.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

RECEIVERS: dict[str, Callable[[str], Any]] = {
    "standardwebhooks": standardwebhooks.Webhook,
    "svix": svix.webhooks.Webhook,
}
REFUSAL = standardwebhooks.WebhookVerificationError


def b64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


def headers(signature: str, id: str = "msg_1", at: int | None = None) -> dict[str, str]:
    """The headers of a delivery, now unless said otherwise."""
    return {"webhook-id": id, "webhook-timestamp": str(at or int(time.time())), "webhook-signature": signature}


def test_the_vector_of_an_hmac_signature() -> None:
    assert sign([KEY], "msg_1", 1_790_000_000, BODY) == SIGNATURE


def test_the_vector_of_an_ed25519_public_key() -> None:
    assert public_of(f"whsk_{b64(SEED)}") == f"whpk_{b64(PUBLIC)}"


def test_an_ed25519_signature_is_over_id_timestamp_and_body() -> None:
    key = new_ed25519()
    version, _, signature = sign([key], "msg_1", 1_790_000_000, BODY).partition(",")
    assert version == "v1a"
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_of(key).removeprefix("whpk_")))
    public.verify(base64.b64decode(signature), b"msg_1.1790000000." + BODY)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), b"msg_1.1790000001." + BODY)


def test_every_key_signs_in_its_order() -> None:
    keys = [new_secret(), new_ed25519(), KEY]
    signatures = sign(keys, "msg_1", 1_790_000_000, BODY).split(" ")
    assert signatures == [sign([key], "msg_1", 1_790_000_000, BODY) for key in keys]
    assert [each.split(",")[0] for each in signatures] == ["v1", "v1a", "v1"]
    assert signatures[2] == SIGNATURE


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_has_24_to_64_bytes(size: int) -> None:
    check_key(f"whsec_{b64(bytes(size))}")


UNFIT = {
    "nothing": "",
    "no prefix": b64(bytes(32)),
    "prefix alone": "whsec_",
    "another prefix": f"whpk_{b64(bytes(32))}",
    "prefix in capitals": f"WHSEC_{b64(bytes(32))}",
    "23 bytes": f"whsec_{b64(bytes(23))}",
    "65 bytes": f"whsec_{b64(bytes(65))}",
    "a seed of 31 bytes": f"whsk_{b64(bytes(31))}",
    "a seed of 64 bytes": f"whsk_{b64(bytes(64))}",
    "no base64": "whsec_" + "!" * 44,
    "not ASCII": "whsec_" + "é" * 44,
    "no padding": f"whsec_{b64(bytes(32))}".rstrip("="),
    "the URL's base64": f"whsec_{b64(bytes([255] * 32))}".replace("/", "_"),
    "a newline": f"whsec_{b64(bytes(32))}\n",
    "a space": f"whsec_ {b64(bytes(32))}",
    "loose bits at its end": "whsec_" + "A" * 42 + "B=",
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_no_signing_key_is_refused_and_not_quoted(name: str) -> None:
    for use in (check_key, lambda key: sign([key], "msg_1", 1, b"")):
        with pytest.raises(KeyUnfit) as refused:
            use(UNFIT[name])
        assert str(refused.value) == "unfit key"


@pytest.mark.parametrize("key", [KEY, "", "whsk_", f"whpk_{b64(PUBLIC)}"])
def test_only_a_private_key_has_a_public_half(key: str) -> None:
    with pytest.raises(KeyUnfit):
        public_of(key)


def test_new_keys_are_fit_and_never_the_same() -> None:
    made = {new() for new in (new_secret, new_ed25519) for _ in range(50)}
    assert len(made) == 100
    for key in made:
        check_key(key)


@pytest.mark.parametrize("id", ["", "msg.1", "msg 1", "msg_é", "msg_1\n"])
def test_an_id_that_could_be_read_in_two_ways_is_not_signed(id: str) -> None:
    with pytest.raises(ValueError, match="unfit id"):
        sign([KEY], id, 1, b"")


def test_hmac_needs_no_cryptography_at_a_cold_start() -> None:
    program = (
        "import sys; from chalicelib.outside.signature import sign; "
        f"print(sign([{KEY!r}], 'msg_1', 1790000000, {BODY!r}), 'cryptography' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [*SIGNATURE.split(), "False"]


# --- receivers that we did not write (in Node: tests/integration/test_signature_node.py)


@pytest.mark.parametrize("name", RECEIVERS)
def test_a_receiver_accepts_what_we_sign(name: str) -> None:
    key, now = new_secret(), int(time.time())
    given = headers(sign([key], "msg_1", now, BODY), at=now)
    RECEIVERS[name](key).verify(BODY, given)


@pytest.mark.parametrize("name", RECEIVERS)
def test_during_a_rotation_the_receivers_of_both_secrets_accept_and_nobody_else(name: str) -> None:
    new, old, other, now = new_secret(), new_secret(), new_secret(), int(time.time())
    given = headers(sign([new, new_ed25519(), old], "msg_1", now, BODY), at=now)
    for key in (new, old):
        RECEIVERS[name](key).verify(BODY, given)
    with pytest.raises(REFUSAL, match="No matching signature"):
        RECEIVERS[name](other).verify(BODY, given)


@pytest.mark.parametrize("name", RECEIVERS)
@pytest.mark.parametrize("changed", ["body", "id", "timestamp", "signature"])
def test_a_receiver_refuses_what_was_changed(name: str, changed: str) -> None:
    key, now = new_secret(), int(time.time())
    given = headers(sign([key], "msg_1", now, BODY), at=now)
    body = BODY
    if changed == "body":
        body = json.dumps(json.loads(BODY)).encode()
    elif changed == "id":
        given["webhook-id"] = "msg_2"
    elif changed == "timestamp":
        given["webhook-timestamp"] = str(now - 1)
    else:
        given["webhook-signature"] = sign([key], "msg_1", now, b"{}")
    with pytest.raises(REFUSAL, match="No matching signature"):
        RECEIVERS[name](key).verify(body, given)


@pytest.mark.parametrize("name", RECEIVERS)
@pytest.mark.parametrize(("age", "word"), [(301, "too old"), (-330, "too new")])
def test_a_receiver_refuses_what_was_signed_at_another_time(name: str, age: int, word: str) -> None:
    key, then = new_secret(), int(time.time()) - age
    with pytest.raises(REFUSAL, match=word):
        RECEIVERS[name](key).verify(BODY, headers(sign([key], "msg_1", then, BODY), at=then))


@pytest.mark.parametrize("name", RECEIVERS)
def test_these_receivers_pass_over_ed25519(name: str) -> None:
    """Neither reads v1a (1.1.0 and 2.9.1): a delivery that has nothing else is refused, whatever key they are given."""
    private, now = new_ed25519(), int(time.time())
    given = headers(sign([private], "msg_1", now, BODY), at=now)
    for key in (new_secret(), public_of(private).removeprefix("whpk_")):
        with pytest.raises(REFUSAL, match="No matching signature"):
            RECEIVERS[name](key).verify(BODY, given)
