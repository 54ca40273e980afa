"""Indexes, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

from tests.simulation.asking import pages, put, query, refused, row, sort_keys
from tests.simulation.places import Place


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


def test_a_scan_of_an_index_has_what_stands_there(place: Place) -> None:
    row(place, "a", "chat#0", "1")
    put(place, "b", "session")
    answer = place.db.scan(TableName=place.table, IndexName="lane")
    assert sort_keys(answer, "pk") == ["a"]
    assert set(answer["Items"][0]) == {"pk", "sk", "lane_pk", "lane_sk"}
