"""DynamoDB's values: checked, brought into one form so that equal ones are equal; how they sort; what they weigh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.simulation.refusals import invalid

__all__ = ["Item", "Value", "normal", "normal_item", "size", "sortable"]

Value = dict[str, Any]
Item = dict[str, Value]

DIGITS = 38
LARGEST, SMALLEST = 125, -130
DEEPEST = 32


def normal_item(item: Mapping[str, Any]) -> Item:
    """The attributes in their one form; ValidationException for what DynamoDB does not take."""
    return {name: normal(value) for name, value in item.items()}


def normal(value: Any, depth: int = 0) -> Value:
    """One value in its one form."""
    if type(value) is not dict or len(value) != 1:
        raise invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    ((kind, inner),) = value.items()
    if kind == "S" and type(inner) is str:
        return value
    if kind == "N" and type(inner) is str and inner.isdigit() and inner.isascii() and len(inner) <= DIGITS:
        return value if inner[0] != "0" or inner == "0" else {"N": str(int(inner))}
    read = READERS.get(kind)
    if read is None or depth > DEEPEST:
        raise invalid(f"Not a value: {kind}")
    return {kind: read(inner, depth)}


def _text(inner: Any, _: int) -> str:
    if not isinstance(inner, str):
        raise invalid("A string is expected")
    return inner


def _number(inner: Any, _: int) -> str:
    if not isinstance(inner, str):
        raise invalid("A number is given as a string")
    try:
        read = Decimal(inner)
    except InvalidOperation:
        raise invalid("The parameter cannot be converted to a numeric value") from None
    if not read.is_finite():
        raise invalid("The parameter cannot be converted to a numeric value")
    if read and not SMALLEST <= read.adjusted() <= LARGEST:
        raise invalid("Number overflow or underflow")
    digits = read.as_tuple().digits
    if len("".join(map(str, digits)).strip("0")) > DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    # Not normalize(): the context would round to 28 digits.
    text = format(read, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole = text.lstrip("0") or "0"
    whole = "0" + whole if whole.startswith(".") else whole
    return whole if whole == "0" else sign + whole


def _binary(inner: Any, _: int) -> bytes:
    if not isinstance(inner, bytes | bytearray):
        raise invalid("Binary is expected")
    return bytes(inner)


def _flag(inner: Any, _: int) -> bool:
    if not isinstance(inner, bool):
        raise invalid("A boolean is expected")
    return inner


def _null(inner: Any, _: int) -> bool:
    if inner is not True:
        raise invalid("One or more parameter values were invalid: Null attribute value types must have the value true")
    return True


def _list(inner: Any, depth: int) -> list[Value]:
    return [normal(one, depth + 1) for one in inner]


def _map(inner: Any, depth: int) -> Item:
    return {name: normal(one, depth + 1) for name, one in inner.items()}


def _set_of(read: Callable[[Any, int], Any]) -> Callable[[Any, int], list[Any]]:
    def read_set(inner: Any, depth: int) -> list[Any]:
        found = [read(one, depth) for one in inner]
        if not found:
            raise invalid("One or more parameter values were invalid: An set may not be empty")
        if len(set(found)) != len(found):
            raise invalid("One or more parameter values were invalid: Input collection contains duplicates")
        return sorted(found)

    return read_set


READERS: dict[str, Callable[[Any, int], Any]] = {
    "S": _text, "N": _number, "B": _binary, "BOOL": _flag, "NULL": _null, "L": _list, "M": _map,
    "SS": _set_of(_text), "NS": _set_of(_number), "BS": _set_of(_binary),
}  # fmt: skip


def sortable(value: Value) -> Any:
    """What a key's value sorts by: text as UTF-8 (which Python's order of code points equals), numbers, bytes."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return Decimal(inner)
    if kind in ("S", "B"):
        return inner
    raise invalid("Type mismatch for key")


def size(item: Mapping[str, Value]) -> int:
    """Bytes of an item, as documented: names and values in UTF-8, numbers at about half a byte a digit."""
    return sum(len(name) + _weight(value) for name, value in item.items())


def _weight(value: Value) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner) if inner.isascii() else len(inner.encode())
    if kind == "N":
        return len(inner) // 2 + 1
    if kind == "B":
        return len(inner)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return 3 + sum(1 + _weight(one) for one in inner)
    if kind == "M":
        return 3 + sum(1 + len(name) + _weight(one) for name, one in inner.items())
    return sum(_weight({kind[0]: one}) for one in inner)
