"""Bytes → one strict JSON object, or a problem; never anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contract import check_content_type, parse_json
from chalicelib.problems import Problem
from chalicelib.strictjson import LARGEST

values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(-1e15, 1e15, allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
def test_json_in_utf8_is_the_content_type(value: str) -> None:
    check_content_type(value)


@pytest.mark.parametrize(
    "value", [None, "", "application/json\n", "application/json;", "*/*", "application/json; charset=utf-16"]
)
def test_any_other_content_type_is_refused(value: str | None) -> None:
    with pytest.raises(Problem, match="wrong_content_type"):
        check_content_type(value)


def test_the_limit_counts_bytes() -> None:
    assert parse_json(b'{"a":"\xc3\xa9"}', limit=10) == {"a": "é"}
    with pytest.raises(Problem, match="too_large"):
        parse_json(b'{"a":"\xc3\xa9"}', limit=9)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xff", "not_utf8"),
        (b"\xef\xbb\xbf{}", "byte_order_mark"),
        (b"{", "not_json"),
        (b"[]", "not_an_object"),
        (b'{"a":NaN}', "not_a_number"),
        (b'{"a":1e999}', "number_out_of_range"),
        (b'{"a":1,"a":1}', "duplicate_member"),
        (b"[" * 33, "too_deep"),
        (b'{"a":["\\ud800"]}', "lone_surrogate"),
        (b'{"\\udfff":1}', "lone_surrogate"),
    ],
)
def test_the_place_says_which_rule_was_broken(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_json(raw)
    assert [(place.pointer, place.code) for place in caught.value.errors] == [("", code)]


@pytest.mark.parametrize("depth", [32, 33])
def test_depth_is_counted_outside_strings_only(depth: int) -> None:
    body = b'{"a":"[[[[\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[","b":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
    if depth <= 32:
        assert set(parse_json(body)) == {"a", "b"}
    else:
        with pytest.raises(Problem, match="bad_json"):
            parse_json(body)


@given(st.dictionaries(st.text(), values, max_size=4), st.booleans())
def test_what_json_writes_is_read_back(value: dict[str, Any], ascii: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=ascii).encode()) == value


@given(st.binary() | st.text(alphabet='{}[]",:\\u0dDfF8eE+-. \n1NaInfinitytruls').map(str.encode))
def test_whatever_the_bytes_are_the_answer_is_an_object_or_a_problem(raw: bytes) -> None:
    outcome: dict[str, Any] | Problem
    try:
        outcome = parse_json(raw)
    except Problem as problem:
        outcome = problem
    assert isinstance(outcome, dict) or outcome.code == "bad_json"
