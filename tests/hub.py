"""A running hub as its users see it: over HTTP, with the files that `make run` leaves. For tests and bench alike."""

from __future__ import annotations

import http.client
import itertools
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from ops.signer import Partner, Signed, compact, sign

__all__ = ["FICTION", "Answer", "Counsellor", "Hub", "Youth", "fiction"]

ALL_SCOPES = "handoff:create handoff:read handoff:cancel"
FICTION = "+33639980042"
"""One of the numbers that nobody has; for more than a few calls, or after an unsafe one, take ``fiction()``."""
_NUMBERS = itertools.count(secrets.randbelow(10_000))


def fiction() -> str:
    """Another number that nobody has, at each call."""
    return f"+3353649{next(_NUMBERS) % 10_000:04d}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Hub:
    """One running hub; each thread keeps its own connection. ``via``: a front of the caller's own before it."""

    def __init__(self, file: Path, via: str | None = None) -> None:
        self.facts: dict[str, Any] = json.loads(file.read_text())
        self.base = str(self.facts["base_url"])
        self._place = urlsplit(via or self.base).netloc
        self._local = threading.local()
        self._clients: dict[str, Any] = {}

    def aws(self, service: str) -> Any:
        """A client of the engine."""
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(
                service, endpoint_url=self.facts["engine_url"], region_name=self.facts["engine"]["region"],
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip
        return self._clients[service]

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; a connection the hub closed meanwhile is opened again."""
        for last in (False, True):
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(self._place, timeout=60)
                self._local.connection = connection
            try:
                connection.request(method, path, body, dict(headers or {}))
                answer = connection.getresponse()
                return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
            except (http.client.HTTPException, OSError):
                connection.close()
                self._local.connection = None
                if last:
                    raise
        raise AssertionError("unreachable")

    def send(self, signed: Signed, **headers: str) -> Answer:
        """Send a signed request."""
        return self.ask(signed.method, signed.path, signed.body, {**signed.headers, **headers})

    def sign(
        self, platform: str, method: str, path: str, body: Mapping[str, Any] | None = None, jti: str | None = None
    ) -> Signed:
        """Sign a request as the partner of ``platform``."""
        raw = None if body is None else compact(body)
        return sign(Partner.read(self.facts, platform), method, path, ALL_SCOPES, raw, jti=jti)

    def hand_over(self, platform: str = "tiktok", jti: str | None = None, **members: Any) -> Answer:
        """One handoff: a chat unless told otherwise."""
        body = {"platform": platform, "kind": "report", "session": "chat", "locale": "fr", **members}
        body = {name: value for name, value in body.items() if value is not None}
        return self.send(self.sign(platform, "POST", "/v1/handoffs", body, jti))

    def status(self, id: str, platform: str = "tiktok", **headers: str) -> Answer:
        """What the platform may know of it."""
        return self.send(self.sign(platform, "GET", f"/v1/handoffs/{id}"), **headers)

    def counsellor(self, username: str | None = None, password: str | None = None) -> Counsellor:
        """A counsellor signed in; one of the demo counsellors unless named."""
        known = self.facts["counsellors"][0]
        tokens = self.aws("cognito-idp").initiate_auth(
            ClientId=self.facts["oidc"]["client_id"], AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username or known["username"], "PASSWORD": password or known["password"]},
        )  # fmt: skip
        return Counsellor(self, tokens["AuthenticationResult"]["AccessToken"], username or known["username"])

    def new_counsellor(self, username: str) -> Counsellor:
        """A counsellor made for this test."""
        idp, pool = self.aws("cognito-idp"), self.facts["engine"]["user_pool"]
        password = self.password(username)
        idp.admin_create_user(UserPoolId=pool, Username=username, MessageAction="SUPPRESS", TemporaryPassword=password)
        idp.admin_set_user_password(UserPoolId=pool, Username=username, Password=password, Permanent=True)
        return self.counsellor(username, password)

    def password(self, username: str) -> str:
        """Of a demo counsellor, or of one made for a test."""
        known = {one["username"]: str(one["password"]) for one in self.facts["counsellors"]}
        return known.get(username) or f"Trial-{username}-3018".ljust(15, ".")

    def sweep(self) -> None:
        """Let the sweep run now instead of at the next minute."""
        self._minute("sweep_function")

    def reconcile(self) -> None:
        """Let the reconciler look at its next share now."""
        self._minute("reconcile_function")

    def _minute(self, function: str) -> None:
        answer = self.aws("lambda").invoke(
            FunctionName=self.facts["engine"][function],
            Payload=json.dumps({"id": "1", "source": "aws.events", "detail": {}, "resources": [], "version": "0",
                                "account": "0", "time": "", "region": "", "detail-type": ""}),
        )  # fmt: skip
        if "FunctionError" in answer:
            raise AssertionError(answer["Payload"].read())

    def rows(self, table: str | None = None) -> list[dict[str, Any]]:
        """Every raw item of a table."""
        pages = self.aws("dynamodb").get_paginator("scan").paginate(TableName=table or self.facts["table"])
        return [item for page in pages for item in page["Items"]]


@dataclass(frozen=True)
class Counsellor:
    """A counsellor with an access token."""

    hub: Hub
    token: str
    username: str

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One request to the desk; a POST when there is a body."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        raw = None if body is None else compact(body)
        return self.hub.ask("GET" if raw is None else "POST", f"/v1/desk/{path}", raw, headers)

    def claim(self, lane: str | None = None) -> dict[str, Any] | None:
        """The next session, or None."""
        answer = self.ask("claims", {"lane": lane} if lane else {})
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise AssertionError((answer.status, answer.body))
        session: dict[str, Any] = answer.json
        return session

    def act(self, session: Mapping[str, Any], verb: str, **members: Any) -> Answer:
        """Do something with a session this counsellor holds."""
        return self.ask(f"sessions/{session['id']}/{verb}", {"epoch": session["epoch"], **members})


class Youth:
    """A youth's browser: follows the link and keeps the cookie."""

    def __init__(self, hub: Hub, link: str) -> None:
        self.hub = hub
        opened = hub.ask("GET", urlsplit(link).path)
        if opened.status != 303:
            raise AssertionError((opened.status, opened.body))
        self.path = opened.headers["location"]
        self.cookie = opened.headers.get("set-cookie", "").split(";")[0]

    def ask(self, verb: str = "state", body: Mapping[str, Any] | None = None) -> Answer:
        """Read the page's state, or do something on it."""
        headers = {"Cookie": self.cookie, "Origin": self.hub.base, "Content-Type": "application/json"}
        raw = None if body is None else compact(body)
        return self.hub.ask("GET" if raw is None else "POST", f"{self.path}/{verb}", raw, headers)
