"""Where the hub may send to: https, port 443, a name, and only addresses of the public internet.

The special addresses are those of IANA's two registries (RFC 6890 and its successors). They are listed here and not
asked of ``ipaddress``, whose answers differ between Python's patch releases.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["AddressRefused", "Resolver", "Target", "addresses_of", "check_url", "is_public", "resolve"]

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port → the addresses in the resolver's order; raises OSError."""

MOST_CHARACTERS = 2048
MOST_OF_NAME = 253
VISIBLE = re.compile(r"[!-~]+")
PARTS = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<place>[^/?]*)(?P<path>/[^?]*)?(?P<query>\?.*)?")
PLACE = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Resolvers read any last label that starts with a digit as the end of a number: 127.1, 0x7f.1, 127.0.0.0x1.
LAST = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

SENTENCES = {
    "bad_url": "Write an absolute URL of at most 2048 visible ASCII characters, without a backslash.",
    "not_https": "The URL must begin with https://.",
    "userinfo": "The URL must not have a user name or password.",
    "fragment": "The URL must not have a fragment.",
    "port": "The port must be 443.",
    "ip_literal": "Write the host as a name, not as an address.",
    "not_a_name": "Write the host as a DNS name with a dot, in ASCII (an international name as xn--…).",
    "not_public": "The host has an address that is not of the public internet.",
    "no_address": "The host has no address.",
}

SPECIAL_V4 = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only 2000::/3 is given out for unicast. So loopback, v4-mapped, v4-compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48),
# 100::/64, 5f00::/16, unique local, link-local, site-local and multicast are outside it. These inside it are special,
# among them Teredo (2001::/32) and 6to4 (2002::/16), which carry any IPv4 address in them.
UNICAST_V6 = IPv6Network("2000::/3")
SPECIAL_V6 = tuple(
    IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20")
)


class AddressRefused(Exception):
    """Nothing may be sent there. ``word`` is one of ``SENTENCES``, ``sentence`` says what to do; no text of the URL."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word, self.sentence = word, SENTENCES[word]


@dataclass(frozen=True)
class Target:
    """A URL that was checked: ``path`` is what the request line names; ``allowed`` hosts are reached at any address."""

    scheme: str
    host: str
    port: int
    path: str
    allowed: bool = False


def check_url(text: str, targets: Collection[str] = ()) -> Target:
    """The parts of a URL that may be registered; raises AddressRefused.

    ``targets`` are hosts (lower case) of the local stage that are let through by http, on any port, at any address.
    """
    if len(text) > MOST_CHARACTERS or not VISIBLE.fullmatch(text) or "\\" in text:
        raise AddressRefused("bad_url")
    if "#" in text:
        raise AddressRefused("fragment")
    parts = PARTS.fullmatch(text)
    if parts is None:
        raise AddressRefused("bad_url")
    if "@" in parts["place"]:
        raise AddressRefused("userinfo")
    place = PLACE.fullmatch(parts["place"])
    if place is None or not place["host"]:
        raise AddressRefused("bad_url")
    scheme, host = parts["scheme"].lower(), place["host"].lower()
    path = (parts["path"] or "/") + (parts["query"] or "")
    if host in targets and scheme in ("http", "https"):
        port = int(place["port"] or (80 if scheme == "http" else 443))
        if not 0 < port < 65536:
            raise AddressRefused("port")
        return Target(scheme, host, port, path, allowed=True)
    if scheme != "https":
        raise AddressRefused("not_https")
    _check_name(host)
    if int(place["port"] or 443) != 443:
        raise AddressRefused("port")
    return Target(scheme, host, 443, path)


def _check_name(host: str) -> None:
    if host.startswith("[") or NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        raise AddressRefused("ip_literal")
    labels = host.split(".")
    named = len(labels) > 1 and len(host) <= MOST_OF_NAME and LAST.fullmatch(labels[-1])
    if not named or not all(LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("not_a_name")


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def resolve(target: Target, resolver: Resolver = addresses_of) -> list[IPv4Address | IPv6Address]:
    """The addresses to connect to, asked for once, IPv4 first since Lambda has no way out by IPv6.

    One answer that is not public refuses all of them (AddressRefused). Raises what the resolver raises.
    """
    found = list(dict.fromkeys(ip_address(each) for each in resolver(target.host, target.port)))
    if not found:
        raise AddressRefused("no_address")
    if not target.allowed and not all(is_public(each) for each in found):
        raise AddressRefused("not_public")
    return sorted(found, key=lambda each: each.version)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is a unicast one of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in SPECIAL_V4)
    return address in UNICAST_V6 and address.scope_id is None and not any(address in net for net in SPECIAL_V6)
