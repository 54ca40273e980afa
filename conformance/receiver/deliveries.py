"""Deliveries as the hub sends them, right ones and wrong ones, and what the receiver must answer."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from conformance.checks import Check, expect
from conformance.receiver.standard import signature
from conformance.wire import Answer, Wire

__all__ = ["PART", "Receiver", "checks"]

PART = "Your webhook receiver"
WITHIN = 15.0
STALE = 600
VERIFY = (
    "Check the signature over webhook-id.webhook-timestamp.<raw body bytes> before anything else, in constant time, "
    "and answer 400 when no signature of the list fits."
)
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Receiver:
    """The receiver's address and the key it checks with; sends one delivery at a time."""

    def __init__(self, url: str, key: bytes, timeout: float = WITHIN) -> None:
        parts = urlsplit(url)
        self._wire = Wire(f"{parts.scheme}://{parts.netloc}", timeout)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.key = key

    def deliver(
        self, body: bytes, *, id: str | None = None, at: int | None = None, key: bytes | None = None,
        headers: Mapping[str, str | None] | None = None, late_body: bytes | None = None,
    ) -> Answer:  # fmt: skip
        """POST one delivery; ``headers`` replace or (None) remove signed ones, ``late_body`` is sent instead."""
        id, at = id or new_id(), at or int(time.time())
        made: dict[str, str | None] = {
            "content-type": "application/json", "user-agent": "hub3018", "webhook-id": id, "webhook-timestamp": str(at),
            "webhook-signature": signature(key or self.key, id, at, body), **(headers or {}),
        }  # fmt: skip
        sent = {name: value for name, value in made.items() if value is not None}
        return self._wire.send("POST", self._path, sent, body if late_body is None else late_body)


def new_id() -> str:
    """A delivery's id: constant over its retries."""
    return f"msg_{secrets.token_hex(16)}"


def new_handoff() -> str:
    """An id like the hub's."""
    return f"ho_{base64.b32encode(secrets.token_bytes(20)).decode().lower()[:26]}"


def event(status: str = "waiting", sequence: int = 2, **more: Any) -> dict[str, Any]:
    """The thin body of a delivery; ``more`` replaces whole members."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"id": new_handoff(), "status": status, "sequence": sequence}
    return {"type": "handoff.status", "timestamp": now, "data": data, **more}


def compact(members: Mapping[str, Any]) -> bytes:
    """As the hub writes it."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def accepted(answer: Answer, fix: str) -> None:
    """2xx."""
    expect(200 <= answer.status < 300, f"it was answered {answer.status}", fix)


def turned_away(answer: Answer, fix: str) -> None:
    """4xx, but not 410: that would stop all deliveries."""
    if answer.status == 410:
        expect(holds=False, saw="it was answered 410", fix="410 stops all deliveries to this address: answer 400.")
    expect(400 <= answer.status < 500, f"it was answered {answer.status}", fix)


def checks(receiver: Receiver) -> Iterator[Check]:
    """First that a good one is taken: a receiver that refuses everything refuses the bad ones, too."""

    def check(name: str, what: str, why: str, run: Any) -> Check:
        return Check(PART, name, what, why, run, () if name == "valid" else ("valid",))

    yield check("valid", "A signed delivery is answered 2xx within 15 s",
                "Anything else is tried again: ten attempts in a little over three days. A redirect is never followed.",
                lambda: _valid(receiver))  # fmt: skip
    yield from _wrong(receiver, check)
    yield check("same_id_twice", "The same delivery again is answered 2xx",
                "A lost answer brings it again with the same webhook-id: know it, do nothing, say 2xx.",
                lambda: _twice(receiver))  # fmt: skip
    yield check("two_signatures", "Two signatures, the right one second, are answered 2xx",
                "While a secret is rotated each delivery is signed with both.",
                lambda: _rotation(receiver))  # fmt: skip
    yield check("other_versions", "Signatures of versions you do not know stand beside yours: 2xx",
                "v1a is Ed25519; pass over what you do not know.", lambda: _versions(receiver))  # fmt: skip
    yield check("older_after_newer", "A status older than the last one is answered 2xx",
                "Deliveries may overtake each other: keep the highest sequence, and say 2xx to the rest.",
                lambda: _older(receiver))  # fmt: skip
    yield check("unknown_type", "A type you do not know is answered 2xx",
                "New types come without a new version; a 4xx would be retried for days.",
                lambda: accepted(receiver.deliver(compact(event(type="handoff.next_year"))),
                                 "Pass over types you do not know, with 2xx."))  # fmt: skip
    yield check("unknown_members", "Members you do not know are passed over: 2xx",
                "The hub may add members at any time.",
                lambda: accepted(receiver.deliver(compact(event(next_year={"a": [None]}))),
                                 "Pass over members you do not know."))  # fmt: skip
    yield check("raw_body", "The signature is checked over the bytes as they came: 2xx",
                "Another white space or escape is the same JSON but other bytes.", lambda: _raw(receiver))  # fmt: skip


