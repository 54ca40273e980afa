"""Words and marks of DynamoDB's expressions, read one after the other; which names and values they use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from tests.simulation.refusals import invalid
from tests.simulation.values import Item, Value

__all__ = ["Operand", "Parsed", "Tokens", "walk"]

T = TypeVar("T")
Names = Mapping[str, str]
Operand = Callable[[Mapping[str, Value], Names, Mapping[str, Value]], "Value | None"]
Step = str | int

TOKEN = re.compile(r"\s*([#:][A-Za-z0-9_]+|[A-Za-z][A-Za-z0-9_]*|\d+|<>|<=|>=|[=<>(),.\[\]+-])")
NAME = re.compile(r"#[A-Za-z0-9_]+|[A-Za-z][A-Za-z0-9_]*")


@cache
def _reserved() -> frozenset[str]:
    """The words that an expression may not use for a name; moto, a development tool already, keeps the list."""
    found = find_spec("moto")
    if found is None or found.origin is None:
        raise NotImplementedError("moto is not installed: where is the list of reserved words?")
    path = Path(found.origin).parent / "dynamodb" / "parsing" / "reserved_keywords.txt"
    return frozenset(path.read_text().split())


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """An expression made ready, and the names and values that it uses."""

    run: T
    names: frozenset[str]
    values: frozenset[str]


@dataclass
class Tokens:
    """A reader of one expression."""

    text: str
    names: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._tokens = list(self._split())
        self._at = 0

    def _split(self) -> Iterator[str]:
        at, text = 0, self.text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise invalid(f'Invalid expression: Syntax error; token: "{text[at : at + 8]}"')
            yield found[1]
            at = found.end()

    def peek(self) -> str:
        """The next token; empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def next(self) -> str:
        """Take the next token."""
        found = self.peek()
        if not found:
            raise invalid("Invalid expression: Syntax error; unexpected end")
        self._at += 1
        return found

    def takes(self, word: str) -> bool:
        """Take the next token if it is this word or mark (words in either case)."""
        if self.peek().upper() == word:
            self._at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        """Take this word or mark; refuse any other."""
        if not self.takes(word):
            raise invalid(f'Invalid expression: Syntax error; token: "{self.peek()}", expected "{word}"')

    def calls(self, function: str) -> bool:
        """Take the name of a function and its opening bracket, if that is what comes."""
        if self.peek() == function and self._tokens[self._at + 1 : self._at + 2] == ["("]:
            self._at += 2
            return True
        return False

    def path(self) -> tuple[Step, ...]:
        """A document path: names, with ``#`` where they stand for another, and list indexes."""
        steps: list[Step] = [self._name()]
        while True:
            if self.takes("."):
                steps.append(self._name())
            elif self.takes("["):
                steps.append(int(self.next()))
                self.expect("]")
            else:
                return tuple(steps)

    def _name(self) -> str:
        found = self.next()
        if not NAME.fullmatch(found):
            raise invalid(f'Invalid expression: Syntax error; token: "{found}"')
        if found.startswith("#"):
            self.names.add(found)
        elif found.upper() in _reserved():
            raise invalid(f"Invalid expression: Attribute name is a reserved keyword; reserved keyword: {found}")
        return found

    def value(self) -> str:
        """The name of a value, ``:x``."""
        found = self.next()
        if not found.startswith(":"):
            raise invalid(f'Invalid expression: Syntax error; token: "{found}"')
        self.values.add(found)
        return found

    def parsed(self, run: T) -> Parsed[T]:
        """The whole expression has been read."""
        if self.peek():
            raise invalid(f'Invalid expression: Syntax error; token: "{self.peek()}"')
        return Parsed(run, frozenset(self.names), frozenset(self.values))


def walk(path: tuple[Step, ...]) -> Operand:
    """What reads the path in an item: the value or None."""
    if len(path) == 1:
        (only,) = path
        if str(only).startswith("#"):
            return lambda item, names, _: item.get(names[str(only)])
        return lambda item, _, __: item.get(str(only))

    def read(item: Mapping[str, Value], names: Names, _: Mapping[str, Value]) -> Value | None:
        found: Any = {"M": item}
        for step in path:
            found = _inner(found, step, names)
            if found is None:
                return None
        value: Value = found
        return value

    return read


def _inner(value: Value, step: Step, names: Names) -> Value | None:
    if isinstance(step, int):
        inside: list[Value] = value.get("L", [])
        return inside[step] if step < len(inside) else None
    members: Item = value.get("M", {})
    return members.get(names.get(step, step))
