"""The conformance kit as one text file to download, made in memory from the files of ``conformance/``."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from pathlib import Path

__all__ = ["kit"]

_FOLDER = Path(__file__).resolve().parents[2] / "conformance"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WIDTH = 100
_SCRIPT = '''#!/usr/bin/env python3
"""The conformance kit of the 3018 hub, in one file.

    python -m pip install 'PyJWT[crypto]'
    python conformance.py --base-url {base} --partner ... --kid ... --key key.pem
    python conformance.py --help

Python 3.10 or newer. Below is a zip of the kit's sources in base85; to read them:

    python conformance.py --unpack FOLDER
"""

import base64
import os
import sys
import tempfile

PACKAGE = """
{package}
"""


def main():
    if sys.version_info < (3, 10):
        sys.exit("The kit needs Python 3.10 or newer.")
    content = base64.b85decode("".join(PACKAGE.split()))
    if len(sys.argv) == 3 and sys.argv[1] == "--unpack":
        import io
        import zipfile

        zipfile.ZipFile(io.BytesIO(content)).extractall(sys.argv[2])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "conformance.zip")
        with open(path, "wb") as archive:
            archive.write(content)
        sys.path.insert(0, path)
        from conformance.cli import main as run

        return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
'''


@cache
def kit(base_url: str) -> tuple[str, str]:
    """The script as (text, strong ETag with its quotes); the same bytes for the same sources and address."""
    packed = base64.b85encode(_archive()).decode("ascii")
    lines = [packed[at : at + _WIDTH] for at in range(0, len(packed), _WIDTH)]
    text = _SCRIPT.format(base=base_url, package="\n".join(lines))
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _archive() -> bytes:
    """A zip of the sources alone; names sorted, times fixed."""
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_FOLDER.rglob("*.py")):
            name = path.relative_to(_FOLDER.parent).as_posix()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()
