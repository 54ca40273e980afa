"""The keys that sign deliveries: one secret per partner in Secrets Manager.

Its text is ``{"keys": [{"secret": "whsec_…" or "whsk_…", "until": null or ms}, …]}``, newest first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from chalicelib.aws.clients import Clients, translated
from chalicelib.outside.signature import KeyUnfit, check_key, sign
from chalicelib.ports import Clock
from chalicelib.problems import Problem

__all__ = ["SecretsSigner"]

KEPT = 60_000
MOST = 256


@dataclass(frozen=True)
class Key:
    """A signing key and the moment (ms) from which it signs no more; None: no end."""

    secret: str = field(repr=False)
    until: int | None


class SecretsSigner:
    """The port ``Signer``; keys stay in the process for at most 60 s, so that a rotation holds within 60 s."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients, self._clock = clients, clock
        self._kept: dict[str, tuple[int, list[Key]]] = {}

    def __call__(self, name: str, id: str, at: int, body: bytes) -> str:
        """The signatures by every key that is valid ``at`` (s), newest first; problem ``unavailable`` without any."""
        valid = [key.secret for key in self._keys(name) if key.until is None or key.until > at * 1000]
        if not valid:
            raise Problem("unavailable", retry_after=60, reason="no_signing_key")
        return sign(valid, id, at, body)

    def _keys(self, name: str) -> list[Key]:
        now = self._clock()
        known = self._kept.get(name)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        self._kept.pop(name, None)
        with translated():
            answer = self._clients("secretsmanager").get_secret_value(SecretId=name)
        keys = _read(answer.get("SecretString"))
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[name] = (now, keys)
        return keys


def _read(text: str | None) -> list[Key]:
    """The keys of a secret's text; one that cannot be read spoils them all, so that an operator's slip is seen."""
    try:
        keys = [Key(each["secret"], each["until"]) for each in json.loads(text or "")["keys"]]
        for key in keys:
            check_key(key.secret)
            if key.until is not None and type(key.until) is not int:
                raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, KeyUnfit):
        raise Problem("unavailable", retry_after=60, reason="bad_signing_keys") from None
    return keys
