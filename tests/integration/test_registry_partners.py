"""`make partner`: partners added, listed, limited and suspended, as the operator types it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.identity import BadToken
from ops import partner as tool
from ops.auditing import caller
from tests.registry import LOGS, Registry

MOTO = "arn:aws:sts::123456789012:user/moto"
NOW = 1_790_000_000_000


def test_a_new_partner_signs_at_once_for_its_platforms_and_prefixes(registry: Registry) -> None:
    key = registry.add("acme", "--platform", "other_app", "--return-prefix", "acme://", "--sandbox", "--burst", "30")
    found = registry.call(key, NOW).partner
    assert found.platforms == {"acme_app", "other_app"}
    assert (found.return_prefixes, found.sandbox, found.burst, found.day) == (("acme://",), True, 30, 200_000)
    assert registry.audit() == [(MOTO, "partner.add", "partner#acme")]


def test_a_new_partner_is_told_in_one_sentence_beside_its_row(registry: Registry) -> None:
    key = registry.key("acme-1")
    said = registry.run("add", "acme", "--platform", "app", "--key", key.file, "--kid", key.kid)
    assert said.err.count("\n") == 1 and json.loads(said.out)["keys"].keys() == {"acme-1"}
    for word in ("iss acme", "kid acme-1", "Next", "webhook-set acme --url"):
        assert word in said.err


def test_a_key_gets_its_name_from_its_thumbprint_and_may_be_a_jwk(registry: Registry, tmp_path: Path) -> None:
    shown = json.loads(registry.given("add", "acme", "--platform", "app", "--key", registry.key("k").file))
    ((kid, key),) = shown["keys"].items()
    assert len(kid) == 16 and key["alg"] == "ES256"
    file = tmp_path / "key.jwk"
    file.write_text(json.dumps({**key["jwk"], "alg": "ES256", "use": "sig"}))
    again = json.loads(registry.given("add", "again", "--platform", "app", "--key", str(file)))
    assert again["keys"] == shown["keys"]
    assert "created" in again and again["created"].endswith("Z")


def test_the_list_says_in_a_line_how_each_partner_stands(registry: Registry) -> None:
    registry.add("acme", "--sandbox")
    registry.add("zeta")
    registry.done("suspend", "zeta")
    registry.done("webhook-set", "zeta", "--url", "https://hooks.zeta.example/in")
    registry.done("jwks-set", "acme", "--url", "https://acme.example/jwks")
    assert [" ".join(line.split()) for line in registry.done("list").splitlines()] == [
        "partner state platforms webhook key set keys",
        "acme active sandbox acme_app - not fetched yet acme-1",
        "zeta suspended acme_app runs - zeta-1",
    ]


def test_show_tells_everything_but_secrets(registry: Registry) -> None:
    registry.add("acme", "--name", "Acme", "--return-prefix", "acme://")
    secret = (
        registry.done("webhook-set", "acme", "--url", "https://hooks.acme.example/in").split("whsec_")[1].split()[0]
    )
    text = registry.done("show", "acme")
    assert secret not in text
    shown = json.loads(text)
    assert shown["webhook"] == {"url": "https://hooks.acme.example/in", "stopped": None}
    assert (shown["name"], shown["suspended"], shown["jwks"]) == ("Acme", False, None)
    assert shown["limits"] == {"burst": 600, "day": 200_000}


def test_suspending_refuses_every_token_until_resumed(registry: Registry) -> None:
    key = registry.add()
    assert "suspended" in registry.done("suspend", "acme")
    with pytest.raises(BadToken) as caught:
        registry.call(key, NOW)
    assert caught.value.reason == "suspended"
    registry.done("resume", "acme")
    assert registry.call(key, NOW).partner.id == "acme"
    assert [what for _, what, _ in registry.audit()] == ["partner.add", "partner.suspend", "partner.resume"]


def test_platforms_come_and_go_but_one_stays(registry: Registry) -> None:
    registry.add()
    registry.done("platform-add", "acme", "other_app")
    registry.done("platform-remove", "acme", "acme_app")
    assert registry.row()["platforms"] == {"SS": ["other_app"]}
    assert "one platform at least" in registry.refused("platform-remove", "acme", "other_app")
    assert "does not sign for" in registry.refused("platform-remove", "acme", "acme_app")
    assert "a platform is" in registry.refused("platform-add", "acme", "Other App")


def test_return_prefixes_come_and_go(registry: Registry) -> None:
    registry.add("acme", "--return-prefix", "https://a.example/")
    registry.done("return-prefix-add", "acme", "acme://")
    registry.done("return-prefix-add", "acme", "acme://")
    assert registry.known().return_prefixes == ("https://a.example/", "acme://")  # type: ignore[union-attr]
    registry.done("return-prefix-remove", "acme", "https://a.example/")
    assert registry.known().return_prefixes == ("acme://",)  # type: ignore[union-attr]
    assert "no such" in registry.refused("return-prefix-remove", "acme", "https://a.example/")
    assert "app's own scheme" in registry.refused("return-prefix-add", "acme", "javascript:alert(1)")


def test_limits_are_changed_one_by_one(registry: Registry) -> None:
    registry.add("acme", "--burst", "10", "--day", "1000")
    registry.done("limits", "acme", "--day", "2000")
    found = registry.known()
    assert found is not None
    assert (found.burst, found.day) == (10, 2000)
    assert "--burst, --day" in registry.refused("limits", "acme")
    assert "whole number" in registry.refused("limits", "acme", "--burst", "0")
    assert registry.run("limits", "acme", "--burst", "many").code == 2


@pytest.mark.parametrize(
    "command",
    [
        ("suspend", "acme"),
        ("resume", "acme"),
        ("limits", "acme", "--day", "5"),
        ("platform-add", "acme", "other_app"),
        ("platform-remove", "acme", "second_app"),
        ("return-prefix-add", "acme", "acme://"),
        ("return-prefix-remove", "acme", "https://a.example/"),
    ],
)
def test_a_dry_run_says_what_would_be_and_writes_nothing(registry: Registry, command: tuple[str, ...]) -> None:
    registry.add("acme", "--platform", "second_app", "--return-prefix", "https://a.example/")
    before = registry.everything()
    assert "dry run: nothing was written" in registry.done(*command, "--dry-run")
    assert registry.everything() == before
    registry.done(*command)
    assert registry.audit()[-1] == (MOTO, f"partner.{command[0]}", "partner#acme")


def test_a_dry_run_of_add_shows_the_partner_and_finds_a_taken_id(registry: Registry) -> None:
    key = registry.key("acme-1")
    asked = ("add", "acme", "--platform", "app", "--key", key.file)
    assert json.loads(registry.given(*asked, "--dry-run"))["platforms"] == ["app"]
    assert registry.items() == []
    registry.done(*asked)
    assert "exists already" in registry.refused(*asked, "--dry-run")
    assert "exists already" in registry.refused(*asked)


@pytest.mark.parametrize("command", ["show", "suspend", "resume", "usage", "parked", "webhook-show"])
def test_a_partner_that_is_not_there_is_named_in_the_refusal(registry: Registry, command: str) -> None:
    assert registry.refused(command, "nobody") == "there is no partner nobody\n"


def test_a_private_key_is_refused_and_not_repeated(registry: Registry, tmp_path: Path) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = tmp_path / "private.pem"
    file.write_text(text)
    said = registry.refused("add", "acme", "--platform", "app", "--key", str(file))
    assert "private key" in said and text.splitlines()[1] not in said


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"\xff\xfe", b'{"kty":"oct","k":"c2VjcmV0"}', b'{"keys":[]}', b'{"kty":"EC","d":"AA"}'],
)
def test_a_file_that_is_no_public_key_is_refused(registry: Registry, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    assert registry.refused("add", "acme", "--platform", "app", "--key", str(file))


def test_what_is_typed_wrongly_is_explained(registry: Registry, tmp_path: Path) -> None:
    assert "No such file" in registry.refused("add", "acme", "--platform", "app", "--key", str(tmp_path / "none"))
    key = registry.key("k").file
    assert "a kid is" in registry.refused("add", "acme", "--platform", "app", "--key", key, "--kid", "a b")
    assert "the id is" in registry.refused("add", "Acme", "--platform", "app", "--key", key)
    for wrong in (("add", "acme", "--key", key), ("add",), ("shwo", "acme"), (), ("show", "acme", "--all")):
        said = registry.run(*wrong)
        assert (said.code, said.out) == (2, "") and "usage:" in said.err


def test_every_command_explains_itself(registry: Registry) -> None:
    words = registry.done("--help")
    for command in ("add", "key-rotate", "jwks-set", "webhook-set", "webhook-rotate", "replay", "limits"):
        assert command in words
        assert "--dry-run" in registry.done(command, "--help")
    assert "--dry-run" not in registry.done("usage", "--help")


def test_a_stack_that_is_not_there_and_a_hub_that_does_not_run_are_said(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registry.items() == []
    assert tool.main(["--stack", "nowhere", "list"]) == 1
    assert "AWS refused" in capsys.readouterr().err
    monkeypatch.setenv("HUB_LOCAL", str(tmp_path))
    monkeypatch.delenv("HUB_STACK", raising=False)
    assert tool.main(["list"]) == 1
    assert "make run" in capsys.readouterr().err


def test_without_the_audit_record_nothing_is_changed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.add()
    monkeypatch.setattr("secrets.token_bytes", lambda _: bytes(16))
    monkeypatch.setattr("ops.auditing.now", lambda: NOW)
    registry.done("suspend", "acme")
    assert "audit record" in registry.refused("resume", "acme")  # the same record cannot be written twice
    found = registry.known()
    assert found is not None and found.suspended


def test_the_record_names_the_callers_arn_else_the_user_of_the_machine(registry: Registry) -> None:
    assert registry.items() == []
    assert caller(boto3.client("sts")) == MOTO
    assert caller(None).startswith("os:") and len(caller(None)) > 3


def test_the_operator_learns_why_a_token_was_refused(registry: Registry) -> None:
    logs = boto3.client("logs")
    logs.create_log_stream(logGroupName=LOGS, logStreamName="s")
    line = {"message": "token refused", "request_id": "r-1", "partner": "acme", "reason": "key_ended"}
    at = time.time_ns() // 1_000_000
    logs.put_log_events(
        logGroupName=LOGS, logStreamName="s", logEvents=[{"timestamp": at, "message": json.dumps(line)}]
    )  # fmt: skip
    assert "acme: key_ended. The key's overlap" in registry.done("why", "r-1")
    assert "no refusal" in registry.refused("why", "r-2")
    assert "REQUEST=" in registry.refused("why", " ")


def test_usage_is_a_table_by_day_with_a_sum(registry: Registry) -> None:
    registry.add()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    registry.put("usage#acme", today, handoffs={"N": "3"}, reads={"N": "40"}, shed={"N": "2"})
    registry.put("usage#acme", "2020-01-01", handoffs={"N": "900"})
    registry.put("usage#other", today, handoffs={"N": "900"})
    lines = [line.split() for line in registry.done("usage", "acme", "--days", "2").splitlines()]
    assert lines[0] == ["day", "(UTC)", "handoffs", "replays", "reads", "cancels", "refused", "shed"]
    assert lines[1][1:] == ["0"] * 6
    assert lines[2] == [today, "3", "0", "40", "0", "0", "2"]
    assert lines[3] == ["sum", "3", "0", "40", "0", "0", "2"]
    assert len(registry.done("usage", "acme").splitlines()) == 9
    assert "--days" in registry.refused("usage", "acme", "--days", "0")
