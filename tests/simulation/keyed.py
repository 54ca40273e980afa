"""DynamoDB's key conditions, read once each: which partition, and which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tests.simulation.conditions import ORDER
from tests.simulation.refusals import invalid
from tests.simulation.tokens import Parsed, Tokens

__all__ = ["KeyCondition", "Part", "key_condition"]


@dataclass(frozen=True)
class Part:
    """One part of a key condition: an attribute, ``=``, an order, ``BETWEEN`` or ``begins_with``, and its values."""

    name: str
    sign: str
    values: tuple[str, ...]


KeyCondition = tuple[Part, ...]


@lru_cache(maxsize=1024)
def key_condition(text: str) -> Parsed[KeyCondition]:
    """A key condition: one or two parts."""
    tokens = Tokens(text)
    parts = [_part(tokens)]
    if tokens.takes("AND"):
        parts.append(_part(tokens))
    return tokens.parsed(tuple(parts))


def _part(tokens: Tokens) -> Part:
    if tokens.takes("("):
        part = _part(tokens)
        tokens.expect(")")
        return part
    if tokens.calls("begins_with"):
        name = _key_name(tokens)
        tokens.expect(",")
        part = Part(name, "begins_with", (tokens.value(),))
        tokens.expect(")")
        return part
    name = _key_name(tokens)
    if tokens.takes("BETWEEN"):
        low = tokens.value()
        tokens.expect("AND")
        return Part(name, "BETWEEN", (low, tokens.value()))
    sign = tokens.next()
    if sign not in ("=", *ORDER):
        raise invalid("Invalid operator used in KeyConditionExpression")
    return Part(name, sign, (tokens.value(),))


def _key_name(tokens: Tokens) -> str:
    path = tokens.path()
    if len(path) != 1:
        raise invalid("KeyConditionExpressions cannot have conditions on nested attributes")
    return str(path[0])
