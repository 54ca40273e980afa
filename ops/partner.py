"""`make partner ARGS="…"`: partners, their keys, and why a token was refused. `--help` lists the commands.

Without `--stack` it works on the local hub; with it on a deployed one, with the operator's own AWS credentials.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.hub import NotRunning, aws, running
from ops.keys import KID, KeyRefused, check, thumbprint
from ops.partners import Partner, PartnerRefused, Partners
from ops.refusals import reasons

__all__ = ["main"]


@dataclass(frozen=True)
class Place:
    """The hub that the tool works on: its rows, its logs, and the name of its API's log group."""

    partners: Partners
    logs: Any
    log_group: str


def _place(stack: str | None) -> Place:
    if stack is None:
        hub = running()
        rows = Partners(aws("dynamodb", hub), hub["table"])
        return Place(rows, aws("logs", hub), hub["engine"]["api_log_group"])
    found = aws("cloudformation", None).describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found}
    return Place(Partners(aws("dynamodb", None), outputs["Table"]), aws("logs", None), outputs["ApiLogGroup"])


def _show(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True))


def _read_key(asked: argparse.Namespace) -> tuple[str, str, dict[str, str]]:
    """The kid, algorithm and public JWK of --key; the kid is the key's thumbprint unless --kid names one."""
    text = sys.stdin.read() if asked.key == "-" else Path(asked.key).read_text()
    alg, jwk = check(text)
    kid = asked.kid or thumbprint(jwk)[:16]
    if not KID.fullmatch(kid):
        raise KeyRefused("a kid is 1 to 64 of A-Z, a-z, 0-9, point, - and _")
    return kid, alg, jwk


def _list(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    del asked
    for partner in place().partners.list():
        state = "suspended" if partner.suspended else "active"
        print(f"{partner.id:20} {state:10} {','.join(sorted(partner.platforms)):30} {' '.join(sorted(partner.keys))}")


def _show_one(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    found = place().partners.get(asked.id)
    if found is None:
        raise PartnerRefused(f"there is no partner {asked.id}")
    _show(found.shown())


def _add(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    kid, alg, jwk = _read_key(asked)
    partner = Partner(
        id=asked.id,
        name=asked.name or asked.id,
        platforms=tuple(dict.fromkeys(asked.platform)),
        keys={kid: {"alg": alg, "jwk": jwk}},
        return_prefixes=tuple(asked.return_prefix),
        sandbox=asked.sandbox,
    )
    if not asked.dry_run:
        place().partners.add(partner)
    _show(partner.shown())


def _key_add(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    kid, alg, jwk = _read_key(asked)
    if not asked.dry_run:
        place().partners.add_key(asked.id, kid, alg, jwk)
    _show({"id": asked.id, "kid": kid, "alg": alg, "jwk": jwk})


def _key_remove(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    if not asked.dry_run:
        place().partners.remove_key(asked.id, asked.kid)
    _tell(asked, f"{asked.id}: key {asked.kid} removed")


def _suspend(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    if not asked.dry_run:
        place().partners.suspend(asked.id, suspended=asked.command == "suspend")
    _tell(asked, f"{asked.id}: {asked.command}ed" if asked.command == "suspend" else f"{asked.id}: resumed")


def _tell(asked: argparse.Namespace, sentence: str) -> None:
    print(f"{sentence}{' (dry run: nothing was written)' if asked.dry_run else ', at the latest in a minute'}")


def _why(asked: argparse.Namespace, place: Callable[[], Place]) -> None:
    if not asked.request.strip():
        raise PartnerRefused("REQUEST= is the request_id of the refusal")
    found = place()
    lines = list(reasons(found.logs, found.log_group, asked.request.strip(), asked.hours))
    if not lines:
        raise PartnerRefused("no refusal of this request_id in the log; logs may come some seconds late")
    for line in lines:
        print(line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="partner", description=__doc__)
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, title: str, run: Callable[[argparse.Namespace, Callable[[], Place]], None]) -> Any:
        made = commands.add_parser(name, help=title, description=title)
        made.set_defaults(run=run)
        return made

    command("list", "every partner, one a line", _list)
    command("show", "one partner with its public keys", _show_one).add_argument("id")
    add = command("add", "register a partner with its first key", _add)
    add.add_argument("id")
    add.add_argument("--name", default="", help="as people call it")
    add.add_argument("--platform", action="append", required=True, help="tiktok, instagram, …; again for each")
    add.add_argument("--return-prefix", action="append", default=[], help="a return_url may start so; again for each")
    add.add_argument("--sandbox", action="store_true", help="gets told why a token was refused")
    key_add = command("key-add", "register one more key, before the partner signs with it", _key_add)
    key_add.add_argument("id")
    for with_key in (add, key_add):
        with_key.add_argument("--key", required=True, help="file with a PEM public key or a JWK; - = standard input")
        with_key.add_argument("--kid", default="", help="the name the partner signs with; default: of the thumbprint")
    key_remove = command("key-remove", "forget a key that the partner no longer signs with", _key_remove)
    key_remove.add_argument("id")
    key_remove.add_argument("kid")
    suspend = command("suspend", "refuse every token of a partner", _suspend)
    resume = command("resume", "accept a suspended partner's tokens again", _suspend)
    for change in (suspend, resume):
        change.add_argument("id")
    for write in (add, key_add, key_remove, suspend, resume):
        write.add_argument("--dry-run", action="store_true", help="check and show, write nothing")
    why = command("why", "why the token of a request was refused", _why)
    why.add_argument("request", help="the request_id in the partner's 401")
    why.add_argument("--hours", type=int, default=24, help="how far back to look; default 24")
    return parser


def main(arguments: list[str]) -> int:
    """Exit status 0 when done, 1 when refused, 2 when misused."""
    asked = _parser().parse_args(arguments)
    try:
        asked.run(asked, lambda: _place(asked.stack))
    except (NotRunning, KeyRefused, PartnerRefused) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused or does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
