"""What every request to DynamoDB has in common: known parameters, expressions and the names and values they use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from tests.simulation.refusals import invalid
from tests.simulation.tokens import Parsed
from tests.simulation.values import Item, normal_item

__all__ = ["Paginator", "Words", "projected", "returned"]

T = TypeVar("T")


class Words:
    """The expressions of one request. ``check`` refuses names and values that are unknown, or not used."""

    def __init__(self, request: Mapping[str, Any], known: Collection[str]) -> None:
        for name in request:
            if name not in known:
                raise NotImplementedError(f"the parameter {name}")
        self._request = request
        self.names: Mapping[str, str] = request.get("ExpressionAttributeNames", {})
        self.values: Item = normal_item(request.get("ExpressionAttributeValues", {}))
        self._read: list[Parsed[Any]] = []
        self.on_failure = request.get("ReturnValuesOnConditionCheckFailure", "NONE")

    def read(self, parse: Callable[[str], Parsed[T]], parameter: str) -> T | None:
        """An expression of the request, made ready; None when it has none."""
        text = self._request.get(parameter)
        if text is None:
            return None
        if not text.strip():
            raise invalid(f"Invalid {parameter}: The expression can not be empty;")
        parsed = parse(text)
        self._read.append(parsed)
        return parsed.run

    def check(self) -> None:
        """Every name and value is used, and every one used is there."""
        for given, parameter, used in (
            (self.names, "ExpressionAttributeNames", [parsed.names for parsed in self._read]),
            (self.values, "ExpressionAttributeValues", [parsed.values for parsed in self._read]),
        ):
            if parameter in self._request and not given:
                raise invalid(f"{parameter} must not be empty")
            if given.keys() != (used[0] if len(used) == 1 else frozenset().union(*used)):
                raise invalid(f"{parameter}: one is unused in expressions, or one that is used is not defined")


def projected(item: Item, shown: tuple[str, ...] | None, words: Words) -> Item:
    """A copy of the item, or of the part of it that was asked for."""
    if shown is None:
        return dict(item)
    names = [words.names.get(name, name) for name in shown]
    return {name: item[name] for name in names if name in item}


def returned(
    request: Mapping[str, Any], known: Collection[str], before: Item | None, after: Item | None
) -> dict[str, Any]:
    """The answer to a write."""
    wanted = request.get("ReturnValues", "NONE")
    if wanted not in known:
        raise NotImplementedError(f"ReturnValues={wanted}")
    item = {"NONE": None, "ALL_OLD": before, "ALL_NEW": after}[wanted]
    return {} if item is None else {"Attributes": dict(item)}


class Paginator:
    """Pages of a verb of the client, one after the other."""

    def __init__(self, verb: Callable[..., dict[str, Any]]) -> None:
        self._verb = verb

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """Each page."""
        while True:
            page = self._verb(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
