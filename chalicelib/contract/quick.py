"""A first look at a body: whether it keeps its schema, yes or perhaps not. Standard library only.

Made for the keywords that our requests use; a schema with any other has no first look. jsonschema has the last word on
every body that does not pass, says where it breaks its schema, and is the judge of this file in tests. Why not a
library in Rust: docs/decisions/0017-thin-client.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

__all__ = ["Check", "ecmascript", "prepare"]

Check = Callable[[Any], bool]
Schema = Mapping[str, Any]
Resolve = Callable[[str, str], tuple[Schema, str]]
"""A reference and the file that makes it → the schema it means and the file of that."""

_SAYS_NOTHING = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "examples", "deprecated"})
_TYPES: Mapping[str, Check] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


class _Unknown(Exception):
    """The schema says something that this file does not know."""


def prepare(schema: Schema, home: str, resolve: Resolve, moment: Callable[[str], object]) -> Check | None:
    """The first look by the schema of the file ``home``; None when there is none.

    ``moment`` raises ValueError for a text that is no date-time.
    """
    try:
        return _Maker(home, resolve, moment).all_of(schema)
    except _Unknown:
        return None


@lru_cache(maxsize=256)
def ecmascript(pattern: str) -> re.Pattern[str]:
    """A pattern as JSON Schema means it: ``$`` is the very end; Python lets a last newline follow."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern), re.ASCII)


class _Maker:
    def __init__(self, home: str, resolve: Resolve, moment: Callable[[str], object]) -> None:
        self._home, self._resolve, self._moment = home, resolve, moment
        self._one: Mapping[str, Callable[[Any], Check]] = {
            "type": self._type, "enum": self._enum, "const": self._const, "format": self._format,
            "pattern": self._pattern, "$ref": self._ref, "properties": self._properties, "items": self._items,
            "required": self._required, "minLength": _least(str), "maxLength": _most(str), "minItems": _least(list),
            "maxItems": _most(list), "minProperties": _least(dict), "minimum": _minimum, "maximum": _maximum,
        }  # fmt: skip

    def all_of(self, schema: Schema) -> Check:
        """Every keyword of the schema holds."""
        checks: list[Check] = []
        for keyword, wanted in schema.items():
            if keyword == "additionalProperties" and wanted is False:
                checks.append(_no_others(schema.get("properties", {})))
            elif keyword in self._one:
                checks.append(self._one[keyword](wanted))
            elif keyword not in _SAYS_NOTHING:
                raise _Unknown(keyword)
        return lambda value: all(check(value) for check in checks)

    def _type(self, wanted: str | Sequence[str]) -> Check:
        names = [wanted] if isinstance(wanted, str) else wanted
        if not set(names) <= _TYPES.keys():
            raise _Unknown("type")
        checks = [_TYPES[name] for name in names]
        return checks[0] if len(checks) == 1 else lambda value: any(check(value) for check in checks)

    def _enum(self, wanted: Sequence[Any]) -> Check:
        if not all(isinstance(one, str) for one in wanted):  # 1, 1.0 and true are equal in Python, not in JSON
            raise _Unknown("enum")
        words = frozenset(wanted)
        return lambda value: isinstance(value, str) and value in words

    def _const(self, wanted: Any) -> Check:
        return self._enum([wanted])

    def _format(self, wanted: str) -> Check:
        if wanted != "date-time":
            return lambda _: True  # a note for readers, to jsonschema as we set it up, too
        return lambda value: not isinstance(value, str) or _is_moment(value, self._moment)

    def _pattern(self, wanted: str) -> Check:
        search = ecmascript(wanted).search
        return lambda value: not isinstance(value, str) or search(value) is not None

    def _ref(self, wanted: str) -> Check:
        schema, home = self._resolve(wanted, self._home)
        return _Maker(home, self._resolve, self._moment).all_of(schema)

    def _properties(self, wanted: Mapping[str, Schema]) -> Check:
        checks = {name: self.all_of(schema) for name, schema in wanted.items()}
        return lambda value: (
            not isinstance(value, dict) or all(checks[name](value[name]) for name in value.keys() & checks.keys())
        )

    def _items(self, wanted: Schema) -> Check:
        check = self.all_of(wanted)
        return lambda value: not isinstance(value, list) or all(check(one) for one in value)

    def _required(self, wanted: Sequence[str]) -> Check:
        names = frozenset(wanted)
        return lambda value: not isinstance(value, dict) or names <= value.keys()


def _is_moment(value: str, moment: Callable[[str], object]) -> bool:
    try:
        moment(value)
    except ValueError:
        return False
    return True


def _no_others(properties: Mapping[str, Any]) -> Check:
    known = frozenset(properties)
    return lambda value: not isinstance(value, dict) or value.keys() <= known


def _least(kind: type[Any]) -> Callable[[int], Check]:
    return lambda least: lambda value: not isinstance(value, kind) or len(value) >= least


def _most(kind: type[Any]) -> Callable[[int], Check]:
    return lambda most: lambda value: not isinstance(value, kind) or len(value) <= most


def _minimum(least: float) -> Check:
    return lambda value: not _is_number(value) or value >= least


def _maximum(most: float) -> Check:
    return lambda value: not _is_number(value) or value <= most


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
