"""Where the hub may send to: every shape of URL and every class of address, and the local stage's own hosts."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.outside.address import AddressRefused, Target, check_url, is_public, resolve

GOOD = {
    "https://hooks.partner.example": Target("https", "hooks.partner.example", 443, "/"),
    "https://hooks.partner.example:443/a/b?c=d": Target("https", "hooks.partner.example", 443, "/a/b?c=d"),
    "https://hooks.partner.example?c=/d": Target("https", "hooks.partner.example", 443, "/?c=/d"),
    "HTTPS://Hooks.Partner.Example/A": Target("https", "hooks.partner.example", 443, "/A"),
    "https://xn--bcher-kva.example/": Target("https", "xn--bcher-kva.example", 443, "/"),
    "https://1e100.example/": Target("https", "1e100.example", 443, "/"),
    "https://a.xn--p1ai/": Target("https", "a.xn--p1ai", 443, "/"),
}
REFUSED = {
    "": "bad_url",
    "hooks.partner.example/x": "bad_url",
    "https:hooks.partner.example": "bad_url",
    "https:/hooks.partner.example": "bad_url",
    "https://": "bad_url",
    "https:///x": "bad_url",
    "https://?x": "bad_url",
    " https://hooks.partner.example/": "bad_url",
    "https://hooks.partner.example/a b": "bad_url",
    "https://hooks.partner.example/\n": "bad_url",
    "https://hooks.partner.example/a\r\nHost: other": "bad_url",
    "https://hooks.partner\t.example/": "bad_url",
    "https://hooks.partner.example\\@other.example/": "bad_url",
    "https://hooks.partner.example/é": "bad_url",
    "https://bücher.example/": "bad_url",
    "https://127。0。0。1/": "bad_url",
    "https://①②⑦.example/": "bad_url",
    "https://hooks.partner.example/" + "x" * 2048: "bad_url",
    "https://hooks.partner.example:/": "bad_url",
    "https://hooks.partner.example:x/": "bad_url",
    "https://hooks.partner.example:443:443/": "bad_url",
    "https://::1/": "bad_url",
    "http://hooks.partner.example/": "not_https",
    "ftp://hooks.partner.example/": "not_https",
    "file:///etc/passwd": "bad_url",
    "gopher://127.0.0.1/": "not_https",
    "https://me@hooks.partner.example/": "userinfo",
    "https://me:pass@hooks.partner.example/": "userinfo",
    "https://hooks.partner.example@127.0.0.1/": "userinfo",
    "https://hooks.partner.example:443@127.0.0.1/": "userinfo",
    "https://hooks.partner.example/#": "fragment",
    "https://hooks.partner.example#@127.0.0.1/": "fragment",
    "https://hooks.partner.example:80/": "port",
    "https://hooks.partner.example:8443/": "port",
    "https://hooks.partner.example:0/": "port",
    "https://127.0.0.1/": "ip_literal",
    "https://127.0.0.1./": "ip_literal",
    "https://93.184.216.34/": "ip_literal",
    "https://2130706433/": "ip_literal",
    "https://017700000001/": "ip_literal",
    "https://0x7f000001/": "ip_literal",
    "https://0x7f.1/": "ip_literal",
    "https://127.1/": "ip_literal",
    "https://0177.0.0.1/": "ip_literal",
    "https://127.0.0.0x1/": "ip_literal",
    "https://127.0.0.0X/": "ip_literal",
    "https://0/": "ip_literal",
    "https://[::1]/": "ip_literal",
    "https://[::ffff:127.0.0.1]/": "ip_literal",
    "https://[fe80::1%25eth0]/": "ip_literal",
    "https://localhost/": "not_a_name",
    "https://partner/": "not_a_name",
    "https://hooks.partner.example./": "not_a_name",
    "https://hooks..example/": "not_a_name",
    "https://.example/": "not_a_name",
    "https://-a.example/": "not_a_name",
    "https://a-.example/": "not_a_name",
    "https://a_b.example/": "not_a_name",
    "https://127.0.0.1%2f.example/": "not_a_name",
    "https://%31%32%37.0.0.example/": "not_a_name",
    "https://a.1example/": "not_a_name",
    "https://" + "a" * 64 + ".example/": "not_a_name",
    "https://" + "a." * 125 + "example/": "not_a_name",
}


@pytest.mark.parametrize("text", GOOD)
def test_a_public_https_url_is_taken_apart(text: str) -> None:
    assert check_url(text) == GOOD[text]


@pytest.mark.parametrize("text", REFUSED)
def test_any_other_url_is_refused_with_a_fixed_word_and_not_quoted(text: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(text)
    assert refused.value.word == REFUSED[text]
    assert str(refused.value) == refused.value.word
    assert refused.value.sentence.endswith(".")
    assert "partner.example" not in refused.value.sentence


@given(st.text(alphabet=st.sampled_from("htps:/@#?[]%.\\ -_0123456789abcdefx\n\té"), max_size=60))
def test_whatever_passes_is_a_name_on_port_443(text: str) -> None:
    for tried in (text, f"https://{text}"):
        try:
            target = check_url(tried)
        except AddressRefused:
            continue
        assert (target.scheme, target.port, target.allowed) == ("https", 443, False)
        assert "." in target.host
        with pytest.raises(ValueError, match="does not appear to be"):
            ip_address(target.host)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:9000/hook", Target("http", "127.0.0.1", 9000, "/hook", allowed=True)),
        ("http://127.0.0.1", Target("http", "127.0.0.1", 80, "/", allowed=True)),
        ("https://127.0.0.1:8443/", Target("https", "127.0.0.1", 8443, "/", allowed=True)),
        ("http://Receiver:9000/", Target("http", "receiver", 9000, "/", allowed=True)),
    ],
)
def test_the_local_stage_lets_its_own_hosts_through_on_any_port(text: str, expected: Target) -> None:
    assert check_url(text, {"127.0.0.1", "receiver"}) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("http://127.0.0.2:9000/", "not_https"),
        ("http://localhost:9000/", "not_https"),
        ("https://127.0.0.2/", "ip_literal"),
        ("https://hooks.partner.example:9000/", "port"),
        ("http://127.0.0.1.partner.example/", "not_https"),
        ("http://me@127.0.0.1:9000/", "userinfo"),
        ("http://127.0.0.1:9000/#x", "fragment"),
        ("http://127.0.0.1:70000/", "port"),
        ("http://127.0.0.1:0/", "port"),
        ("ftp://127.0.0.1/", "not_https"),
        ("http://[::1]:9000/", "not_https"),
    ],
)
def test_the_local_stage_lets_nothing_else_through(text: str, word: str) -> None:
    with pytest.raises(AddressRefused, match=word):
        check_url(text, {"127.0.0.1"})


PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1")
PUBLIC_V6 = ("2606:4700:4700::1111", "2a00:1450:4007:80e::200e", "2400:cb00::1", "2003::1")
SPECIAL = {
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "private": ("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"),
    "loopback": ("127.0.0.1", "127.1.2.3", "127.255.255.255", "::1"),
    "link-local": ("169.254.0.1", "169.254.255.255", "fe80::1", "fe80::1%eth0", "febf::1"),
    "metadata": ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200"),
    "carrier-grade NAT": ("100.64.0.1", "100.127.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "254.255.255.255", "4000::1", "5f00::1", "e000::1", "3ffe::1"),
    "broadcast": ("255.255.255.255",),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "benchmarks and protocols": (
        "192.0.0.1",
        "192.0.0.170",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "2001:2::1",
    ),
    "unique local": ("fc00::1", "fd12:3456:789a::1"),
    "site-local": ("fec0::1", "feff::1"),
    "discard": ("100::1",),
    "v4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8"),
    "v4-translated": ("::ffff:0:127.0.0.1",),
    "v4-compatible": ("::127.0.0.1", "::10.0.0.1", "::8.8.8.8"),
    "6to4": ("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:808:808::"),
    "Teredo": ("2001::1", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    "NAT64": ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1", "64:ff9b:1:ffff::1"),
    "ORCHID": ("2001:10::1", "2001:20::1"),
}
EVERY_SPECIAL = [(kind, address) for kind, addresses in SPECIAL.items() for address in addresses]
TARGET = check_url("https://hooks.partner.example/")


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_V6)
def test_an_address_of_the_public_internet_may_be_sent_to(address: str) -> None:
    assert resolve(TARGET, lambda *_: [address]) == [ip_address(address)]


@pytest.mark.parametrize(("kind", "address"), EVERY_SPECIAL)
def test_no_address_of_a_special_kind_may_be_sent_to(kind: str, address: str) -> None:
    with pytest.raises(AddressRefused, match="not_public"):
        resolve(TARGET, lambda *_: [address])


@pytest.mark.parametrize(("kind", "address"), EVERY_SPECIAL)
def test_one_special_address_among_public_ones_refuses_the_host(kind: str, address: str) -> None:
    for mixed in ([PUBLIC[0], address], [address, PUBLIC[0]], [PUBLIC_V6[0], PUBLIC[0], address]):
        with pytest.raises(AddressRefused, match="not_public"):
            resolve(TARGET, lambda *_, mixed=mixed: mixed)


@given(st.integers(0, 2**32 - 1))
def test_the_standard_library_agrees_on_every_ipv4_address_we_send_to(number: int) -> None:
    address = IPv4Address(number)
    if is_public(address):
        assert address.is_global
        assert not (address.is_multicast or address.is_reserved or address.is_private)


@given(st.integers(0, 2**128 - 1) | st.integers(0, 2**125 - 1).map(lambda low: (1 << 125) + low))
def test_the_standard_library_agrees_on_every_ipv6_address_we_send_to(number: int) -> None:
    address = IPv6Address(number)
    if is_public(address):
        assert address.is_global
        assert not (address.is_multicast or address.is_reserved or address.is_private or address.is_site_local)
        assert (address.ipv4_mapped, address.sixtofour, address.teredo) == (None, None, None)


def test_ipv4_comes_first_and_nothing_twice() -> None:
    answers = [PUBLIC_V6[0], PUBLIC[1], PUBLIC[0], PUBLIC[1]]
    assert [str(each) for each in resolve(TARGET, lambda *_: answers)] == [PUBLIC[1], PUBLIC[0], PUBLIC_V6[0]]


def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="no_address"):
        resolve(TARGET, lambda *_: [])


def test_a_host_of_the_local_stage_may_have_a_private_address() -> None:
    local = check_url("http://127.0.0.1:9000/", {"127.0.0.1"})
    assert resolve(local) == [ip_address("127.0.0.1")]


def test_a_public_url_gets_no_private_address_on_the_local_stage_either() -> None:
    with pytest.raises(AddressRefused, match="not_public"):
        resolve(check_url("https://hooks.partner.example/", {"127.0.0.1"}), lambda *_: ["127.0.0.1"])
