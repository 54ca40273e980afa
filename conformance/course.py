"""One run of the kit: its parts in order, and what they came to. The composition root."""

from __future__ import annotations

import argparse
import http.client
import os
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from conformance import hub, integration, receiver
from conformance.checks import Check, NotTried, Result, Stop, run
from conformance.receiver.standard import SecretRefused, secret_key
from conformance.report import Told, as_json
from conformance.signer import KeyRefused, Signer
from conformance.wire import Wire

__all__ = ["hold"]

PASSED, FAILED, NOT_RUN = 0, 1, 2


def hold(asked: argparse.Namespace) -> int:
    """Run what was asked for, and tell it; the exit status."""
    told = Told(sys.stdout, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    tell: Callable[[Result], None] = told.tell if not asked.json else lambda _: None
    began = time.monotonic()
    try:
        wire, signer, key = _read(asked)
        _reach(wire)
        facts = {"hub": wire.base, "partner": signer.partner, "kid": f"{signer.kid} ({signer.alg})",
                 "platform": asked.platform}  # fmt: skip
        if not asked.json:
            told.head(facts)
        results = run(hub.checks(hub.Kit(wire, signer, asked.platform)), tell)
        known = any(one.check.name == "sandbox" and one.result == "passed" for one in results)
        results += run(_integration(asked, wire, signer, known=known), tell)
        results += run(_receiver(asked, key), tell)
    except (Stop, KeyRefused, SecretRefused) as reason:
        print(f"\nThe kit did not run: {reason}", file=sys.stderr)
        return NOT_RUN
    seconds = time.monotonic() - began
    if asked.json:
        print(as_json(results, facts, seconds))
    else:
        told.end(results, seconds)
    return FAILED if any(result.result == "failed" for result in results) else PASSED


def _read(asked: argparse.Namespace) -> tuple[Wire, Signer, bytes]:
    """The hub, the partner's signature, and the receiver's key. Raises Stop, KeyRefused or SecretRefused."""
    base = _origin(asked.base_url, "--base-url")
    try:
        pem = asked.key.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"--key {asked.key} cannot be read ({type(error).__name__})") from None
    key = b""
    if asked.receiver:
        _origin(asked.receiver, "--receiver")
        key = secret_key(asked.secret or "")
    return Wire(base), Signer(asked.partner, asked.kid, pem, base), key


def _integration(asked: argparse.Namespace, wire: Wire, signer: Signer, *, known: bool) -> Iterator[Check]:
    """The program is started only where it cannot reach a counsellor."""
    what = "Your program hands over, and survives a hub that fails"
    if not asked.integration:
        return _absent(integration.PART, what, "Add --integration CMD; --show integration prints one to start from.")
    if not known:
        return _absent(integration.PART, what, "First token and sandbox must pass.")
    return integration.checks(integration.Stage(asked.integration, wire, signer, asked.key, asked.platform))


def _receiver(asked: argparse.Namespace, key: bytes) -> Iterator[Check]:
    if asked.receiver:
        return receiver.checks(receiver.Receiver(asked.receiver, key))
    reason = 'Add --receiver URL --secret "$WEBHOOK_SECRET"; --show receiver prints one to start from.'
    return _absent(receiver.PART, "Your receiver believes the hub, and nobody else", reason)


def _absent(part: str, what: str, reason: str) -> Iterator[Check]:
    def not_tried() -> None:
        raise NotTried(reason)

    yield Check(part, "all", what, "", not_tried)


def _origin(url: str, option: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Stop(f"{option} must be an address that begins with https:// (or http:// on your own machine)")
    return url.rstrip("/")


def _reach(wire: Wire) -> None:
    try:
        answer = wire.send("GET", "/v1/health")
    except (OSError, http.client.HTTPException) as error:
        raise Stop(f"{wire.base} does not answer ({type(error).__name__}); is --base-url right?") from None
    if answer.json.get("status") != "ok":
        raise Stop(f"{wire.base}/v1/health was answered {answer.status}: this is not the hub")
