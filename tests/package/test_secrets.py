"""Secrets are in Secrets Manager alone: none in the template, in a function's environment, or in the repository."""

from __future__ import annotations

import ast
import json
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMES = re.compile(r"secret|password|passwd|token|credential|private|api_?key|signing", re.IGNORECASE)
"""What a secret would be called."""
HARMLESS = {"SECRET_ARN", "OIDC_TOKEN_URL"}
"""Where the secret is, and where tokens come from: addresses."""
LITERALS = {
    "90", "1800", "300", "INFO", "hub3018", "true", "false", "Local",
}  # fmt: skip

KNOWN_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bA(KI|SI)A[0-9A-Z]{16}\b|\bwh(sec|sk)_[A-Za-z0-9+/=]{24,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-[0-9A-Za-z-]{10,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
)
RANDOM = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
BITS = 4.3
"""Per character. Words of a language stay under it, base64 of random bytes above."""
PUBLISHED: Mapping[str, str] = {
    "tests/node/package-lock.json": "digests of packages",
    "schemas/openapi.json": "public keys and a signed card, as everybody may fetch them",
    "schemas/jwks.json": "public keys",
    "schemas/fallback-card.json": "a signed card, as everybody may fetch it",
    "chalicelib/identity/partners.py": "a public key of an RFC, for tokens of partners nobody knows",
    "tests/corpus/tokens.py": "the alphabet",
    "tests/corpus/grown/json.txt": "bytes that a fuzzer grew",
    "tests/corpus/grown/token.txt": "bytes that a fuzzer grew",
    "tests/crashpoints/world.py": "a made-up signing key, of tests alone",
    "tests/simulation/world.py": "a made-up signing key, of tests alone",
    "tests/fuzz/guided/changes.py": "the alphabet",
    "tests/fuzz/guided/doorkeeper.py": "the alphabet",
    "tests/unit/test_local_keys.py": "public keys of RFCs, and the thumbprint of one",
    "tests/unit/test_local_signer.py": "a digest",
    "tests/unit/test_identity_partner.py": "digests",
    "tests/unit/test_identity_counsellor.py": "the name of a key",
    "tests/unit/test_signature.py": "the key of 0, 1, 2, … 31, and what it signs",
    "tests/unit/test_conformance_receiver.py": "the key of 0, 1, 2, … 31, and what it signs",
}
"""Files that have something that looks like a secret, and what it is."""


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in it that is no object and no list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{n}")
    else:
        yield path, value


def test_no_function_is_given_a_secret(packaged: dict[str, Any]) -> None:
    count = 0
    for name, resource in packaged["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for variable, value in resource["Properties"]["Environment"]["Variables"].items():
            assert variable in HARMLESS or not NAMES.search(variable), f"{name}: {variable}"
            made = isinstance(value, dict)  # a reference to what the stack makes, or a parameter
            assert made or value in LITERALS, f"{name}: {variable} is {value!r}"
            for path, leaf in leaves(value):
                plain = (
                    path.endswith(("/Ref", "/Fn::Sub")) or "/Fn::GetAtt/" in path or leaf in LITERALS or leaf == "Local"
                )
                assert plain, f"{name}: {variable}{path} is {leaf!r}"
            count += 1
    assert count > 100


def test_the_template_asks_for_no_secret_and_writes_none(packaged: dict[str, Any]) -> None:
    for name, parameter in packaged["Parameters"].items():
        assert not NAMES.search(name) and not parameter.get("NoEcho"), name
    text = json.dumps(packaged)
    assert "{{resolve:" not in text, "a secret resolved by the template would stand in plain in what is deployed"
    assert not KNOWN_FORMS.search(text)
    for path, value in leaves(packaged["Outputs"]):
        assert not NAMES.search(str(value)) or path in ("/SecretArn/Value/Ref",), path


def test_the_stages_secret_is_made_in_secrets_manager_and_seen_by_nobody(packaged: dict[str, Any]) -> None:
    secrets = [one for one in packaged["Resources"].values() if one["Type"] == "AWS::SecretsManager::Secret"]
    (made,) = (one["Properties"] for one in secrets)
    assert made["GenerateSecretString"]["PasswordLength"] >= 64
    assert "SecretString" not in made


def test_the_console_has_no_secret_at_the_provider(packaged: dict[str, Any]) -> None:
    """A public client: the code is worth nothing without the verifier, which stays in the browser that began."""
    client = packaged["Resources"]["Console"]["Properties"]
    assert client["GenerateSecret"] is False
    assert (client["AllowedOAuthFlows"], client["EnableTokenRevocation"]) == (["code"], True)


def readers(packaged: dict[str, Any], action: str) -> dict[str, set[str]]:
    """What each role may do that with."""
    found: dict[str, set[str]] = {}
    for name, role in packaged["Resources"].items():
        for policy in role.get("Properties", {}).get("Policies", []) if role["Type"] == "AWS::IAM::Role" else []:
            for statement in policy["PolicyDocument"]["Statement"]:
                if action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]):
                    found.setdefault(name, set()).update(str(leaf) for _, leaf in leaves(statement["Resource"]))
    return found


