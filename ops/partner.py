"""`make partner ARGS="…"`: the registry of partners. `--help` lists the commands, `<command> --help` explains one.

Without `--stack` it works on the local hub; with it on a deployed one, with the operator's own AWS credentials.
Every change takes --dry-run, is written to the audit trail first, and holds within a minute.
"""

from __future__ import annotations

import argparse
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.identity import KeyRefused
from chalicelib.outside.address import AddressRefused
from chalicelib.problems import Problem
from ops import keys, parked, registering, usage, webhooks
from ops.command import Commands, Work
from ops.hub import NotRunning
from ops.place import find_place
from ops.row import PartnerRefused

__all__ = ["main"]

EXAMPLES = """\
the usual life of a partner (docs/operator.md has all of it):
  add acme --platform acme_app --key acme.pem --sandbox
  webhook-set acme --url https://hooks.acme.example/3018
  key-rotate acme --key new.pem --overlap 7d
  suspend acme
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="partner", description=__doc__, epilog=EXAMPLES, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    commands = Commands(parser)
    for part in (
        registering.looks, usage.commands, registering.changes, keys.commands, webhooks.commands, parked.commands,
    ):  # fmt: skip
        part(commands)
    return parser


def main(arguments: list[str]) -> int:
    """Exit status 0 when done, 1 when refused, 2 when misused."""
    asked = _parser().parse_args(arguments)
    try:
        place = find_place(asked.stack)
        asked.run(Work(asked, place, place.partners(dry_run=getattr(asked, "dry_run", False))))
    except (NotRunning, KeyRefused, PartnerRefused) as refusal:
        return _refuse(str(refusal))
    except AddressRefused as refusal:
        return _refuse(refusal.sentence)
    except OSError as error:
        return _refuse(f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}")
    except Problem as problem:
        return _refuse(f"the audit record could not be written, so nothing was changed: {problem.reason}")
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS refused or does not answer: {error}")
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
