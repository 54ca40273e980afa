"""A newcomer's first hour: the programs of ``/docs``, downloaded from the running hub and run as the pages tell."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from standardwebhooks import Webhook

from chalicelib.pages.docs.listings import KINDS, samples
from local import node
from ops.signer import Partner, compact, sign
from tests.conftest import ROOT, Running, free_port
from tests.hub import Hub

PROGRAMS = {".sh": "bash", ".py": sys.executable, ".mjs": ""}
WALK = ["1  waiting", "2  connected", "3  closed"]
RECEIVERS = ("receive.py", "receive.mjs", "receive_by_hand.py", "receive_by_hand.mjs")
CHECKERS = {
    "whsec_": ("verify.sh",),
    "whpk_": ("verify.sh", "ed25519.py", "ed25519.mjs"),
}


@dataclass
class Desk:
    """The newcomer's folder, with a key and every sample in it, and the hub's operator beside it."""

    folder: Path
    running: Running
    hub: Hub
    port: int
    """Where the newcomer's own webhooks go; the page says 9000."""

    def command(self, name: str, *arguments: str) -> list[str]:
        """How a sample is started."""
        program = PROGRAMS[Path(name).suffix] or str(node.ensure() / node.INSIDE / "bin" / "node")
        return [program, name, *arguments]

    def start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a sample; what it prints can be read."""
        known = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
        return subprocess.Popen(
            self.command(name, *arguments), cwd=self.folder, env={**known, **environment}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, name: str, *arguments: str, stdin: str = "", **environment: str) -> tuple[int, str]:
        """Run a sample to its end: exit status and what it printed."""
        started = self.start(name, *arguments, **environment)
        said, _ = started.communicate(stdin, timeout=90)
        return started.returncode, said

    def operate(self, command: str) -> str:
        """What the operator types behind `make partner ARGS=`."""
        done = subprocess.run(
            [sys.executable, "-m", "ops.partner", *shlex.split(command)], cwd=ROOT, text=True, check=False,
            capture_output=True, env={**os.environ, "HUB_LOCAL": str(self.running.folder)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def told(self, start: str) -> str:
        """The command of the quickstart that starts so, as the page shows it."""
        found = re.search(rf"{start}.*", self.page("/docs"))
        assert found is not None
        return found[0]

    def page(self, path: str) -> str:
        """A page's words, without its markup."""
        return html.unescape(re.sub("<[^>]+>", "", self.hub.ask("GET", path).body.decode()))

    def partner(self, name: str, kind: str, port: int) -> list[str]:
        """Register one more partner of the sandbox with an endpoint; the secrets it is given."""
        key = self.folder / "public.pem"
        self.operate(f"add {name} --sandbox --platform my_app --kid key-1 --key {key}")
        return self.operate(f"webhook-set {name} --kind {kind} --url http://127.0.0.1:{port}/hooks").split()

    def hand_over(self, name: str, script: str) -> dict[str, Any]:
        """One handoff of that partner."""
        key = (self.folder / "private.pem").read_text()
        body = compact({"platform": "my_app", "kind": "call", "locale": "fr", "subject": f"sandbox:{script}"})
        partner = Partner(name, "key-1", "ES256", key, self.hub.base)
        answer = self.hub.send(sign(partner, "POST", "/v1/handoffs", "handoff:create", body))
        assert answer.status == 201, answer.body
        taken: dict[str, Any] = answer.json
        return taken


