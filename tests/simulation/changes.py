"""DynamoDB's update expressions, read once each and turned into functions: an item before, the item after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from tests.simulation.conditions import operand
from tests.simulation.refusals import invalid
from tests.simulation.tokens import Operand, Parsed, Tokens, walk
from tests.simulation.values import Item, Value, normal

__all__ = ["Change", "change", "projection"]

Path = tuple[str | int, ...]
Names = Mapping[str, str]
Change = Callable[[Item, Names, Mapping[str, Value]], Item]
Action = Callable[[Item, Item, Names, Mapping[str, Value]], None]
MISSING = "The provided expression refers to an attribute that does not exist in the item"
EXACT = Context(prec=38)


@lru_cache(maxsize=4096)
def change(text: str) -> Parsed[Change]:
    """SET (values, paths, if_not_exists, plus, minus), REMOVE, ADD, DELETE: each section once, no path twice."""
    tokens = Tokens(text)
    actions: list[Action] = []
    paths: list[Path] = []
    sections = {"SET": _set, "REMOVE": _remove, "ADD": _add, "DELETE": _delete}
    while tokens.peek():
        word = tokens.next().upper()
        section = sections.pop(word, None)
        if section is None:
            raise invalid(f'Invalid UpdateExpression: Syntax error; token: "{word}"')
        while True:
            path = tokens.path()
            if any(isinstance(step, int) for step in path):
                raise NotImplementedError(f"an element of a list in an update expression: {text}")
            paths.append(path)
            actions.append(section(tokens, path))
            if not tokens.takes(","):
                break

    def run(before: Item, names: Names, values: Mapping[str, Value]) -> Item:
        _check_apart(paths, names)
        after = dict(before)
        for action in actions:
            action(before, after, names, values)
        return after

    return tokens.parsed(run)


def _check_apart(paths: list[Path], names: Names) -> None:
    plain = [tuple(names.get(step, step) if isinstance(step, str) else step for step in path) for path in paths]
    if len(set(plain)) != len(plain):
        raise invalid("Invalid UpdateExpression: Two document paths overlap with each other")
    nested = [path for path in plain if len(path) > 1]
    known = set(plain)
    if any(path[:end] in known for path in nested for end in range(1, len(path))):
        raise invalid("Invalid UpdateExpression: Two document paths overlap with each other")


def _put(after: Item, path: Path, names: Names, value: Value | None) -> None:
    """Write or (None) remove; every map on the way is copied, for the item before shares it."""
    *way, last = path
    members: Any = after
    for step in way:
        name = names.get(str(step), str(step))
        if "M" not in members.get(name, {}):
            raise invalid("The document path provided in the update expression is invalid for update")
        members[name] = {"M": dict(members[name]["M"])}
        members = members[name]["M"]
    name = names.get(str(last), str(last))
    if value is None:
        members.pop(name, None)
    else:
        members[name] = value


def _set(tokens: Tokens, path: Path) -> Action:
    tokens.expect("=")
    right = _sum(tokens)

    def act(before: Item, after: Item, names: Names, values: Mapping[str, Value]) -> None:
        found = right(before, names, values)
        if found is None:
            raise invalid(MISSING)
        _put(after, path, names, found)

    return act


def _sum(tokens: Tokens) -> Operand:
    left = _term(tokens)
    for mark, sign in (("+", 1), ("-", -1)):
        if tokens.takes(mark):
            right = _term(tokens)
            return lambda item, names, values: _plus(left(item, names, values), right(item, names, values), sign)
    return left


def _term(tokens: Tokens) -> Operand:
    if tokens.calls("if_not_exists"):
        there = walk(tokens.path())
        tokens.expect(",")
        other = operand(tokens)
        tokens.expect(")")

        def chosen(item: Mapping[str, Value], names: Names, values: Mapping[str, Value]) -> Value | None:
            found = there(item, names, values)
            return other(item, names, values) if found is None else found

        return chosen
    if tokens.calls("list_append"):
        raise NotImplementedError(f"list_append() in an update expression: {tokens.text}")
    return operand(tokens)


def _plus(left: Value | None, right: Value | None, sign: int) -> Value:
    if left is None or right is None:
        raise invalid(MISSING)
    if "N" not in left or "N" not in right:
        raise invalid("An operand in the update expression has an incorrect data type")
    return normal({"N": str(EXACT.add(Decimal(left["N"]), sign * Decimal(right["N"])))})


def _remove(_: Tokens, path: Path) -> Action:
    return lambda before, after, names, values: _put(after, path, names, None)


def _add(tokens: Tokens, path: Path) -> Action:
    there, name = walk(path), tokens.value()

    def act(before: Item, after: Item, names: Names, values: Mapping[str, Value]) -> None:
        added, found = values[name], there(before, names, values)
        ((kind, inner),) = added.items()
        if kind == "N":
            _put(after, path, names, _plus(found or {"N": "0"}, added, 1))
        elif kind in ("SS", "NS", "BS"):
            _put(after, path, names, {kind: sorted({*inner, *_members(found, kind)})})
        else:
            raise invalid("Incorrect operand type for operator ADD")

    return act


def _delete(tokens: Tokens, path: Path) -> Action:
    there, name = walk(path), tokens.value()

    def act(before: Item, after: Item, names: Names, values: Mapping[str, Value]) -> None:
        ((kind, inner),) = values[name].items()
        if kind not in ("SS", "NS", "BS"):
            raise invalid("Incorrect operand type for operator DELETE")
        left = sorted(set(_members(there(before, names, values), kind)) - set(inner))
        _put(after, path, names, {kind: left} if left else None)

    return act


def _members(found: Value | None, kind: str) -> list[Any]:
    if found is None:
        return []
    if kind not in found:
        raise invalid("An operand in the update expression has an incorrect data type")
    members: list[Any] = found[kind]
    return members


@lru_cache(maxsize=256)
def projection(text: str) -> Parsed[tuple[str, ...]]:
    """The attributes that an answer shall have, top level only."""
    tokens = Tokens(text)
    names = []
    while True:
        path = tokens.path()
        if len(path) != 1:
            raise NotImplementedError(f"a nested path in a projection: {text}")
        names.append(str(path[0]))
        if not tokens.takes(","):
            return tokens.parsed(tuple(names))
