"""Whatever is down: the youth's page with 3018 answers, no tap is lost, and afterwards all is well by itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from tests.degraded.stage import Stage, check_again, check_helps
from tests.degraded.wire import Asked, Plan
from tests.hub import Counsellor, Youth


def fails(fault: str, *services: str) -> Plan:
    """Everything that is asked of these services."""
    return lambda asked: fault if asked.service in services else "pass"


def writes(fault: str) -> Plan:
    """Whatever would change the table."""
    return lambda asked: fault if asked.writes else "pass"


def indexes(asked: Asked) -> str:
    """The table's indexes are throttled, as when one cannot keep up."""
    return "throttle" if asked.service == "dynamodb" and asked.names("IndexName") else "pass"


def now_and_then(seed: int, share: float) -> Plan:
    """That share of what is asked of the table, the same for the same seed."""
    chance = random.Random(seed)
    return lambda asked: "throttle" if asked.service == "dynamodb" and chance.random() < share else "pass"


@dataclass(frozen=True)
class Mode:
    """What fails, and what goes on all the same: taps are taken, pages are the youth's own, the line is shown.

    ``cold``: no process that has started before is left.
    """

    plan: Plan
    taps: bool = True
    pages: bool = True
    line: bool = True
    cold: bool = False


MODES: Mapping[str, Mode] = {
    "the table is throttled": Mode(fails("throttle", "dynamodb"), taps=False, pages=False, line=False),
    "the table does not answer": Mode(fails("cut", "dynamodb"), taps=False, pages=False, line=False, cold=True),
    "the table takes no writes": Mode(writes("throttle"), taps=False),
    "the table's answers to writes are lost": Mode(writes("lose"), taps=False),
    "the indexes are throttled": Mode(indexes, line=False),
    "the vault refuses": Mode(fails("fail", "kms")),
    "the vault is silent": Mode(fails("hang", "kms")),
    "the provider refuses": Mode(fails("fail", "provider"), line=False, cold=True),
    "the provider is silent": Mode(fails("hang", "provider"), line=False, cold=True),
}


@pytest.mark.parametrize("name", MODES)
def test_the_page_answers_no_tap_is_lost_and_all_is_well_again_by_itself(
    stage: Stage, who: Counsellor, name: str
) -> None:
    mode, youth = MODES[name], stage.youth()
    unopened = urlsplit(stage.insist(stage.jti()).json["links"]["youth"]).path
    jti, wish = stage.jti(), {"session": "callback", "kind": "call", "callback": {"number": _number(stage, name)}}
    if mode.cold:
        stage.refresh()
    with stage.wire.failing(mode.plan) as wire:
        _look(stage, youth, unopened, mode)
        tapped = stage.tap(jti, **wish)
        line = who.ask("queue")
        assert (tapped.status, line.status) == (201 if mode.taps else 503, 200 if mode.line else 503)
        assert wire.failed > 0, "nobody met the fault"
    again = stage.insist(jti, **wish)
    assert again.status == (201 if not mode.taps and "lost" not in name else 200)
    assert stage.row(again.json["id"])["partner"] == {"S": "tiktok"}
    assert stage.browse(unopened).status == 303
    stage.check_well(who)


def _number(stage: Stage, name: str) -> str:
    return "+33" + "".join(stage.canaries.number(name, "6 39 98 ## ##").split())


def _look(stage: Stage, youth: Youth, unopened: str, mode: Mode) -> None:
    link = stage.browse(unopened)
    page = stage.browse(youth.path, youth.cookie)
    poll = youth.ask()
    if mode.pages:
        assert link.status == 303
        check_helps(page, 200)
        assert poll.status == 200
    else:
        check_helps(link)
        check_helps(page)
        check_again(poll)
        check_helps(stage.send(youth, "messages", "n=1&text=bonjour"))


def test_a_table_that_fails_every_third_time_loses_nothing(stage: Stage, who: Counsellor) -> None:
    with stage.wire.failing(now_and_then(3018, 0.33)):
        jtis = [stage.jti() for _ in range(6)]
        ids = [stage.insist(jti).json["id"] for jti in jtis]
        assert [stage.insist(jti).json["id"] for jti in jtis] == ids
    assert len(set(ids)) == 6
    stage.check_well(who)
