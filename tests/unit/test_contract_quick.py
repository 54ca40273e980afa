"""The first look at a body against jsonschema: what passes it keeps its schema, and whatever is asked daily passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.contract.quick import prepare
from chalicelib.contract.shapes import faults, fits, load, moment, names

ASKED_DAILY = (
    "handoff-request", "desk-claim", "desk-close", "desk-epoch", "desk-message", "desk-attempt", "desk-band",
    "desk-presence", "youth-act", "youth-choice", "youth-message", "youth-resume",
)  # fmt: skip
# Whatever a member may be replaced by: each type, and the edges of each keyword.
OTHERS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, 10**18, "", "a", "fr", "chat", "call", "callback", "a\n", "é", "\u0000",
    "x" * 32, "x" * 33, "x" * 36, "x" * 129, "x" * 5000, "2026-12-01T10:00:00Z", "2026-12-01T10:00:00",
    "2026-02-30T10:00:00Z", "https://app.example/back", [], [{}], ["a"], [{}] * 60, {}, {"a": 1},
    {"number": "+33639980042"},
)  # fmt: skip


def variants(value: Any) -> Iterator[Any]:
    """The value with one place changed: a member left out, added, or replaced by something else."""
    yield from OTHERS
    if isinstance(value, dict):
        for name, member in value.items():
            yield {one: kept for one, kept in value.items() if one != name}
            for other in variants(member):
                yield {**value, name: other}
        yield {**value, "not_in_the_contract": 1}
    if isinstance(value, list):
        for n, member in enumerate(value):
            for other in variants(member):
                yield [*value[:n], other, *value[n + 1 :]]
        yield value * 2


def keeps(name: str, value: Any) -> bool:
    return next(iter(faults(name, value)), None) is None


@pytest.mark.parametrize("name", [name for name in names() if name != "common"])
def test_what_passes_the_first_look_keeps_the_schema_and_nothing_daily_is_held_up(name: str) -> None:
    examples = load(name).get("examples", [{}])
    passed = 0
    for example in examples:
        for value in [example, *variants(example)]:
            kept = keeps(name, value)
            first = fits(name, value)
            assert kept or not first, json.dumps(value)[:300]
            passed += first
            if name in ASKED_DAILY and not _has_float(value):
                assert first == kept, json.dumps(value)[:300]
    if name in ASKED_DAILY:
        assert passed > len(examples)


def _has_float(value: Any) -> bool:
    """1.0 is an integer to JSON Schema: the strict loader has made it one before, and the first look leaves it."""
    if isinstance(value, dict):
        return any(_has_float(one) for one in value.values())
    return any(_has_float(one) for one in value) if isinstance(value, list) else isinstance(value, float)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
HANDOFF = load("handoff-request")
NAMES = frozenset(HANDOFF["properties"])
MEMBERS = st.fixed_dictionaries({}, optional=dict.fromkeys(HANDOFF["properties"], JSON))


@settings(max_examples=300)
@given(
    base=st.sampled_from(HANDOFF["examples"]),
    changed=MEMBERS,
    dropped=st.sets(st.sampled_from(sorted(HANDOFF["properties"]))),
)
def test_made_up_handoffs_are_judged_alike(base: dict[str, Any], changed: dict[str, Any], dropped: set[str]) -> None:
    value = {name: one for name, one in {**copy.deepcopy(base), **changed}.items() if name not in dropped}
    first = fits("handoff-request", value)
    assert first is False or keeps("handoff-request", value)
    if not _has_float(value):
        assert first == keeps("handoff-request", value)


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{}]}, {"type": "number"}, {"additionalProperties": {}}, {"enum": [1]}, {"const": True},
        {"properties": {"a": {"not": {}}}}, {"items": {"uniqueItems": True}}, {"a_keyword_of_tomorrow": 1},
    ],
)  # fmt: skip
def test_a_schema_with_an_unknown_keyword_has_no_first_look(schema: dict[str, Any]) -> None:
    assert prepare(schema, "x", lambda reference, _: (load(reference), reference), moment) is None
