"""The kit as a program: its exit status, its report for people and for machines, and its one file to download."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.pages.kit import kit
from conformance import KIT
from conformance.checks import Check, Failed, NotTried, Result, run
from conformance.cli import main
from conformance.report import Told, as_json
from tests.conformance_stage import REFERENCE, SmallHub, pem, small_hub

ROOT = Path(__file__).parents[2]
ALLOWED = set(sys.stdlib_module_names) | {"conformance", "jwt", "cryptography"}


@pytest.fixture(scope="module")
def hub() -> Iterator[SmallHub]:
    yield from small_hub()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_text(pem())
    return path


def fails() -> None:
    raise Failed("it was blue", "Paint it red.")


def waits() -> None:
    raise NotTried("There is no paint.")


def breaks() -> None:
    raise ConnectionResetError("by peer")


RESULTS = run(
    [
        Check("Paint", "red", "The wall is red", "People look at it.", lambda: None),
        Check("Paint", "fence", "The fence is red", "Dogs look at it.", fails),
        Check("Paint", "roof", "The roof is red", "Birds look at it.", waits),
        Check("Paint", "gate", "The gate is red", "Cats look at it.", lambda: None, needs=("red", "fence")),
        Check("Post", "letter", "A letter arrives", "It was sent.", breaks),
        Check("Post", "card", "A card arrives", "It was sent.", breaks),
    ],
    lambda _: None,
)


def told(results: list[Result], *, encoding: str = "utf-8", colour: bool = False) -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    report = Told(out, colour=colour)
    report.head({"hub": "https://hub.example"})
    for one in results:
        report.tell(one)
    report.end(results, 3.2)
    out.flush()
    return raw.getvalue().decode(encoding)


def test_a_check_ends_in_one_of_three_ways() -> None:
    assert [one.result for one in RESULTS] == ["passed", "failed", "not_tried", "not_tried", "failed", "failed"]
    assert RESULTS[3].fix == "First fence must pass."
    assert RESULTS[4].saw == "no answer came: ConnectionResetError: by peer"


def test_people_read_what_why_what_was_seen_and_what_to_fix() -> None:
    text = told(RESULTS)
    for line in ("✓ The wall is red", "    People look at it.", "✗ The fence is red", "    why  Dogs look at it.",
                 "    saw  it was blue", "    fix  Paint it red.", "– The roof is red",
                 "    not tried  There is no paint.", "1 passed · 3 failed · 2 not tried · 3 s",
                 "  1. Paint, fence: Paint it red.", "  2. Post, letter, card: Look at the connection"):  # fmt: skip
        assert f"{line}" in text
    assert "\033" not in text
    assert "\033[" in told(RESULTS, colour=True)


def test_a_terminal_without_the_marks_gets_plain_ones() -> None:
    text = told(RESULTS, encoding="ascii")
    assert "FAIL The fence is red" in text
    assert "ok   The wall is red" in text


def test_machines_read_the_same_as_json() -> None:
    found = json.loads(as_json(RESULTS, {"hub": "https://hub.example"}, 3.21))
    assert (found["kit"], found["hub"], found["seconds"]) == (KIT, "https://hub.example", 3.2)
    assert (found["passed"], found["failed"], found["not_tried"]) == (1, 3, 2)
    assert found["checks"][1] == {
        "part": "Paint", "name": "fence", "what": "The fence is red", "why": "Dogs look at it.", "result": "failed",
        "saw": "it was blue", "fix": "Paint it red.", "seconds": found["checks"][1]["seconds"],
    }  # fmt: skip


def test_where_real_counsellors_could_be_reached_it_stops(
    hub: SmallHub, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--base-url", hub.url, "--partner", "acme", "--kid", "k", "--key", str(key)]
    assert main(arguments) == 2
    assert "acme is not a sandbox partner here. Nothing was handed over" in capsys.readouterr().err
    assert hub.taken == {}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"--base-url": "hub.example"}, "--base-url must be an address"),
        ({"--base-url": "http://127.0.0.1:9"}, "does not answer"),
        ({"--key": "/nonexistent.pem"}, "cannot be read"),
        ({"--key": str(REFERENCE / "receiver.py")}, "not a PEM private key"),
        ({"--receiver": "example", "--secret": "whsec_AAAA"}, "--receiver must be an address"),
        ({"--receiver": "http://127.0.0.1:9", "--secret": "AAAA"}, "--secret must be whsec_"),
        ({"--receiver": "http://127.0.0.1:9"}, "--secret must be whsec_"),
        ({"--kid": ""}, "Missing: --kid"),
        ({"--base-url": "", "--key": ""}, "Missing: --base-url, --key"),
    ],
)
def test_what_cannot_be_run_says_why_and_exits_with_2(
    changes: dict[str, str], word: str, hub: SmallHub, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"--base-url": hub.url, "--partner": "acme", "--kid": "k", "--key": str(key), **changes}
    assert main([part for pair in given.items() if pair[1] for part in pair]) == 2
    assert word in capsys.readouterr().err


def test_one_file_is_the_whole_kit(tmp_path: Path) -> None:
    text, etag = kit("https://hub.example")
    assert (text, etag) == (kit.__wrapped__("https://hub.example"))
    assert "--base-url https://hub.example" in text
    script = tmp_path / "conformance.py"
    script.write_text(text)
    shown = _python(script, "--show", "integration")
    assert shown.stdout == (REFERENCE / "integration.py").read_text()
    _python(script, "--unpack", str(tmp_path / "there"))
    unpacked = {path.relative_to(tmp_path / "there").as_posix() for path in (tmp_path / "there").rglob("*.py")}
    assert unpacked == {path.relative_to(ROOT).as_posix() for path in (ROOT / "conformance").rglob("*.py")}
    asked = _python(script, "--partner", "acme", check=False)
    assert (asked.returncode, asked.stderr) == (2, "Missing: --base-url, --kid, --key. --help says what they are.\n")


def _python(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=check)


def test_without_pyjwt_it_says_how_to_get_it(tmp_path: Path, key: Path) -> None:
    script = tmp_path / "conformance.py"
    script.write_text(kit("https://hub.example")[0])
    arguments = ["--base-url", "https://hub.example", "--partner", "a", "--kid", "k", "--key", str(key)]
    asked = _python("-S", "-I", script, *arguments, check=False)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "python -m pip install 'PyJWT[crypto]'" in asked.stderr


def test_the_kit_needs_the_standard_library_and_pyjwt_alone() -> None:
    for path in (ROOT / "conformance").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), feature_version=(3, 10))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= ALLOWED, path


def test_the_archive_holds_sources_alone_with_fixed_times() -> None:
    from chalicelib.pages.kit import _archive

    with zipfile.ZipFile(io.BytesIO(_archive())) as archive:
        assert all(info.filename.endswith(".py") and info.date_time[0] == 1980 for info in archive.infolist())
        assert [info.filename for info in archive.infolist()] == sorted(info.filename for info in archive.infolist())
