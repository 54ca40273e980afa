"""A partner: the company that signs handoffs for one or several platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Partner", "PartnerKey"]


@dataclass(frozen=True)
class PartnerKey:
    """A registered public key: exactly one algorithm (ES256, RS256 or EdDSA) and the JWK as JSON text."""

    alg: str
    jwk: str


@dataclass(frozen=True)
class Partner:
    """What the registry knows of a partner. ``keys`` by ``kid``; ``return_prefixes`` bound ``return_url``."""

    id: str
    platforms: frozenset[str]
    keys: Mapping[str, PartnerKey]
    return_prefixes: tuple[str, ...] = ()
    suspended: bool = False
    sandbox: bool = False
