"""The list of routes against the views behind the doors."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from chalicelib.doors.routes import ROUTES

ROOT = Path(__file__).parents[2]
DOORS = sorted(
    path.stem for path in (ROOT / "chalicelib" / "doors").glob("*.py") if "\ndoor = Door(" in path.read_text()
)


def test_every_door_is_in_the_list() -> None:
    assert sorted(ROUTES) == DOORS


@pytest.mark.parametrize("door", DOORS)
def test_the_list_has_each_view_of_a_door_once_and_nothing_else(door: str) -> None:
    views = import_module(f"chalicelib.doors.{door}").door.views
    assert sorted(ROUTES[door]) == sorted(views)
    assert len(set(ROUTES[door])) == len(ROUTES[door])


def loaded(**environment: str) -> set[str]:
    """The doors that importing the app loads."""
    program = "import app, sys; print(*(name for name in sys.modules if name.startswith('chalicelib.doors.')))"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return {name.rsplit(".")[-1] for name in ran.stdout.split()} & set(DOORS)


def test_no_door_is_loaded_before_somebody_comes_to_it() -> None:
    assert loaded() == set()
    assert loaded(AWS_LAMBDA_INITIALIZATION_TYPE="on-demand") == set()


def test_where_nobody_waits_for_the_start_every_door_is_loaded_at_once() -> None:
    assert loaded(AWS_LAMBDA_INITIALIZATION_TYPE="snap-start") == set(DOORS)
