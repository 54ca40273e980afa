"""Each outside library has one home, and the pure rooms stay pure: the imports themselves are read."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOMES: dict[str, str | tuple[str, ...]] = {
    "boto3": "aws/", "botocore": "aws/", "jwt": "identity/",
    "cryptography": ("aws/cipher.py", "identity/", "outside/signature.py"),
    "jsonschema": "contract/", "referencing": "contract/", "jinja2": "pages/", "leather": "pages/charts.py",
    "markupsafe": "pages/", "aws_lambda_powertools": "watch.py", "phonenumbers": "phone.py", "chalice": "doors/",
}  # fmt: skip
PURE = ("model/", "problems.py", "ports/", "hours/", "emergency.py", "slots.py")
OF_PURE = {"model", "problems", "ports", "hours", "emergency", "slots"}
DESK_KNOWS = {"desk", "model", "ports", "problems", "phone"}


def imports() -> Iterator[tuple[str, str]]:
    """(file below chalicelib, imported module) for every import, wherever it stands; samples are texts of the docs."""
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        name = path.relative_to(ROOT / "chalicelib").as_posix()
        if name.startswith("pages/docs/samples/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                if node.module == "chalicelib":
                    yield from ((name, f"chalicelib.{alias.name}") for alias in node.names)
                else:
                    yield name, node.module


def test_each_outside_library_has_one_home() -> None:
    known = set(HOMES) | set(sys.stdlib_module_names) | {"chalicelib"}
    for name, module in imports():
        top = module.split(".")[0]
        assert top in known, f"{name} imports {module}, which has no home"
        if top in HOMES:
            assert name.startswith(HOMES[top]), f"{name} imports {module}"


def test_pure_rooms_import_only_each_other() -> None:
    for name, module in imports():
        if name.startswith(PURE):
            top = module.split(".")
            assert top[0] in sys.stdlib_module_names or (top[0] == "chalicelib" and top[1] in OF_PURE), (name, module)


def test_the_desk_knows_neither_doors_nor_adapters() -> None:
    for name, module in imports():
        if name.startswith("desk/") and module.startswith("chalicelib."):
            assert module.split(".")[1] in DESK_KNOWS, (name, module)


@pytest.mark.parametrize(
    "heavy",
    [
        "boto3",
        "botocore",
        "jwt",
        "cryptography",
        "jsonschema",
        "jinja2",
        "leather",
        "phonenumbers",
        "concurrent.futures",
    ],
)
def test_importing_the_app_needs_no_environment_and_loads_nothing_heavy(heavy: str) -> None:
    program = (
        "import socket; socket.socket.connect = None; import app, sys; "
        f"print(len(app.app.routes) > 20 and {heavy!r} not in sys.modules)"
    )
    # Every door is loaded, as before a snapshot is taken.
    environment = {"PATH": os.environ["PATH"], "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "True"
