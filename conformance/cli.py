"""The command line. Exit status 0: all that was tried passed, 1: something failed, 2: the kit did not run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

__all__ = ["main"]

PASSED, NOT_RUN = 0, 2
NEEDED = ("jwt", "cryptography")
NEEDS = "The kit needs PyJWT with cryptography: python -m pip install 'PyJWT[crypto]'"
REFERENCE = ("integration", "receiver")


def main(arguments: Sequence[str]) -> int:
    """Prove your integration with the 3018 hub, against its sandbox."""
    asked = _parser().parse_args(list(arguments))
    if asked.show:
        print(files("conformance.reference").joinpath(f"{asked.show}.py").read_text("utf-8"), end="")
        return PASSED
    missing = [f"--{n.replace('_', '-')}" for n in ("base_url", "partner", "kid", "key") if not getattr(asked, n)]
    if missing:
        print(f"Missing: {', '.join(missing)}. --help says what they are.", file=sys.stderr)
        return NOT_RUN
    if any(find_spec(name) is None for name in NEEDED):
        print(NEEDS, file=sys.stderr)
        return NOT_RUN
    from conformance.course import hold  # only now: it imports what is needed

    return hold(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="conformance", description=main.__doc__,
        epilog="Exit status 0: all that was tried passed; 1: something failed; 2: the kit could not run.",
    )  # fmt: skip
    parser.add_argument("--base-url", help="the hub's address, as the documentation gives it; also the tokens' aud")
    parser.add_argument("--partner", help="your partner id in the sandbox")
    parser.add_argument("--kid", help="the id under which your public key is registered")
    parser.add_argument("--key", type=Path, help="your private key, a PEM file; it stays on this machine")
    parser.add_argument("--platform", default="sandbox_app", help="one of your platforms (default: %(default)s)")
    parser.add_argument(
        "--integration", metavar="CMD",
        help="your program: one handoff on stdin, HUB_URL, HUB_AUDIENCE, PARTNER_ID, KID, KEY_FILE and PLATFORM in the "
        'environment, one JSON line at the end: {"outcome":"taken","youth":…,"id":…}, {"outcome":"refused","code":…} '
        'or {"outcome":"fallback"}',
    )  # fmt: skip
    parser.add_argument("--receiver", metavar="URL", help="your webhook receiver")
    parser.add_argument("--secret", metavar="SECRET", help="the secret (whsec_…) that your receiver was started with")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the report")
    parser.add_argument("--show", choices=REFERENCE, help="print a reference program that passes, and end")
    return parser
