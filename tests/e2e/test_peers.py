"""The hub and its peers answer the same requests alike, so that what is measured beside each other is the same job."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench import cold, warm
from bench.comparing.contenders import Contenders, Process, contenders
from bench.comparing.gateway import CHAT, handoff, sent
from bench.comparing.tasks import HUB, TITLES
from chalicelib.aws.codec import decode, encode
from chalicelib.contract.shapes import faults
from local.package import native
from ops.signer import Partner, Signed, compact, sign

pytestmark = [
    pytest.mark.skipif(not native(), reason="wheels for Lambda run on Linux with glibc on x86-64 alone"),
    pytest.mark.timeout(600),
]

FULL = {"danger": True, "subject": "s-7f3a9c", "role": "witness", "return_url": "https://www.tiktok.com/back"}
each_contender = pytest.mark.parametrize("name", TITLES)


@pytest.fixture(scope="module")
def beside() -> Iterator[Contenders]:
    with contenders(HOURS="24/7") as found:
        yield found


@pytest.fixture(scope="module")
def processes(beside: Contenders) -> Iterator[Mapping[str, Process]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(beside.start(name)) for name in beside.tasks}


def headers(answer: Mapping[str, Any]) -> dict[str, str]:
    many = {name: values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return {name.lower(): value for name, value in {**many, **(answer.get("headers") or {})}.items()}


def ask(process: Process, event: Mapping[str, Any]) -> tuple[int, dict[str, str], Any]:
    answer = process.ask([event]).answers[0]
    return answer["statusCode"], headers(answer), json.loads(answer["body"])


def refused(process: Process, event: Mapping[str, Any], status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, which is a problem by the contract."""
    told, fields, body = ask(process, event)
    assert (told, body["code"], body["status"]) == (status, code, status)
    assert fields["content-type"] == "application/problem+json"
    assert list(faults("problem", body)) == []
    found: dict[str, Any] = body
    return found


def signed(beside: Contenders, **other: Any) -> Signed:
    """A handoff's request, signed by somebody else than the partner where told so."""
    partner = replace(Partner.read(beside.hub.facts, "tiktok"), **other)
    return sign(partner, "POST", "/v1/handoffs", "handoff:create", compact(CHAT))


def since(at: int, moment: int | None) -> int | None:
    return None if moment is None else moment - at


@each_contender
def test_first_handoff_is_answered_with_every_member_by_the_contract(
    beside: Contenders, processes: Mapping[str, Process], name: str
) -> None:
    status, fields, body = ask(processes[name], handoff(beside.hub))
    assert status == 201
    assert fields["content-type"] == "application/json"
    assert fields["location"] == body["links"]["self"] == f"{beside.hub.base}/v1/handoffs/{body['id']}"
    assert list(faults("handoff-answer", body)) == []
    _, _, hubs = ask(processes[HUB], handoff(beside.hub))
    same = ("status", "sequence", "session", "place", "hours", "fallback")
    assert {one: body[one] for one in same} == {one: hubs[one] for one in same}
    assert body.keys() == hubs.keys()
    assert len(body["links"]["youth"]) == len(hubs["links"]["youth"])


@each_contender
@pytest.mark.parametrize("members", [{}, FULL, {"session": "callback"}], ids=["chat", "with everything", "callback"])
def test_session_that_is_kept_is_the_one_that_the_hub_would_keep(
    beside: Contenders, processes: Mapping[str, Process], name: str, members: Mapping[str, Any]
) -> None:
    kept = []
    for one in (name, HUB):
        _, _, body = ask(processes[one], handoff(beside.hub, **members))
        item = beside.row(one, body["id"])
        assert item is not None
        session = decode(item)
        # Every attribute as the hub writes it, and the places in the line that follow from them.
        assert {**encode(session, 1), "pk": item["pk"], "sk": item["sk"]} == item
        at = session.created
        kept.append(
            replace(
                session, id="", created=0, youth_seen=session.youth_seen - at, write_id="", fingerprint=b"",
                due=since(at, session.due), deadline=since(at, session.deadline),
            )
        )  # fmt: skip
    assert kept[0] == kept[1]


