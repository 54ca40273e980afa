"""Everything we did not write: pinned, installed as pinned, complete, freely licensed; and how an audit is told."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.audit import FILES, verdict

ROOT = Path(__file__).parents[2]
ALL = ("requirements.txt", "requirements-dev.txt", "requirements-engine.txt", "requirements-peers.txt")
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([A-Za-z0-9.!+]+)(?: *; *[^#]+?)?(?: +#.*)?")
FREE = re.compile(
    r"MIT|BSD|Apache|Python Software Foundation|PSF|CNRI|DFSG|ISC"
    r"|MPL|Mozilla"  # of its own files alone: we change none
)
INSTALLERS = ("pip", "setuptools", "wheel")
"""What installs packages comes with the environment."""
EXCEPTED = {
    "libfaketime": "GPL 2: a tool that one test runs beside the hub; nothing of it is given to anybody",
    "atheris": "its repository has the Apache licence",
    "axe-playwright-python": "its repository has the MIT licence; what it drives, axe-core, the MPL",
}
"""Packages whose metadata names no licence, or one that would not do for what is deployed."""


def pins(file: str, *, nested: bool = True) -> dict[str, str]:
    """Version by name of one file, and of what it includes."""
    found: dict[str, str] = {}
    for line in (ROOT / file).read_text().splitlines():
        if line.startswith("-r "):
            found |= pins(line[3:].strip()) if nested else {}
        elif line and not line.startswith("#"):
            pin = PIN.fullmatch(line)
            assert pin is not None, f"{file}: {line!r} is not pinned exactly"
            marker = Requirement(line.split(" #")[0]).marker
            if marker is not None and not marker.evaluate():  # for another Python, or another machine
                continue
            assert canonicalize_name(pin[1]) not in found, f"{file}: {pin[1]} is pinned twice"
            found[canonicalize_name(pin[1])] = pin[2]
    return found


def installed(environment: str) -> dict[str, Distribution]:
    """What an environment has, by name."""
    (folder,) = (ROOT / environment).resolve().glob("lib/python3*/site-packages")
    return {canonicalize_name(one.metadata["Name"]): one for one in distributions(path=[str(folder)])}


@pytest.fixture(scope="module")
def environments() -> dict[str, dict[str, Distribution]]:
    return {"requirements-dev.txt": installed(".venv"), "requirements-engine.txt": installed(".venv-engine")}


def licence_of(package: Distribution) -> str:
    """In its own words: the expression, else the classifiers, else the first words of the text."""
    told = package.metadata
    for name in ("License-Expression", "Classifier", "License"):
        said = [one.split("::")[-1] for one in told.get_all(name) or () if name != "Classifier" or "License ::" in one]
        if said:
            return " ".join(said)[:80]
    return ""


def test_every_requirement_is_pinned_once_and_what_is_audited_is_all_of_it() -> None:
    for file in ALL:
        assert pins(file, nested=False), file
    assert {name for file in FILES for name in pins(file)} == {name for file in ALL for name in pins(file)}


def test_what_is_installed_is_what_is_pinned(environments: dict[str, dict[str, Distribution]]) -> None:
    for file, known in environments.items():
        for name, version in pins(file).items():
            assert name in known, f"{file}: {name} is not installed"
            assert known[name].version == version, f"{file}: {name}"


def test_nothing_a_pinned_package_needs_is_left_to_chance(environments: dict[str, dict[str, Distribution]]) -> None:
    for file, known in environments.items():
        pinned = pins(file)
        for name in pinned:
            for text in known[name].requires or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                    missing = canonicalize_name(needed.name)
                    assert missing in pinned or missing in ("pip", "setuptools", "wheel"), (
                        f"{file}: {name} needs {text}"
                    )


def test_every_licence_lets_us_use_it(environments: dict[str, dict[str, Distribution]]) -> None:
    for file, known in environments.items():
        for name in pins(file):
            licence = licence_of(known[name])
            assert FREE.search(licence) or name in EXCEPTED, f"{file}: {name}: {licence or 'no licence named'}"
            ours = not re.search(r"\b(A|L)?GPL", licence) or " OR " in licence
            assert ours or name in EXCEPTED, f"{file}: {name}: {licence}"


def test_what_nobody_could_look_up_is_never_told_as_safe() -> None:
    skipped = {"name": "jinja2", "skip_reason": "not found"}
    clean = {"name": "attrs", "version": "1", "vulns": []}
    weak = {"name": "pyjwt", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
    assert "NOT CHECKED" in verdict([skipped]).sentence and "NOT CHECKED" in verdict([]).sentence
    assert verdict([clean]).sentence == "no known weakness in 1 packages"
    assert verdict([clean, skipped]).sentence == "no known weakness in 1 packages; NOT CHECKED: jinja2"
    assert verdict([clean, weak, skipped]).weak == ["pyjwt 1: PYSEC-1, mended in 2"]
