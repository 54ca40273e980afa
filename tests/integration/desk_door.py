"""The doors over a fresh house, with a provider whose tokens the tests sign: who comes in, and with which cookie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from chalice.test import HTTPResponse

from chalicelib import wiring
from chalicelib.aws import provider
from chalicelib.aws.clients import Clients
from chalicelib.doors.cookies import DESK, SIGNIN, cookie_name
from chalicelib.wiring import assemble
from tests.corpus.recipe import sign
from tests.integration.conftest import House
from tests.unit.test_identity_counsellor import KEY, jwk_of

__all__ = ["Pool", "Premises", "build", "set_cookies"]


@dataclass
class Pool:
    """The provider's directory, as far as the hub asks it. ``fault`` is the error code it answers, if any."""

    enabled: dict[str, bool] = field(default_factory=lambda: {"counsellor-1": True, "supervisor-1": True})
    signed_out: list[str] = field(default_factory=list)
    fault: str = ""

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has them
        self._answer(UserPoolId)
        if Username not in self.enabled:
            raise ClientError({"Error": {"Code": "UserNotFoundException"}}, "AdminGetUser")
        attributes = [{"Name": "sub", "Value": f"sub-{Username}"}]
        return {"Enabled": self.enabled[Username], "UserAttributes": attributes}

    def admin_disable_user(self, *, UserPoolId: str, Username: str) -> None:  # noqa: N803
        self._answer(UserPoolId)
        self.enabled[Username] = False

    def admin_user_global_sign_out(self, *, UserPoolId: str, Username: str) -> None:  # noqa: N803
        self._answer(UserPoolId)
        self.signed_out.append(Username)

    def _answer(self, pool: str) -> None:
        assert pool == "pool"
        if self.fault:
            raise ClientError({"Error": {"Code": self.fault}}, "x")


class _Clients(Clients):
    """AWS's, but for the provider's."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._made["cognito-idp"] = pool


@dataclass
class Premises:
    """A hub at its doors. ``house`` is the process that answers."""

    house: House
    http: Any
    monkeypatch: pytest.MonkeyPatch
    pool: Pool = field(default_factory=Pool)

    def serve(self, house: House | None = None, **changed: Any) -> House:
        """From now on another process answers: that one, or a new one with changed settings."""
        if house is None:
            settings = replace(self.house.settings, **changed)
            desk = assemble(settings, clock=self.house.clock, clients=_Clients(self.pool))
            house = replace(self.house, desk=desk, settings=settings)
        self.house = house
        self.monkeypatch.setattr(wiring, "desk", lambda: house.desk)
        self.monkeypatch.setattr(wiring, "settings", lambda: house.settings)
        return house

    def token(self, username: str = "counsellor-1", *groups: str, **changed: Any) -> str:
        """What the provider gives at a sign-in now."""
        now = self.house.clock.now // 1000
        claims = {
            "sub": f"sub-{username}", "iss": "https://issuer", "client_id": "client", "token_use": "access",
            "auth_time": now, "iat": now, "exp": now + 3600, "username": username, "cognito:groups": list(groups),
        }  # fmt: skip
        return sign({"alg": "RS256", "kid": "p1"}, {**claims, **changed}, KEY)

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *,
        cookies: Mapping[str, str] | None = None, **headers: str,
    ) -> HTTPResponse:  # fmt: skip
        """One request of a page of ours, unless the headers say otherwise."""
        jar = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        sent = {"Origin": self.house.settings.base_url, "Content-Type": "application/json", "Cookie": jar}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b"" if body is None else json.dumps(body).encode()
        answer: HTTPResponse = self.http.request(method, path, headers=sent, body=raw)
        return answer

    def at_desk(self, token: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, str]:
        """Status and problem code of one request with the console's cookie."""
        cookies = {cookie_name(DESK, self.house.settings): token}
        answer = self.ask(method, f"/v1/desk/{path}", body, cookies=cookies)
        code = json.loads(answer.body).get("code", "") if answer.body else ""
        return answer.status_code, code

    def logout(self, token: str) -> HTTPResponse:
        """The console's button."""
        return self.ask("POST", "/console/logout", cookies={cookie_name(DESK, self.house.settings): token})

    def come_back(self, token: str, *, cookies: Mapping[str, str] | None = None, state: str = "") -> HTTPResponse:
        """Through the provider, which gives ``token`` for the code; ``cookies`` are what the browser has besides."""
        login = self.ask("GET", "/console/login")
        asked = parse_qs(urlsplit(str(login.headers["Location"])).query)
        (begun,) = set_cookies(login)
        mine = {cookie_name(SIGNIN, self.house.settings): begun.partition("=")[2].partition(";")[0]}
        self.monkeypatch.setattr(self.house.desk.provider, "exchange", lambda *_: token)
        query = f"code=c&state={state or asked['state'][0]}"
        return self.ask("GET", f"/console/callback?{query}", cookies={**mine, **(cookies or {})})


def build(house: House, http: Any, monkeypatch: pytest.MonkeyPatch) -> Premises:
    """A hub whose provider knows ``counsellor-1`` and ``supervisor-1``."""
    monkeypatch.setattr(provider, "_ask", lambda _url, _form: {"keys": [jwk_of(KEY)]})
    made = Premises(house, http, monkeypatch)
    made.serve()
    return made


def set_cookies(answer: HTTPResponse) -> list[str]:
    """Every Set-Cookie header."""
    found: Any = answer.headers.get("Set-Cookie", [])
    return list(found) if isinstance(found, list) else [str(found)]
