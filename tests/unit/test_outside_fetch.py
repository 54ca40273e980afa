"""A partner's key set from its own server: a small JSON document, in time, or a fixed word."""

from __future__ import annotations

import time

import pytest

from chalicelib.outside.fetch import Fetch, FetchFailed
from tests.unit.servers import Behaviour, drips, floods, hangs, resets, says, serving

LOCAL = ("127.0.0.1",)
KEYS = b'{"keys":[]}'
IN_TIME = 3.0


def document(body: bytes, kind: str = "application/json", *lines: str, length: int | None = None) -> Behaviour:
    """A whole answer."""
    size = len(body) if length is None else length
    head = ["HTTP/1.1 200 OK", f"Content-Length: {size}", f"Content-Type: {kind}", *lines]
    return says("\r\n".join([*head, "", ""]).encode() + body)


def fetched(behave: Behaviour, within: float = 10) -> bytes:
    """The document of a server, which must have been had or refused in time."""
    with serving(behave) as server:
        begun = time.monotonic()
        try:
            return Fetch(LOCAL, within=within)(f"http://127.0.0.1:{server.port}/jwks.json")
        finally:
            assert time.monotonic() - begun < IN_TIME


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/jwk-set+json", "Application/JSON; charset=utf-8", "application/json;x=y"],
)
def test_a_json_document_is_had(kind: str) -> None:
    assert fetched(document(KEYS, kind)) == KEYS


def test_a_document_without_a_length_is_had() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    assert fetched(says(head + b"\r\n" + KEYS)) == KEYS
    assert fetched(says(head + b"Transfer-Encoding: chunked\r\n\r\nb\r\n" + KEYS + b"\r\n0\r\n\r\n")) == KEYS


def test_the_request_says_who_asks_and_for_what() -> None:
    with serving(document(KEYS)) as server:
        Fetch(LOCAL)(f"http://127.0.0.1:{server.port}/jwks.json?a=b")
    head = server.requests[0].decode()
    assert head.startswith("GET /jwks.json?a=b HTTP/1.1\r\n")
    assert "User-Agent: hub3018\r\n" in head
    assert "Accept: application/json" in head


def test_64_kib_is_the_most() -> None:
    most = b"x" * 65_536
    assert fetched(document(most)) == most
    assert fetched(says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + most)) == most


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
REFUSED: dict[str, tuple[Behaviour, str]] = {
    "one byte more": (document(b"x" * 65_537), "too_large"),
    "one byte more, unsaid": (says(ENDLESS + b"\r\n" + b"x" * 65_537), "too_large"),
    "said to be huge": (document(b"", length=10**12), "too_large"),
    "endless": (floods(ENDLESS + b"\r\n"), "too_large"),
    "not 200": (says(b"HTTP/1.1 203 OK\r\nContent-Type: application/json\r\n\r\n" + KEYS), "status"),
    "gone": (says(b"HTTP/1.1 404 Not Found\r\n\r\n"), "status"),
    "redirect": (says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"), "status"),
    "a page": (document(KEYS, "text/html"), "content_type"),
    "plain text": (document(KEYS, "text/plain"), "content_type"),
    "nearly JSON": (document(KEYS, "application/jsonp"), "content_type"),
    "no content type": (says(b"HTTP/1.1 200 OK\r\n\r\n" + KEYS), "content_type"),
    "packed": (document(KEYS, "application/json", "Content-Encoding: gzip"), "bad_answer"),
    "broken off": (document(KEYS, length=99), "reset"),
    "a chunk broken off": (says(ENDLESS + b"Transfer-Encoding: chunked\r\n\r\nb\r\n{"), "bad_answer"),
    "reset": (resets, "reset"),
    "hangs": (hangs, "timeout"),
    "drips its body": (drips(ENDLESS + b"Content-Length: 5000\r\n\r\n", b" "), "timeout"),
    "drips its headers": (drips(ENDLESS, b"A: b\r\n"), "timeout"),
    "garbage": (says(b"garbage"), "bad_answer"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_by_its_word(name: str) -> None:
    behave, word = REFUSED[name]
    with pytest.raises(FetchFailed) as failed:
        fetched(behave, 0.5 if word == "timeout" else 10)
    assert (failed.value.word, str(failed.value)) == (word, word)


@pytest.mark.parametrize(
    "url",
    ["http://keys.partner.example/", "https://127.0.0.1/", "https://keys.partner.example:8443/", "https://localhost/"],
)
def test_the_rules_for_addresses_are_those_of_deliveries(url: str) -> None:
    with pytest.raises(FetchFailed, match="bad_address"):
        Fetch()(url)


def test_a_private_address_is_refused() -> None:
    with pytest.raises(FetchFailed, match="bad_address"):
        Fetch(resolver=lambda *_: ["1.1.1.1", "10.0.0.1"])("https://keys.partner.example/")
