"""Where a delivery really goes: the address that was checked, the name that TLS proves, and no other place."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest
import trustme

from chalicelib.outside.post import Post
from chalicelib.ports import Sent
from tests.unit.servers import OK, Behaviour, drips, resets, says, serving
from tests.unit.test_outside_post import BODY, HEADERS, IN_TIME, LOCAL, PATIENT, WITHIN, answering, posted

NAME = "hooks.partner.example"
URL = f"https://{NAME}/hook"
PUBLIC = "93.184.215.14"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """The server's side, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What the hub would trust if the test's authority were a public one."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


class Net:
    """An internet in which a name has addresses and every address is one server on this machine."""

    def __init__(self, port: int, *answers: list[str]) -> None:
        self._port, self._answers = port, list(answers)
        self.asked: list[tuple[str, int]] = []
        self.reached: list[tuple[str, int]] = []

    def resolver(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def connect(self, address: IPv4Address | IPv6Address, port: int, seconds: float) -> socket.socket:
        self.reached.append((str(address), port))
        return socket.create_connection(("127.0.0.1", self._port), seconds)

    def post(
        self, context: ssl.SSLContext | None = None, targets: tuple[str, ...] = (), within: float = PATIENT
    ) -> Post:
        return Post(targets, within=within, resolver=self.resolver, connect=self.connect, context=context)


def test_a_certificate_of_the_name_is_accepted_and_the_name_is_told(authority: trustme.CA) -> None:
    with serving(says(OK), certified(authority, NAME)) as server:
        net = Net(server.port, [PUBLIC])
        assert net.post(trusting(authority))(URL, HEADERS, BODY) == Sent(200)
    assert server.names == [NAME]
    assert b"\r\nHost: hooks.partner.example\r\n" in server.requests[0]
    assert (net.asked, net.reached) == ([(NAME, 443)], [(PUBLIC, 443)])


@pytest.mark.parametrize("names", [("other.partner.example",), ("partner.example",), (PUBLIC,), ("*.example",)])
def test_a_certificate_of_another_name_is_refused(authority: trustme.CA, names: tuple[str, ...]) -> None:
    with serving(says(OK), certified(authority, *names)) as server:
        net = Net(server.port, [PUBLIC])
        assert net.post(trusting(authority))(URL, HEADERS, BODY) == Sent(None, fault="tls")
    assert server.requests == []


def test_a_certificate_of_nobody_known_is_refused(authority: trustme.CA) -> None:
    with serving(says(OK), certified(authority, NAME, "127.0.0.1")) as server:
        assert Net(server.port, [PUBLIC]).post()(URL, HEADERS, BODY) == Sent(None, fault="tls")
        local = Post(LOCAL)
        assert local(f"https://127.0.0.1:{server.port}/", HEADERS, BODY) == Sent(None, fault="tls")
    assert server.requests == []


@pytest.mark.parametrize(
    ("behave", "word"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls"),
        (resets, "reset"),
        (says(b""), "reset"),
        (lambda talk: time.sleep(IN_TIME), "timeout"),
        (drips(b"\x16\x03\x03\x40\x00", b"\x02"), "timeout"),
    ],
)
def test_a_failure_before_tls_stands_is_told_in_time(authority: trustme.CA, behave: Behaviour, word: str) -> None:
    with serving(behave, listen=False) as server:
        begun = time.monotonic()
        post = Net(server.port, [PUBLIC]).post(within=WITHIN if word == "timeout" else PATIENT)
        assert post(URL, HEADERS, BODY) == Sent(None, fault=word)
        assert time.monotonic() - begun < IN_TIME


def test_an_answer_that_drips_through_tls_is_a_timeout(authority: trustme.CA) -> None:
    with serving(drips(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), certified(authority, NAME)) as server:
        begun = time.monotonic()
        post = Net(server.port, [PUBLIC]).post(trusting(authority), within=WITHIN)
        assert post(URL, HEADERS, BODY) == Sent(None, fault="timeout")
        assert time.monotonic() - begun < IN_TIME


# --- where it goes


def test_the_name_is_looked_up_once_and_never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a second look-up")

    with serving(says(OK)) as server:
        asked: list[str] = []

        def resolver(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        post = Post(("receiver",), resolver=resolver)
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
            monkeypatch.setattr(socket, name, forbidden)
        assert post(f"http://receiver:{server.port}/", HEADERS, BODY) == Sent(200)
    assert asked == ["receiver"]
    assert f"Host: receiver:{server.port}".encode() in server.requests[0]


def test_a_name_that_turns_private_after_the_check_is_not_followed(authority: trustme.CA) -> None:
    with serving(says(OK), certified(authority, NAME)) as server:
        net = Net(server.port, [PUBLIC], ["127.0.0.1"], ["169.254.169.254"], [PUBLIC, "10.0.0.1"])
        post = net.post(trusting(authority))
        sent = [post(URL, HEADERS, BODY) for _ in range(4)]
    assert sent == [Sent(200), *[Sent(None, fault="bad_address")] * 3]
    assert len(net.asked) == 4
    assert net.reached == [(PUBLIC, 443)]
    assert server.met == 1


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1"])
def test_one_private_answer_among_public_ones_stops_it(private: str) -> None:
    for answers in ([PUBLIC, private], [private, PUBLIC]):
        net = Net(1, answers)
        assert net.post()(URL, HEADERS, BODY) == Sent(None, fault="bad_address")
        assert net.reached == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1/", "http://receiver:{port}/", "x", ""])
def test_nothing_but_public_urls_is_tried_without_a_list_of_local_hosts(url: str) -> None:
    with serving(says(OK)) as server:
        assert Post()(url.format(port=server.port), HEADERS, BODY) == Sent(None, fault="bad_address")
    assert server.met == 0


def test_the_list_of_local_hosts_lets_its_own_hosts_through_alone() -> None:
    with serving(says(OK)) as server:
        net = Net(server.port, ["127.0.0.1"])
        post = net.post(targets=("receiver",))
        assert post("http://receiver:9000/", HEADERS, BODY) == Sent(200)
        assert net.reached == [("127.0.0.1", 9000)]
        for url in ("http://127.0.0.1:9000/", "http://other:9000/", "http://receiver.example/", URL):
            assert post(url, HEADERS, BODY) == Sent(None, fault="bad_address")
    assert (server.met, len(net.reached)) == (1, 1)


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(OK)) as proxy, serving(answering("204 Here")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert posted(server) == Sent(204)
    assert proxy.met == 0


def test_the_next_address_is_tried_when_one_does_not_answer(authority: trustme.CA) -> None:
    with serving(says(OK), certified(authority, NAME)) as server:
        net = Net(server.port, ["1.1.1.1", "8.8.8.8"])

        def connect(address: IPv4Address | IPv6Address, port: int, seconds: float) -> socket.socket:
            if str(address) == "1.1.1.1":
                assert seconds <= PATIENT / 2
                raise TimeoutError
            return net.connect(address, port, seconds)

        post = Post(within=PATIENT, resolver=net.resolver, connect=connect, context=trusting(authority))
        assert post(URL, HEADERS, BODY) == Sent(200)
    assert (len(net.asked), net.reached) == (1, [("8.8.8.8", 443)])


def fails(error: Exception) -> Callable[[str, int], list[str]]:
    """A resolver that does not know."""

    def resolver(host: str, port: int) -> list[str]:
        raise error

    return resolver


def slow(host: str, port: int) -> list[str]:
    """A resolver that takes its time."""
    time.sleep(IN_TIME)
    return [PUBLIC]


@pytest.mark.parametrize(
    "resolver",
    [
        fails(socket.gaierror(-2, "Name or service not known")), fails(OSError()), fails(UnicodeError()), slow,
        lambda host, port: [], lambda host, port: ["not an address"],
    ],
)  # fmt: skip
def test_a_name_without_an_answer_is_told_in_time(resolver: Callable[[str, int], list[str]]) -> None:
    begun = time.monotonic()
    assert Post(within=WITHIN, resolver=resolver)(URL, HEADERS, BODY) == Sent(None, fault="dns")
    assert time.monotonic() - begun < IN_TIME
