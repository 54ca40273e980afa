"""What happens to the program's handoff in each scenario, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.checks import Check, Failed, expect
from conformance.integration import judge, tokens
from conformance.integration.faults import Fault, cut, embroider, hang, html, lose_reply, pass_on, problem
from conformance.integration.play import Play, Stage
from conformance.integration.proxy import Plan

__all__ = ["PART", "SCENARIOS", "checks"]

PART = "Your integration"
PATIENCE = 0.05
"""How much earlier (s) than Retry-After a retry may come: clocks tick differently."""


@dataclass(frozen=True)
class Scenario:
    """A plan for the proxy and a rule for what comes of it."""

    name: str
    what: str
    why: str
    plan: Plan
    rule: Callable[[Play], None]
    dead: bool = False


def first(fault: Fault) -> Plan:
    """The first handoff meets the fault, later ones pass."""
    return lambda number: fault if number == 1 else pass_on


def always(fault: Fault) -> Plan:
    """Every handoff meets the fault."""
    return lambda _: fault


def _retried(play: Play) -> None:
    judge.taken(play, tries=2)


def _plain(play: Play) -> None:
    judge.taken(play, tries=1)
    tokens.contents(play)


def _lost(play: Play) -> None:
    _retried(play)
    statuses = [seen.answer.status for seen in play.sent if seen.answer is not None]
    expect(statuses.count(201) == 1, f"the hub answered {statuses}: not exactly one session", judge.ONE_JTI)


def _waited(play: Play) -> None:
    _retried(play)
    gap = play.sent[1].at - play.sent[0].at
    expect(
        gap >= 1.0 - PATIENCE,
        f"it came again after {gap:.2f} s, Retry-After said 1 s",
        "Wait at least Retry-After before the next try.",
    )


def _gave_up_waiting(play: Play) -> None:
    judge.ended(play)
    limit = play.limits.answer
    first_one = play.sent[0]
    if first_one.left is None or first_one.left - first_one.at > limit:
        raise Failed(
            f"it waited for the answer for more than {limit:.0f} s",
            "Give each request a time-out of 10 s or so: a hub that hangs never answers.",
        )
    if (play.said or {}).get("outcome") == "fallback":
        judge.fallback(play)
    else:
        _retried(play)


def _refusal(status: int, code: str, title: str) -> Scenario:
    return Scenario(
        f"refused_{status}", f"The hub refuses with {status} {code}: no blind retry, the code is told",
        "What is refused once is refused again; the youth needs the fallback numbers now.",
        always(problem(status, code, title)), lambda play: judge.refused(play, code),
    )  # fmt: skip


SCENARIOS = (
    Scenario("plain", "Nothing goes wrong: one handoff, taken", "The way it goes nearly always.",
             always(pass_on), _plain),
    Scenario("lost_reply", "The hub takes it but its answer is lost: retried, exactly one session",
             "Mobile networks lose answers. A retry with the same jti and body gets the first answer again.",
             first(lose_reply), _lost),
    Scenario("reset", "The connection is reset before the hub hears of it: retried with the same jti and body",
             "You cannot know whether it arrived; with the same jti you need not.", first(cut), _retried),
    Scenario("unavailable", "The hub answers 503 with Retry-After: 1: it waits, then the same jti and body again",
             "A busy hub asks for a moment; without the pause every tap makes it busier.",
             first(problem(503, "unavailable", "The hub cannot answer now", Retry_After="1")), _waited),
    Scenario("bad_gateway", "Something between answers 502 with a page of HTML: retried",
             "Gateways answer in their own words; not every answer is JSON.", first(html), _retried),
    Scenario("hanging", "The hub does not answer at all: time-out within 30 s, then retry or fallback",
             "A youth waits in front of your screen.", first(hang), _gave_up_waiting),
    Scenario("dead", "The hub cannot be reached: the fallback, within 60 s",
             "Then 3018 itself must be on the screen: the numbers work without us.", always(cut), judge.fallback,
             dead=True),
    _refusal(400, "bad_request", "The request breaks the contract"),
    _refusal(401, "unauthorised", "The token was not accepted"),
    _refusal(403, "foreign_platform", "The platform is not registered for you"),
    _refusal(422, "return_url_not_registered", "The return_url is not registered"),
    Scenario("unknown_members", "The answer has members nobody knows: they are passed over",
             "The hub may add members at any time; that is no new version.", always(embroider), _plain),
    Scenario("unknown_refusal", "A 409 with a code nobody knows is a refusal, with that code",
             "The hub may add codes at any time: act on the status, tell the code.",
             always(problem(409, "code_of_next_year", "Not now")),
             lambda play: judge.refused(play, "code_of_next_year")),
    Scenario("unknown_failure", "A 500 with a code nobody knows is retried with the same jti and body",
             "5xx is the hub's fault and passes.", first(problem(500, "failure_of_next_year", "Failed")), _retried),
)  # fmt: skip


def checks(stage: Stage) -> Iterator[Check]:
    """Each scenario once, then what all their tokens have in common."""
    for scenario in SCENARIOS:
        needs = () if scenario.name == "plain" else ("plain",)
        yield Check(
            PART, scenario.name, scenario.what, scenario.why,
            lambda scenario=scenario: _act(stage, scenario), needs=needs,  # type: ignore[misc]
        )  # fmt: skip
    yield Check(
        PART, "recipe", "Every token it sent follows the recipe: key, aud, 300 s at most, digest, htm, htu",
        "A stolen token can then only repeat the very same request, and only for minutes.",
        lambda: tokens.recipe(stage),
    )  # fmt: skip
    yield Check(
        PART, "unique_jti", "Every handoff has a jti of its own",
        "The jti is the handoff's name: two children with one name would share a session.",
        lambda: tokens.unique(stage),
    )  # fmt: skip


def _act(stage: Stage, scenario: Scenario) -> None:
    try:
        play = stage.play(scenario.plan, dead=scenario.dead)
    except OSError as error:
        raise Failed(
            f"the program could not be started: {error.strerror}",
            "Check --integration: a command line that runs as it stands, from this folder.",
        ) from None
    if not play.sent:
        judge.ended(play)
        raise Failed("it sent no POST /v1/handoffs", "Send to HUB_URL with the path /v1/handoffs.")
    scenario.rule(play)
