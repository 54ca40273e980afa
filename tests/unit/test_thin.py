"""The thin client over real connections: its answers, refusals and silences are those that the SDK would tell."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import trustme
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.retries.standard import ExponentialBackoff

from chalicelib.aws.connections import _trust
from chalicelib.aws.sigv4 import Credentials
from chalicelib.aws.thin import SERVICES, ThinClient

REGION = "eu-west-3"
Reply = Callable[["Service", BaseHTTPRequestHandler], None]


class Service:
    """A service on 127.0.0.1 that replies as it was told, one reply after the other; the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[tuple[Mapping[str, str], Any]] = []
        self.peers: set[int] = set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                service.peers.add(self.client_address[1])
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append((dict(self.headers), json.loads(body)))
                reply = service.replies.pop(0) if len(service.replies) > 1 else service.replies[0]
                reply(service, self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def thin(self, name: str = "dynamodb", *, within: float = 0.3, tries: int = 3) -> Any:
        return ThinClient(name, self.url, REGION, lambda: Credentials("id", "made-up"), within=within, tries=tries)

    def sdk(self, name: str = "dynamodb", *, within: float = 0.3, tries: int = 3) -> Any:
        config = Config(read_timeout=within, retries={"total_max_attempts": tries, "mode": "standard"})
        make: Any = boto3.client
        return make(
            name, REGION, endpoint_url=self.url, aws_access_key_id="id", aws_secret_access_key="made-up", config=config
        )


def says(status: int, body: Any, *, close: bool = False) -> Reply:
    def reply(_: Service, handler: BaseHTTPRequestHandler) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        if close:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(text)
        handler.close_connection = close

    return reply


def hangs_up(_: Service, handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def breaks_off(_: Service, handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"Item"')
    handler.close_connection = True


def sleeps(_: Service, handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)
    handler.close_connection = True


OK = says(200, {})
THROTTLED = says(400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits of the thin client are noted, not waited for."""
    waits: list[float] = []
    monkeypatch.setattr("chalicelib.aws.thin.sleep", waits.append)
    return waits


@contextmanager
def told() -> Iterator[list[Any]]:
    """The SDK's exception that is raised inside."""
    found: list[Any] = []
    try:
        yield found
    except (ClientError, BotoCoreError) as error:
        found.append(error)


def test_both_ask_the_same_and_read_the_same(service: Service) -> None:
    """Each kind of attribute; bytes go as base64 and come back as bytes, in items and inside of lists and maps."""
    item = {
        **KEY, "b": {"B": b"\x00\xff"}, "bs": {"BS": [b"a", b"\xfe"]}, "n": {"N": "1.50"}, "t": {"BOOL": True},
        "B": {"S": "a name like a type"}, "l": {"L": [{"B": b"x"}, {"M": {"B": {"B": b"y"}}}, {"NULL": True}]},
        "m": {"M": {"S": {"S": "é \u2028 \U0001f600"}, "BS": {"SS": ["a"]}}},
    }  # fmt: skip
    stored = json.loads(json.dumps(item, default=lambda raw: __import__("base64").b64encode(raw).decode()))
    service.replies = [says(200, {"Item": stored, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}})]
    for client in (service.thin(), service.sdk()):
        client.put_item(TableName="t", Item=item, ConditionExpression="attribute_not_exists(pk)")
        answer = client.get_item(TableName="t", Key=KEY, ConsistentRead=True)
        answer.pop("ResponseMetadata", None)
        assert answer == {"Item": item, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}
    (put, get, *theirs) = service.asked
    assert [body for _, body in theirs] == [put[1], get[1]]
    for (mine, _), (sdks, _) in zip((put, get), theirs, strict=True):
        for name in ("Content-Type", "X-Amz-Target", "Host"):
            assert mine[name] == sdks[name]


@pytest.mark.parametrize(
    ("name", "verb", "request_", "answer"),
    [
        ("kms", "decrypt", {"CiphertextBlob": b"\x01\x02", "EncryptionContext": {"session": "x"}},
         {"KeyId": "k", "Plaintext": "AAEC"}),
        ("kms", "generate_data_key", {"KeyId": "k", "KeySpec": "AES_256"},
         {"CiphertextBlob": "AQID", "Plaintext": "AAEC", "KeyId": "k"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"}, {"ARN": "a", "Name": "s", "SecretString": "words"}),
        ("cognito-idp", "admin_get_user", {"UserPoolId": "eu-west-3_a", "Username": "one"},
         {"Username": "one", "Enabled": True, "UserAttributes": [{"Name": "sub", "Value": "1"}]}),
    ],
)  # fmt: skip
def test_the_other_services_are_asked_and_read_alike(
    service: Service, name: str, verb: str, request_: dict[str, Any], answer: dict[str, Any]
) -> None:
    service.replies = [says(200, answer)]
    found = []
    for client in (service.thin(name), service.sdk(name)):
        said = getattr(client, verb)(**request_)
        said.pop("ResponseMetadata", None)
        found.append(said)
    assert found[0] == found[1]
    (mine, body), (sdks, theirs) = service.asked
    assert body == theirs
    assert (mine["Content-Type"], mine["X-Amz-Target"]) == (sdks["Content-Type"], sdks["X-Amz-Target"])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
               "message": "The conditional request failed", "Item": {"b": {"B": "AP8="}, "n": {"N": "7"}}}),
        (400, {"__type": "com.amazon.coral.validate#ValidationException", "message": "no such name"}),
        (400, {"__type": "ResourceNotFoundException", "Message": "Requested resource not found"}),
        (400, {"__type": "AccessDeniedException", "Message": "not yours"}),
        (400, {"message": "no type at all"}),
        (413, b"<html>too large</html>"),
        (404, b""),
    ],
)  # fmt: skip
def test_a_refusal_is_told_at_once_as_the_sdk_tells_it(service: Service, status: int, body: Any) -> None:
    service.replies = [says(status, body)]
    errors = []
    for client in (service.thin(), service.sdk()):
        with pytest.raises(ClientError) as caught:
            client.put_item(TableName="t", Item=KEY)
        errors.append(caught.value)
    assert len(service.asked) == 2
    mine, theirs = (error.response for error in errors)
    assert (mine["Error"]["Code"], mine.get("Item")) == (theirs["Error"]["Code"], theirs.get("Item"))
    assert errors[0].operation_name == errors[1].operation_name == "PutItem"


@pytest.mark.parametrize(
    "passing",
    [
        THROTTLED,
        says(500, {"__type": "InternalServerError"}),
        says(503, b"busy"),
        hangs_up,
        breaks_off,
        says(200, b"<html>no words of the service</html>"),
    ],
)
def test_what_may_pass_is_asked_again_and_not_for_ever(
    service: Service, passing: Reply, no_waiting: list[float]
) -> None:
    service.replies = [passing, passing, OK]
    assert service.thin().get_item(TableName="t", Key=KEY) == {}
    assert len(service.asked) == 3
    most = 1 if passing is THROTTLED else 0.025
    assert [0 <= wait <= bound for wait, bound in zip(no_waiting, (most, 2 * most), strict=True)] == [True, True]
    service.replies = [passing]
    with told() as found:
        service.thin(tries=2).get_item(TableName="t", Key=KEY)
    assert len(service.asked) == 5
    assert isinstance(found[0], (ConnectionClosedError, ClientError))


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("throttled", [True, False])
def test_the_longest_waits_are_those_of_the_sdk(
    service: Service, name: str, throttled: bool, no_waiting: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were a second for a broken connection, where the SDK's are some hundredths."""
    monkeypatch.setattr("chalicelib.aws.thin._CHANCE", SimpleNamespace(random=lambda: 1.0))
    service.replies = [THROTTLED if throttled else says(500, {"__type": "InternalServerError"})]
    with told() as found:
        service.thin(name).describe(A="b")
    context: Any = SimpleNamespace(http_response=None, attempt_number=0)
    detector: Any = SimpleNamespace(is_throttling_error_from_context=lambda _: throttled)
    sdk = ExponentialBackoff(random=lambda: 1.0, service_name=name, throttling_detector=detector)
    theirs = []
    for context.attempt_number in (1, 2):
        theirs.append(sdk.delay_amount(context))
    assert (no_waiting, type(found[0])) == (theirs, ClientError)


def test_what_tracing_adds_is_sent_and_not_signed(service: Service) -> None:
    """A load balancer may change a trace's header on the way; the service would compute another signature."""
    service.replies = [OK]
    around: Any = lambda *_: nullcontext({"X-Amzn-Trace-Id": "Root=1-0-0;Parent=0;Sampled=0"})  # noqa: E731
    who = Credentials("id", "made-up", "session")
    client = ThinClient("dynamodb", service.url, REGION, lambda: who, within=1, tries=1, around=around)
    client.get_item(TableName="t", Key=KEY)
    ((headers, _),) = service.asked
    assert headers["X-Amzn-Trace-Id"] == "Root=1-0-0;Parent=0;Sampled=0"
    signed = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0]
    assert signed == "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"


def test_silence_is_waited_for_as_long_as_said(service: Service) -> None:
    service.replies = [sleeps]
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        service.thin(within=0.1, tries=2).get_item(TableName="t", Key=KEY)
    assert len(service.asked) == 2
    assert time.monotonic() - began < 5  # not the SDK's own minute


def test_nobody_there_is_told_as_such() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = ThinClient("dynamodb", url, REGION, lambda: Credentials("id", "s"), within=0.1, tries=2)
        with pytest.raises(EndpointConnectionError):
            client.get_item(TableName="t", Key=KEY)


def test_one_connection_serves_one_request_after_the_other(service: Service) -> None:
    service.replies = [OK]
    client = service.thin()
    for _ in range(5):
        client.get_item(TableName="t", Key=KEY)
    assert len(service.peers) == 1


def test_a_connection_that_was_closed_while_nobody_asked_costs_no_try(
    service: Service, no_waiting: list[float]
) -> None:
    """A function that was frozen for minutes finds its connections closed by the other end."""
    service.replies = [says(200, {}, close=False)]
    client = service.thin(tries=1)
    client.get_item(TableName="t", Key=KEY)
    (connection,) = client._connections._idle
    connection.sock.shutdown(socket.SHUT_RD)  # as if the other end had closed
    client.get_item(TableName="t", Key=KEY)
    assert len(service.peers) == 2 and no_waiting == []


def test_threads_have_a_connection_each_while_they_ask(service: Service) -> None:
    gate = threading.Barrier(4)

    def together(_: Service, handler: BaseHTTPRequestHandler) -> None:
        gate.wait(5)
        OK(service, handler)

    service.replies = [together]
    client = service.thin(within=5)
    threads = [threading.Thread(target=client.get_item, kwargs={"TableName": "t", "Key": KEY}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.peers) == 4 and len(client._connections._idle) == 4


def test_what_json_cannot_say_is_a_mistake_of_ours_and_no_request(service: Service) -> None:
    with pytest.raises(TypeError, match="set has no form in JSON"):
        service.thin().put_item(TableName="t", Item={"a": {"SS": {"x"}}})
    assert service.asked == []


def test_every_service_has_an_sdk_model_that_speaks_so() -> None:
    for name, spoken in SERVICES.items():
        make: Any = boto3.client
        told = make(name, REGION).meta.service_model.metadata
        assert (told["protocol"], told["jsonVersion"], told["targetPrefix"]) == ("json", spoken.version, spoken.target)


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[trustme.CA]:
    """An authority that this process trusts, and no other."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    _trust.cache_clear()
    yield made
    _trust.cache_clear()


def over_tls(service: Service, signer: trustme.CA, *names: str) -> Any:
    """A client that looks for the service under ``localhost``, where it shows a certificate for the names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert(*names).configure_cert(context)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    url = f"https://localhost:{service.server.server_port}"
    return ThinClient("dynamodb", url, REGION, lambda: Credentials("id", "made-up"), within=1, tries=1)


def test_over_tls_the_services_certificate_is_checked(service: Service, authority: trustme.CA) -> None:
    service.replies = [OK]
    assert over_tls(service, authority, "localhost").get_item(TableName="t", Key=KEY) == {}


@pytest.mark.parametrize("stranger", ["another authority", "another name"])
def test_a_stranger_in_between_is_told_nothing(service: Service, authority: trustme.CA, stranger: str) -> None:
    service.replies = [OK]
    if stranger == "another name":
        client = over_tls(service, authority, "dynamodb.example")
    else:
        client = over_tls(service, trustme.CA(), "localhost")
    with pytest.raises(EndpointConnectionError):
        client.get_item(TableName="t", Key=KEY)
    assert service.asked == []
