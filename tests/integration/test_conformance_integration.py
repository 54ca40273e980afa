"""Part 2 of the kit catches every broken partner: the reference, broken in one place, fails the check made for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.checks import Failed, run
from conformance.integration.faults import problem
from tests.conformance_stage import SmallHub, Theatre, named, small_hub

Change = tuple[str, str]

NEW_JTI = ("status, pause, answer = send(body, jti,", "status, pause, answer = send(body, secrets.token_urlsafe(24),")
GIVES_UP = ("        backoff *= 2\n", '        return {"outcome": "fallback"}\n')
BLIND = ("if status < 500 and status != 429:", "if False:")
STUBBORN = ("if status < 500 and status != 429:", "if status < 500 and backoff > 0.5:")
PICKY = (
    'return {"outcome": "taken"',
    'return {} if set(answer) - {"id", "status", "links"} else {"outcome": "taken"',
)
FRAIL = ("return answer.status, 0.0, {}", "raise")
HASTY = ("max(pause, backoff)", "0.01")
PATIENT = ("min(0.7, left)", "None")
ENDLESS = ("LONGEST = 2.5", "LONGEST = 1e9")
CRASHES = ('    return {"outcome": "fallback"}', '    raise SystemExit("no hub")')
VAGUE = ('answer.get("code", str(status))', '"error"')
NARROW = ('answer.get("code", str(status))', '{"bad_request": "bad_request"}[answer["code"]]')
FIXED_JTI = ("jti = secrets.token_urlsafe(24)", 'jti = "always-the-same-jti"')
OTHER_BODY = ("PATH, body, headers)", "PATH, body + secrets.token_bytes(4), headers)")


@pytest.fixture(scope="module")
def hub() -> Iterator[SmallHub]:
    yield from small_hub()


@pytest.fixture
def theatre(tmp_path: Path, hub: SmallHub) -> Theatre:
    return Theatre(tmp_path, hub)


def test_the_reference_passes_everything(theatre: Theatre) -> None:
    results = run(named(theatre.stage()).values(), lambda _: None)
    assert {one.check.name: (one.saw, one.fix) for one in results if one.result != "passed"} == {}


@pytest.mark.parametrize(
    ("change", "name", "word"),
    [
        (NEW_JTI, "lost_reply", "another jti"),
        (NEW_JTI, "reset", "another jti"),
        (NEW_JTI, "unavailable", "another jti"),
        (NEW_JTI, "bad_gateway", "another jti"),
        (NEW_JTI, "unknown_failure", "another jti"),
        (NEW_JTI, "dead", "another jti"),
        (GIVES_UP, "lost_reply", "fallback"),
        (GIVES_UP, "reset", "fallback"),
        (GIVES_UP, "unavailable", "fallback"),
        (GIVES_UP, "unknown_failure", "fallback"),
        (OTHER_BODY, "reset", "body"),
        (HASTY, "unavailable", "Retry-After"),
        (FRAIL, "bad_gateway", "nothing"),
        (PATIENT, "hanging", "running"),
        (ENDLESS, "dead", "running"),
        (CRASHES, "dead", "no hub"),
        (BLIND, "refused_400", "fallback"),
        (BLIND, "refused_401", "fallback"),
        (BLIND, "refused_403", "fallback"),
        (BLIND, "refused_422", "fallback"),
        (BLIND, "unknown_refusal", "fallback"),
        (STUBBORN, "refused_401", "4 requests"),
        (VAGUE, "refused_403", "error"),
        (NARROW, "unknown_refusal", "KeyError"),
        (PICKY, "unknown_members", "{}"),
        (('"youth": answer["links"]["youth"]', '"youth": "https://elsewhere.example"'), "plain", "link"),
        (('"id": answer["id"]', '"id": "1"'), "plain", "not 1"),
        (("sys.stdin.buffer.read()", 'b"{}"'), "plain", "body"),
        (("print(json.dumps(", "str(json.dumps("), "plain", "nothing"),
        (('"outcome": "taken"', '"outcome": "done"'), "plain", "done"),
        (('PATH = "/v1/handoffs"', 'PATH = "/handoffs"'), "plain", "POST /v1/handoffs"),
    ],
)  # fmt: skip
def test_a_broken_integration_fails(theatre: Theatre, change: Change, name: str, word: str) -> None:
    with pytest.raises(Failed) as failed:
        named(theatre.stage(change))[name].run()
    assert word in failed.value.saw + failed.value.fix
    assert failed.value.fix


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('"exp": now + 120', '"exp": now + 900'), "exp"),
        (("hashlib.sha256(body)", "hashlib.sha256(body + b' ')"), "digest"),
        (('os.environ["HUB_AUDIENCE"]', 'os.environ["HUB_URL"]'), "aud"),
        (('"htu": PATH', '"htu": os.environ["HUB_URL"] + PATH'), "htu"),
        (('"htm": "POST"', '"htm": "post"'), "htm"),
        (('"iss": os.environ["PARTNER_ID"]', '"iss": "me"'), "iss"),
        (('"typ": "handoff+jwt"', '"typ": "JWT"'), "typ"),
        (('"kid": os.environ["KID"]', '"kid": "k"'), "kid"),
        (('f"Bearer {token(body, jti)}"', 'f"Basic {token(body, jti)}"'), "Bearer"),
        (('jwt.encode(claims, key, "ES256"', 'jwt.encode(claims, "x" * 32, "HS256"'), "KEY_FILE"),
    ],
)
def test_a_token_beside_the_recipe_fails(theatre: Theatre, change: Change, word: str) -> None:
    stage = theatre.stage(change)
    stage.play(lambda _: problem(400, "bad_request", "No"))
    with pytest.raises(Failed) as failed:
        named(stage)["recipe"].run()
    assert word in failed.value.saw + failed.value.fix


def test_one_jti_for_two_children_fails(theatre: Theatre) -> None:
    checks = named(stage := theatre.stage(FIXED_JTI))
    for _ in range(2):
        checks["plain"].run()
    assert len(stage.plays) == 2
    with pytest.raises(Failed, match="same jti"):
        checks["unique_jti"].run()


def test_a_program_that_cannot_be_started_is_told(theatre: Theatre) -> None:
    with pytest.raises(Failed, match="could not be started"):
        named(theatre.stage_of("/nonexistent/program"))["plain"].run()


def test_a_program_that_sends_nothing_is_told_and_its_own_words_are_shown(theatre: Theatre) -> None:
    checks = named(theatre.stage_of(f"{sys.executable} -c \"raise SystemExit('no key here')\""))
    with pytest.raises(Failed, match="no key here"):
        checks["plain"].run()
    results = run(checks.values(), lambda _: None)
    assert {one.result for one in results} == {"failed", "not_tried"}


def test_what_hangs_is_ended_with_its_children(theatre: Theatre, tmp_path: Path) -> None:
    told = tmp_path / "child"
    program = tmp_path / "parent.sh"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {told}\nwait\n")
    program.chmod(0o755)
    with pytest.raises(Failed, match="still running"):
        named(theatre.stage_of(str(program)))["plain"].run()
    child = Path("/proc") / told.read_text().strip() / "stat"
    # Ended, or waiting to be counted by whoever adopted it.
    assert not child.exists() or child.read_text().rsplit(")", 1)[1].split()[0] == "Z"