def test_only_who_needs_a_secret_may_read_it(packaged: dict[str, Any]) -> None:
    found = readers(packaged, "secretsmanager:GetSecretValue")
    webhooks = (
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/webhook/*"
    )
    assert found == {
        "ApiHandlerRole": {"StageSecret"}, "SweepRole": {"StageSecret"}, "DeliverRole": {"StageSecret", webhooks},
    }  # fmt: skip


def test_secrets_are_asked_for_in_two_rooms_and_the_environment_is_read_in_one() -> None:
    asks, reads = set(), set()
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        name = path.relative_to(ROOT / "chalicelib").as_posix()
        if name.startswith("pages/docs/samples/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node).endswith("('secretsmanager')"):
                asks.add(name)
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                reads.add(name)
    assert asks == {"aws/secrets.py", "aws/signing.py"}
    assert reads == {"wiring.py", "watch.py", "aws/clients.py", "doors/routes.py"}, (
        "wiring hands the environment to settings; watch asks whether X-Ray is on; clients read what the SDK would "
        "(keys, region, endpoint); routes ask whether somebody waits for the start"
    )


def entropy(text: str) -> float:
    """Bits per character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def looks_random(text: str) -> bool:
    """Whether it could be random bytes in base64."""
    kinds = (r"\d", "[a-z]", "[A-Z]")
    return entropy(text) > BITS and all(re.search(kind, text) for kind in kinds)


def suspects(text: str) -> Iterator[str]:
    """What looks like a secret."""
    for line in text.splitlines():
        if KNOWN_FORMS.search(line):
            yield line
        yield from (one for one in RANDOM.findall(line) if looks_random(one))


def test_what_looks_like_a_secret_in_the_repository_is_known_and_is_none() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[str]] = {}
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_dir() or path.suffix == ".png":
            continue
        for suspect in suspects(path.read_text(encoding="utf-8", errors="ignore")):
            found.setdefault(name, []).append(suspect[:16])
    assert {name: told for name, told in found.items() if name not in PUBLISHED} == {}
    assert PUBLISHED.keys() - found.keys() == set(), "nothing there any more: take it off the list"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "EC PRIVATE KEY-----", "AKIA" + "IOSFODNN7" + "EXAMPLE", "whsec_" + "A" * 32,
        "ghp_" + "a1" * 18, "secret = 'Zk3vX9q" + "LmT0bR7yWc2NhE8uJp5sD1fGaVxQ'",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_is_there_for(text: str) -> None:
    assert list(suspects(f"x = {text}\n"))


def test_the_search_passes_over_words_and_names() -> None:
    assert not list(
        suspects("test_signing_out_ends_every_copy_of_the_cookie_and_every_other_sign_in 0123456789abcdef" * 3)
    )
