"""A complete run in which every value that somebody sends is a canary; each step asserts how it was answered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from os import environ
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ops.signer import Partner, compact, sign
from tests.canaries import Canaries
from tests.hub import ALL_SCOPES, Answer, Counsellor, Hub, Youth

__all__ = [
    "FORM", "HTML", "JSON", "Run", "be_called", "chat", "choose_and_leave", "hand_over", "register", "sign_in",
    "use_the_commands",
]  # fmt: skip

ROOT = Path(__file__).parents[2]
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HTML = {"Accept": "text/html"}


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

    @property
    def refused_by_the_hub(self) -> list[Answer]:
        """The refusals that the hub itself made, and neither the gateway nor the front."""
        return [answer for _, answer in self.refused if b'"instance"' in answer.body]

    def command(self, *arguments: str) -> str:
        """One of the operator's commands, on this hub; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env={**environ, "HUB_LOCAL": str(self.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (arguments[0], done.stderr)
        return done.stdout


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
    hub.aws("cognito-idp").admin_create_user(
        UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=password
    )
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
    connection = HTTPConnection(urlsplit(hub.base).netloc, timeout=60)
    connection.request("GET", f"{back.path}?{back.query}", None, {"Cookie": cookie})
    kept = connection.getresponse().headers.get_all("Set-Cookie") or []
    connection.close()
    (token,) = (one.split(";")[0].removeprefix("hub_desk=") for one in kept if one.startswith("hub_desk="))
    made.given("access token", token)
    desk = {"Cookie": f"hub_desk={token}"}
    told.ask(200, "GET", "/console", None, {**desk, **HTML})
    told.ask(303, "POST", "/console/logout", b"", {**desk, "Origin": hub.base})
    time.sleep(1.1)  # a sign-in of the same second would be over, too
    return hub.counsellor(name, password)


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
    number = told.canaries.number("youth's number", "+3363998####")
    wish = {"session": "callback", "number": number, "when": "now", "voicemail": "no"}
    told.expect(200, "another number", youth.ask("choose", wish))
    held = who.claim("callback")
    assert held is not None and held["report"]["contents"][1] == {
        "url": told.canaries.value("second url"), "content_id": None, "type": None,
    }  # fmt: skip
    assert told.expect(200, "reveal", who.act(held, "reveal")).json["number"] == number
    told.expect(200, "attempt", who.act(held, "attempts", outcome="answered"))
    told.expect(200, "a late choice", youth.ask("choose", wish))
    told.expect(200, "close", who.act(held, "close", reason="helped"))


def chat(told: Run, who: Counsellor) -> None:
    """Messages both ways, as JSON and as a form; late and skipped ones are refused."""
    made = told.canaries
    youth = enter(told, told.hub.hand_over().json["links"]["youth"], "chatting youth")
    held = who.claim("chat")
    assert held is not None
    told.expect(200, "youth's", youth.ask("messages", {"n": 1, "text": made.text("message", '« ça va » "{}" 😕\n<b>')}))
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


def choose_and_leave(told: Run) -> None:
    """The page without JavaScript: a form for a callback, then the quick exit; and a refused number."""
    made = told.canaries
    youth = enter(told, told.hub.hand_over(session=None).json["links"]["youth"], "leaving youth")
    page = told.ask(200, "GET", youth.path, None, {"Cookie": youth.cookie, **HTML}).body.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    made.given("form token", token[1])
    own = {"Cookie": youth.cookie, **FORM, **HTML}

    def post(status: int, verb: str, **form: str) -> None:
        told.ask(status, "POST", f"{youth.path}/{verb}", urlencode({"token": token[1], **form}).encode(), own)

    post(422, "choose", session="callback", number=made.number("British number", "020 7946 0###"), voicemail="yes")
    post(422, "choose", session="callback", number=made.number("long number", "(+33) 01.99.00.##.##.##"))
    post(303, "choose", session="callback", number=made.number("number by form", "02.61.91.##.##"), voicemail="yes")
    post(303, "choose", session="chat")
    post(400, "choose", session=made.text("no session", "{} 1"))
    post(200, "leave")
    gone = told.hub.ask("GET", youth.path, None, {"Cookie": youth.cookie, **HTML})
    assert gone.status in (200, 403, 410), gone.status


def use_the_commands(told: Run) -> None:
    """What the operator's commands print on their own terminal reaches no log either."""
    answer = json.loads(told.command("ops.handoff", "messenger", "call"))
    told.canaries.given("command's code", answer["links"]["youth"].rsplit("/", 1)[1])
    name = told.hub.facts["counsellors"][0]["username"]
    told.canaries.given("command's token", told.command("ops.counsellor", name).strip())
