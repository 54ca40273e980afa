"""The part of the template that is written by hand: the files of ``infra`` as one, since Chalice merges one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

__all__ = ["FILES", "merged"]

FILES = ("resources.yaml", "topic.yaml", "alarms.yaml", "dashboard.yaml")


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions."""


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_object(node)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def merged(infra: Path) -> dict[str, Any]:
    """Every section with the members of every file. ValueError where two files name the same member."""
    whole: dict[str, dict[str, Any]] = {}
    for name in FILES:
        for section, members in yaml.load((infra / name).read_text(), _Loader).items():
            known = whole.setdefault(section, {})
            if twice := known.keys() & members.keys():
                raise ValueError(f"{name} repeats {', '.join(sorted(twice))} of {section}")
            known.update(members)
    return whole
