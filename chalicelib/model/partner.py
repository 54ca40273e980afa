"""A partner: the company that signs handoffs for one or several platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Partner", "PartnerKey", "Webhook"]


@dataclass(frozen=True)
class PartnerKey:
    """A registered public key: exactly one algorithm (ES256, RS256 or EdDSA) and the JWK as JSON text.

    ``until`` (ms) ends the overlap of a rotation: from then on the key proves nothing. None: no end.
    """

    alg: str
    jwk: str
    until: int | None = None


@dataclass(frozen=True)
class Webhook:
    """Where a partner's deliveries go. ``secret`` names its signing keys in the vault of secrets.

    ``stopped`` is a word that says why nothing is sent any more (``gone``: the endpoint answered 410); None: it runs.
    """

    url: str
    secret: str
    stopped: str | None = None


@dataclass(frozen=True)
class Partner:
    """What the registry knows of a partner. ``keys`` by ``kid``; ``return_prefixes`` bound ``return_url``.

    ``burst`` and ``day`` are how many requests a minute and a day (UTC) it may send before reads are refused.
    """

    id: str
    platforms: frozenset[str]
    keys: Mapping[str, PartnerKey]
    return_prefixes: tuple[str, ...] = ()
    suspended: bool = False
    sandbox: bool = False
    webhook: Webhook | None = None
    burst: int = 600
    day: int = 200_000
