"""What would be deployed: the zip runs with boto3 alone beside it, and the template keeps its promises."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from chalicelib import emergency
from local.package import LOCAL_ONLY, POLICIES, ROOT, SOURCES, Package, PackagingFailed, build

# What the Lambda runtime brings: boto3 and what it needs.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
UNPACKED_MOST = 60e6
ZIPPED_MOST = 12e6


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def unpacked(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(package.archive) as archive:
        archive.extractall(place)
    return place


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (place / source.name).symlink_to(source)
    return place


@pytest.fixture(scope="module")
def template(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package.template.read_text())
    return found


def run(code: str, *places: Path) -> subprocess.CompletedProcess[str]:
    """Run code that sees the standard library and ``places`` only, with an empty environment."""
    paths = [str(place) for place in places]
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {paths!r}; {code}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"}, timeout=60)


def test_the_app_is_imported_from_the_zip_without_environment_network_or_aws(unpacked: Path) -> None:
    cut = "import socket; socket.socket.connect = None; socket.create_connection = None"
    done = run(f"{cut}; import app; print(len(app.app.routes)); assert 'boto3' not in sys.modules", unpacked)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_every_module_of_the_hub_finds_its_libraries_in_the_zip(unpacked: Path, runtime: Path) -> None:
    names = sorted(
        ".".join(path.relative_to(unpacked).with_suffix("").parts).removesuffix(".__init__")
        for path in (unpacked / "chalicelib").rglob("*.py")
        if path.parent.name != "samples"  # the documentation's, which run elsewhere
    )
    done = run(f"import {', '.join(names)}; import aws_xray_sdk.core", unpacked, runtime)
    assert done.returncode == 0, done.stderr


def test_libraries_are_bytecode_alone_and_work_so(unpacked: Path, runtime: Path) -> None:
    ours = {"app.py", "chalicelib", "conformance", "schemas", "chalice"}
    sources = [path for path in unpacked.rglob("*.py") if path.relative_to(unpacked).parts[0] not in ours]
    assert sources == []
    code = (
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM; "
        "from cryptography.hazmat.primitives.asymmetric import ec; "
        "import jwt, jsonschema, jinja2, leather, phonenumbers, zoneinfo, aws_lambda_powertools; "
        "sealed = AESGCM(bytes(32)).encrypt(bytes(12), b'x', b''); key = ec.generate_private_key(ec.SECP256R1()); "
        "print(jwt.decode(jwt.encode({'a': 1}, key, 'ES256'), key.public_key(), ['ES256']), "
        "[e.validator for e in jsonschema.Draft202012Validator({'type': 'string'}).iter_errors(1)], "
        "jinja2.Environment().from_string('{{ 1 + 1 }}').render(), zoneinfo.ZoneInfo('Europe/Paris'))"
    )
    done = run(code, unpacked, runtime)
    assert done.stdout.strip() == "{'a': 1} ['type'] 2 Europe/Paris", done.stderr


def test_the_contract_is_in_the_zip(unpacked: Path) -> None:
    assert (unpacked / "schemas" / "openapi.json").is_file()


def test_compiled_libraries_are_those_of_lambda(unpacked: Path) -> None:
    compiled = list(unpacked.rglob("*.so"))
    assert compiled
    for path in compiled:
        # ELF, 64 bit, little-endian, x86-64
        head = path.read_bytes()[:20]
        assert head[:6] == b"\x7fELF\x02\x01"
        assert head[18:20] == b"\x3e\x00"


def test_bytecode_lies_beside_every_source(unpacked: Path) -> None:
    tag = sys.implementation.cache_tag
    without = [
        path
        for path in (unpacked / "chalicelib").rglob("*.py")
        if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").is_file()
    ]
    assert without == []


def test_nothing_of_this_machine_is_in_the_zip(package: Package) -> None:
    with zipfile.ZipFile(package.archive) as archive:
        names = archive.namelist()
        unpacked = sum(info.file_size for info in archive.infolist())
    first = {name.split("/")[0] for name in names}
    assert not {"local", "ops", "tests", "bench", "boto3", "botocore", "moto", "aiohttp", ".local"} & first
    assert unpacked < UNPACKED_MOST
    assert package.archive.stat().st_size < ZIPPED_MOST


def test_cfn_lint_has_nothing_to_say(package: Package) -> None:
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run([lint, package.template], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


FUNCTIONS = {
    "APIHandler": "ApiLogs", "Sweep": "SweepLogs", "Keysets": "KeysetsLogs", "Wake": "WakeLogs",
    "Deliver": "DeliverLogs", "Reconcile": "ReconcileLogs",
}  # fmt: skip


def test_these_are_all_functions(template: dict[str, Any]) -> None:
    found = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    assert found == set(FUNCTIONS)


def test_webhooks_to_this_machine_cannot_reach_a_deployed_template(package: Package, tmp_path: Path) -> None:
    assert LOCAL_ONLY not in package.template.read_text()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        (tmp_path / "hub" / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / "hub" / name)
    for policy in ROOT.glob(POLICIES):
        shutil.copy2(policy, tmp_path / "hub" / ".chalice")
    template = tmp_path / "hub" / "infra" / "resources.yaml"
    text = template.read_text()
    assert "STAGE: !Ref Stage" in text
    template.write_text(text.replace("STAGE: !Ref Stage", f"STAGE: !Ref Stage\n          {LOCAL_ONLY}: 127.0.0.1", 1))
    with pytest.raises(PackagingFailed, match=LOCAL_ONLY):
        build(tmp_path / "made", tmp_path / "hub", local=True)
    assert not (tmp_path / "made" / "deployment.zip").exists()


def statements(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"]["Policies"]:
                yield from policy["PolicyDocument"]["Statement"]


def test_no_policy_says_more_than_it_must(template: dict[str, Any]) -> None:
    found = list(statements(template))
    assert found
    for statement in found:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            # X-Ray knows no resources.
            assert all(action.startswith("xray:") for action in actions)


def decided(policy: list[dict[str, Any]], action: str, partition: str) -> bool:
    """What IAM answers for one item of the session table: some statement allows it and none denies it."""
    effects = set()
    for statement in policy:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        of_table = "Sessions" in json.dumps(statement["Resource"]) or statement["Resource"] == "*"
        keys = statement.get("Condition", {}).get("ForAnyValue:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
        if action in actions and of_table and any(fnmatchcase(partition, pattern) for pattern in keys):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


def test_no_function_may_change_or_delete_an_audit_record(template: dict[str, Any]) -> None:
    changing = set()
    for name, role in template["Resources"].items():
        if role["Type"] != "AWS::IAM::Role":
            continue
        policy = [one for policy in role["Properties"]["Policies"] for one in policy["PolicyDocument"]["Statement"]]
        for verb in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "DeleteTable"):
            changing |= {name} if decided(policy, f"dynamodb:{verb}", "ho_abc") else set()
            for partition in ("audit#2026-11-22", "audit#seals"):
                assert not decided(policy, f"dynamodb:{verb}", partition), (name, verb)
        adds = decided(policy, "dynamodb:PutItem", "audit#2026-11-22")
        assert adds == (name in ("ApiHandlerRole", "SweepRole")), name
    assert {"ApiHandlerRole", "SweepRole", "KeysetsRole", "DeliverRole"} <= changing, "the check sees what may change"


def test_only_the_local_stage_takes_passwords_shortens_times_or_leaves_tables_open(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    flows = resources["Console"]["Properties"]["ExplicitAuthFlows"]["Fn::If"]
    assert flows[0] == "Local"
    assert flows[2] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    for function in FUNCTIONS:
        variables = resources[function]["Properties"]["Environment"]["Variables"]
        assert variables["LEASE_SECONDS"]["Fn::If"][::2] == ["Local", "90"]
        assert variables["CALLBACK_RETRY_SECONDS"]["Fn::If"][::2] == ["Local", "1800"]
        assert variables["SILENT_SECONDS"]["Fn::If"][::2] == ["Local", "300"]
        assert "http" not in json.dumps(variables["OIDC_JWKS_URL"]["Fn::If"][2]).replace("https://", "")
    for table in ("Sessions", "Keys"):
        assert resources[table]["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["Local", False, True]}
        assert resources[table]["DeletionPolicy"] == "Retain"


def test_copies_of_wrapped_keys_can_be_nowhere(template: dict[str, Any]) -> None:
    keys = template["Resources"]["Keys"]["Properties"]
    assert "StreamSpecification" not in keys
    assert "PointInTimeRecoverySpecification" not in keys
    sessions = template["Resources"]["Sessions"]["Properties"]
    assert sessions["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    projections = [index["Projection"]["ProjectionType"] for index in sessions["GlobalSecondaryIndexes"]]
    assert projections == ["KEYS_ONLY"] * 3


def test_functions_fit_the_gateway_and_keep_their_logs_for_a_while(template: dict[str, Any]) -> None:
    assert template["Resources"]["APIHandler"]["Properties"]["Timeout"] < 29
    for function, group in FUNCTIONS.items():
        properties = template["Resources"][function]["Properties"]
        assert properties["MemorySize"] >= 1024
        assert properties["LoggingConfig"] == {"LogGroup": {"Ref": group}}
        assert template["Resources"][group]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
    api = template["Resources"]["RestAPI"]["Properties"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]} or api["EndpointConfiguration"] == "REGIONAL"


def test_what_the_gateway_answers_itself_is_a_problem_with_a_code_of_ours(template: dict[str, Any]) -> None:
    from chalicelib.problems import CODES

    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX", "DEFAULT_5XX"} <= responses.keys()
    for response in responses.values():
        assert response["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
        body = json.loads(response["ResponseTemplates"]["application/json"]["Fn::Sub"])
        assert body["title"] == CODES[body["code"]].title
        assert body["type"] == f"${{BaseUrl}}/docs/problems#{body['code']}"
        assert body.get("status") == response.get("StatusCode") or "status" not in body


def test_what_the_gateway_answers_for_a_hub_that_failed_helps_a_youth_and_is_tried_again(
    template: dict[str, Any],
) -> None:
    """It cannot tell a browser from a program: the browser loads the page again, and meanwhile 3018 is to be read."""
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    for kind in ("THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "DEFAULT_5XX"):
        assert responses[kind]["StatusCode"] == 503
        headers = responses[kind]["ResponseParameters"]["Headers"]
        assert (headers["Retry-After"], headers["Refresh"]) == ("'2'", "'3'")
        detail = json.loads(responses[kind]["ResponseTemplates"]["application/json"]["Fn::Sub"])["detail"]
        assert "3018" in detail and all(number["number"] in detail for number in emergency.NUMBERS)
        assert detail.isascii(), "a browser may guess another charset"


def test_the_same_sources_give_the_same_package(package: Package, tmp_path: Path) -> None:
    again = build(tmp_path, local=True)
    once_more = build(tmp_path, local=True)
    assert again.fresh
    assert not once_more.fresh
    assert again.digest == once_more.digest != package.digest


def test_every_parameter_without_a_default_is_one_that_only_the_operator_knows(template: dict[str, Any]) -> None:
    asked = {name for name, one in template["Parameters"].items() if "Default" not in one}
    assert asked == {"Stage", "BaseUrl"}
    assert re.fullmatch(template["Parameters"]["BaseUrl"]["AllowedPattern"], "https://hub.example")
    assert not re.fullmatch(template["Parameters"]["BaseUrl"]["AllowedPattern"], "https://hub.example/")
