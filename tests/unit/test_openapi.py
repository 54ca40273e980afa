"""The contract of record: schemas and document are valid, their examples keep them, no refusal is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.contract import openapi
from chalicelib.contract.shapes import faults, load, names
from chalicelib.model.delivery import body
from chalicelib.model.session import Status
from chalicelib.problems import CODES
from tests.unit.made import made

BASE = "http://127.0.0.1:8000"
DOCUMENT = openapi(BASE)
BODIES = [name for name in names() if name != "common"]
REQUESTS = [
    "handoff-request", "desk-claim", "desk-epoch", "desk-close", "desk-message", "desk-attempt", "youth-act",
    "desk-band", "desk-note", "desk-handover", "desk-presence", "youth-message", "youth-choice", "youth-here",
    "youth-resume",
]  # fmt: skip
OPERATIONS = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a value."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from walk(member)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def at(reference: str) -> Any:
    """What a reference inside the document leads to."""
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


WEBHOOK = DOCUMENT["webhooks"]["handoffStatus"]["post"]


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body of the document: where it stands and its media type object."""
    for method, path, operation in [*OPERATIONS, ("post", "webhook", WEBHOOK)]:
        for status, answer in [
            ("request", operation.get("requestBody", {})),
            *operation["responses"].items(),
        ]:
            for kind, media in answer.get("content", {}).items():
                if kind.endswith("json") and path != "/v1/openapi.json":
                    yield f"{method} {path} {status}", media


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_document_needs_nothing_outside_itself() -> None:
    references = [part["$ref"] for part in walk(DOCUMENT) if isinstance(part.get("$ref"), str)]
    assert references
    for reference in references:
        assert reference.startswith("#/"), reference
        assert at(reference) is not None


def test_every_component_is_used() -> None:
    used = {part["$ref"] for part in walk(DOCUMENT) if "$ref" in part}
    kinds = ("schemas", "examples", "parameters", "headers")
    kept = {f"#/components/{kind}/{name}" for kind in kinds for name in DOCUMENT["components"][kind]}
    assert kept - used == set()


def test_the_documents_addresses_are_this_hubs() -> None:
    text = json.dumps(DOCUMENT)
    assert DOCUMENT["servers"] == [{"url": BASE}]
    assert "hub.example" not in text
    assert "$id" not in text


@pytest.mark.parametrize("name", names())
def test_a_schema_is_valid_and_says_what_it_is(name: str) -> None:
    schema = load(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f"/schemas/{name}.json")
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", BODIES)
def test_a_schemas_examples_keep_it(name: str) -> None:
    examples = load(name)["examples"]
    assert examples
    assert [fault.json_path for example in examples for fault in faults(name, example)] == []


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_closed_described_and_bounded(name: str) -> None:
    parts = [part for part in walk({**load(name), "examples": []}) if "type" in part and isinstance(part["type"], str)]
    for part in parts:
        if part["type"] == "object":
            assert part["additionalProperties"] is False
            assert all("description" in member or "$ref" in member for member in part["properties"].values())
        if part["type"] == "string":
            assert "enum" in part or "maxLength" in part, part
        if part["type"] == "array":
            assert "maxItems" in part


@pytest.mark.parametrize("name", names())
def test_a_pattern_means_the_same_in_every_language(name: str) -> None:
    """Anchored on both ends, without what Python and ECMAScript read differently (but ``$``, see shapes)."""
    for part in walk(load(name)):
        pattern = part.get("pattern")
        if isinstance(pattern, str):
            assert re.fullmatch(r"\^[^$^]*(?:\[\^[^\]$]*\][^$^]*)*\$", pattern), pattern
            assert not re.search(r"\\[dDwWsSbBpPAZz]|\(\?", pattern), pattern


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("desk-number", {"number": "+33639981234\n", "dial": "tel:+33639981234"}),
        ("desk-number", {"number": "+3363998123\u0664", "dial": "tel:+33639981234"}),
        ("desk-released", {"id": "ho_" + "a" * 26 + "\n", "state": "waiting"}),
    ],
)
def test_a_last_newline_and_foreign_digits_do_not_pass(name: str, value: dict[str, Any]) -> None:
    assert "pattern" in [fault.validator for fault in faults(name, value)]


