"""Reads, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.asking import pages, put, query, sort_keys
from tests.simulation.places import Place


def test_an_empty_partition_has_no_rows(place: Place) -> None:
    answer = query(place, "pk = :p", {"p": "nobody"})
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 0)
    assert "LastEvaluatedKey" not in answer


def test_rows_come_in_the_order_of_their_bytes_and_backwards(place: Place) -> None:
    keys = ["10", "9", "Z", "a", "é", "\uffff", "😀"]
    for key in reversed(keys):
        put(place, "p", key)
        put(place, "q", key)
    assert sort_keys(query(place, "pk = :p", {"p": "p"})) == keys
    assert sort_keys(query(place, "pk = :p", {"p": "p"}, ScanIndexForward=False)) == keys[::-1]


@pytest.mark.parametrize(
    ("condition", "values", "found"),
    [
        ("sk = :v", {"v": "m#2"}, ["m#2"]),
        ("sk < :v", {"v": "m#2"}, ["m#1"]),
        ("sk <= :v", {"v": "m#2"}, ["m#1", "m#2"]),
        ("sk > :v", {"v": "m#2"}, ["m#3", "n#1"]),
        ("sk >= :v", {"v": "m#2"}, ["m#2", "m#3", "n#1"]),
        pytest.param(
            "sk BETWEEN :v AND :w",
            {"v": "m#2", "w": "m#3"},
            ["m#2", "m#3"],
            marks=pytest.mark.differs(moto="cannot read the partition after BETWEEN"),
        ),
        ("begins_with(sk, :v)", {"v": "m#"}, ["m#1", "m#2", "m#3"]),
        ("begins_with(sk, :v)", {"v": "x"}, []),
    ],
)
def test_a_condition_on_the_sort_key_picks_its_part(
    place: Place, condition: str, values: dict[str, str], found: list[str]
) -> None:
    for key in ("m#1", "m#2", "m#3", "n#1"):
        put(place, "p", key)
    assert sort_keys(query(place, f"pk = :p AND {condition}", {"p": "p", **values})) == found
    assert sort_keys(query(place, f"{condition} AND pk = :p", {"p": "p", **values})) == found
    assert sort_keys(query(place, f"pk = :p AND {condition}", {"p": "p", **values}, ConsistentRead=True)) == found


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("sk = :v", {"v": "x"}),
        ("pk < :v", {"v": "x"}),
        ("pk = :v AND stranger = :w", {"v": "x", "w": "x"}),
        pytest.param(
            "pk = :v AND sk BETWEEN :a AND :b",
            {"v": "x", "a": "2", "b": "1"},
            marks=pytest.mark.differs(moto="finds nothing"),
        ),
        ("pk = :v", {"v": ""}),
        pytest.param("pk = :v", {"v": "x", "unused": "x"}, marks=pytest.mark.differs(moto="does not look")),
    ],
    ids=["no partition", "an order of partitions", "no key", "from the later to the earlier", "empty", "unused"],
)
def test_a_query_that_names_no_part_of_a_partition_is_refused(
    place: Place, condition: str, values: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as failed:
        query(place, condition, values)
    assert failed.value.response["Error"]["Code"] == "ValidationException"


def test_pages_bring_every_row_once(place: Place) -> None:
    for n in range(5):
        put(place, "p", f"{n}")
    request: dict[str, Any] = {
        "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}, "Limit": 2,
    }  # fmt: skip
    found = list(pages(place, "query", **request))
    assert [sort_keys(page) for page in found] == [["0", "1"], ["2", "3"], ["4"]]
    backwards = pages(place, "query", **request, ScanIndexForward=False)
    assert [key for page in backwards for key in sort_keys(page)] == ["4", "3", "2", "1", "0"]
    assert found[0]["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": {"S": "1"}}


@pytest.mark.differs(moto="looks one row further")
def test_a_page_that_ends_with_its_limit_says_that_more_may_follow(place: Place) -> None:
    for n in range(2):
        put(place, "p", f"{n}")
    first, second = pages(
        place, "query", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}}, Limit=2
    )
    assert (sort_keys(first), sort_keys(second)) == (["0", "1"], [])


def test_a_page_ends_with_a_megabyte(place: Place) -> None:
    for n in range(5):
        put(place, "p", f"{n}", words={"S": "x" * 300_000})
    found = list(pages(place, "query", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}}))
    assert [sort_keys(page) for page in found] == [["0", "1", "2"], ["3", "4"]]


def test_a_filter_is_asked_after_the_limit(place: Place) -> None:
    for n in range(4):
        put(place, "p", f"{n}", **({"odd": {"BOOL": True}} if n % 2 else {}))
    answer = query(place, "pk = :p", {"p": "p"}, FilterExpression="attribute_exists(odd)", Limit=3)
    assert (sort_keys(answer), answer["Count"], answer["ScannedCount"]) == (["1"], 1, 3)
