"""The rules that scenarios share, each with exactly what to fix."""

from __future__ import annotations

import json
from typing import Any

import jwt

from conformance.checks import Failed, expect
from conformance.integration.faults import Seen
from conformance.integration.play import Play

__all__ = ["claims", "ended", "fallback", "refused", "same_handoff", "taken", "within"]

LINE = (
    'Print one JSON line at the end: {"outcome":"taken","youth":…,"id":…}, {"outcome":"refused","code":…} or '
    '{"outcome":"fallback"}.'
)
ONE_JTI = (
    "Make the jti once per tap and keep it with the body's bytes; every retry sends the same two (a new token with new "
    "iat and exp is fine). With a new jti one child stands in the line twice."
)


def claims(seen: Seen) -> dict[str, Any]:
    """The claims of the token that was sent, unproven; empty when it cannot be read."""
    try:
        found: dict[str, Any] = jwt.decode(seen.token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return found


def ended(play: Play) -> None:
    """It ended by itself and said how."""
    if play.stopped:
        raise Failed(
            f"it was still running after {play.limits.whole:.0f} s and was stopped",
            "Give each request a time-out (10 s) and the whole handoff an end (30 s); then show the fallback: a youth "
            "waits in front of your screen.",
        )
    errors = play.errors.strip().splitlines()
    said = (play.output.strip() or "nothing") + (f"; its last error line: {errors[-1]}" if errors else "")
    expect(play.said is not None and "outcome" in play.said, f"it printed {said}", LINE)


def _outcome(play: Play, wanted: str, fix: str) -> None:
    ended(play)
    said = play.said or {}
    expect(said.get("outcome") == wanted, f"it ended with {json.dumps(said, ensure_ascii=False)}", fix)


def same_handoff(play: Play) -> None:
    """Every request was the same handoff: one jti, one body."""
    for number, seen in enumerate(play.sent[1:], start=2):
        first = play.sent[0]
        expect(claims(seen).get("jti") == claims(first).get("jti"), f"request {number} came with another jti", ONE_JTI)
        expect(seen.body == first.body, f"the body of request {number} differs from the first's", ONE_JTI)


def taken(play: Play, *, tries: int) -> None:
    """Taken in the end after ``tries`` requests or more, and told as the hub said it; one session only."""
    retried = "Send the same request again after a lost answer, a reset, a time-out and every 5xx." if tries > 1 else ""
    _outcome(play, "taken", retried or "The hub took it (201 or 200): the outcome is taken.")
    expect(len(play.sent) >= tries, f"{len(play.sent)} of {tries} expected requests came", retried)
    same_handoff(play)
    said = play.said or {}
    answers = [seen.answer for seen in play.sent if seen.answer is not None and seen.answer.status in (200, 201)]
    expect(answers, "the hub never took it, yet the outcome is taken", "Call it taken on 201 or 200 only.")
    ids = {answer.json.get("id") for answer in answers}
    expect(ids == {said.get("id")}, f"the hub's id is not {said.get('id')}", "Print the id of the hub's answer.")
    links = {answer.json.get("links", {}).get("youth") for answer in answers}
    expect(links == {said.get("youth")}, "the youth's link is not the hub's", "Print links.youth of the hub's answer.")


def refused(play: Play, code: str) -> None:
    """Refused with the hub's code, after the same request at most once more."""
    _outcome(
        play, "refused",
        "A 4xx stays a 4xx: stop, log code and request_id, show the fallback numbers; the outcome is refused.",
    )  # fmt: skip
    said = (play.said or {}).get("code")
    expect(said == code, f"the code it told is {said}, the hub's was {code}", "Print the problem's code as it came.")
    expect(
        len(play.sent) <= 2,
        f"it sent {len(play.sent)} requests",
        "Do not repeat what was refused: a 4xx does not heal. At most one more try with a fresh token.",
    )


def fallback(play: Play) -> None:
    """The fallback, in time."""
    _outcome(play, "fallback", "When every try has failed show 3018 and the danger numbers; the outcome is fallback.")
    within(play.seconds, play.limits.fallback)
    same_handoff(play)


def within(seconds: float, limit: float) -> None:
    """Not longer than this."""
    expect(
        seconds <= limit,
        f"it took {seconds:.0f} s",
        f"End within {limit:.0f} s: shorter time-outs, fewer tries.",
    )
