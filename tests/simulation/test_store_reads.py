"""Reads, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place

Item = Mapping[str, Any]


def put(place: Place, pk: str, sk: str, **attributes: Any) -> None:
    place.db.put_item(TableName=place.table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def row(place: Place, id: str, lane: str, at: str) -> None:
    """An item that stands in the index ``lane``."""
    put(place, id, "session", lane_pk={"S": lane}, lane_sk={"S": at}, state={"S": "waiting"})


def query(place: Place, condition: str, values: Mapping[str, str], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = place.db.query(
        TableName=place.table, KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()}, **more,
    )  # fmt: skip
    return found


def sort_keys(answer: Mapping[str, Any], name: str = "sk") -> list[str]:
    return [item[name]["S"] for item in answer["Items"]]


def pages(place: Place, verb: str, **request: Any) -> Iterator[dict[str, Any]]:
    while True:
        page = getattr(place.db, verb)(TableName=place.table, **request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def refused(place: Place, verb: str, **request: Any) -> str:
    with pytest.raises(ClientError) as failed:
        getattr(place.db, verb)(**request)
    return str(failed.value.response["Error"]["Code"])


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


def test_an_index_shows_keys_alone_in_its_own_order(place: Place) -> None:
    for id, at in (("a", "3"), ("b", "1"), ("c", "2")):
        row(place, id, "chat#0", at)
    row(place, "d", "callback#0", "0")
    put(place, "e", "session")
    answer = query(place, "lane_pk = :p", {"p": "chat#0"}, IndexName="lane")
    assert answer["Items"][0] == {
        "pk": {"S": "b"}, "sk": {"S": "session"}, "lane_pk": {"S": "chat#0"}, "lane_sk": {"S": "1"},
    }  # fmt: skip
    assert sort_keys(answer, "pk") == ["b", "c", "a"]
    answer = query(place, "lane_pk = :p AND lane_sk < :b", {"p": "chat#0", "b": "3"}, IndexName="lane")
    assert sort_keys(answer, "pk") == ["b", "c"]


def test_an_index_follows_its_items(place: Place) -> None:
    def change(expression: str, **values: str) -> None:
        more = {"ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()}}
        place.db.update_item(
            TableName=place.table, Key={"pk": {"S": "a"}, "sk": {"S": "session"}}, UpdateExpression=expression,
            **(more if values else {}),
        )  # fmt: skip

    def shown(lane: str) -> list[str]:
        return sort_keys(query(place, "lane_pk = :p", {"p": lane}, IndexName="lane"), "lane_sk")

    row(place, "a", "chat#0", "1")
    change("SET lane_pk = :p", p="held#0")
    assert (shown("chat#0"), shown("held#0")) == ([], ["1"])
    change("SET lane_sk = :s", s="2")
    assert shown("held#0") == ["2"]
    change("REMOVE lane_sk")
    assert shown("held#0") == []
    change("SET lane_sk = :s", s="3")
    assert shown("held#0") == ["3"]
    place.db.delete_item(TableName=place.table, Key={"pk": {"S": "a"}, "sk": {"S": "session"}})
    assert shown("held#0") == []


def test_pages_of_an_index_bring_rows_of_one_moment_once(place: Place) -> None:
    for id in "abcde":
        row(place, id, "chat#0", "1")
    found = pages(
        place, "query", IndexName="lane", KeyConditionExpression="lane_pk = :p",
        ExpressionAttributeValues={":p": {"S": "chat#0"}}, Limit=2,
    )  # fmt: skip
    assert sorted(key for page in found for key in sort_keys(page, "pk")) == list("abcde")


def test_an_index_by_bytes_finds_them(place: Place) -> None:
    put(place, "a", "session", subject={"B": b"\x00\x01"})
    put(place, "b", "session", subject={"B": b"\x00\x02"})
    answer = place.db.query(
        TableName=place.table, IndexName="subject", KeyConditionExpression="subject = :s",
        ExpressionAttributeValues={":s": {"B": b"\x00\x02"}},
    )  # fmt: skip
    assert sort_keys(answer, "pk") == ["b"]


def test_an_index_cannot_be_read_strongly(place: Place) -> None:
    assert refused(
        place, "query", TableName=place.table, IndexName="lane", KeyConditionExpression="lane_pk = :p",
        ExpressionAttributeValues={":p": {"S": "chat#0"}}, ConsistentRead=True,
    ) == "ValidationException"  # fmt: skip


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


def test_a_scan_of_an_index_has_what_stands_there(place: Place) -> None:
    row(place, "a", "chat#0", "1")
    put(place, "b", "session")
    answer = place.db.scan(TableName=place.table, IndexName="lane")
    assert sort_keys(answer, "pk") == ["a"]
    assert set(answer["Items"][0]) == {"pk", "sk", "lane_pk", "lane_sk"}
