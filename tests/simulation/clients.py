"""Clients for an AWS in memory: what ``wiring.assemble(clients=…)`` takes in place of AWS's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.clients import Clients
from tests.simulation.dynamo import Dynamo
from tests.simulation.refusals import refuse

__all__ = ["Around", "Cognito", "FakeClients", "Kms", "Lambda", "Secrets"]

Around = Callable[[str, str, Mapping[str, Any], Callable[[], Any]], Any]
"""Stands around each call: service, verb, request, and what does it. It may fail before it, after it, or both."""


class Kms:
    """Wraps data keys: who unwraps must name the same context."""

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[str, dict[str, str], bytes]] = {}

    def generate_data_key(self, *, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        """A new key, in clear and wrapped."""
        if KeySpec != "AES_256":
            raise NotImplementedError(f"KeySpec={KeySpec}")
        plain, wrapped = os.urandom(32), os.urandom(48)
        self._keys[wrapped] = (KeyId, dict(EncryptionContext), plain)
        return {"Plaintext": plain, "CiphertextBlob": wrapped, "KeyId": KeyId}

    def decrypt(self, *, CiphertextBlob: bytes, KeyId: str, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        """The key in clear."""
        key, context, plain = self._keys.get(bytes(CiphertextBlob), ("", {}, b""))
        if not plain or context != EncryptionContext:
            raise refuse("InvalidCiphertextException", "", "Decrypt")
        if key != KeyId:
            raise refuse("IncorrectKeyException", "The key is another one", "Decrypt")
        return {"Plaintext": plain, "KeyId": KeyId}


class Secrets:
    """Secrets by name or ARN; the test puts them there."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        """The text."""
        if SecretId not in self.texts:
            raise refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "Get")
        return {"Name": SecretId, "SecretString": self.texts[SecretId]}


class Cognito:
    """Counsellors by username: enabled or not, and who was signed out."""

    def __init__(self) -> None:
        self.enabled: dict[str, bool] = {}
        self.signed_out: list[str] = []

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:
        """The counsellor."""
        if Username not in self.enabled:
            raise refuse("UserNotFoundException", f"User does not exist in {UserPoolId}.", "AdminGetUser")
        return {"Username": Username, "Enabled": self.enabled[Username]}

    def admin_user_global_sign_out(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:
        """Remember it."""
        self.admin_get_user(UserPoolId=UserPoolId, Username=Username)
        self.signed_out.append(Username)
        return {}


class Lambda:
    """Remembers what was started, for whoever runs it."""

    def __init__(self) -> None:
        self.invoked: list[tuple[str, bytes]] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        """Start a function without waiting for its answer."""
        if InvocationType != "Event":
            raise NotImplementedError(f"InvocationType={InvocationType}")
        self.invoked.append((FunctionName, Payload))
        return {"StatusCode": 202}


class _Known(Clients):
    """Clients that are there already, and no others."""

    def __init__(self, made: Mapping[str, Any]) -> None:
        super().__init__()
        self._made = dict(made)

    def __call__(self, service: str) -> Any:
        """The client of ``service``."""
        if service not in self._made:
            raise NotImplementedError(f"the service {service}")
        return self._made[service]


class FakeClients(_Known):
    """One fake per service. ``around`` stands around every call of every service."""

    def __init__(
        self, dynamodb: Dynamo, *, secrets: Mapping[str, str], around: Around | None = None, kms: Kms | None = None
    ) -> None:
        self.dynamodb, self.secrets, self.kms = dynamodb, Secrets(secrets), kms or Kms()
        self.cognito, self.functions = Cognito(), Lambda()
        self._fakes = {
            "dynamodb": dynamodb, "kms": self.kms, "secretsmanager": self.secrets, "cognito-idp": self.cognito,
            "lambda": self.functions,
        }  # fmt: skip
        super().__init__(self._fakes if around is None else _watched(self._fakes, around))

    def through(self, around: Around) -> Clients:
        """The same fakes as another process sees them."""
        return _Known(_watched(self._fakes, around))


def _watched(fakes: Mapping[str, Any], around: Around) -> dict[str, Any]:
    return {service: _Watched(service, fake, around) for service, fake in fakes.items()}


class _Watched:
    """A fake whose calls pass through somebody else's hands."""

    def __init__(self, service: str, fake: Any, around: Around) -> None:
        self._service, self._fake, self._around = service, fake, around

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._fake, verb)
        if verb == "exceptions":
            return found

        def call(**request: Any) -> Any:
            return self._around(self._service, verb, request, lambda: found(**request))

        return call
