"""Part 3 of the kit catches every broken receiver: the reference, broken in one place, fails the check made for it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from conformance.checks import Check, Failed, run
from conformance.receiver import Receiver, checks
from conformance.receiver.standard import SecretRefused, secret_key, signature
from tests.conformance_stage import REFERENCE, broken

# FACTS: the vector of Standard Webhooks 1.0.0 that two libraries agree on.
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"handoff.queued","timestamp":"2026-09-21T14:13:20Z","data":{"id":"ho_1"}}'
Change = tuple[str, str]

TRUSTING = ("good = verified(self.headers, body, self.key)", "good = True")
EVENT = ("            keep(json.loads(body))\n", "            keep(event := json.loads(body))\n            ")


@contextmanager
def receiving(*changes: Change) -> Iterator[Receiver]:
    """The reference receiver, changed, on a port of its own."""
    scope: dict[str, Any] = {"__name__": "receiver"}
    exec(broken((REFERENCE / "receiver.py").read_text(), *changes), scope)
    handler = scope["Receiver"]
    handler.key = base64.b64decode(SECRET.removeprefix("whsec_"))
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_address[1]}/hooks?x=1", secret_key(SECRET), timeout=2)
    finally:
        server.shutdown()
        server.server_close()


def named(receiver: Receiver) -> dict[str, Check]:
    return {check.name: check for check in checks(receiver)}


def test_the_signature_is_that_of_the_vector() -> None:
    made = signature(secret_key(SECRET), "msg_1", 1790000000, BODY)
    assert made == "v1,1uMzKn1SISbiD5ttPjmX7EuAYxAOu2ZOnpPGBiKeevs="


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                                    f"whsec_{'A' * 88}", "whsec_é",
                                    SECRET.replace("whsec", "whpk")])  # fmt: skip
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(SecretRefused):
        secret_key(secret)


def test_the_reference_passes_everything() -> None:
    with receiving() as receiver:
        results = run(checks(receiver), lambda _: None)
    assert {one.check.name: (one.saw, one.fix) for one in results if one.result != "passed"} == {}
    assert len(results) == 18


BROKEN: list[tuple[Change, set[str]]] = [
    # signatures
    (TRUSTING, {"tampered", "wrong_secret", "other_id", "stale", "early", "wrong_version", "malformed",
                "no_webhook-id", "no_webhook-timestamp", "no_webhook-signature"}),
    (("> 300", "> 1e9"), {"stale", "early"}),
    (("abs(time.time() - int(at))", "time.time() - int(at)"), {"early"}),
    (('version == "v1" and ', ""), {"wrong_version"}),
    (("except ValueError:", "except KeyError:"), {"malformed"}),
    (('.split(" ")', '.split(" ")[:1]'), {"two_signatures", "other_versions"}),
    (("body, hashlib.sha256)", "json.dumps(json.loads(body), separators=(',', ':')).encode(), hashlib.sha256)"),
     {"raw_body"}),
    (("hmac.compare_digest(base64.b64decode(text), wanted)", "wanted"), {"tampered", "wrong_secret", "other_id"}),
    # answers
    (("204 if good", "302 if good"), {"valid"}),
    (("204 if good", "500 if good"), {"valid"}),
    (("else 400", "else 500"), {"tampered", "stale", "malformed"}),
    (("else 400", "else 410"), {"tampered"}),
    (("else 400", "else 302"), {"tampered"}),
    # what the news is
    ((EVENT[0], EVENT[1] + 'assert LATEST.setdefault(self.headers["webhook-id"], self) is self\n'),
     {"same_id_twice"}),
    (('if event["type"] == "handoff.status":', 'if {"handoff.status": 1}[event["type"]]:'), {"unknown_type"}),
    ((EVENT[0], EVENT[1] + 'assert set(event) == {"type", "timestamp", "data"}\n'), {"unknown_members"}),
    ((EVENT[0], EVENT[1] + 'assert event["data"].get("sequence") == LATEST[event["data"]["id"]][0]\n'),
     {"older_after_newer"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "names"), BROKEN)
def test_a_broken_receiver_fails(change: Change, names: set[str]) -> None:
    with receiving(change) as receiver:
        known = named(receiver)
        for name in names:
            with pytest.raises((Failed, OSError)) as failed:
                known[name].run()
            assert not isinstance(failed.value, Failed) or failed.value.fix


def test_every_check_has_a_receiver_that_fails_it() -> None:
    with receiving() as receiver:
        assert set(named(receiver)) == set().union(*(names for _, names in BROKEN))


def test_a_receiver_that_refuses_everything_passes_nothing() -> None:
    with receiving(("204 if good", "400 if good")) as receiver:
        results = run(checks(receiver), lambda _: None)
    assert [one.result for one in results] == ["failed", *["not_tried"] * 17]


def test_a_receiver_that_is_too_slow_or_not_there_fails() -> None:
    with receiving(("        good = ver", "        time.sleep(4)\n        good = ver")) as receiver:
        assert run([named(receiver)["valid"]], lambda _: None)[0].saw.startswith("no answer came: TimeoutError")
    assert run([named(receiver)["valid"]], lambda _: None)[0].result == "failed"
