"""A complete run, in which every value that somebody sends is unmistakable: none may stand in any log or refusal."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chalicelib.watch import ALLOWED
from ops.signer import Partner, compact, sign
from tests.canaries import Canaries
from tests.conftest import Running
from tests.hub import ALL_SCOPES, Answer, Counsellor, Hub, Youth

ROOT = Path(__file__).parents[2]
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HTML = {"Accept": "text/html"}
DEMO = "tiktok"
# What the engine itself writes around each invocation.
FRAME = re.compile(r"(START|END|REPORT) RequestId: [0-9a-f-]{36}[^{}]*")


@dataclass
class Run:
    """The run so far: what was sent and what was refused."""

    hub: Hub
    folder: Path
    canaries: Canaries = field(default_factory=Canaries)
    refused: list[tuple[str, Answer]] = field(default_factory=list)

    def expect(self, status: int, what: str, answer: Answer) -> Answer:
        """The answer, which must have this status."""
        assert answer.status == status, (what, answer.status, answer.body[:300])
        if status >= 400:
            self.refused.append((what, answer))
        return answer

    def ask(
        self, status: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request with this status."""
        return self.expect(status, f"{method} {path[:40]}", self.hub.ask(method, path, body, headers))

    def command(self, *arguments: str) -> str:
        """One of the operator's commands, on this hub; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env={**environ, "HUB_LOCAL": str(self.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (arguments[0], done.stderr)
        return done.stdout


@pytest.fixture(scope="module")
def run(running: Running, hub: Hub) -> Run:
    """The whole run, once."""
    told = Run(hub, running.folder)
    partner = register(told)
    who = sign_in(told)
    while (waiting := who.claim()) is not None:
        who.act(waiting, "close", reason="helped")
    link = hand_over(told, partner)
    be_called(told, who, link)
    chat(told, who)
    choose_and_leave(told)
    misuse_the_partners_door(told, partner)
    misuse_the_other_doors(told, who)
    misuse_the_connection(told)
    hub.sweep()
    use_the_commands(told)
    return told


def register(told: Run) -> Partner:
    """A partner of the run's own, registered by the operator's command, with the prefix of its return_url."""
    key, name = ec.generate_private_key(ec.SECP256R1()), f"leaks-{time.time_ns() % 10**12}"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = told.folder / f"{name}.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    prefix = told.canaries.text("return prefix", "https://app.example/{}/")
    told.command(
        "ops.partner", "add", name, "--platform", "sandbox_app", "--key", str(public), "--kid", "one",
        "--return-prefix", prefix,
    )  # fmt: skip
    public.unlink()
    return Partner(name, "one", "ES256", private, told.hub.facts["audience"])


def sign_in(told: Run) -> Counsellor:
    """A counsellor of the run's own, signed in through the provider's page like a browser."""
    hub, made = told.hub, told.canaries
    name, password = made.text("username", "u-{}"), made.text("password", "Trial-{}-3018")
    pool = hub.facts["engine"]["user_pool"]
    hub.aws("cognito-idp").admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    hub.aws("cognito-idp").admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    login = told.ask(303, "GET", "/console/login")
    asked = urlsplit(login.headers["location"])
    query = dict(parse_qsl(asked.query))
    cookie = login.headers["set-cookie"].split(";")[0]
    made.given("sign-in state", query["state"])
    made.given("PKCE challenge", query["code_challenge"])
    made.given("PKCE verifier", cookie.split(".")[1])
    told.ask(200, "GET", f"{asked.path}?{asked.query}", None, HTML)
    wrong = {**query, "username": name, "password": made.text("wrong password", "Wrong-{}-3018")}
    assert hub.ask("POST", "/login", urlencode(wrong).encode(), FORM).status != 302
    signed = hub.ask("POST", "/login", urlencode({**query, "username": name, "password": password}).encode(), FORM)
    back = urlsplit(signed.headers["location"])
    made.given("code", parse_qs(back.query)["code"][0])
    inside = told.ask(303, "GET", f"{back.path}?{back.query}", None, {"Cookie": cookie})
    token = re.search(r"hub_desk=([^;]+)", inside.headers["set-cookie"])
    assert token is not None
    made.given("access token", token[1])
    desk = {"Cookie": f"hub_desk={token[1]}"}
    told.ask(200, "GET", "/console", None, {**desk, **HTML})
    told.ask(303, "POST", "/console/logout", b"", {**desk, "Origin": hub.base})
    return Counsellor(hub, token[1], name)


def hand_over(told: Run, partner: Partner) -> str:
    """A handoff with every member there is; its link."""
    made = told.canaries
    body = {
        "platform": "sandbox_app", "kind": "report", "session": "callback", "locale": "fr", "role": "youth",
        "age_band": "15_17", "danger": True, "subject": made.text("subject"),
        "return_url": made.value("return prefix") + made.text("return_url", "back?to={}"),
        "callback": {"number": made.number("partner's number", "+33 6 39 98 ## ##"), "voicemail": True},
        "report": {
            "platform_report_ref": made.text("report ref", "R-{}"), "category": made.text("category", "harcele_{}"),
            "contents": [
                {
                    "url": made.text("content url", "https://video.example/@qu%C3%AE/é/{}?x=1&y=2#part"),
                    "content_id": made.text("content id", alphabet="0123456789", length=19), "type": "video",
                },
                {"url": made.text("second url", "https://video.example/{}")},
            ],
        },
    }  # fmt: skip
    jti = made.text("jti", "tap-{}")
    signed = sign(partner, "POST", "/v1/handoffs", ALL_SCOPES, compact(body), jti=jti)
    made.given("partner's token", signed.headers["Authorization"].split()[1])
    answer = told.expect(201, "a full handoff", told.hub.send(signed, **{"Idempotency-Key": jti}))
    told.expect(200, "its repeat", told.hub.send(signed))
    other = sign(partner, "POST", "/v1/handoffs", ALL_SCOPES, compact({**body, "danger": False}), jti=jti)
    told.expect(422, "its jti with another body", told.hub.send(other))
    path = urlsplit(answer.json["links"]["self"]).path
    told.expect(200, "its status", told.hub.send(sign(partner, "GET", path, ALL_SCOPES)))
    return str(answer.json["links"]["youth"])


def enter(told: Run, link: str, name: str) -> Youth:
    """A youth's browser on this link; the code and the cookie are canaries from here on."""
    told.canaries.given(f"{name}'s code", link.rsplit("/", 1)[1])
    youth = Youth(told.hub, link)
    told.canaries.given(f"{name}'s cookie", youth.cookie.partition("=")[2])
    told.expect(200, "here", youth.ask("here", {}))
    return youth


