"""Tables as the template describes them: the very file that is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Key", "Table", "read_tables", "resource"]

TEMPLATE = Path(__file__).parents[2] / "infra" / "resources.yaml"


class _Loader(yaml.SafeLoader):
    """Reads a template; intrinsic functions are left out."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def _resources() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]
    return found


def resource(logical: str) -> dict[str, Any]:
    """The properties of one resource."""
    found: dict[str, Any] = _resources()[logical]["Properties"]
    return found


@dataclass(frozen=True)
class Key:
    """Names of the attributes that a table or an index is sorted by."""

    hash: str
    range: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """One or two."""
        return (self.hash,) if self.range is None else (self.hash, self.range)


@dataclass(frozen=True)
class Table:
    """One table: its key, the types of key attributes, its indexes, the attribute of expiry, and whether it streams."""

    name: str
    key: Key
    types: Mapping[str, str]
    indexes: Mapping[str, Key] = field(default_factory=dict)
    expiry: str | None = None
    streams: bool = False


def _key(schema: list[dict[str, str]]) -> Key:
    found = {part["KeyType"]: part["AttributeName"] for part in schema}
    return Key(found["HASH"], found.get("RANGE"))


def _table(name: str, properties: Mapping[str, Any]) -> Table:
    indexes = properties.get("GlobalSecondaryIndexes", ())
    for index in indexes:
        if index["Projection"] != {"ProjectionType": "KEYS_ONLY"}:
            raise NotImplementedError(f"projection of the index {index['IndexName']}: {index['Projection']}")
    stream = properties.get("StreamSpecification")
    if stream not in (None, {"StreamViewType": "KEYS_ONLY"}):
        raise NotImplementedError(f"stream of {name}: {stream}")
    return Table(
        name=name,
        key=_key(properties["KeySchema"]),
        types={one["AttributeName"]: one["AttributeType"] for one in properties["AttributeDefinitions"]},
        indexes={index["IndexName"]: _key(index["KeySchema"]) for index in indexes},
        expiry=properties.get("TimeToLiveSpecification", {}).get("AttributeName"),
        streams=stream is not None,
    )


def read_tables(**names: str) -> dict[str, Table]:
    """Tables of the template by the name given to each: ``read_tables(Sessions="sessions", Keys="keys")``."""
    return {name: _table(name, resource(logical)) for logical, name in names.items()}
