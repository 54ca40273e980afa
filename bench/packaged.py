"""What is in the deployment package, by size: the very zip that `make package` makes.

``python -m bench.packaged`` prints a Markdown table; ``--write`` puts it into the page of performance and draws the
bars. Exit 1 when the zip is larger than allowed, or something in it has no reason to be there.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.chatting.table import fill
from bench.packing.contents import KINDS, Part, contents
from bench.packing.libraries import Library, libraries, owned
from bench.page import PERFORMANCE, keep, put
from bench.plots import plot
from local.package import ROOT, build

__all__ = ["MOST", "OURS", "measure", "table", "unknown"]

MOST = 12_000_000
"""Bytes of the zip."""
OURS = {
    "app": "the doors and events, assembled",
    "chalicelib": "the hub, its pages and their static files",
    "schemas": "the contract of record",
    "conformance": "the kit that partners download",
    "chalice": "what Chalice packages of itself",
}
SHOWN = 12
"""Bars of the plot; the rest is one more."""


def measure(archive: Path) -> tuple[list[Part], list[Library]]:
    """The parts of a zip, and the libraries that may be among them."""
    known = libraries(ROOT / "requirements.txt")
    return contents(archive, owned(known)), known


def _reasons(known: Sequence[Library]) -> Mapping[str, str]:
    return OURS | {one.name: one.why for one in known}


def unknown(parts: Sequence[Part], known: Sequence[Library]) -> list[str]:
    """What is in the zip and neither ours nor pinned."""
    return [part.name for part in parts if part.name not in _reasons(known)]


def table(archive: Path, parts: Sequence[Part], known: Sequence[Library]) -> str:
    """One line for each part, and the sum."""
    versions, whole = {one.name: one.version for one in known}, archive.stat().st_size
    reasons = _reasons(known)
    lines = [f"| in the zip | version | kB | share | {' | '.join(KINDS)} | files | unpacked | there for |"]
    lines += ["|---" * (len(KINDS) + 7) + "|"]
    for part in parts:
        kinds = " | ".join(_kb(part.zipped[kind]) for kind in KINDS)
        lines.append(
            f"| {part.name} | {versions.get(part.name, '')} | {_kb(part.size)} | {part.size / whole:.1%} | {kinds} |"
            f" {part.files} | {_kb(part.unpacked)} | {reasons.get(part.name, '**nothing known**')} |"
        )
    sums = " | ".join(_kb(sum(part.zipped[kind] for part in parts)) for kind in KINDS)
    files, unpacked = sum(part.files for part in parts), sum(part.unpacked for part in parts)
    lines.append(f"| **all** | | **{_kb(whole)}** | 100% | {sums} | {files} | {_kb(unpacked)} | |")
    return "\n".join([*lines, "", _explained(whole)])


def _explained(whole: int) -> str:
    return fill(
        f"""kB are 1,000 bytes of the zip, the entries' headers among them; *unpacked* are those of the files. All
        functions deploy this one zip, of {whole:,} bytes ({MOST:,} allowed). boto3 and botocore come with the runtime
        and are not in it, unless a line names them. The compiled parts are Lambda's (x86-64), for the Python that
        packaged ({sys.version_info.major}.{sys.version_info.minor})."""
    )


def _kb(size: float) -> str:
    return f"{size / 1000:,.0f}" if size else ""


def draw(parts: Sequence[Part]) -> None:
    """The largest parts as bars, each by what its bytes are."""
    rest = Part("all others")
    for part in parts[SHOWN:]:
        rest.zipped += part.zipped
    bars = [*parts[:SHOWN], *([rest] if rest.size else [])][::-1]
    with plot("package", "What is in the package", "kB in the zip", "") as axes:
        starts = [0.0] * len(bars)
        for kind in KINDS:
            widths = [part.zipped[kind] / 1000 for part in bars]
            axes.barh([part.name for part in bars], widths, left=starts, label=kind)
            starts = [start + width for start, width in zip(starts, widths, strict=True)]
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower right")


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the page of performance")
    parser.add_argument("--quick", action="store_true", help="a zip of this module alone, to see that this works")
    given = parser.parse_args()
    archive = _small() if given.quick else build(ROOT / ".build" / "package").archive
    parts, known = measure(archive)
    found, size = table(archive, parts, known), archive.stat().st_size
    print(found)
    if given.write:
        draw(parts)
        put("package", f"{found}\n\n![the largest parts as bars](package.svg)", PERFORMANCE)
        keep("package", {"bytes": size, "unpacked": sum(part.unpacked for part in parts)})
    faults = [f"nothing says what {name} is there for" for name in unknown(parts, known)]
    if size > MOST:
        faults.append(f"the zip has {size:,} bytes, {size - MOST:,} more than allowed")
    sys.exit("\n".join(faults) or 0)


def _small() -> Path:
    archive = ROOT / ".build" / "bench" / "small.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        target.write(ROOT / "app.py", "app.py")
    return archive


if __name__ == "__main__":
    main()