@pytest.fixture(scope="module")
def desk(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The first step of the quickstart, done as it says; and every sample downloaded."""
    made = Desk(tmp_path_factory.mktemp("newcomer"), running, running.hub, free_port())
    for start in ("openssl genpkey", "openssl pkey"):
        subprocess.run(shlex.split(made.told(start)), cwd=made.folder, check=True)
    registered = shlex.split(made.told("make partner ARGS=.add"))[2].removeprefix("ARGS=")
    made.operate(registered.replace("/path/to/public.pem", str(made.folder / "public.pem")))
    _, _, endpoint, _, file = shlex.split(made.told("make partner ARGS=.webhook-set"))
    secret = made.operate(endpoint.removeprefix("ARGS=").replace("9000", str(made.port)))
    (made.folder / Path(file).name).write_text(secret)
    for name in samples():
        answer = made.hub.ask("GET", f"/docs/samples/{name}")
        assert answer.headers["content-type"] == KINDS[Path(name).suffix].content_type
        (made.folder / name).write_bytes(answer.body)
    # `npm install jose` and `standardwebhooks`, as the page says; a module finds its packages in its own folder alone.
    (made.folder / "node_modules").symlink_to(node.ensure() / "node_modules")
    return made


@pytest.fixture(scope="module")
def delivered(desk: Desk) -> Iterator[dict[str, Any]]:
    """One real delivery, signed with both kinds of keys: its headers, its body, and the secrets."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secrets = desk.partner("both-app", "both", server.server_port)
    desk.hand_over("both-app", "left")
    for _ in range(1500):  # a new endpoint is known everywhere within a minute
        if came:
            break
        time.sleep(0.1)
    assert came
    yield {
        "headers": came[0][0],
        "body": came[0][1],
        "secrets": {secret.split("_")[0] + "_": secret for secret in secrets},
    }
    server.shutdown()


def lines(said: str) -> list[str]:
    """What was printed of each status: sequence and word."""
    return re.findall(r"^ho_\w{26}  (\d  \w+)$", said, re.MULTILINE)


def test_three_programs_hand_over_and_follow_the_status_without_a_setting(desk: Desk) -> None:
    started = {name: desk.start(name) for name in samples() if name.startswith("handoff.")}
    assert len(started) == 3
    for name, program in started.items():
        said, _ = program.communicate(timeout=90)
        assert (program.returncode, lines(said)) == (0, WALK), (name, said)
        assert re.search(rf"^ho_\w{{26}}  open this for the youth: {desk.hub.base}/y/\w+$", said, re.MULTILINE), name


def test_node_hands_over_without_a_package(desk: Desk) -> None:
    bare = desk.folder / "bare"
    bare.mkdir()
    for name, saved in {"sign_by_hand.mjs": "sign.mjs", "handoff.mjs": "handoff.mjs"}.items():
        (bare / saved).write_bytes((desk.folder / name).read_bytes())
    status, said = desk.run("bare/handoff.mjs")
    assert (status, lines(said)) == (0, WALK), said


@pytest.mark.parametrize("name", ["handoff.sh", "handoff.py", "handoff.mjs"])
def test_a_refusal_is_shown_with_its_reason(desk: Desk, name: str) -> None:
    status, said = desk.run(name, KID="another")
    assert status != 0
    assert '"code":"unauthorised"' in said
    assert "The key is not registered" in said


@pytest.mark.parametrize("name", ["sign.sh", "sign.py", "sign.mjs", "sign_by_hand.mjs"])
def test_every_token_of_many_is_good(desk: Desk, name: str) -> None:
    in_node = (
        f"import * as s from './{name}';"
        "for (let i = 0; i < 20; i++) console.log(await s.token('GET', '/v1/x', 'handoff:read', s.newJti()))"
    )
    calls = {
        ".sh": '. ./sign.sh; for i in {1..20}; do token GET /v1/x handoff:read "$(new_jti)"; echo; done',
        ".py": "from sign import *\nfor i in range(20): print(token('GET', '/v1/x', 'handoff:read', new_jti()))",
        ".mjs": in_node,
    }
    kind = Path(name).suffix
    option = ["--input-type=module", "-e"] if kind == ".mjs" else ["-c"]
    done = subprocess.run(
        [desk.command(name)[0], *option, calls[kind]], cwd=desk.folder, text=True, capture_output=True, check=True
    )
    tokens = done.stdout.split()
    assert len(set(tokens)) == 20
    public = (desk.folder / "public.pem").read_text()
    for token in tokens:
        assert len(base64.urlsafe_b64decode(token.split(".")[2] + "==")) == 64
        claims = jwt.decode(token, public, algorithms=["ES256"], audience=desk.hub.base)
        assert claims["iss"] == "my-app"
    answer = desk.hub.ask("GET", "/v1/handoffs/ho_" + "a" * 26, headers={"Authorization": f"Bearer {tokens[0]}"})
    assert answer.json["detail"] == "htu is not the request's path as published.", (
        "all that is checked before it is good"
    )


@pytest.mark.parametrize("name", ["card.py", "card.mjs"])
def test_the_fallback_card_is_checked_and_kept(desk: Desk, name: str) -> None:
    status, said = desk.run(name)
    assert status == 0, said
    assert re.findall(r"^fallback-(\w\w)\.html, version \d+: .+$", said, re.MULTILINE) == ["fr", "en"]
    for locale in ("fr", "en"):
        assert (desk.folder / f"fallback-{locale}.html").read_bytes() == desk.hub.ask(
            "GET", f"/v1/fallback-card/{locale}"
        ).body


def test_a_signature_with_small_numbers_is_filled_up_in_bash(desk: Desk) -> None:
    """A number begins with a zero byte once in 128 signatures, and is shorter then as openssl tells it."""
    for r, s in ((1, 2), (2**247, 2**255 + 5), (0xAB << 240, 0x7F << 248), (2**256 - 1, 2**8)):
        (desk.folder / "made.der").write_bytes(encode_dss_signature(r, s))
        program = """. ./sign.sh
            openssl() { if [ "$1" = dgst ]; then cat >/dev/null; cat made.der; else command openssl "$@"; fi; }
            printf signed | es256"""
        done = subprocess.run(["bash", "-c", program], cwd=desk.folder, capture_output=True, check=True)
        assert done.stdout == r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.mark.parametrize("name", RECEIVERS)
def test_a_receiver_takes_what_the_hub_sends(desk: Desk, name: str) -> None:
    port, id = free_port(), Path(name).stem.replace("_", "-") + Path(name).suffix.replace(".", "-")
    (secret,) = desk.partner(id, "hmac", port)
    receiver = desk.start(name, WEBHOOK_SECRET=secret, PORT=str(port))
    try:
        wait_for(port)
        send = partial(deliver, port, secret)
        assert send("ho_forged", 2, key="whsec_" + base64.b64encode(b"x" * 32).decode()) == 401
        assert send("ho_old", 2, age=400) == 401
        assert send("ho_future", 2, age=-400) == 401
        taken = desk.hand_over(id, "no_answer")
        heard = hear(receiver, r"(ho_\w{26})  (\d)  (\w+)", until="closed")
    finally:
        receiver.terminate()
        receiver.wait(10)
    assert {found[0] for found in heard} == {taken["id"]}
    # A status that a newer one overtook is not sent any more: some may be missing, never the last.
    steps = [("2", "waiting"), ("3", "connected"), ("4", "closed")]
    assert [found[1:] for found in heard] == [step for step in steps if step in {found[1:] for found in heard}]


@pytest.mark.parametrize("program", ["python receive.py", "node receive.mjs"])
def test_the_quickstart_starts_a_receiver_with_the_secret_in_the_file(desk: Desk, program: str) -> None:
    command = next(line for line in desk.page("/docs").split("\n") if line.endswith(program))
    command = command.replace("9000", str(desk.port)).replace(program, shlex.join(desk.command(program.split()[1])))
    receiver = subprocess.Popen(["bash", "-c", f"exec env {command}"], cwd=desk.folder, stdout=subprocess.DEVNULL)
    try:
        wait_for(desk.port)
        secret = (desk.folder / "webhook-secret").read_text().strip()
        assert secret.startswith("whsec_")
        assert deliver(desk.port, secret, "ho_" + "b" * 26, 2) == 204
    finally:
        receiver.terminate()
        receiver.wait(10)


@pytest.mark.parametrize("name", RECEIVERS)
def test_a_receiver_ignores_what_is_no_news(desk: Desk, name: str) -> None:
    port, secret = free_port(), "whsec_" + base64.b64encode(b"k" * 32).decode()
    receiver = desk.start(name, WEBHOOK_SECRET=secret, PORT=str(port))
    try:
        wait_for(port)
        for sequence in (2, 2, 4, 3, 4, 5):
            assert deliver(port, secret, "ho_" + "b" * 26, sequence) == 204
        assert deliver(port, secret, "ho_" + "b" * 26, 9, type="handoff.unheard_of") == 204
        heard = hear(receiver, r"ho_b{26}  (\d)  (\w+)", until="5")
    finally:
        receiver.terminate()
        receiver.wait(10)
    assert [found[0] for found in heard] == ["2", "4", "5"]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in CHECKERS.items() for name in names])
