"""Writes, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place
from tests.simulation.writing import KEY, NAMED, code, holds, put, refused, stored, update


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
