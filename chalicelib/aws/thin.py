"""A thin client for AWS services that speak JSON over one POST: the calls, answers and errors of the SDK's own client.

The SDK's client takes more than half of a cold start and of a warm request; docs/decisions/0017-thin-client.md says
what this one gains and leaves out. The SDK is its judge in tests.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import sleep, time
from typing import Any

from chalicelib.aws.connections import Answer, Connections, Unreachable
from chalicelib.aws.sigv4 import Credentials, signed

__all__ = ["SERVICES", "Around", "ThinClient"]

Around = Callable[[str, str, Mapping[str, Any]], AbstractContextManager[Mapping[str, str]]]
"""What stands around one call (service, operation, parameters), such as tracing. It may add headers."""


@dataclass(frozen=True)
class Service:
    """How a service is spoken to: the prefix of its operations, its JSON version, and its members that are bytes.

    ``wait``: how long the first wait is at most when it was silent or at fault (s).
    """

    target: str
    version: str = "1.1"
    blobs: tuple[str, ...] = ()
    wait: float = 0.05


SERVICES = {
    "dynamodb": Service("DynamoDB_20120810", "1.0", wait=0.025),
    "kms": Service("TrentService", blobs=("Plaintext", "CiphertextBlob")),
    "secretsmanager": Service("secretsmanager", blobs=("SecretBinary",)),
    "cognito-idp": Service("AWSCognitoIdentityProviderService"),
}
# Refusals that may pass by themselves, and how long the first wait is at most (s), as in the SDK's standard mode.
_THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "TransactionInProgressException",
    }
)  # fmt: skip
_PASSING = _THROTTLES | {"RequestTimeout", "RequestTimeoutException"}
_FAULTS = frozenset({500, 502, 503, 504})
_WAIT_THROTTLED = 1.0
_CHANCE = random.SystemRandom()  # instances restored from one snapshot must not all wait alike


class ThinClient:
    """A client of one service. Its methods are the service's operations in the SDK's spelling (``put_item``).

    Each takes the SDK's parameters and gives the SDK's answer, without ``ResponseMetadata``; moments stay numbers of
    seconds. A refusal is the SDK's ``ClientError``; silence is its ``EndpointConnectionError``,
    ``ConnectTimeoutError``, ``ReadTimeoutError`` or ``ConnectionClosedError``.
    """

    def __init__(
        self, name: str, url: str, region: str, who: Callable[[], Credentials], *, within: float, tries: int,
        around: Around | None = None,
    ) -> None:  # fmt: skip
        self._name, self._service, self._region, self._who = name, SERVICES[name], region, who
        self._url, self._connections = url, Connections(url, within=within)
        self._tries, self._around = tries, around or _nothing

    def __getattr__(self, verb: str) -> Callable[..., dict[str, Any]]:
        """The operation of that name, kept for the next call."""
        if verb.startswith("_"):
            raise AttributeError(verb)
        operation = "".join(word.capitalize() for word in verb.split("_"))

        def call(**parameters: Any) -> dict[str, Any]:
            body = json.dumps(parameters, default=_base64, separators=(",", ":")).encode()
            with self._around(self._name, operation, parameters) as more:
                return self._ask(operation, body, more)

        self.__dict__[verb] = call
        return call

    def _ask(self, operation: str, body: bytes, more: Mapping[str, str]) -> dict[str, Any]:
        """Ask until it is answered or the tries are used up: again after silence, a throttle, or a fault over there.

        A timed-out write is unknown, not failed. What must not be done twice has a condition by which the second one
        finds the first.
        """
        for attempt in range(self._tries):
            last, wait = attempt == self._tries - 1, self._service.wait
            try:
                answer = self._once(operation, body, more)
                if answer.status < 300:
                    return self._read(answer.body)
            except OSError as silence:
                if last:
                    raise self._silence(silence) from silence
            else:
                refusal = _refusal(answer)
                code = refusal["Error"]["Code"]
                if last or not (answer.status in _FAULTS or code in _PASSING):
                    from botocore.exceptions import ClientError

                    raise ClientError(refusal, operation)  # type: ignore[arg-type]
                wait = _WAIT_THROTTLED if code in _THROTTLES else wait
            sleep(_CHANCE.random() * wait * 2**attempt)
        raise AssertionError("unreachable")

    def _once(self, operation: str, body: bytes, more: Mapping[str, str]) -> Answer:
        headers = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "X-Amz-Target": f"{self._service.target}.{operation}",
        }
        headers = signed(
            headers, body, self._who(), host=self._connections.host, region=self._region, service=self._name, now=time()
        )
        # What is added is not signed: a load balancer on the way may change a trace's header.
        return self._connections.post(body, {**headers, **more})

    def _read(self, body: bytes) -> dict[str, Any]:
        hook = _attribute if self._name == "dynamodb" else None
        try:
            answer: dict[str, Any] = json.loads(body or b"{}", object_hook=hook)
        except ValueError:
            raise ConnectionError("no JSON") from None  # not the service's words: as good as silence
        for name in self._service.blobs:
            if name in answer:
                answer[name] = base64.b64decode(answer[name])
        return answer

    def _silence(self, fault: OSError) -> Exception:
        from botocore.exceptions import (
            ConnectionClosedError,
            ConnectTimeoutError,
            EndpointConnectionError,
            ReadTimeoutError,
        )

        if isinstance(fault, Unreachable):
            timed_out = isinstance(fault.__cause__, TimeoutError)
            return (ConnectTimeoutError if timed_out else EndpointConnectionError)(endpoint_url=self._url)
        return (ReadTimeoutError if isinstance(fault, TimeoutError) else ConnectionClosedError)(endpoint_url=self._url)


def _nothing(_service: str, _operation: str, _parameters: Mapping[str, Any]) -> AbstractContextManager[dict[str, str]]:
    return nullcontext({})


def _base64(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _attribute(members: dict[str, Any]) -> dict[str, Any]:
    """Bytes of an attribute. Only an attribute's value has one member whose name is its type and a text inside."""
    if len(members) == 1:
        if isinstance(members.get("B"), str):
            return {"B": base64.b64decode(members["B"])}
        if isinstance(members.get("BS"), list):
            return {"BS": [base64.b64decode(one) for one in members["BS"]]}
    return members


def _refusal(answer: Answer) -> dict[str, Any]:
    """The refusal as the SDK tells it; what is no JSON came from something between us and the service."""
    try:
        told = json.loads(answer.body, object_hook=_attribute)
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    # Of the type only the name counts: a namespace and a # may stand before it, a colon and an address behind it.
    code = str(told.pop("__type", None) or told.pop("code", None) or answer.status).split(":")[0].rsplit("#")[-1]
    message = told.pop("message", None) or told.pop("Message", None) or ""
    return {**told, "Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": answer.status}}