@pytest.mark.parametrize(("place", "media"), list(contents()), ids=lambda part: part if isinstance(part, str) else "")
def test_every_body_of_the_document_has_a_schema_and_good_examples(place: str, media: dict[str, Any]) -> None:
    by_component = {"".join(word.capitalize() for word in name.split("-")): name for name in BODIES}
    schema = by_component[media["schema"]["$ref"].rsplit("/", 1)[1]]
    assert media["examples"]
    for example in media["examples"].values():
        value = (at(example["$ref"]) if "$ref" in example else example)["value"]
        assert [fault.json_path for fault in faults(schema, value)] == [], place


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_how_it_may_be_refused(method: str, path: str, operation: dict[str, Any]) -> None:
    refused = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
    assert "500" in refused
    for status, answer in refused.items():
        examples = answer["content"]["application/problem+json"]["examples"]
        for code, example in examples.items():
            assert example["$ref"] == f"#/components/examples/{code}"
            assert CODES[code].status == int(status)
            assert f"`{code}`" in answer["description"]
    for member in ("description", "summary", "tags"):
        assert operation[member], f"{method} {path}"
    assert "security" in operation
    if path.startswith("/v1/handoffs"):
        assert "401" in refused
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= set(refused)


def test_every_code_appears_and_is_told_as_the_code_has_it() -> None:
    examples = DOCUMENT["components"]["examples"]
    assert list(examples) == list(CODES)
    for code, example in examples.items():
        fact, told = CODES[code], example["value"]
        assert (told["code"], told["status"], told["title"]) == (code, fact.status, fact.title)
        assert told["type"] == f"{BASE}/docs/problems#{code}"
    assert load("problem")["properties"]["code"]["enum"] == list(CODES)


def test_operations_have_names_of_their_own() -> None:
    ids = [operation["operationId"] for operation in (WEBHOOK, *(operation for _, _, operation in OPERATIONS))]
    assert len(ids) == len(set(ids))


def test_every_tag_is_declared_and_used() -> None:
    used = {tag for operation in (WEBHOOK, *(operation for _, _, operation in OPERATIONS)) for tag in operation["tags"]}
    assert [tag["name"] for tag in DOCUMENT["tags"]] == ["partners", "public", "desk", "youth"]
    assert used == {tag["name"] for tag in DOCUMENT["tags"]}


def test_every_link_leads_to_an_operation() -> None:
    ids = {operation["operationId"] for _, _, operation in OPERATIONS}
    links = [
        link for part in walk(DOCUMENT["paths"]) for link in part.get("links", {}).values() if "operationId" in link
    ]
    assert links
    assert {link["operationId"] for link in links} <= ids


def test_the_webhook_carries_what_standard_webhooks_asks_for() -> None:
    headers = {one["name"]: one for one in WEBHOOK["parameters"]}
    assert list(headers) == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert all(one["in"] == "header" and one["required"] for one in headers.values())
    signed = headers["webhook-signature"]["schema"]["pattern"]
    hmac, ed25519 = f"v1,{'k' * 43}=", f"v1a,{'k' * 86}=="
    assert all(re.fullmatch(signed, text) for text in (hmac, ed25519, f"{hmac} {hmac}", f"{hmac} {ed25519}"))
    assert not any(re.fullmatch(signed, text) for text in ("", "v2,kk=", f"{hmac},{ed25519}", f"{hmac} "))
    assert {"2XX", "410", "429", "default"} <= set(WEBHOOK["responses"])


def test_a_delivery_says_no_more_than_a_read_of_the_status() -> None:
    members = load("delivery")["properties"]["data"]
    assert members["required"] == load("handoff-status")["required"]
    assert set(members["properties"]) == set(load("handoff-status")["properties"])


def test_what_is_delivered_keeps_its_schema() -> None:
    for status, sequence in ((Status.WAITING, 2), (Status.CLOSED, 4)):
        sent = json.loads(body(made(id="ho_" + "a" * 26, status=status, sequence=sequence, stepped=1795367051007)))
        assert list(faults("delivery", sent)) == []
        assert sent["timestamp"] == "2026-11-22T17:04:11.007Z"
        assert set(sent) == set(load("delivery")["properties"])


def test_the_partners_operations_are_those_promised() -> None:
    promised = {
        ("post", "/v1/handoffs"), ("get", "/v1/handoffs/{id}"), ("post", "/v1/handoffs/{id}/cancel"),
        ("get", "/v1/availability"), ("get", "/v1/health"), ("get", "/v1/openapi.json"),
    }  # fmt: skip
    assert promised <= {(method, path) for method, path, _ in OPERATIONS}
    scopes = {path: operation["security"] for _, path, operation in OPERATIONS if path.startswith("/v1/handoffs")}
    assert scopes == {
        "/v1/handoffs": [{"handoff_token": ["handoff:create"]}],
        "/v1/handoffs/{id}": [{"handoff_token": ["handoff:read"]}],
        "/v1/handoffs/{id}/cancel": [{"handoff_token": ["handoff:cancel"]}],
    }
