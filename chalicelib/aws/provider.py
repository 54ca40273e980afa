"""The counsellors' OpenID Connect provider: its keys and token endpoint over HTTP, its directory through Cognito."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from chalicelib.aws.clients import Clients, translated
from chalicelib.ports import Clock
from chalicelib.problems import Problem

__all__ = ["CognitoProvider"]

KEYS_KEPT = 3_600_000
KEYS_ASKED_EVERY = 30_000
ENABLED_KEPT = 5_000
ENABLED_TRUSTED = 300_000
SILENT_FOR = 10_000
"""ms for which a silent directory is not asked again about those it has told of."""
TIMEOUT = 3
MOST_BYTES = 65_536


class CognitoProvider:
    """The port ``Provider`` for a Cognito user pool."""

    def __init__(
        self, clients: Clients, *, pool: str, client_id: str, jwks_url: str, token_url: str, clock: Clock
    ) -> None:
        self._clients, self._pool, self._client_id = clients, pool, client_id
        self._jwks_url, self._token_url, self._clock = jwks_url, token_url, clock
        self._keys: dict[str, Mapping[str, object]] = {}
        self._keys_at = 0
        self._enabled: dict[str, tuple[int, bool]] = {}
        self._silent_until = 0

    def key(self, kid: str) -> Mapping[str, object] | None:
        """The key; an unknown ``kid`` asks the provider again, at most every 30 s."""
        now = self._clock()
        age = now - self._keys_at
        if age >= KEYS_KEPT or (kid not in self._keys and age >= KEYS_ASKED_EVERY):
            answer = self._published()
            if answer is not None:
                self._keys = {str(one.get("kid")): one for one in answer.get("keys", ())}
            self._keys_at = now
        return self._keys.get(kid)

    def _published(self) -> dict[str, Any] | None:
        """The key set; None when the provider is silent and the keys known will do."""
        try:
            answer = _ask(self._jwks_url, None)
        except Problem:
            answer = None
        if answer is None and not self._keys:
            raise _silent()
        return answer

    def enabled(self, username: str, *, fresh: bool = False) -> bool:
        """Whether the counsellor is enabled: asked at most every 5 s, or now when ``fresh``.

        A silent provider is believed for 5 min more, and not waited for each time.
        """
        now = self._clock()
        known = self._enabled.get(username)
        silent = now < self._silent_until
        trusted = ENABLED_TRUSTED if silent else ENABLED_KEPT
        if known is not None and now - known[0] < trusted and (silent or not fresh):
            return known[1]
        try:
            answer = self._look_up(username)
        except Problem:
            self._silent_until = self._clock() + SILENT_FOR
            if known is None or now - known[0] >= ENABLED_TRUSTED:
                raise
            return known[1]
        self._enabled[username] = (now, answer)
        return answer

    def _look_up(self, username: str) -> bool:
        from botocore.exceptions import ClientError

        with translated():
            try:
                found = self._clients("cognito-idp").admin_get_user(UserPoolId=self._pool, Username=username)
            except ClientError as error:
                if error.response["Error"]["Code"] == "UserNotFoundException":
                    return False
                raise
        return bool(found.get("Enabled"))

    def sign_out(self, username: str) -> None:
        """Refresh tokens die; the provider's own cookie does where it lies, when that browser is led to its logout."""
        with translated():
            self._clients("cognito-idp").admin_user_global_sign_out(UserPoolId=self._pool, Username=username)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The access token; None when the provider refuses the code or the verifier, ``unavailable`` when silent."""
        form = {
            "grant_type": "authorization_code", "client_id": self._client_id, "code": code,
            "code_verifier": verifier, "redirect_uri": redirect_uri,
        }  # fmt: skip
        answer = _ask(self._token_url, urlencode(form).encode())
        token = (answer or {}).get("access_token")
        return token if isinstance(token, str) else None


def _silent() -> Problem:
    return Problem("unavailable", "The sign-in provider does not answer.", retry_after=5)


def _ask(url: str, form: bytes | None) -> dict[str, Any] | None:
    """The JSON object the provider answers; None when it refuses, problem ``unavailable`` when it is silent."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, data=form, headers={"Accept": "application/json"})  # noqa: S310 - from settings
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - from settings
            found = json.loads(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as refusal:
        if refusal.code >= 500:
            raise _silent() from None
        return None
    except (urllib.error.URLError, HTTPException, OSError, ValueError):
        raise _silent() from None
    return found if isinstance(found, dict) else None
