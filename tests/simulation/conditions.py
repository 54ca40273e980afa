"""DynamoDB's condition and filter expressions, read once each and turned into functions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tests.simulation.tokens import Operand, Parsed, Tokens, walk
from tests.simulation.values import Value, sortable

__all__ = ["ORDER", "Condition", "condition", "operand"]

Condition = Callable[[Mapping[str, Value], Mapping[str, str], Mapping[str, Value]], bool]
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
SORTED = frozenset({"S", "N", "B"})


@lru_cache(maxsize=4096)
def condition(text: str) -> Parsed[Condition]:
    """A condition: comparisons, IN, BETWEEN, attribute_exists, attribute_not_exists, begins_with, AND, OR, NOT."""
    tokens = Tokens(text)
    return tokens.parsed(_either(tokens))


def _either(tokens: Tokens) -> Condition:
    found = [_all(tokens)]
    while tokens.takes("OR"):
        found.append(_all(tokens))
    if len(found) == 1:
        return found[0]
    return lambda item, names, values: any(one(item, names, values) for one in found)


def _all(tokens: Tokens) -> Condition:
    found = [_not(tokens)]
    while tokens.takes("AND"):
        found.append(_not(tokens))
    if len(found) == 1:
        return found[0]
    parts = tuple(found)

    def each(item: Mapping[str, Value], names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
        for part in parts:  # noqa: SIM110 - a generator would cost a third more, and this is the store's busiest loop
            if not part(item, names, values):
                return False
        return True

    return each


def _not(tokens: Tokens) -> Condition:
    if tokens.takes("NOT"):
        inner = _not(tokens)
        return lambda item, names, values: not inner(item, names, values)
    if tokens.takes("("):
        inner = _either(tokens)
        tokens.expect(")")
        return inner
    return _simple(tokens)


def _simple(tokens: Tokens) -> Condition:
    if tokens.calls("attribute_exists"):
        path = walk(_only_path(tokens))
        return lambda item, names, values: path(item, names, values) is not None
    if tokens.calls("attribute_not_exists"):
        path = walk(_only_path(tokens))
        return lambda item, names, values: path(item, names, values) is None
    if tokens.calls("begins_with"):
        left = operand(tokens)
        tokens.expect(",")
        right = operand(tokens)
        tokens.expect(")")
        return lambda item, names, values: _begins(left(item, names, values), right(item, names, values))
    for unknown in ("contains", "size", "attribute_type"):
        if tokens.calls(unknown):
            raise NotImplementedError(f"{unknown}() in a condition: {tokens.text}")
    return _comparison(tokens)


def _only_path(tokens: Tokens) -> tuple[str | int, ...]:
    path = tokens.path()
    tokens.expect(")")
    return path


def _comparison(tokens: Tokens) -> Condition:
    left = operand(tokens)
    if tokens.takes("BETWEEN"):
        low = operand(tokens)
        tokens.expect("AND")
        high = operand(tokens)
        return lambda item, names, values: _between(*(one(item, names, values) for one in (left, low, high)))
    if tokens.takes("IN"):
        return _in(tokens, left)
    sign = tokens.next()
    right = operand(tokens)
    if sign == "=":

        def equal(item: Mapping[str, Value], names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
            found = left(item, names, values)
            return found is not None and found == right(item, names, values)

        return equal
    if sign not in ORDER:
        raise NotImplementedError(f"{sign} in a condition: {tokens.text}")
    ordered = ORDER[sign]
    return lambda item, names, values: _compare(ordered, left(item, names, values), right(item, names, values))


def _in(tokens: Tokens, left: Operand) -> Condition:
    tokens.expect("(")
    among = [operand(tokens)]
    while tokens.takes(","):
        among.append(operand(tokens))
    tokens.expect(")")

    def found(item: Mapping[str, Value], names: Mapping[str, str], values: Mapping[str, Value]) -> bool:
        value = left(item, names, values)
        return value is not None and any(value == one(item, names, values) for one in among)

    return found


def operand(tokens: Tokens) -> Operand:
    """A value ``:x`` or a path."""
    if tokens.peek().startswith(":"):
        name = tokens.value()
        return lambda _, __, values: values[name]
    return walk(tokens.path())


def _compare(ordered: Callable[[Any, Any], bool], left: Value | None, right: Value | None) -> bool:
    if left is None or right is None:
        return False
    if left.keys() != right.keys() or not left.keys() <= SORTED:
        return False
    return ordered(sortable(left), sortable(right))


def _between(value: Value | None, low: Value | None, high: Value | None) -> bool:
    return _compare(operator.ge, value, low) and _compare(operator.le, value, high)


def _begins(value: Value | None, start: Value | None) -> bool:
    if value is None or start is None or value.keys() != start.keys() or not value.keys() <= {"S", "B"}:
        return False
    ((kind, inner),) = value.items()
    return bool(inner.startswith(start[kind]))
