"""The OpenAPI document as one piece: ``schemas/openapi.json`` with every schema file folded in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from chalicelib.contract.shapes import load, names

__all__ = ["openapi"]

_EXAMPLE = "https://hub.example"
"""The hub's address in the files' examples; the real one is put in its place."""


@lru_cache(maxsize=4)
def openapi(base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1 without references out of itself, with this hub's addresses. Shared: do not change it."""
    schemas: dict[str, Any] = {}
    for name in names():
        schema = {key: value for key, value in load(name).items() if key not in ("$id", "$schema")}
        for part, definition in schema.pop("$defs", {}).items():
            schemas[_component(name, part)] = _fold(definition, name, base_url)
        if schema.keys() - {"title", "description"}:
            schemas[_component(name)] = _fold(schema, name, base_url)
    document: dict[str, Any] = _fold(load("openapi"), "openapi", base_url)
    document["components"]["schemas"] = schemas
    return document


def _component(name: str, part: str = "") -> str:
    words = name.split("-") + part.split("_")
    return "".join(word[:1].upper() + word[1:] for word in words)


def _fold(value: Any, home: str, base_url: str) -> Any:
    if isinstance(value, dict):
        return {
            key: _target(member, home) if key == "$ref" and isinstance(member, str) else _fold(member, home, base_url)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_fold(item, home, base_url) for item in value]
    return value.replace(_EXAMPLE, base_url) if isinstance(value, str) else value


def _target(reference: str, home: str) -> str:
    """``desk-session.json``, ``common.json#/$defs/hours`` and, in a schema, ``#/$defs/x`` as components."""
    file, _, pointer = reference.partition("#")
    if not file and home == "openapi":
        return reference
    name = file.removesuffix(".json") or home
    return f"#/components/schemas/{_component(name, pointer.removeprefix('/$defs/'))}"
