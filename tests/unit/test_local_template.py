"""The parts of the template that are written by hand, as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import template

PARTS = {
    "resources.yaml": (
        "Parameters: {A: {Type: String}}\nResources:\n  One: {Type: X, Name: !Sub '${A}-x', Of: !GetAtt T.Arn}\n"
    ),
    "topic.yaml": (
        "Conditions: {Far: !Not [!Condition Local]}\nResources:\n  Two: {List: !If [Far, !Ref A, [!Ref B]]}\n"
    ),
    "alarms.yaml": "Resources:\n  Three: {Of: !GetAtt [T, Arn], All: !Sub ['${N}', {N: !Ref A}]}\n",
    "dashboard.yaml": "Resources: {}\n",
}


def written(place: Path, **changed: str) -> Path:
    for name, text in PARTS.items():
        (place / name).write_text(changed.get(name.removesuffix(".yaml"), text))
    return place


def test_every_section_has_what_all_parts_say_in_the_long_form(tmp_path: Path) -> None:
    assert template.merged(written(tmp_path)) == {
        "Parameters": {"A": {"Type": "String"}},
        "Conditions": {"Far": {"Fn::Not": [{"Condition": "Local"}]}},
        "Resources": {
            "One": {"Type": "X", "Name": {"Fn::Sub": "${A}-x"}, "Of": {"Fn::GetAtt": ["T", "Arn"]}},
            "Two": {"List": {"Fn::If": ["Far", {"Ref": "A"}, [{"Ref": "B"}]]}},
            "Three": {"Of": {"Fn::GetAtt": ["T", "Arn"]}, "All": {"Fn::Sub": ["${N}", {"N": {"Ref": "A"}}]}},
        },
    }


def test_a_name_that_two_parts_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"alarms\.yaml repeats One of Resources"):
        template.merged(written(tmp_path, alarms="Resources: {One: {Type: Y}}\n"))


def test_these_are_all_parts() -> None:
    assert {path.name for path in (Path(template.__file__).parents[1] / "infra").glob("*")} == set(template.FILES)
