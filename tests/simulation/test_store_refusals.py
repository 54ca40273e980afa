"""What the store refuses, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place
from tests.simulation.writing import KEY, NAMED, code, put, refused, stored


def _bad(name: str, expression: str, value: Any = None, **differs: str) -> Any:
    values = {} if value is None else {"v": value}
    return pytest.param(expression, values, id=name, marks=[pytest.mark.differs(**differs)] if differs else [])


TAKES = "takes it"


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        _bad("a missing attribute is read", "SET a = never"),
        _bad("a key is changed", "SET pk = :v", NAMED),
        _bad("one path twice", "SET a = :v, a = :v", NAMED, engine=TAKES),
        _bad("set and removed", "SET a = :v REMOVE a", NAMED, engine=TAKES),
        _bad("paths overlap", "SET a = :v, a.b = :v", NAMED),
        _bad("an unknown value", "SET a = :other", NAMED),
        _bad("an unused value", "SET a = text", NAMED),
        _bad("a reserved word", "SET name = :v", NAMED),
        _bad("a section twice", "SET a = :v SET b = :v", NAMED, engine=TAKES),
        _bad("no equals sign", "SET a :v", NAMED, engine=TAKES),
        _bad("a number to a text", "ADD text :v", {"N": "1"}),
        _bad("an empty set", "SET a = :v", {"SS": []}, moto=TAKES),
        _bad("a member twice", "SET a = :v", {"SS": ["twice", "twice"]}, moto=TAKES),
        _bad("no number", "SET a = :v", {"N": "twelve"}, moto=TAKES),
        _bad("39 digits", "SET a = :v", {"N": "1" * 39}, moto=TAKES),
        _bad("too large a number", "SET a = :v", {"N": "1E126"}, moto=TAKES),
        _bad("an index's key of another type", "SET lane_pk = :v", {"N": "1"}),
        _bad("an index's key is empty", "SET lane_pk = :v", {"S": ""}),
        _bad("over 400 KB", "SET a = :v", {"S": "x" * 420_000}),
    ],
)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(
    place: Place, expression: str, values: dict[str, Any]
) -> None:
    put(place, text=NAMED)
    assert refused(place, expression, **values) == "ValidationException"
    assert stored(place) == {"text": NAMED}


def test_an_unused_name_is_refused(place: Place) -> None:
    put(place, text=NAMED)
    assert refused(place, "SET a = :v", "", {"#n": "name"}, v=NAMED) == "ValidationException"


@pytest.mark.parametrize(
    "item",
    [{"pk": {"S": "a"}}, {"pk": {"S": ""}, "sk": {"S": "b"}}, {"pk": {"N": "1"}, "sk": {"S": "b"}}],
    ids=["no sort key", "an empty key", "a number for a text"],
)
def test_an_item_without_its_whole_key_is_refused(place: Place, item: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as failed:
        place.db.put_item(TableName=place.table, Item=item)
    assert code(failed) == "ValidationException"


def test_a_table_that_is_not_there_is_named_so(place: Place) -> None:
    with pytest.raises(ClientError) as failed:
        place.db.get_item(TableName="nowhere", Key=KEY)
    assert code(failed) == "ResourceNotFoundException"


def test_a_key_without_a_sort_key_is_refused(place: Place) -> None:
    with pytest.raises(ClientError) as failed:
        place.db.get_item(TableName=place.table, Key={"pk": {"S": "a"}})
    assert code(failed) == "ValidationException"
