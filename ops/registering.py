"""The partners themselves: listed, added, limited, suspended; and why a token was refused."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace

from chalicelib.aws.codec import attribute
from ops.command import Commands, Work, table
from ops.keys import given_key, key_arguments
from ops.refusals import reasons
from ops.row import Partner, PartnerRefused, check_limit, moment, now

__all__ = ["changes", "looks"]


def _list(work: Work) -> None:
    rows = []
    for one in work.partners.list():
        keys = [kid if key.until is None else f"{kid} ({_end(key.until)})" for kid, key in sorted(one.keys.items())]
        kind = " sandbox" if one.sandbox else ""
        state = ("suspended" if one.suspended else "active") + kind
        rows.append((one.id, state, ",".join(one.platforms), _endpoint(one), _key_set(one), " ".join(keys)))
    table(("partner", "state", "platforms", "webhook", "key set", "keys"), rows)


def _end(until: int) -> str:
    return f"{'ended' if until <= now() else 'ends'} {moment(until)}"


def _endpoint(partner: Partner) -> str:
    if partner.webhook is None:
        return "-"
    return "runs" if partner.webhook.stopped is None else f"stopped: {partner.webhook.stopped}"


def _key_set(partner: Partner) -> str:
    if partner.jwks is None:
        return "-"
    if partner.jwks.fault is not None:
        return f"fault: {partner.jwks.fault}"
    return "not fetched yet" if partner.jwks.at is None else f"{len(partner.jwks.keys)} fetched"


def _show(work: Work) -> None:
    _print(work.partners.need(work.asked.id))


def _print(partner: Partner) -> None:
    print(json.dumps(partner.shown(), indent=2, ensure_ascii=False))


def _add(work: Work) -> None:
    asked, (kid, key) = work.asked, given_key(work)
    partner = Partner(
        id=asked.id, name=asked.name or asked.id, platforms=tuple(dict.fromkeys(asked.platform)), keys={kid: key},
        return_prefixes=tuple(dict.fromkeys(asked.return_prefix)), sandbox=asked.sandbox,
        burst=asked.burst, day=asked.day,
    )  # fmt: skip
    work.partners.add(partner)
    _print(partner)
    told = f"{partner.id} is registered: it signs with iss {partner.id} and kid {kid}; tell it both"
    work.tell(f"{told}. Next, for webhooks: webhook-set {partner.id} --url https://…", aside=True)


def _add_platform(work: Work) -> None:
    id, name = work.asked.id, work.asked.platform
    found = work.partners.need(id)
    replace(found, platforms=(*found.platforms, name))  # checks the name
    work.partners.update(id, "platform-add", add="platforms :new", values={":new": {"SS": [name]}})
    work.tell(f"{id} signs for {name}")


def _remove_platform(work: Work) -> None:
    id, name = work.asked.id, work.asked.platform
    found = work.partners.need(id)
    if name not in found.platforms:
        raise PartnerRefused(f"{id} does not sign for {name}")
    replace(found, platforms=tuple(one for one in found.platforms if one != name))  # one at least must stay
    work.partners.update(
        id, "platform-remove", delete="platforms :old", only_if="platforms <> :old", values={":old": {"SS": [name]}}
    )
    work.tell(f"{id} no longer signs for {name}; its open handoffs go on")


def _change_prefixes(work: Work) -> None:
    id, prefix, verb = work.asked.id, work.asked.prefix, work.asked.command
    found = work.partners.need(id)
    others = [one for one in found.return_prefixes if one != prefix]
    if verb == "return-prefix-remove" and len(others) == len(found.return_prefixes):
        raise PartnerRefused(f"{id} has no such return prefix; `show {id}` lists them")
    kept = [*others, prefix] if verb == "return-prefix-add" else others
    replace(found, return_prefixes=kept)  # checks the prefix
    work.partners.update(
        id, verb, set=["return_prefixes = :kept"], only_if="return_prefixes = :seen",
        values={":kept": attribute(kept), ":seen": attribute(found.return_prefixes)},
    )  # fmt: skip
    work.tell(f"{id}: a return_url may begin with {', '.join(kept) or 'nothing (none is accepted)'}")


def _limit(work: Work) -> None:
    id = work.asked.id
    given = {name: getattr(work.asked, name) for name in ("burst", "day")}
    limits = {name: check_limit(number) for name, number in given.items() if number is not None}
    if not limits:
        raise PartnerRefused("give --burst, --day or both")
    work.partners.need(id)
    work.partners.update(
        id, "limits", set=[f"#{name} = :{name}" for name in limits], names={f"#{name}": name for name in limits},
        values={f":{name}": attribute(number) for name, number in limits.items()},
    )  # fmt: skip
    work.tell(f"{id}: " + ", ".join(f"{name} {number}" for name, number in limits.items()))


def _suspend(work: Work) -> None:
    id, suspended = work.asked.id, work.asked.command == "suspend"
    work.partners.need(id)
    work.partners.update(id, work.asked.command, set=["suspended = :flag"], values={":flag": attribute(suspended)})
    work.tell(f"{id}: {'suspended, every token of it is refused' if suspended else 'resumed'}")


def _why(work: Work) -> None:
    request = work.asked.request.strip()
    if not request:
        raise PartnerRefused("REQUEST= is the request_id of the refusal")
    lines = list(reasons(work.place.clients("logs"), work.place.log_group, request, work.asked.hours))
    if not lines:
        raise PartnerRefused("no refusal of this request_id in the log; logs may come some seconds late")
    for line in lines:
        print(line)


def _limits(command: argparse.ArgumentParser) -> None:
    command.add_argument("--burst", type=int, help="requests a minute before reads are refused; default 600")
    command.add_argument("--day", type=int, help="requests a day (UTC) before reads are refused; default 200000")


def looks(to: Commands) -> None:
    """list, show, why."""
    to.look("list", "every partner, one a line", _list)
    to.look("show", "everything about one partner but its secrets", _show).add_argument("id")
    why = to.look("why", "why the token of a request was refused", _why)
    why.add_argument("request", help="the request_id in the partner's 401")
    why.add_argument("--hours", type=int, default=24, help="how far back to look; default 24")


def changes(to: Commands) -> None:
    """add, suspend, resume, limits, platform-…, return-prefix-…"""
    add = to.change("add", "register a partner with its first key", _add)
    add.add_argument("--name", default="", help="as people call it")
    add.add_argument("--platform", action="append", required=True, help="tiktok, instagram, …; again for each")
    key_arguments(add)
    add.add_argument("--return-prefix", action="append", default=[], help="a return_url may begin so; again for each")
    add.add_argument("--sandbox", action="store_true", help="for trying out: its handoffs never meet a counsellor")
    _limits(add)
    to.change("suspend", "refuse every token of a partner, within 60 s", _suspend)
    to.change("resume", "accept a suspended partner's tokens again", _suspend)
    _limits(to.change("limits", "how much a partner may send; a first tap is never refused", _limit))
    named: tuple[tuple[str, str, str, Callable[[Work], None]], ...] = (
        ("platform-add", "let a partner sign for one more platform", "platform", _add_platform),
        ("platform-remove", "let it no longer sign for one", "platform", _remove_platform),
        ("return-prefix-add", "accept return_urls that begin so", "prefix", _change_prefixes),
        ("return-prefix-remove", "no longer accept them", "prefix", _change_prefixes),
    )
    for name, title, argument, run in named:
        to.change(name, title, run).add_argument(argument)
