"""Many items at once, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.simulation.asking import pages, put, query, refused, sort_keys
from tests.simulation.places import Place


def test_a_batch_leaves_out_what_is_not_there(place: Place) -> None:
    put(place, "a", "session", state={"S": "waiting"})
    place.db.put_item(TableName=place.keys, Item={"pk": {"S": "a"}, "wrapped": {"B": b"x"}})
    keys = [{"pk": {"S": pk}, "sk": {"S": "session"}} for pk in ("a", "never")]
    answer = place.db.batch_get_item(
        RequestItems={
            place.table: {"Keys": keys, "ConsistentRead": True},
            place.keys: {"Keys": [{"pk": {"S": "a"}}, {"pk": {"S": "never"}}]},
        }
    )
    assert answer["Responses"] == {
        place.table: [{**keys[0], "state": {"S": "waiting"}}],
        place.keys: [{"pk": {"S": "a"}, "wrapped": {"B": b"x"}}],
    }
    assert answer["UnprocessedKeys"] == {}


@pytest.mark.parametrize("ids", [["a", "a"], [f"{n}" for n in range(101)]], ids=["a key twice", "101 keys"])
def test_a_batch_that_is_too_much_is_refused(place: Place, ids: list[str]) -> None:
    keys = [{"pk": {"S": id}, "sk": {"S": "session"}} for id in ids]
    assert refused(place, "batch_get_item", RequestItems={place.table: {"Keys": keys}}) == "ValidationException"


def test_a_projection_brings_what_was_named(place: Place) -> None:
    put(place, "a", "partner", jwks_url={"S": "https://x.example/"}, sequence={"N": "1"})
    key = {"pk": {"S": "a"}, "sk": {"S": "partner"}}
    answer = place.db.get_item(TableName=place.table, Key=key, ProjectionExpression="jwks_url, never")
    assert answer["Item"] == {"jwks_url": {"S": "https://x.example/"}}
    wanted = {"Keys": [key], "ProjectionExpression": "pk, #n", "ExpressionAttributeNames": {"#n": "sequence"}}
    answer = place.db.batch_get_item(RequestItems={place.table: wanted})
    assert answer["Responses"][place.table] == [{"pk": {"S": "a"}, "sequence": {"N": "1"}}]
    answer = query(place, "pk = :p", {"p": "a"}, ProjectionExpression="sk, jwks_url", FilterExpression="pk = :p")
    assert answer["Items"] == [{"sk": {"S": "partner"}, "jwks_url": {"S": "https://x.example/"}}]


def test_segments_of_a_scan_bring_everything_once(place: Place) -> None:
    for n in range(12):
        put(place, f"p{n}", "session")
    found = [
        [key for page in pages(place, "scan", Segment=n, TotalSegments=3, Limit=2) for key in sort_keys(page, "pk")]
        for n in range(3)
    ]
    assert sorted(key for segment in found for key in segment) == sorted(f"p{n}" for n in range(12))


def test_a_scan_asks_its_filter_of_every_row(place: Place) -> None:
    put(place, "a", "partner")
    put(place, "a", "session")
    request: dict[str, Any] = {
        "FilterExpression": "sk = :s", "ExpressionAttributeValues": {":s": {"S": "partner"}}, "ConsistentRead": True,
    }  # fmt: skip
    found = list(pages(place, "scan", Limit=1, **request))
    assert [key for page in found for key in sort_keys(page)] == ["partner"]
    assert sum(page["ScannedCount"] for page in found) == 2


def test_a_segment_that_is_not_one_is_refused(place: Place) -> None:
    assert refused(place, "scan", TableName=place.table, Segment=3, TotalSegments=3) == "ValidationException"


def deletes(*keys: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in keys]


def test_a_batch_deletes_what_is_there_and_says_nothing_of_what_is_not(place: Place) -> None:
    for sk in ("1", "2", "3"):
        put(place, "a", sk)
    asked = deletes(("a", "1"), ("a", "3"), ("a", "never"))
    assert not place.db.batch_write_item(RequestItems={place.table: asked}).get("UnprocessedItems")
    assert sort_keys(query(place, "pk = :p", {"p": "a"})) == ["2"]


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(0, id="nothing"),
        pytest.param(2, id="a key twice"),
        pytest.param(26, id="26 keys", marks=pytest.mark.differs(moto="takes any number")),
    ],
)
def test_a_batch_that_deletes_too_much_is_refused(place: Place, count: int) -> None:
    asked = deletes(*[("a", "same" if count == 2 else str(n)) for n in range(count)])
    with pytest.raises((ClientError, ParamValidationError)):
        place.db.batch_write_item(RequestItems={place.table: asked})
