"""The keys that a partner signs with: registered by hand, rotated with an overlap, or published at an address."""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path

from chalicelib.aws.codec import attribute
from chalicelib.aws.partner_rows import keys_attribute
from chalicelib.identity import KID, KeyRefused, read_key
from chalicelib.model.partner import PartnerKey
from chalicelib.outside.address import check_url
from ops.command import Commands, Work, duration
from ops.partners import check_new_key
from ops.row import Partner, PartnerRefused, moment, now

__all__ = ["commands", "given_key", "key_arguments", "thumbprint"]


def thumbprint(key: PartnerKey) -> str:
    """RFC 7638 SHA-256 thumbprint, base64url, of a key as ``read_key`` gives it: its JWK is canonical."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.jwk.encode()).digest()).rstrip(b"=").decode()


def given_key(work: Work) -> tuple[str, PartnerKey]:
    """The kid and the key of --key; the kid is of the key's thumbprint unless --kid names one. Raises KeyRefused."""
    path = work.asked.key
    try:
        key = read_key(sys.stdin.read() if path == "-" else Path(path).read_text())
    except UnicodeDecodeError:
        raise KeyRefused("This is neither a JWK nor a PEM public key.") from None
    kid = work.asked.kid or thumbprint(key)[:16]
    if not KID.fullmatch(kid):
        raise KeyRefused("a kid is 1 to 64 of A-Z a-z 0-9 . _ + / = -")
    return kid, key


def _add(work: Work) -> None:
    kid, key = given_key(work)
    known = work.partners.need(work.asked.id).keys.get(kid)
    if known is not None and known.until is not None:
        raise PartnerRefused(f"this key ends {moment(known.until)}; key-rotate to it, if it shall stay")
    work.partners.add_key(work.asked.id, kid, key)
    work.tell(f"{work.asked.id}: key {kid} ({key.alg}) counts")


def _rotate(work: Work) -> None:
    id, (kid, key) = work.asked.id, given_key(work)
    found = work.partners.need(id)
    new = check_new_key(found, kid, key)
    end = now() + work.asked.overlap
    ends = {name: min(old.until or end, end) for name, old in found.keys.items() if name != kid}
    slots = {f"k{n}": name for n, name in enumerate(ends)}
    names = {"#keys": "keys", "#new": kid, **{f"#{slot}": name for slot, name in slots.items()}}
    work.partners.update(
        id, "key-rotate",
        set=["#keys.#new = :new", *(f"#keys.#{slot}.#until = :{slot}" for slot in slots)],
        only_if=" AND ".join(
            [f"attribute_{'not_' if new else ''}exists(#keys.#new)",
             *(f"attribute_exists(#keys.#{slot})" for slot in slots)]
        ),
        names={**names, "#until": "until"} if slots else names,
        values={":new": keys_attribute({kid: key})["M"][kid],
                **{f":{slot}": attribute(ends[name]) for slot, name in slots.items()}},
    )  # fmt: skip
    work.tell(f"{id}: key {kid} ({key.alg}) counts")
    for name, until in sorted(ends.items()):
        print(f"  {name} {'ended' if until <= now() else 'ends'} {moment(until)}")
    if found.jwks is not None:
        print("  keys of the published set are the partner's own to take away")


def _remove(work: Work) -> None:
    id, kid = work.asked.id, work.asked.kid
    found = work.partners.need(id)
    if kid not in found.keys:
        raise PartnerRefused(f"{id} has no key {kid}; `show {id}` lists them")
    if not _stays(found, kid):
        raise PartnerRefused(
            f"no other key of {id} stays: key-rotate {id} --key new.pem --overlap 0 replaces it, suspend refuses both"
        )
    work.partners.update(
        id, "key-remove", remove=["#keys.#kid"], only_if="attribute_exists(#keys.#kid)",
        names={"#keys": "keys", "#kid": kid},
    )  # fmt: skip
    work.tell(f"{id}: key {kid} removed")
    if found.jwks is not None and kid in found.jwks.keys:
        print("  the published set has a key of this kid, too, and that one counts; jwks-remove takes the set away")


def _stays(partner: Partner, gone: str) -> bool:
    """Whether the partner can still sign for good without that key."""
    kept = any(key.until is None for kid, key in partner.keys.items() if kid != gone)
    return kept or bool(partner.jwks and partner.jwks.keys)


def _set_address(work: Work) -> None:
    id, url = work.asked.id, work.asked.url
    check_url(url, work.place.targets)
    found = work.partners.need(id)
    work.partners.update(
        id, "jwks-set", set=["jwks_url = :url"], remove=["jwks_fault"], values={":url": attribute(url)}
    )
    work.tell(f"{id}: the keys at {url} are fetched each hour")
    print(f"  whether it went well stands in `show {id}`; registered keys go on, and win where the kid is the same")
    if found.jwks is not None and found.jwks.url != url and found.jwks.keys:
        print("  the keys of the old address count until the new one has been fetched")


def _remove_address(work: Work) -> None:
    id = work.asked.id
    found = work.partners.need(id)
    if found.jwks is None:
        raise PartnerRefused(f"{id} publishes no key set")
    if all(key.until is not None for key in found.keys.values()):
        raise PartnerRefused(f"no registered key of {id} stays; add one first (key-add {id} --key new.pem)")
    work.partners.update(id, "jwks-remove", remove=["jwks_url", "jwks", "jwks_at", "jwks_fault"])
    work.tell(f"{id}: the address of the key set and its fetched keys are gone")


def key_arguments(command: argparse.ArgumentParser) -> None:
    """--key and --kid."""
    command.add_argument("--key", required=True, help="file with a PEM public key or a JWK; - = standard input")
    command.add_argument("--kid", default="", help="the name the partner signs with; default: of the key's thumbprint")


def commands(to: Commands) -> None:
    """key-add, key-rotate, key-remove, jwks-set, jwks-remove."""
    add = to.change("key-add", "register one more key; the others go on", _add)
    rotate = to.change(
        "key-rotate", "register the new key and end all others after an overlap", _rotate,
        more="During the overlap both count. A key that ends sooner already keeps its end.",
    )  # fmt: skip
    for made in (add, rotate):
        key_arguments(made)
    rotate.add_argument(
        "--overlap", required=True, type=duration, help="how long the others go on: 7d, 24h; 0 = end now"
    )
    remove = to.change("key-remove", "forget a key at once, for example one that leaked", _remove)
    remove.add_argument("kid")
    address = to.change(
        "jwks-set", "let the hub fetch the partner's keys from an address each hour", _set_address,
        more="At most 20 keys and 64 KiB, by https, no redirect. A failed fetch changes nothing.",
    )  # fmt: skip
    address.add_argument("--url", required=True, help="https://… of a JWKS (RFC 7517)")
    to.change("jwks-remove", "forget that address and the keys that came from it", _remove_address)
