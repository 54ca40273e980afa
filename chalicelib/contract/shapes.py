"""The schemas, prepared once each: preparing one takes forty times as long as checking a body with it.

jsonschema is imported for the first body that does not pass the first look of ``quick``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.contract.quick import Check, ecmascript, prepare

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

__all__ = ["FOLDER", "faults", "fits", "load", "moment", "names"]

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)


def names() -> list[str]:
    """The names of all schemas."""
    return sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "openapi")


def load(name: str) -> dict[str, Any]:
    """A file of ``schemas/`` as it is, by its name without .json."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return loaded


def moment(text: str) -> int:
    """RFC 3339 date-time with offset → ms since the epoch, cut not rounded. Raises ValueError."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("not an RFC 3339 date-time")
    return (datetime.fromisoformat(text.upper()) - _EPOCH) // timedelta(milliseconds=1)


def fits(name: str, value: Any) -> bool:
    """Whether a value passes the first look; if not, ``faults`` says whether it breaks the schema."""
    check = _first_look(name)
    return check is not None and check(value)


@lru_cache(maxsize=64)
def _first_look(name: str) -> Check | None:
    return prepare(load(name), name, _resolve, moment)


def _resolve(reference: str, home: str) -> tuple[dict[str, Any], str]:
    file, _, part = reference.partition("#/$defs/")
    name = file.removesuffix(".json") or home
    schema = load(name)
    return (schema["$defs"][part] if part else schema), name


def faults(name: str, value: Any) -> Iterator[ValidationError]:
    """Where a value breaks a schema, found one by one."""
    return _validator(name).iter_errors(value)


@lru_cache(maxsize=64)
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend
    from referencing import Registry

    formats = FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(_is_moment)
    strict = extend(Draft202012Validator, {"pattern": _check_pattern})  # type: ignore[no-untyped-call]
    common = load("common")
    shared: Registry[Any] = Registry().with_contents([(common["$id"], common)])
    prepared: Validator = strict(load(name), registry=shared, format_checker=formats)
    return prepared


def _is_moment(value: object) -> bool:
    if isinstance(value, str):
        moment(value)
    return True


def _check_pattern(_: Validator, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not ecmascript(pattern).search(value):
        yield ValidationError("pattern")