def be_called(told: Run, who: Counsellor, link: str) -> None:
    """The youth changes the number on the page; a counsellor calls it."""
    youth = enter(told, link, "called youth")
    number = told.canaries.number("youth's number", "+336399#####")
    wish = {"session": "callback", "number": number, "when": "now", "voicemail": "no"}
    told.expect(200, "another number", youth.ask("choose", wish))
    held = who.claim("callback")
    assert held is not None and held["report"]["contents"][1] == {
        "url": told.canaries.value("second url"), "content_id": None, "type": None,
    }  # fmt: skip
    assert told.expect(200, "reveal", who.act(held, "reveal")).json["number"] == number
    told.expect(200, "attempt", who.act(held, "attempts", outcome="answered"))
    told.expect(409, "a late choice", youth.ask("choose", wish))
    told.expect(200, "close", who.act(held, "close", reason="helped"))


def chat(told: Run, who: Counsellor) -> None:
    """Messages both ways, as JSON and as a form; late and skipped ones are refused."""
    made = told.canaries
    youth = enter(told, told.hub.hand_over().json["links"]["youth"], "chatting youth")
    held = who.claim("chat")
    assert held is not None
    told.expect(200, "youth's", youth.ask("messages", {"n": 1, "text": made.text("message", "« ça va » \"{}\" 😕\n<b>")}))
    form = {"n": "2", "text": made.text("message by form", "où ? {} & co +1"), "token": "none"}
    own = {"Cookie": youth.cookie, "Origin": told.hub.base, **FORM, **HTML}
    told.ask(303, "POST", f"{youth.path}/messages", urlencode(form).encode(), own)
    answer = made.text("counsellor's message", "Bonjour, j'ai lu {}.")
    told.expect(200, "counsellor's", who.act(held, "messages", n=1, text=answer))
    told.expect(409, "skipped", who.act(held, "messages", n=9, text=made.text("skipped message")))
    told.expect(400, "too long", who.act(held, "messages", n=2, text=made.text("long message", "{}" + "x" * 2000)))
    told.expect(409, "stale", who.act({**held, "epoch": 77}, "messages", n=2, text=made.text("stale message")))
    said = told.expect(200, "state", youth.ask(f"state?since={made.text('query')}")).json["messages"]
    assert [message["text"] for message in said] == [
        made.value("message"), made.value("message by form"), made.value("counsellor's message"),
    ]  # fmt: skip
    told.expect(200, "close", who.act(held, "close", reason="helped"))
    told.expect(200, "late", youth.ask("messages", {"n": 3, "text": made.text("late message")}))
    told.expect(409, "late", who.act(held, "messages", n=2, text=made.text("counsellor's late message")))
