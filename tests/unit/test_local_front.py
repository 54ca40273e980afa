"""The front passes on what was sent, and nothing that belongs to one connection only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from local.engine import free_port
from local.front import Front, application, backward, forward, target

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def test_a_request_loses_hop_by_hop_headers_and_gets_the_forwarded_ones() -> None:
    sent = [
        ("Host", "127.0.0.1:8000"),
        ("Connection", "keep-alive, X-Private"),
        ("X-Private", "1"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "2"),
        ("TE", "trailers"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("Authorization", "Bearer x"),
        ("Cookie", "a=1; b=2"),
    ]
    assert sorted(forward(sent, "http", "127.0.0.1:8000", "127.0.0.1").items()) == [
        ("Authorization", "Bearer x"),
        ("Cookie", "a=1; b=2"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "127.0.0.1:8000"),
        ("X-Forwarded-Proto", "http"),
    ]


def test_an_answer_keeps_every_cookie() -> None:
    kept = backward(
        [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Server", "x"), ("Keep-Alive", "5"), ("ETag", '"1"')]
    )
    assert kept.getall("Set-Cookie") == ["a=1", "b=2"]
    assert {name.lower() for name in kept} == {"set-cookie", "etag"}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("/v1/handoffs/ho_%61b?x=1&x=%20", "G/v1/handoffs/ho_%61b?x=1&x=%20"),
        ("/a/../b//c", "G/a/../b//c"),
        ("/oauth2/authorize?client_id=1", "E/oauth2/authorize?client_id=1"),
        ("/login", "E/login"),
        ("/login?x", "E/login?x"),
        ("/logout?x", "E/logout?x"),
        ("/loginx", "G/loginx"),
        ("/console/login", "G/console/login"),
        ("http://other.example/v1", None),
        ("*", None),
    ],
)
def test_a_target_goes_where_it_belongs_undecoded(raw: str, place: str | None) -> None:
    assert target(raw, "G", "E") == place


async def _ask(upstream: Handler | None, method: str, path: str, **sent: str) -> tuple[int, dict[str, str], bytes]:
    """Send one request through a front whose API Gateway is ``upstream`` (None = nobody listens)."""
    behind = web.Application()
    if upstream is not None:
        behind.router.add_route("*", "/{rest:.*}", upstream)
    async with TestServer(behind) as server:
        address = f"http://127.0.0.1:{server.port if upstream is not None else free_port()}"
        front = Front(f"{address}/gateway", address)
        app = application(front)
        app.router.add_route("*", "/{path:.*}", front.handle)
        async with TestClient(TestServer(app)) as client:
            url = URL(str(client.make_url("/")).rstrip("/") + path, encoded=True)
            async with (
                aiohttp.ClientSession(auto_decompress=False) as session,
                session.request(method, url, headers=sent, allow_redirects=False) as answer,
            ):
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.read()


def test_path_and_query_arrive_as_they_were_sent() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.json_response({"path": request.raw_path, "proto": request.headers["X-Forwarded-Proto"]})

    status, headers, body = asyncio.run(_ask(echo, "GET", "/s/%2e%2e/a%2Fb?q=%C3%A9&q=+"))
    assert status == 200
    assert json.loads(body) == {"path": "/gateway/s/%2e%2e/a%2Fb?q=%C3%A9&q=+", "proto": "http"}
    assert headers["server"] == "hub3018"


def test_redirects_and_compressed_bodies_pass_untouched() -> None:
    async def move(request: web.Request) -> web.StreamResponse:
        assert request.method == "POST"
        return web.Response(status=303, headers={"Location": "/s/1", "Content-Encoding": "gzip"}, body=b"\x1f\x8bnot")

    status, headers, body = asyncio.run(_ask(move, "POST", "/y/x"))
    assert (status, headers["location"], headers["content-encoding"], body) == (303, "/s/1", "gzip", b"\x1f\x8bnot")


def test_without_an_engine_a_partner_gets_a_problem() -> None:
    status, headers, body = asyncio.run(_ask(None, "GET", "/v1/availability", Accept="application/json"))
    assert status == 502
    assert headers["content-type"].startswith("application/problem+json")
    assert headers["retry-after"] == "2"
    assert json.loads(body)["code"] == "unavailable"


@pytest.mark.parametrize("accept", ["application/json", "text/html,*/*;q=0.8"])
def test_a_function_that_died_over_a_request_is_told_as_the_gateway_of_the_template_tells_it(accept: str) -> None:
    """The engine's own words were passed on: no problem for a partner, and no number for a youth."""

    async def die(_: web.Request) -> web.StreamResponse:
        return web.json_response({"message": "Worker process died"}, status=502)

    status, headers, body = asyncio.run(_ask(die, "GET", "/s/1", Accept=accept))
    assert (status, headers["retry-after"]) == (503, "2")
    if "html" in accept:
        assert b'href="tel:3018"' in body and headers["content-type"].startswith("text/html")
    else:
        assert json.loads(body)["code"] == "unavailable"
        assert headers["content-type"].startswith("application/problem+json")
    assert b"died" not in body


def test_a_problem_of_the_hub_passes_as_it_is() -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503, body=b'{"code":"x"}', content_type="application/problem+json")

    assert asyncio.run(_ask(refuse, "GET", "/v1/x"))[2] == b'{"code":"x"}'


def test_without_an_engine_a_youth_gets_the_numbers_that_help() -> None:
    status, headers, body = asyncio.run(_ask(None, "GET", "/s/1", Accept="text/html,*/*;q=0.8"))
    assert status == 502
    assert headers["content-type"].startswith("text/html")
    for number in ("tel:3018", "tel:112", "tel:17", "sms:114", "tel:119", "tel:3114"):
        assert number in body.decode()
