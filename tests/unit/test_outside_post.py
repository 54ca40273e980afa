"""A delivery against servers that behave as badly as servers do: what came of it is told in time, by fixed words."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.outside.post import Post, retry_after
from chalicelib.ports import Sent
from tests.unit.servers import OK, Behaviour, Server, drips, floods, hangs, read_request, resets, says, serving, then

LOCAL = ("127.0.0.1",)
BODY = b'{"type":"handoff.status"}'
HEADERS = {"content-type": "application/json", "user-agent": "hub3018", "webhook-id": "msg_1"}
PATIENT = 10.0
WITHIN = 0.5
# A busy test machine may add to WITHIN; the servers that are waited for would take for ever.
IN_TIME = 3.0
FAULTS = {"timeout", "reset", "refused", "dns", "tls", "bad_address", "bad_answer"}
NOW = 1_790_000_000


def posted(server: Server, path: str = "/hook", within: float = PATIENT, **over: Any) -> Sent:
    """What came of one POST, which must have been told in time."""
    begun = time.monotonic()
    sent = Post(LOCAL, within=within, **over)(f"http://127.0.0.1:{server.port}{path}", HEADERS, BODY)
    assert time.monotonic() - begun < IN_TIME
    assert (sent.status is None) == (sent.fault in FAULTS)
    return sent


def answering(status: str, *lines: str) -> Behaviour:
    """A plain answer without a body."""
    return says("\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", *lines, "", ""]).encode())


def test_the_request_is_exactly_what_was_signed() -> None:
    with serving(says(OK)) as server:
        assert posted(server, "/hook?a=b") == Sent(200)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    assert first == "POST /hook?a=b HTTP/1.1"
    assert body == BODY
    assert sorted(line.lower() for line in rest) == sorted(
        [
            f"host: 127.0.0.1:{server.port}", "accept-encoding: identity", f"content-length: {len(BODY)}",
            "content-type: application/json", "user-agent: hub3018", "webhook-id: msg_1", "connection: close",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299, 300, 400, 404, 410, 429, 500, 502, 503, 599])
def test_any_status_comes_back_as_it_is(status: int) -> None:
    with serving(answering(f"{status} Words")) as server:
        assert posted(server) == Sent(status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_comes_back_and_is_not_followed(status: int) -> None:
    with serving(says(OK)) as other:
        there = f"Location: http://127.0.0.1:{other.port}/"
        with serving(answering(f"{status} Elsewhere", there, "Retry-After: 7")) as server:
            assert posted(server) == Sent(status, 7000)
    assert (server.met, other.met) == (1, 0)


@pytest.mark.parametrize("status", [429, 502, 503])
@pytest.mark.parametrize(("text", "wait"), [("120", 120_000), ("Mon, 21 Sep 2026 14:15:20 GMT", 120_000)])
def test_retry_after_is_told_in_both_forms(status: int, text: str, wait: int) -> None:
    with serving(answering(f"{status} Later", f"Retry-After: {text}")) as server:
        assert posted(server, clock=lambda: NOW) == Sent(status, wait)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0), ("1", 1000), (" 5 ", 5000), ("0007", 7000), ("86400", 86_400_000), ("86401", 86_400_000),
        ("9" * 5000, 86_400_000),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 10_000), ("Mon, 21 Sep 2026 14:13:30 +0000", 10_000),
        ("Monday, 21-Sep-26 14:13:30 GMT", 10_000), ("Mon Sep 21 14:13:30 2026", 10_000),
        ("Tue, 21 Sep 2027 14:13:20 GMT", 86_400_000), ("Mon, 21 Sep 2020 14:13:20 GMT", 0),
        ("-5", None), ("1.5", None), ("1e3", None), ("soon", None), ("", None), ("٣", None),
        ("Mon, 21 Sep 99999999 14:13:20 GMT", None), ("5, 6", None), (None, None),
    ],
)  # fmt: skip
def test_retry_after_is_bounded_and_nonsense_is_none(text: str | None, wait: int | None) -> None:
    assert retry_after(text, NOW) == wait


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ \S{0,6}"))
def test_no_retry_after_breaks_anything(text: str) -> None:
    wait = retry_after(text, NOW)
    assert wait is None or 0 <= wait <= 86_400_000


FAILURES: dict[str, tuple[Behaviour, str]] = {
    "reset": (resets, "reset"),
    "closed without an answer": (says(b""), "reset"),
    "reset within the headers": (then(b"HTTP/1.1 200 OK\r\nA: b", resets), "reset"),
    "hangs": (hangs, "timeout"),
    "drips its status": (drips(b"HTTP/1.1 200 ", b"O"), "timeout"),
    "drips one header": (drips(b"HTTP/1.1 200 OK\r\nA: ", b"b"), "timeout"),
    "drips headers": (drips(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "timeout"),
    "continues for ever": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
    "an endless header": (floods(b"HTTP/1.1 200 OK\r\nA: "), "bad_answer"),
    "an endless status": (floods(b"HTTP/1.1 200 "), "bad_answer"),
    "a thousand headers": (says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n"), "bad_answer"),
    "headers of 70 KiB": (
        says(b"HTTP/1.1 200 OK\r\n" + b"".join(b"A%d: %s\r\n" % (n, b"x" * 1024) for n in range(70)) + b"\r\n"),
        "bad_answer",
    ),
    "garbage": (says(b"\x00\xff\x16\x03" * 20 + b"\r\n\r\n"), "bad_answer"),
    "another protocol": (says(b"220 mail.example ESMTP\r\n"), "bad_answer"),
    "no number": (says(b"HTTP/1.1 abc OK\r\n\r\n"), "bad_answer"),
    "status 42": (says(b"HTTP/1.1 42 OK\r\n\r\n"), "bad_answer"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_by_its_word_in_time(name: str) -> None:
    behave, word = FAILURES[name]
    with serving(behave) as server:
        assert posted(server, within=WITHIN if word == "timeout" else PATIENT) == Sent(None, fault=word)


BODIES: dict[str, Behaviour] = {
    "huge": floods(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"),
    "endless": floods(b"HTTP/1.1 200 OK\r\n\r\n"),
    "endless and chunked": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "slow": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b"x"),
    "never begun": then(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", hangs),
    "broken off": says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
    "reset": then(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", resets),
    "badly chunked": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "of negative length": says(b"HTTP/1.1 200 OK\r\nContent-Length: -9\r\n\r\nx"),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_status_counts_whatever_the_body_is(name: str) -> None:
    with serving(BODIES[name]) as server:
        assert posted(server) == Sent(200)


def test_a_short_body_is_taken_so_that_the_server_sees_a_whole_exchange() -> None:
    whole = threading.Event()

    def behave(talk: socket.socket) -> None:
        talk.sendall(OK[:-2])
        time.sleep(0.05)
        talk.sendall(OK[-2:])
        if talk.recv(1) == b"":  # an orderly end; a reset would raise
            whole.set()

    with serving(behave) as server:
        assert Post(LOCAL)(f"http://127.0.0.1:{server.port}/", HEADERS, BODY) == Sent(200)
        assert whole.wait(5)


def test_nobody_at_the_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Server(door.getsockname()[1])
    assert posted(server) == Sent(None, fault="refused")


def test_a_server_that_does_not_accept_is_a_timeout() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        with socket.create_connection(door.getsockname()), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(door.getsockname())
            assert posted(Server(door.getsockname()[1]), within=WITHIN) == Sent(None, fault="timeout")


def test_several_threads_use_one_post() -> None:
    def echo(talk: socket.socket) -> None:
        request = read_request(talk)
        status = request.split(b" ")[1].removeprefix(b"/")
        time.sleep(0.05)
        talk.sendall(b"HTTP/1.1 " + status + b" Words\r\nContent-Length: 0\r\n\r\n")

    with serving(echo, listen=False) as server:
        post = Post(LOCAL)
        with ThreadPoolExecutor(16) as pool:
            sent = pool.map(
                lambda n: post(f"http://127.0.0.1:{server.port}/{n}", HEADERS, BODY).status, range(200, 300)
            )
            assert list(sent) == list(range(200, 300))


WHOLE = st.builds(
    lambda status, headers, body: b"HTTP/1.1 " + status + b"\r\n" + b"\r\n".join(headers) + b"\r\n\r\n" + body,
    st.binary(max_size=10) | st.integers(0, 1200).map(lambda n: b"%d X" % n),
    st.lists(
        st.binary(max_size=20)
        | st.builds(
            lambda name, value: name + b": " + value,
            st.sampled_from([b"Retry-After", b"Content-Length", b"Transfer-Encoding", b"Connection", b"Location"]),
            st.sampled_from([b"chunked", b"close", b"-1", b"99"]) | st.binary(max_size=20),
        ),
        max_size=5,
    ),
    st.binary(max_size=40),
)


@given(WHOLE | st.binary(max_size=200))
def test_whatever_a_server_says_is_a_status_or_a_word(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        post = Post(("receiver",), within=5, resolver=lambda *_: ["127.0.0.1"], connect=lambda *_: ours)
        sent = post("http://receiver/", HEADERS, BODY)
    assert sent.fault in FAULTS if sent.status is None else 100 <= sent.status < 1000
    assert ours.fileno() == -1, "the socket was left open"


def test_nothing_is_logged_or_printed(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    for behave, _ in (FAILURES["garbage"], FAILURES["reset"]):
        with serving(behave) as server:
            posted(server, "/secret")
    with serving(floods(b"HTTP/1.1 200 OK\r\nA")) as server:
        posted(server)
    Post(within=0.2, resolver=lambda *_: [])("https://secret.partner.example/", HEADERS, b"secret")
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")
