"""A partner's row in the session table: how keys and endpoint stand in it, and what the hub reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.aws.codec import Item, attribute, key
from chalicelib.model.partner import Partner, PartnerKey, Webhook

__all__ = ["LISTED", "keys_attribute", "keys_of", "listing", "partner_key", "partner_of"]

LISTED = "partner#0"
"""The partition of the index ``lane`` under which every partner stands, sorted by id."""


def partner_key(id: str) -> Item:
    """The row's primary key."""
    return key(f"partner#{id}", "partner")


def listing(id: str) -> Item:
    """The attributes by which the hub finds all partners without a scan."""
    return {"lane_pk": attribute(LISTED), "lane_sk": attribute(id)}


def keys_attribute(keys: Mapping[str, PartnerKey]) -> dict[str, Any]:
    """Keys as a map by ``kid``."""
    found = {}
    for kid, one in keys.items():
        members = {"alg": attribute(one.alg), "jwk": attribute(one.jwk)}
        found[kid] = {"M": members if one.until is None else {**members, "until": attribute(one.until)}}
    return {"M": found}


def keys_of(item: Mapping[str, Any], name: str) -> dict[str, PartnerKey]:
    """The keys kept in the attribute ``name``; none where it is absent."""
    return {
        kid: PartnerKey(one["M"]["alg"]["S"], one["M"]["jwk"]["S"], _number(one["M"], "until"))
        for kid, one in item.get(name, {"M": {}})["M"].items()
    }


def partner_of(item: Mapping[str, Any]) -> Partner:
    """The partner as the hub knows it: a registered key stands before a fetched one of the same ``kid``."""
    limits = {name: found for name in ("burst", "day") if (found := _number(item, name)) is not None}
    return Partner(
        id=item["id"]["S"],
        platforms=frozenset(item["platforms"]["SS"]),
        keys={**keys_of(item, "jwks"), **keys_of(item, "keys")},
        return_prefixes=tuple(one["S"] for one in item.get("return_prefixes", {"L": []})["L"]),
        suspended=bool(item.get("suspended", {}).get("BOOL", False)),
        sandbox=bool(item.get("sandbox", {}).get("BOOL", False)),
        webhook=_webhook(item),
        **limits,
    )


def _webhook(item: Mapping[str, Any]) -> Webhook | None:
    if "webhook" not in item:
        return None
    found = item["webhook"]["M"]
    return Webhook(found["url"]["S"], found["secret"]["S"], found.get("stopped", {}).get("S"))


def _number(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
