"""Key sets (JWKS, RFC 7517) that partners publish: read like keys at registration, many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.identity.keys import KID, KeyRefused, is_secret, read_key
from chalicelib.model.partner import PartnerKey
from chalicelib.strictjson import Malformed, read_object

__all__ = ["MOST_KEYS", "KeySetRefused", "read_keyset"]

MOST_KEYS = 20


class KeySetRefused(ValueError):
    """The set cannot be used; ``reason`` is a fixed word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_keyset(raw: bytes) -> dict[str, PartnerKey]:
    """The usable public keys of a set, by ``kid``. Raises KeySetRefused.

    Keys of other kinds, for other uses or without a ``kid`` are passed over (RFC 7517 section 5). A key that could
    sign refuses the whole set, so that somebody looks: whoever publishes one has lost it.
    """
    try:
        entries = read_object(raw).get("keys")
    except Malformed:
        raise KeySetRefused("not_json") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise KeySetRefused("not_a_key_set")
    if len(entries) > MOST_KEYS:
        raise KeySetRefused("too_many_keys")
    if any(is_secret(entry) for entry in entries):
        raise KeySetRefused("secret_in_set")
    found: dict[str, PartnerKey] = {}
    for entry in entries:
        key = _usable(entry)
        if key is not None and found.setdefault(entry["kid"], key) != key:
            raise KeySetRefused("same_kid_twice")
    if not found:
        raise KeySetRefused("no_usable_key")
    return found


def _usable(entry: Mapping[str, Any]) -> PartnerKey | None:
    kid = entry.get("kid")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        return None
    try:
        return read_key(json.dumps(entry))
    except KeyRefused:
        return None
