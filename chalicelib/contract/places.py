"""Where a body breaks its schema, said from the schema alone: what was sent is never repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.problems import Place

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["MOST", "places"]

MOST = 20
"""Most places named in one refusal."""

# A member we do not know is a thing that was sent: it is named only when it looks like a name, not like data.
_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,39}", re.ASCII)

_SENTENCES: Mapping[str, Callable[[Any], str]] = {
    "additionalProperties": lambda _: "The contract has no such member.",
    "const": lambda wanted: f"Must be {wanted}.",
    "enum": lambda wanted: f"Must be one of {', '.join(str(word) for word in wanted)}.",
    "format": lambda _: "Must be a real RFC 3339 date-time with an offset.",
    "maxItems": lambda most: f"At most {most} items.",
    "maxLength": lambda most: f"At most {most} characters.",
    "minItems": lambda least: f"At least {least} items.",
    "minLength": lambda least: f"At least {least} characters.",
    "minProperties": lambda least: f"At least {least} members.",
    "minimum": lambda least: f"At least {least}.",
    "maximum": lambda most: f"At most {most}.",
    "pattern": lambda pattern: f"Must match {pattern}",
    "required": lambda _: "This member is required.",
    "type": lambda wanted: f"Must be of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}.",
}


def places(faults: Iterable[ValidationError]) -> list[Place]:
    """At most MOST places, each once, in the order in which the schema finds them."""
    found: dict[Place, None] = {}
    for place in (place for fault in faults for place in _places(fault)):
        found[place] = None
        if len(found) == MOST:
            break
    return list(found)


def _places(fault: ValidationError) -> Iterator[Place]:
    code = str(fault.validator)
    wanted: Any = fault.validator_value
    instance: Any = fault.instance
    pointer = "".join(f"/{part}" for part in fault.absolute_path)
    sentence = _SENTENCES.get(code, lambda _: "Not as the contract asks.")(wanted)
    if code == "required":
        for name in wanted:
            if name not in instance:
                yield Place(f"{pointer}/{name}", code, sentence)
    elif code == "additionalProperties":
        known = fault.schema.get("properties", {}) if isinstance(fault.schema, Mapping) else {}
        for name in instance:
            if name not in known:
                yield Place(f"{pointer}/{name}" if _NAME.fullmatch(name) else pointer, code, sentence)
    else:
        yield Place(pointer, code, sentence)