def test_a_checker_believes_a_real_delivery_and_no_other(
    desk: Desk, delivered: dict[str, Any], kind: str, name: str
) -> None:
    headers, body, secret = delivered["headers"], delivered["body"].decode(), delivered["secrets"][kind]
    id, at, signatures = (headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
    assert sorted(one.split(",")[0] for one in signatures.split(" ")) == ["v1", "v1a"]

    def check(*arguments: str, stdin: str = body) -> int:
        return desk.run(name, *arguments, stdin=stdin, WEBHOOK_SECRET=secret)[0]

    assert check(id, at, signatures) == 0
    assert check(id, at, " ".join(reversed(signatures.split(" ")))) == 0
    assert check(id, at, signatures, stdin=body.replace("left", "lost").replace("closed", "opened")) == 1
    assert check(id + "x", at, signatures) == 1
    assert check(id, str(int(at) - 1), signatures) == 1
    assert check(id, str(int(at) - 4000), signatures) == 1
    assert check(id, "now", signatures) == 1
    assert check(id, at, "v1,AAAA v1a,AAAA v2,") == 1
    assert check(id, at, "") == 1


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(100):
        try:
            deliver(port, "whsec_" + base64.b64encode(b"y" * 32).decode(), "ho_nobody", 2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the receiver does not listen")


def deliver(
    port: int, secret: str, id: str, sequence: int, *, key: str = "", age: int = 0, type: str = "handoff.status"
) -> int:
    """One delivery by the library's own hand; the answer's status."""
    import http.client
    from datetime import UTC, datetime, timedelta

    at = datetime.now(UTC) - timedelta(seconds=age)
    data = {"id": id, "status": "waiting", "sequence": sequence}
    body = json.dumps({"type": type, "timestamp": at.isoformat(), "data": data})
    headers = {
        "Content-Type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(key or secret).sign("msg_1", at, body),
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/hooks", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def hear(program: subprocess.Popen[str], pattern: str, *, until: str) -> list[tuple[str, ...]]:
    """The lines a program prints, taken apart, until one has that word."""
    heard: list[tuple[str, ...]] = []
    assert program.stdout is not None
    for line in program.stdout:
        found = re.fullmatch(pattern, line.strip())
        assert found is not None, line
        heard.append(found.groups())
        if until in found.groups():
            break
    return heard
