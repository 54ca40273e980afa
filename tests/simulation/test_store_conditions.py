"""Conditions, at the level of the client: the same questions to the fake, moto and the engine."""

from __future__ import annotations

import re

import pytest

from tests.simulation.places import Place
from tests.simulation.writing import holds, put


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
