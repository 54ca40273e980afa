"""`make counsellor ARGS="…"`: a counsellor signed out everywhere, disabled or enabled, by an operator.

Without `--stack` it works on the local hub; with it on a deployed one, with the operator's own AWS credentials. Each
change is written to the audit trail first.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.presence import TablePresence
from chalicelib.problems import Problem
from ops.hub import NotRunning
from ops.place import Place, find_place
from ops.row import now

__all__ = ["main"]

DONE = {
    "sign-out": "{} is signed out everywhere: takes and reveals nothing from now on, and is out within two seconds",
    "disable": "{} is disabled and signed out everywhere; sessions still held go back to the line within 150 seconds",
    "enable": "{} may sign in again",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="counsellor", description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    parser.add_argument("command", choices=DONE)
    parser.add_argument("username")
    return parser


def _change(place: Place, verb: str, username: str) -> None:
    """Disabled before signed out, so that nobody signs in between."""
    idp, account = place.clients("cognito-idp"), {"UserPoolId": place.user_pool, "Username": username}
    subject = _subject(idp.admin_get_user(**account))
    place.recorder("counsellor")(f"counsellor.{verb}", username)
    if verb == "enable":
        idp.admin_enable_user(**account)
        return
    if verb == "disable":
        idp.admin_disable_user(**account)
    TablePresence(place.clients, place.table, now).sign_out(username, subject, now())
    idp.admin_user_global_sign_out(**account)


def _subject(found: Any) -> str:
    (subject,) = (one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub")
    return str(subject)


def main(arguments: list[str]) -> int:
    """Exit status 0 when done, 1 when refused, 2 when misused."""
    asked = _parser().parse_args(arguments)
    try:
        _change(find_place(asked.stack), asked.command, asked.username)
    except NotRunning as refusal:
        return _refuse(str(refusal))
    except Problem as problem:
        return _refuse(
            f"the hub's table does not answer, so perhaps it is done only in part: type it again ({problem.reason})"
        )
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS refused or does not answer: {error}")
    print(DONE[asked.command].format(asked.username))
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
