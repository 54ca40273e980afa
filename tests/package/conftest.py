"""The template that is deployed, packaged once for all who only read it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.package import build


@pytest.fixture(scope="package")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Not to be changed."""
    found: dict[str, Any] = json.loads(build(tmp_path_factory.mktemp("packaged"), local=True).template.read_text())
    return found
