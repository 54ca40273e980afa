"""`make run` as those meet it who start it: its file, its commands, its simulator, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, Running
from tests.hub import Hub


def command(running: Running, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of ours against the running hub."""
    environment = {**os.environ, "HUB_LOCAL": str(running.folder)}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_file_says_what_tools_and_tests_need(running: Running, hub: Hub) -> None:
    facts = hub.facts
    assert facts["audience"] == facts["base_url"] == f"http://127.0.0.1:{running.port}"
    assert {one["id"]: sorted(one["platforms"]) for one in facts["partners"]} == {
        "tiktok": ["tiktok"],
        "meta": ["instagram", "messenger"],
        "sandbox": ["sandbox_app"],
    }
    for partner in facts["partners"]:
        key = Path(partner["private_key"])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert partner["alg"] == "ES256"
    assert len(facts["counsellors"]) == 3
    assert facts["oidc"]["issuer"].endswith(facts["engine"]["user_pool"])
    for name in ("console_url", "simulator_url", "docs_url"):
        assert facts[name].startswith(facts["base_url"])
    assert stat.S_IMODE((running.folder / "hub.json").stat().st_mode) == 0o600


def test_the_token_command_prints_a_token_alone_on_its_line(running: Running, hub: Hub) -> None:
    done = command(running, "ops.counsellor", "supervisor-1")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert hub.ask("GET", "/v1/desk/queue", headers={"Authorization": f"Bearer {line}"}).status == 200
    assert command(running, "ops.counsellor", "nobody").returncode == 2


def test_the_handoff_command_sends_one_and_prints_the_answer(running: Running) -> None:
    done = command(running, "ops.handoff", "messenger", "call")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["session"]) == ("accepted", None)


def test_the_operator_learns_why_a_token_was_refused(running: Running, hub: Hub) -> None:
    refused = hub.ask(
        "POST", "/v1/handoffs", b"{}", {"Authorization": "Bearer a.b.c", "Content-Type": "application/json"}
    )
    assert refused.status == 401
    for _ in range(20):
        done = command(running, "ops.partner", "why", refused.json["request_id"])
        if done.returncode == 0:
            break
        time.sleep(0.5)
    assert "not_canonical" in done.stdout
    assert command(running, "ops.partner", "why", "unknown").returncode == 1


def test_paths_that_do_not_exist_and_methods_that_are_not_there_are_problems(hub: Hub) -> None:
    for method, path in (("GET", "/v2/handoffs"), ("DELETE", "/v1/handoffs"), ("GET", "/.env")):
        answer = hub.ask(method, path, headers={"Accept": "application/json"})
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["code"] == "not_found"
        assert answer.json["status"] == 404
        assert path not in answer.body.decode()


def test_a_tap_in_the_simulator_opens_the_youths_page_and_shows_the_status(hub: Hub) -> None:
    page = hub.ask("GET", "/simulator")
    assert page.status == 200
    for name in ("simulator.css", "simulator.js"):
        assert f"/simulator/static/{name}" in page.body.decode()
        assert hub.ask("GET", f"/simulator/static/{name}").status == 200
    sent = {"Content-Type": "application/json"}
    tapped = hub.ask("POST", "/simulator/tap", b'{"phone": "tiktok"}', sent)
    assert tapped.status == 201
    assert hub.ask("GET", urlsplit(tapped.json["youth"]).path).status == 303
    for _ in range(40):
        known = hub.ask("GET", "/simulator/handoffs").json["handoffs"][0]
        if known["reads"] >= 2:
            break
        time.sleep(0.25)
    assert known["id"] == tapped.json["handoff"]["id"]
    assert [change["status"] for change in known["changes"]] == ["waiting"]
    assert known["unchanged"] >= 1


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"[]", {}, 400),
        (b'{"phone": "fax"}', {}, 400),
        (b'{"phone": "tiktok", "session": "video"}', {}, 400),
        (b'{"phone": "tiktok"}', {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_tap_that_is_none_is_refused(hub: Hub, body: bytes, headers: dict[str, str], status: int) -> None:
    sent = {"Content-Type": "application/json", **headers}
    assert hub.ask("POST", "/simulator/tap", body, sent).status == status


def test_a_taken_port_and_a_taken_folder_are_told_in_one_sentence(running: Running, tmp_path: Path) -> None:
    for folder, sentence in (
        (tmp_path, f"port {running.port} on 127.0.0.1 is taken"),
        (running.folder, "runs already"),
    ):
        environment = {**os.environ, "HUB_LOCAL": str(folder), "PORT": str(running.port)}
        done = subprocess.run(
            [sys.executable, "-m", "local.run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    assert (running.folder / "hub.json").exists()


def test_stopped_twice_killed_or_left_by_its_engine_it_keeps_what_was_taken(tmp_path: Path) -> None:
    running = Running(tmp_path / "hub")
    first = running.hub.hand_over().json["id"]

    # Twice: the second signal must not cut the saving short.
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert running.stop() == 0
    assert not (running.folder / "hub.json").exists()

    # Killed: the engine saves by itself when its runner is gone.
    second_hub = running.start()
    assert second_hub.facts["instance"] != running.hub.facts["instance"]
    second = second_hub.hand_over().json["id"]
    running.process.kill()
    running.process.wait()
    (running.folder / "hub.json").unlink()

    # Left by its engine: it says so and ends, and what was saved before is there.
    third_hub = running.start()
    for id in (first, second):
        assert third_hub.status(id).status == 200
    os.kill(third_hub.facts["engine"]["pid"], signal.SIGKILL)
    assert running.process.wait(timeout=60) == 1
    assert "the engine stopped by itself" in running.output.read_text()
    assert not (running.folder / "hub.json").exists()
