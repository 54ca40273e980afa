"""Bad tokens, bad bodies and strangers' ids, over HTTP against the deployed stack."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.signer import Partner, sign
from tests.corpus.bodies import bad_bodies, good_bodies
from tests.corpus.recipe import Recipe, Tap
from tests.corpus.tokens import bad_tokens, good_tokens
from tests.hub import ALL_SCOPES, Answer, Hub

# Made anew at each request by the hub, the gateway or the front; nothing else may differ.
PER_REQUEST = {"date", "x-amzn-requestid", "x-amz-request-id"}


def key_of(hub: Hub, name: str) -> tuple[ec.EllipticCurvePrivateKey, str]:
    partner = Partner.read(hub.facts, name)
    key = load_pem_private_key(partner.private_key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, partner.kid


@pytest.fixture(scope="module")
def recipe(hub: Hub) -> Recipe:
    """What a good token for this hub is made of."""
    (key, kid), (other_key, other_kid) = key_of(hub, "tiktok"), key_of(hub, "meta")
    return Recipe(
        key=key, kid=kid, partner="tiktok", other_key=other_key, other_kid=other_kid, other_partner="meta",
        audience=hub.facts["audience"], now=int(time.time()), jti=f"corpus-{time.time_ns()}",
    )  # fmt: skip


def send_raw(hub: Hub, tap: Tap) -> Answer:
    """Send the request with the very bytes of its Authorization header."""
    connection = http.client.HTTPConnection(urlsplit(hub.base).netloc, timeout=60)
    connection.putrequest(tap.method, tap.path, skip_accept_encoding=True)
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(tap.body)))
    if tap.authorization is not None:
        connection.putheader("Authorization", tap.authorization.encode("utf-8"))
    connection.endheaders(tap.body)
    answer = connection.getresponse()
    found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    connection.close()
    return found


def test_good_tokens_are_accepted(hub: Hub, recipe: Recipe) -> None:
    for tap in good_tokens(recipe):
        assert send_raw(hub, tap).status in (200, 201), tap.name


def test_no_bad_token_is_accepted_and_all_get_the_same_answer(hub: Hub, recipe: Recipe) -> None:
    rows = len(hub.rows())
    seen: set[str] = set()
    names = []
    for tap in bad_tokens(recipe):
        answer = send_raw(hub, tap)
        names.append(tap.name)
        if answer.status in (400, 431) and len(tap.authorization or "") > 8000:
            continue  # refused for its size before the hub saw it
        assert answer.status == 401, (tap.name, answer.status, answer.body)
        body = answer.json
        seen.add(
            json.dumps(
                [
                    {k: v for k, v in answer.headers.items() if k not in PER_REQUEST},
                    answer.body.decode().replace(body["request_id"], "·"),
                ],
                sort_keys=True,
            )
        )
    assert len(names) == len(set(names)) >= 60
    assert len(seen) == 1, seen
    assert len(hub.rows()) == rows


def test_good_bodies_are_taken(hub: Hub) -> None:
    for name, raw in good_bodies():
        sent = hub.send(sign(Partner.read(hub.facts, "tiktok"), "POST", "/v1/handoffs", ALL_SCOPES, raw))
        # The fullest one asks for a window that may lie in the past by now: a problem of time, not of form.
        late = sent.status == 422 and sent.json["code"] == "bad_window"
        assert sent.status == 201 or late, (name, sent.body)


def _is_not_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_every_bad_body_gets_a_problem_that_says_where_and_nothing_is_written(hub: Hub) -> None:
    rows = len(hub.rows())
    count = 0
    for bad in bad_bodies():
        signed = sign(Partner.read(hub.facts, "tiktok"), "POST", "/v1/handoffs", ALL_SCOPES, bad.body)
        headers = {k: v for k, v in signed.headers.items() if k != "Content-Type"}
        if bad.content_type is not None:
            headers["Content-Type"] = bad.content_type
        answer = hub.ask("POST", "/v1/handoffs", bad.body, headers)
        problem = answer.json
        if _is_not_utf8(bad.body) and answer.status == 401:
            continue  # the gateway hands text on as UTF-8: such bytes cannot arrive as they were signed
        assert answer.status in bad.statuses, (bad.name, answer.status, problem)
        assert answer.headers["content-type"] == "application/problem+json", bad.name
        assert problem["code"] == bad.code, (bad.name, problem)
        assert bad.pointer in [error["pointer"] for error in problem["errors"]], (bad.name, problem)
        count += 1
    assert count >= 30
    assert len(hub.rows()) == rows


def test_a_partner_never_reads_cancels_or_detects_anothers_handoff(hub: Hub) -> None:
    """Random ids, another partner's real ids and near misses of them: always the same 404."""
    real = [hub.hand_over().json["id"] for _ in range(5)]
    absent = hub.status("ho_" + "a" * 26, "meta")
    expected = (404, {**absent.json, "request_id": "", "instance": ""})
    shape = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26).map("ho_".__add__)
    near = st.tuples(st.sampled_from(real), st.integers(0, 25), st.sampled_from("abc234")).map(
        lambda t: t[0][: 3 + t[1]] + t[2] + t[0][4 + t[1] :]
    )
    odd = st.text("abcABC019_-~.", min_size=1, max_size=40).filter(lambda t: t not in (".", ".."))

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(st.one_of(shape, st.sampled_from(real), near, odd))
    def check(id: str) -> None:
        for method, path in (("GET", f"/v1/handoffs/{id}"), ("POST", f"/v1/handoffs/{id}/cancel")):
            answer = hub.send(hub.sign("messenger", method, path))
            assert (answer.status, {**answer.json, "request_id": "", "instance": ""}) == expected

    check()
    assert [hub.status(id).json["status"] for id in real] == ["waiting"] * 5