def _valid(receiver: Receiver) -> None:
    began = time.monotonic()
    answer = receiver.deliver(compact(event()))
    redirect = 300 <= answer.status < 400
    fix = "Answer where the hub was told to deliver." if redirect else "Is --secret the one the receiver checks with?"
    accepted(answer, f"{fix} {VERIFY}")
    took = time.monotonic() - began
    expect(took <= WITHIN, f"it took {took:.0f} s", "Store it, answer 204, and do the work afterwards.")


def _wrong(receiver: Receiver, check: Any) -> Iterator[Check]:
    body = compact(event())
    now = int(time.time())
    wrong: dict[str, tuple[str, str, dict[str, Any], str]] = {
        "tampered": ("A body that was changed on its way is turned away with 4xx",
                     "Anybody may post to your address; only the signature says it was us.",
                     {"late_body": body.replace(b"waiting", b"closed ")}, VERIFY),
        "wrong_secret": ("A signature made with another secret is turned away with 4xx",
                         "Another partner's secret must not speak to you.", {"key": secrets.token_bytes(32)}, VERIFY),
        "other_id": ("A signature borrowed from another delivery is turned away with 4xx",
                     "The id is signed, too: else one delivery could be played again as many.",
                     {"headers": {"webhook-id": new_id()}}, VERIFY),
        "stale": ("A delivery signed ten minutes ago is turned away with 4xx",
                  "Who recorded one must not be able to play it again for ever.", {"at": now - STALE},
                  "Refuse a webhook-timestamp more than 5 minutes from your clock."),
        "early": ("A delivery signed ten minutes ahead is turned away with 4xx", "The same, the other way round.",
                  {"at": now + STALE}, "Refuse a webhook-timestamp more than 5 minutes from your clock."),
        "wrong_version": ("A signature of a version you do not know is turned away with 4xx",
                          "Only v1 is HMAC-SHA256; a prefix must not be cut off unread.",
                          {"headers": {"webhook-signature": signature(receiver.key, "msg_version", now, body)
                                       .replace("v1,", "v2,")}, "id": "msg_version", "at": now},
                          "Take signatures with the prefix v1, only."),
        "malformed": ("A signature header that is garbage is turned away with 4xx, not with a crash",
                      "A 500 would be retried; a crash may be worse.",
                      {"headers": {"webhook-signature": "v1, v1,é= v1,a ,, v1".encode().decode("latin-1")}},
                      "Catch what your decoder raises, and answer 400."),
    }  # fmt: skip
    for name, (what, why, changes, fix) in wrong.items():
        yield check(name, what, why, lambda c=changes, f=fix: turned_away(receiver.deliver(body, **c), f))
    for header in HEADERS:
        yield check(
            f"no_{header}", f"A delivery without {header} is turned away with 4xx", "All three are signed or sign.",
            lambda h=header: turned_away(receiver.deliver(body, headers={h: None}), f"Answer 400 when {h} is missing."),
        )  # fmt: skip


def _twice(receiver: Receiver) -> None:
    body, id = compact(event()), new_id()
    for _ in range(2):
        accepted(receiver.deliver(body, id=id), "Answer 2xx to an id you know; it is the same news.")


def _rotation(receiver: Receiver) -> None:
    body, id, at = compact(event()), new_id(), int(time.time())
    pair = " ".join(signature(key, id, at, body) for key in (secrets.token_bytes(32), receiver.key))
    answer = receiver.deliver(body, id=id, at=at, headers={"webhook-signature": pair})
    accepted(answer, "Split webhook-signature at spaces; one signature that fits is enough.")


def _versions(receiver: Receiver) -> None:
    body, id, at = compact(event()), new_id(), int(time.time())
    other = f"v1a,{base64.b64encode(secrets.token_bytes(64)).decode()}"
    both = f"{other} v9,x {signature(receiver.key, id, at, body)}"
    answer = receiver.deliver(body, id=id, at=at, headers={"webhook-signature": both})
    accepted(answer, "Pass over signatures whose prefix is not v1, and go on to the next.")


def _older(receiver: Receiver) -> None:
    newer = event("connected", 3)
    older = {**newer, "data": {**newer["data"], "status": "waiting", "sequence": 2}}
    for one in (newer, older):
        accepted(receiver.deliver(compact(one)), "Answer 2xx, and keep the status with the highest sequence.")


def _raw(receiver: Receiver) -> None:
    body = json.dumps(event(note="é / \u2028"), indent=1, ensure_ascii=True).replace("/", "\\/").encode()
    accepted(receiver.deliver(body), VERIFY)