@each_contender
def test_repeat_of_a_handoff_is_answered_with_the_same_session(
    beside: Contenders, processes: Mapping[str, Process], name: str
) -> None:
    jti = f"peer-repeat-{name}-0000001"
    _, _, first = ask(processes[name], handoff(beside.hub, jti))
    status, fields, again = ask(processes[name], handoff(beside.hub, jti))
    assert again == first
    # The idempotency utility keeps the answer and not that it was one: its users say 201 again.
    by_hand = name in (HUB, "bare")
    assert (status, fields.get("idempotent-replayed")) == ((200, "true") if by_hand else (201, None))


@each_contender
def test_another_body_under_the_same_jti_is_refused(
    beside: Contenders, processes: Mapping[str, Process], name: str
) -> None:
    jti = f"peer-mismatch-{name}-0001"
    assert ask(processes[name], handoff(beside.hub, jti))[0] == 201
    refused(processes[name], handoff(beside.hub, jti, locale="en"), 422, "idempotency_mismatch")


@each_contender
def test_wrong_signature_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    body = refused(processes[name], sent(signed(beside, private_key=pem)), 401, "unauthorised")
    assert body["error"] == "invalid_token"


@each_contender
def test_token_for_another_hub_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    refused(processes[name], sent(signed(beside, audience="https://elsewhere.example")), 401, "unauthorised")


@each_contender
def test_token_for_another_body_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    other = replace(signed(beside), body=compact({**CHAT, "locale": "en"}))
    refused(processes[name], sent(other), 401, "unauthorised")


@each_contender
def test_token_of_nobody_registered_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    refused(processes[name], sent(signed(beside, id="nobody")), 401, "unauthorised")


@each_contender
def test_token_for_reading_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    partner = Partner.read(beside.hub.facts, "tiktok")
    only = sign(partner, "POST", "/v1/handoffs", "handoff:read", compact(CHAT))
    refused(processes[name], sent(only), 401, "unauthorised")


@each_contender
@pytest.mark.parametrize(
    ("members", "pointer"), [({"kind": "tap"}, "/kind"), ({"nickname": "x"}, None), ({"danger": "yes"}, "/danger")]
)
def test_body_that_breaks_the_contract_is_refused(
    beside: Contenders, processes: Mapping[str, Process], name: str, members: Mapping[str, Any], pointer: str | None
) -> None:
    body = refused(processes[name], handoff(beside.hub, **members), 400, "bad_request")
    assert pointer is None or [one["pointer"] for one in body["errors"]] == [pointer]


@each_contender
def test_body_that_is_no_json_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    partner = Partner.read(beside.hub.facts, "tiktok")
    torn = sign(partner, "POST", "/v1/handoffs", "handoff:create", b'{"platform":')
    refused(processes[name], sent(torn), 400, "bad_json")


@each_contender
def test_another_content_type_is_refused(beside: Contenders, processes: Mapping[str, Process], name: str) -> None:
    whole = signed(beside)
    other = replace(whole, headers={**whole.headers, "Content-Type": "text/plain"})
    refused(processes[name], sent(other), 415, "wrong_content_type")


@each_contender
def test_platform_of_another_partner_is_refused(
    beside: Contenders, processes: Mapping[str, Process], name: str
) -> None:
    refused(processes[name], handoff(beside.hub, platform="instagram"), 403, "foreign_platform")


@each_contender
def test_return_address_of_another_partner_is_refused(
    beside: Contenders, processes: Mapping[str, Process], name: str
) -> None:
    event = handoff(beside.hub, return_url="https://elsewhere.example/")
    refused(processes[name], event, 422, "return_url_not_registered")


@pytest.mark.parametrize("bench", [cold, warm])
def test_quick_run_prints_a_line_for_every_contender(
    beside: Contenders, bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "contenders", lambda **_: nullcontext(beside))
    with pytest.raises(SystemExit) as ended:
        bench.main(["--quick"])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    for title in TITLES.values():
        assert f"\n| {title} | " in said.out
