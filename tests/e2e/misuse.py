"""Requests that must be refused, each with canaries of its own: by the hub, by the gateway or before them."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ops.signer import Partner, compact, sign
from tests.e2e.whole_run import FORM, HTML, JSON, Run
from tests.hub import ALL_SCOPES, Counsellor

__all__ = ["misuse_the_connection", "misuse_the_other_doors", "misuse_the_partners_door"]


def misuse_the_partners_door(told: Run, partner: Partner) -> None:
    """Bodies and tokens that are refused, each with something of its own in it."""
    made, path = told.canaries, "/v1/handoffs"
    plain = {"platform": "sandbox_app", "kind": "call", "locale": "fr"}

    def refuse(status: int, raw: bytes, **headers: str) -> None:
        signed = sign(partner, "POST", path, ALL_SCOPES, raw)
        told.expect(status, f"a body of {len(raw)} bytes", told.hub.send(signed, **headers))

    number, word = made.number("number in no JSON", "+3335301####"), made.text("text in no JSON")
    refuse(400, f'{{"callback":{{"number":"{number}","x":"{word}'.encode())
    refuse(400, compact({**plain, made.text("unknown member", "x-{}"): made.text("unknown value")}))
    refuse(400, compact({**plain, "platform": made.text("platform", "{}!"), "locale": made.text("locale", "{} fr")}))
    refuse(400, compact({**plain, "report": {"contents": [{"url": made.text("bad url", "javascript:{}")}]}}))
    refuse(400, compact(plain), **{"Idempotency-Key": made.text("idempotency key")})
    refuse(403, compact({**plain, "platform": made.text("foreign platform")}))
    refuse(415, made.text("text body").encode(), **{"Content-Type": made.text("content type", "text/{}")})
    refuse(422, compact({**plain, "return_url": made.text("foreign return_url", "https://elsewhere.example/{}")}))
    wish = {"number": made.number("premium number", "+3389970####")}
    refuse(422, compact({**plain, "session": "callback", "callback": wish}))
    refuse(413, compact({**plain, "subject": made.text("huge body") * 70_000}))
    token = made.given("forged token", sign(partner, "POST", path, ALL_SCOPES, b"{}").headers["Authorization"][7:-6])
    for name, header in {
        "forged token": f"Bearer {token}", "bearer": made.text("bearer", "Bearer {}"),
        "basic": made.text("basic", "Basic {}"), "no scheme": made.text("no scheme"),
        "kid": f"Bearer {_signed_by_nobody(told, 'kid')}", "issuer": f"Bearer {_signed_by_nobody(told, 'iss')}",
    }.items():  # fmt: skip
        told.expect(401, name, told.hub.ask("POST", path, b"{}", {"Authorization": header, **JSON}))
    told.expect(
        404, "id", told.hub.send(sign(partner, "GET", f"{path}/{made.text('handoff id', 'ho_{}')}", ALL_SCOPES))
    )


def _signed_by_nobody(told: Run, place: str) -> str:
    """A well-formed token of another key, with a canary as kid or issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    word = told.canaries.text(f"unknown {place}")
    who = Partner(word if place == "iss" else "tiktok", word if place == "kid" else "one", "ES256", pem, told.hub.base)
    return sign(who, "POST", "/v1/handoffs", ALL_SCOPES, b"{}").headers["Authorization"].split()[1]


def misuse_the_other_doors(told: Run, who: Counsellor) -> None:
    """Wrong links, cookies, tokens and addresses; headers and queries that nobody asked for."""
    made = told.canaries
    noise = {
        "User-Agent": made.text("user agent"), "Referer": made.text("referer", "https://www.example/{}"),
        "X-Forwarded-For": made.text("forwarded"), "Accept-Language": made.text("language"),
        "X-Amzn-Trace-Id": made.text("trace"), "Cookie": made.text("cookie", "hub_youth={}; hub_desk={}"),
    }  # fmt: skip
    told.ask(410, "GET", f"/y/{made.text('no code')}?{made.text('its query')}", None, {**noise, **HTML})
    told.ask(410, "GET", f"/y/{made.text('code with percents', '%C3%A9{}%20')}", None, noise)
    told.ask(403, "GET", f"/s/{made.text('no session id', 'ho_{}')}", None, noise)
    told.ask(403, "POST", f"/s/{made.text('no session to leave')}/leave", b"{}", {**noise, **JSON})
    told.ask(413, "POST", "/s/x/messages", b"text=" + made.text("huge form").encode() * 2000, {**noise, **FORM})
    told.ask(400, "POST", "/s/x/messages", made.text("form without pairs", "%ff{}").encode(), {**noise, **FORM})
    told.ask(401, "GET", "/v1/desk/queue", None, noise)
    told.ask(401, "POST", "/v1/desk/claims", b"{}", {"Authorization": made.text("desk token", "Bearer {}"), **JSON})
    told.expect(400, "a lane", who.ask("claims", {"lane": made.text("lane")}))
    told.expect(404, "an id", who.ask(f"sessions/{made.text('desk id', 'ho_{}')}"))
    told.expect(404, "an id", who.ask(f"sessions/{made.text('desk id to close')}/renew", {"epoch": 1}))
    told.ask(403, "GET", f"/console/callback?code={made.text('no code')}&state={made.text('state')}", None, noise)
    state = made.text("true state")
    kept = {"Cookie": f"hub_signin={state}.{made.text('unknown verifier', length=43)}"}
    told.ask(403, "GET", f"/console/callback?state={state}&code={made.text('unknown code')}", None, kept)
    told.ask(404, "GET", f"/static/{made.text('no file', '{}.js')}", None, noise)
    told.ask(404, "PUT", f"/{made.text('no path')}?{made.text('no query')}", made.text("no body").encode(), noise)
    told.ask(200, "GET", f"/v1/health?{made.text('health query')}", None, noise)
    told.ask(400, "POST", "/simulator/tap", compact({"phone": made.text("phone")}), JSON)
    odd = made.text("charset", "application/json; charset={}")
    told.ask(400, "POST", "/simulator/tap", b"{}", {"Content-Type": odd})
    tapped = told.ask(201, "POST", "/simulator/tap", compact({"phone": "tiktok", "session": "chat"}), JSON).json
    made.given("simulator's code", tapped["youth"].rsplit("/", 1)[1])


def misuse_the_connection(told: Run) -> None:
    """What is no HTTP, and what is too much of it."""
    made, place = told.canaries, urlsplit(told.hub.base)
    for raw in (
        made.text("no method", "BREW /y/{} HTTP/1.1\r\nHost: x\r\n\r\n"),
        made.text("no version", "GET /y/{} HTTP/9\r\nHost: x\r\n\r\n"),
        made.text("no header", "GET / HTTP/1.1\r\nHost: x\r\n{} x\r\n\r\n"),
        made.text("header too long", "GET / HTTP/1.1\r\nHost: x\r\nX: {}" + "x" * 9000 + "\r\n\r\n"),
        made.text("target too long", "GET /y/{}" + "x" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n"),
        made.text("bad chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n"),
    ):
        with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as connection:
            connection.sendall(raw.encode())
            assert connection.recv(64)[:13] in (b"HTTP/1.0 400 ", b"HTTP/1.1 400 "), raw[:12]
    told.ask(413, "POST", "/v1/handoffs", made.text("far too much").encode() * 800_000, JSON)
