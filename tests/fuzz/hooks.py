"""What schemathesis loads: signatures on each request, live sessions in it, and a tally of what was answered."""

from __future__ import annotations

import atexit
import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis.auths import GLOBAL_AUTH_STORAGE
from schemathesis.core.parameters import ParameterLocation

from ops.signer import Partner, sign
from tests.fuzz import stand_in
from tests.fuzz.cast import Cast
from tests.fuzz.excuses import excuse
from tests.hub import ALL_SCOPES, Hub

__all__ = ["SignedIn"]

HUB, TALLY, SEED = "FUZZ_HUB", "FUZZ_TALLY", "FUZZ_SEED"
TELLING = 16

cast = Cast(Hub(Path(os.environ[HUB])), random.Random(int(os.environ[SEED])))
answers: Counter[tuple[str, int]] = Counter()
excused: Counter[str] = Counter()


class SignedIn(AuthBase):
    """Whatever proves who asks, made for the very bytes that are sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign as the partner, or be the supervisor or the youth of the session in the path."""
        path = unquote(urlsplit(str(request.url)).path)
        if path.startswith("/v1/handoffs"):
            body: Any = request.body.encode() if isinstance(request.body, str) else request.body
            key = request.headers.get("Idempotency-Key")
            jti = key.decode() if isinstance(key, bytes) else key
            signed = sign(Partner.read(cast.hub.facts, "tiktok"), str(request.method), path, ALL_SCOPES, body, jti=jti)
            request.headers["Authorization"] = signed.headers["Authorization"]
        elif path.startswith("/v1/desk/"):
            request.headers["Authorization"] = f"Bearer {cast.supervisor.token}"
        elif path.startswith("/s/"):
            request.headers["Cookie"] = cast.cookie(path.split("/")[2])
            request.headers["Origin"] = cast.hub.base
        return request


GLOBAL_AUTH_STORAGE.set_from_requests(SignedIn())


def _id(case: Any) -> str:
    return str(case.operation.definition.raw.get("operationId"))


def _keeps_schema(case: Any, place: ParameterLocation) -> bool:
    return case.meta is None or not case.meta.is_negative_at(place)


def _follows_link(case: Any) -> bool:
    """Whether an earlier answer named the session: then it is that one which must be found."""
    return case.meta is not None and case.meta.phase.name.value == "stateful"


def _code(response: Any) -> str:
    """The problem's code; empty where the answer is no problem."""
    if response.status_code < 400:
        return ""
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""


@schemathesis.hook
def before_call(_: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Put live sessions in; stay where the hub sends us away: the next page is another operation."""
    kwargs["allow_redirects"] = False
    operation = _id(case)
    kind = stand_in.NEEDS.get(operation)
    live = cast.play(kind) if kind else None
    if live and case.path_parameters and _keeps_schema(case, ParameterLocation.PATH) and not _follows_link(case):
        stand_in.path(cast, operation, case.path_parameters, live)
    if _keeps_schema(case, ParameterLocation.HEADER):
        stand_in.headers(cast, case.formatted_path, case.headers)
    if isinstance(case.body, dict) and _keeps_schema(case, ParameterLocation.BODY):
        stand_in.body(cast, operation, case.body, live)
        if operation == "createHandoff" and _keeps_schema(case, ParameterLocation.HEADER):
            stand_in.again(cast, case.body, case.headers)


@schemathesis.hook
def after_call(_: Any, case: Any, response: Any) -> None:
    """Count, and see what became of the session."""
    operation = _id(case)
    answers[operation, response.status_code] += 1
    done = response.status_code < 400
    if "etag" in response.headers:
        cast.tags[case.formatted_path] = response.headers["etag"][0]
    if operation == "createHandoff" and done:
        cast.meet(response.json())
        if isinstance(case.body, dict) and "Idempotency-Key" in case.headers:
            cast.taken = case.headers["Idempotency-Key"], deepcopy(case.body)
    if operation in ("claim", "takeThis", "undoClose") and response.status_code == 200:
        cast.close(response.json())
    kind = stand_in.NEEDS.get(operation)
    live = cast.on_stage(kind) if kind else None
    if live is None or (case.path_parameters or {}).get("id", live.id) != live.id:
        return
    as_asked = case.meta is None or case.meta.generation.mode.is_positive
    gone = as_asked and response.status_code in (403, 404, 409, 410)
    if kind and (gone or (done and operation in stand_in.USED_UP)):
        cast.leave_stage(kind)


@schemathesis.hook
def filter_failure(_: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether it counts."""
    found = excuse(type(failure).__name__, _id(case), response.status_code, _code(response))
    if found is not None:
        excused[found.why] += 1
    return found is None


@schemathesis.check
def a_stranger_learns_nothing(_: Any, response: Any, case: Any) -> None:
    """What a partner may read, another partner gets as if it were not there."""
    if _id(case) != "readHandoff" or response.status_code != 200:
        return
    other = cast.hub.send(cast.hub.sign("instagram", "GET", case.formatted_path))
    if other.status != 404:
        raise AssertionError(f"another partner got {other.status}")


@schemathesis.check
def no_refusal_repeats_what_was_sent(_: Any, response: Any, case: Any) -> None:
    """A problem says where, and never what. Short values may stand in it by chance."""
    if response.status_code < 400:
        return
    told = response.text
    for value in _texts([case.body, case.query, case.path_parameters]):
        if len(value) >= TELLING and (value in told or json.dumps(value)[1:-1] in told):
            raise AssertionError("the refusal repeats a value of the request")


@schemathesis.check
def every_answer_keeps_to_its_type_and_place(_: Any, response: Any, case: Any) -> None:
    """No browser may guess a type; nothing is kept unless it is said for how long."""
    if response.headers.get("x-content-type-options") != ["nosniff"] or "cache-control" not in response.headers:
        raise AssertionError("x-content-type-options or cache-control is missing")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


@atexit.register
def tell() -> None:
    """Leave the tally behind."""
    rows = [[*key, count] for key, count in sorted(answers.items())]
    Path(os.environ[TALLY]).write_text(json.dumps({"answers": rows, "excused": dict(excused)}))
