"""The zip stays small, and everything in it is accounted for."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from bench.packaged import MOST, OURS, measure, table, unknown
from bench.packing.contents import END, Part, contents
from bench.packing.libraries import Library, libraries
from local.package import ROOT, build


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("zip")).archive


def test_the_zip_has_at_most_twelve_million_bytes(archive: Path) -> None:
    assert archive.stat().st_size <= MOST


def test_the_table_names_everything_in_the_zip_with_its_version_and_its_reason(archive: Path) -> None:
    parts, known = measure(archive)
    assert unknown(parts, known) == []
    assert END + sum(part.size for part in parts) == archive.stat().st_size
    with zipfile.ZipFile(archive) as opened:
        assert sum(part.files for part in parts) == len(opened.namelist())
    told = table(archive, parts, known)
    for part in parts:
        (line,) = re.findall(rf"^\| {re.escape(part.name)} \|.*$", told, re.MULTILINE)
        version, reason = line.split("|")[2].strip(), line.split("|")[-2].strip()
        assert reason and "**" not in reason, f"{part.name}: {reason}"
        assert bool(version) is (part.name not in OURS)


def test_what_nobody_knows_stands_under_its_own_name_and_is_told(tmp_path: Path) -> None:
    archive = tmp_path / "some.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name in ("stranger/__init__.py", "app.py", "__pycache__/app.cpython-311.pyc", "six-9.dist-info/METADATA"):
            target.writestr(name, "x" * 10)
    parts = contents(archive, {"six": "six", "six (metadata)": "six"})
    assert {part.name: (part.files, part.unpacked) for part in parts} == {
        "stranger": (1, 10), "app": (2, 20), "six": (1, 10),
    }  # fmt: skip
    assert unknown(parts, [Library("six", "1", "numbers")]) == ["stranger"]
    assert unknown([Part("six")], [Library("six", "1", "numbers")]) == []


def test_a_library_is_there_for_what_its_line_says_or_for_who_needs_it(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# head\nJinja2==3.1.6   # pages\n\nMarkupSafe==3.0.4\nurllib3==2.8.0\nPyJWT[crypto]==2.15.1  # tokens\n"
    )
    assert libraries(file) == [
        Library("Jinja2", "3.1.6", "pages"),
        Library("MarkupSafe", "3.0.4", "needed by jinja2"),
        Library("urllib3", "2.8.0", "needed by botocore of the runtime alone"),
        Library("PyJWT", "2.15.1", "tokens"),
    ]
    assert {one.name for one in libraries(ROOT / "requirements.txt")} >= {"cryptography", "PyJWT"}
