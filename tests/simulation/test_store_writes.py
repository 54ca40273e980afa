"""Writes, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
NAMED = {"S": "named"}


def put(place: Place, **attributes: Any) -> None:
    place.db.put_item(TableName=place.table, Item={**KEY, **attributes})


def stored(place: Place) -> Mapping[str, Any] | None:
    """The item under KEY, without its key."""
    found = place.db.get_item(TableName=place.table, Key=KEY, ConsistentRead=True).get("Item")
    return None if found is None else {name: value for name, value in found.items() if name not in KEY}


def update(place: Place, expression: str, condition: str = "", names: Any = None, **values: Any) -> Any:
    more: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    if names:
        more["ExpressionAttributeNames"] = names
    if values:
        more["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return place.db.update_item(
        TableName=place.table, Key=KEY, UpdateExpression=expression, ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD", **more,
    )  # fmt: skip


def code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def refused(place: Place, expression: str, condition: str = "", names: Any = None, **values: Any) -> str:
    with pytest.raises(ClientError) as failed:
        update(place, expression, condition, names, **values)
    return code(failed)


def holds(place: Place, condition: str, names: Any = None, **values: Any) -> bool:
    """Whether a condition holds for the stored item."""
    try:
        update(place, "SET checked = :checked", condition, names, checked=NAMED, **values)
    except place.db.exceptions.ConditionalCheckFailedException:
        return False
    return True


def test_what_was_never_put_is_not_there(place: Place) -> None:
    answer = place.db.get_item(TableName=place.table, Key=KEY)
    assert "Item" not in answer


def test_every_type_comes_back_as_it_was_put(place: Place) -> None:
    item = {
        "text": {"S": "Élan 😀"}, "empty": {"S": ""}, "number": {"N": "-12.5"}, "large": {"N": "1795345200000"},
        "bytes": {"B": b"\x00\xff"}, "no_bytes": {"B": b""}, "yes": {"BOOL": True}, "no": {"BOOL": False},
        "nothing": {"NULL": True}, "list": {"L": [{"S": "x"}, {"N": "1"}, {"L": []}]}, "none": {"L": []},
        "map": {"M": {"kid": {"M": {"alg": {"S": "ES256"}}}}}, "bare": {"M": {}}, "names": {"SS": ["a", "b"]},
    }  # fmt: skip
    put(place, **item)
    found = stored(place)
    assert found is not None
    assert {**found, "names": {"SS": sorted(found["names"]["SS"])}} == item


@pytest.mark.differs(moto="keeps a number as it was written")
@pytest.mark.parametrize(
    ("written", "read"), [("007", "7"), ("1.50", "1.5"), ("1E3", "1000"), ("-0", "0"), ("00.10", "0.1")]
)
def test_a_number_has_one_form(place: Place, written: str, read: str) -> None:
    put(place, n={"N": written})
    assert stored(place) == {"n": {"N": read}}


def test_a_second_put_takes_the_place_of_the_first_and_can_answer_with_it(place: Place) -> None:
    put(place, a=NAMED, b=NAMED)
    answer = place.db.put_item(TableName=place.table, Item={**KEY, "c": NAMED}, ReturnValues="ALL_OLD")
    assert answer["Attributes"] == {**KEY, "a": NAMED, "b": NAMED}
    assert stored(place) == {"c": NAMED}


def test_a_refused_put_brings_the_one_that_was_there(place: Place) -> None:
    put(place, a=NAMED)
    with pytest.raises(place.db.exceptions.ConditionalCheckFailedException) as failed:
        place.db.put_item(
            TableName=place.table, Item={**KEY, "b": NAMED}, ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )  # fmt: skip
    assert code(failed) == "ConditionalCheckFailedException"
    assert failed.value.response["Item"] == {**KEY, "a": NAMED}
    assert stored(place) == {"a": NAMED}


def test_a_refusal_brings_nothing_unless_asked(place: Place) -> None:
    put(place, a=NAMED)
    with pytest.raises(ClientError) as failed:
        place.db.put_item(TableName=place.table, Item=KEY, ConditionExpression="attribute_not_exists(pk)")
    assert code(failed) == "ConditionalCheckFailedException"
    assert "Item" not in failed.value.response


def test_a_refusal_where_nothing_is_brings_nothing(place: Place) -> None:
    with pytest.raises(ClientError) as failed:
        update(place, "SET a = :a", "attribute_exists(pk)", a=NAMED)
    assert code(failed) == "ConditionalCheckFailedException"
    assert not failed.value.response.get("Item")
    assert stored(place) is None


def test_an_update_makes_the_item_and_answers_with_all_of_it(place: Place) -> None:
    answer = update(place, "SET a = :a", a=NAMED)
    assert answer["Attributes"] == {**KEY, "a": NAMED}
    assert stored(place) == {"a": NAMED}


def test_an_update_reads_the_item_as_it_was_before(place: Place) -> None:
    put(place, a={"S": "first"}, b={"S": "second"})
    update(place, "SET a = b, b = a")
    assert stored(place) == {"a": {"S": "second"}, "b": {"S": "first"}}


def test_if_not_exists_keeps_the_first(place: Place) -> None:
    update(place, "SET a = if_not_exists(a, :a)", a={"N": "1"})
    update(place, "SET a = if_not_exists(a, :a)", a={"N": "2"})
    assert stored(place) == {"a": {"N": "1"}}


def test_numbers_are_added_exactly_from_nothing_on(place: Place) -> None:
    update(place, "ADD n :n", n={"N": "9007199254740993"})
    update(place, "SET m = n + :one ADD n :n", n={"N": "-0.5"}, one={"N": "1"})
    assert stored(place) == {"n": {"N": "9007199254740992.5"}, "m": {"N": "9007199254740994"}}


def test_remove_takes_what_is_there_and_misses_nothing(place: Place) -> None:
    put(place, a=NAMED, b=NAMED)
    update(place, "REMOVE a, never")
    assert stored(place) == {"b": NAMED}


def test_members_of_a_set_come_and_go(place: Place) -> None:
    update(place, "ADD members :some", some={"SS": ["a", "b"]})
    update(place, "ADD members :some", some={"SS": ["b", "c"]})
    update(place, "DELETE members :some", some={"SS": ["a", "never"]})
    found = stored(place)
    assert found is not None
    assert sorted(found["members"]["SS"]) == ["b", "c"]
    update(place, "DELETE members :some", some={"SS": ["b", "c"]})
    assert stored(place) == {}


def test_a_nested_attribute_is_written_inside_its_map_alone(place: Place) -> None:
    put(place, webhook={"M": {"url": NAMED}})
    update(
        place, "SET webhook.stopped = :why, #w.#u = :url",
        "attribute_exists(webhook) AND attribute_not_exists(webhook.stopped)", {"#w": "webhook", "#u": "url"},
        why=NAMED, url={"S": "other"},
    )  # fmt: skip
    assert stored(place) == {"webhook": {"M": {"url": {"S": "other"}, "stopped": NAMED}}}
    assert not holds(place, "attribute_not_exists(webhook.stopped)")
    update(place, "REMOVE webhook.stopped")
    assert stored(place) == {"webhook": {"M": {"url": {"S": "other"}}}}


def test_nothing_is_written_inside_a_map_that_is_not_there(place: Place) -> None:
    put(place, a=NAMED)
    assert refused(place, "SET webhook.stopped = :why", why=NAMED) == "ValidationException"
    assert stored(place) == {"a": NAMED}


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


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("attribute_exists(n)", True),
        ("attribute_exists(never)", False),
        ("attribute_not_exists(never)", True),
        ("n = :ten", True),
        ("t = :ten", False),
        ("never = :ten", False),
        ("n > :nine", True),
        ("n < :nine", False),
        ("n >= :ten AND n <= :ten", True),
        ("never < :ten", False),
        pytest.param("t < :ten", False, marks=pytest.mark.differs(moto="fails on two types")),
        ("n BETWEEN :nine AND :ten", True),
        ("n IN (:nine, :ten)", True),
        ("never IN (:nine, :ten)", False),
        ("begins_with(t, :start)", True),
        ("begins_with(never, :start)", False),
        ("NOT n = :nine", True),
        ("attribute_exists(never) AND n = :ten OR t = :text", True),
        ("attribute_exists(never) AND (n = :ten OR t = :text)", False),
        ("attribute_exists(inside.kid) AND inside.kid = :text", True),
        ("attribute_not_exists(inside.never)", True),
        ("attribute_not_exists(t.kid)", True),
        ("#list[1] = :nine", True),
        ("attribute_exists(#list[2])", False),
    ],
)
def test_a_condition_holds_or_not(place: Place, condition: str, answer: bool) -> None:
    put(
        place, n={"N": "10"}, t={"S": "text"}, inside={"M": {"kid": {"S": "text"}}},
        list={"L": [{"N": "10"}, {"N": "9"}]},
    )  # fmt: skip
    known = {":ten": {"N": "10"}, ":nine": {"N": "9"}, ":text": {"S": "text"}, ":start": {"S": "te"}}
    used = {name[1:]: known[name] for name in re.findall(r":\w+", condition)}
    named = {"#list": "list"} if "#list" in condition else None
    assert holds(place, condition, named, **used) is answer


def test_text_is_compared_as_utf8_and_numbers_as_numbers(place: Place) -> None:
    put(place, t={"S": "\uffff"}, n={"N": "9"})
    assert holds(place, "t < :v", v={"S": "😀"})  # UTF-16 would say the opposite
    assert holds(place, "n < :v", v={"N": "10"})


def test_a_delete_of_nothing_is_no_fault(place: Place) -> None:
    place.db.delete_item(TableName=place.table, Key=KEY)
    assert stored(place) is None


def test_a_delete_answers_with_what_was_there(place: Place) -> None:
    put(place, a=NAMED)
    answer = place.db.delete_item(TableName=place.table, Key=KEY, ReturnValues="ALL_OLD")
    assert answer["Attributes"] == {**KEY, "a": NAMED}
    assert stored(place) is None


@pytest.mark.parametrize("there", [True, False], ids=["somebody else's", "nobody's"])
def test_a_conditional_delete_takes_only_what_is_mine(place: Place, there: bool) -> None:
    if there:
        put(place, holder={"S": "other"})
    with pytest.raises(place.db.exceptions.ConditionalCheckFailedException):
        place.db.delete_item(
            TableName=place.table, Key=KEY, ConditionExpression="holder = :me",
            ExpressionAttributeValues={":me": {"S": "me"}},
        )  # fmt: skip
    assert (stored(place) is not None) is there


def test_a_table_that_is_not_there_is_named_so(place: Place) -> None:
    with pytest.raises(ClientError) as failed:
        place.db.get_item(TableName="nowhere", Key=KEY)
    assert code(failed) == "ResourceNotFoundException"


def test_a_key_without_a_sort_key_is_refused(place: Place) -> None:
    with pytest.raises(ClientError) as failed:
        place.db.get_item(TableName=place.table, Key={"pk": {"S": "a"}})
    assert code(failed) == "ValidationException"
