"""Every problem a partner can meet, provoked and compared with what is documented."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from conformance.checks import HUB_SIDE, Check, NotTried, expect
from conformance.facts import PROBLEMS
from conformance.hub.kit import HANDOFFS, PART, Kit, compact
from conformance.signer import new_jti

__all__ = ["checks"]

OPERATION = "post /v1/handoffs"
READY = ("token", "sandbox")
LARGEST = 65536
CANARY = "canary-3018"
ELSEWHERE = f"https://{CANARY}.example/"


@dataclass(frozen=True)
class Wrong:
    """A request wrong in one place, and the problem it gets."""

    name: str
    what: str
    code: str
    body: bytes
    place: str | None = None
    content_type: str = "application/json"
    why: str = ""


def _wrong(kit: Kit) -> list[Wrong]:
    late = (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat(timespec="seconds")
    far = (datetime.now(timezone.utc) + timedelta(days=9)).isoformat(timespec="seconds")
    good = kit.body()
    bug = "A bug of your code, never of the youth's: log code and pointers, show the fallback."
    return [
        Wrong("bad_json", "A body that is no JSON", "bad_json", b'{"platform":', "", why=bug),
        Wrong("bad_json_twice", "A member named twice", "bad_json", b'{"kind":"call",' + good[1:], "", why=bug),
        Wrong("bad_request_missing", "A body without its platform", "bad_request", kit.body(platform=None), "/platform",
              why="The pointer says where; a misspelt name is found on the first try."),
        Wrong("bad_request_unknown", "A member nobody knows", "bad_request", kit.body(plattform=CANARY),
              "/plattform", why="The pointer says where; the value is never repeated, it could be personal."),
        Wrong("bad_request_type", "A locale that is a number", "bad_request", kit.body(locale=33), "/locale", why=bug),
        Wrong("bad_request_report", "A content that is no link", "bad_request",
              kit.body(report={"contents": [{"url": CANARY}]}), "/report/contents/0/url",
              why="Pointers lead into the report, too."),
        Wrong("bad_request_subject", "A magic subject nobody knows", "bad_request",
              kit.body(subject=f"sandbox:{CANARY}"), "/subject",
              why="A misspelt magic value must not look like a good test."),
        Wrong("too_large", "A body of more than 64 KiB", "too_large", compact({"x": "x" * LARGEST}), "",
              why="Send references, not contents."),
        Wrong("wrong_content_type", "A body that is not application/json", "wrong_content_type", good, "", "text/plain",
              why="Some HTTP libraries choose text/plain when you do not say."),
        Wrong("foreign_platform", "A platform that is not yours", "foreign_platform",
              kit.body(platform="nobodys_platform"), "/platform", why="A key that leaks cannot speak for others."),
        Wrong("bad_number", "A number that cannot be called", "bad_number",
              kit.body(session="callback", callback={"number": "+14155550123"}), "/callback/number",
              why="Let the youth correct it, or hand over without it: the page asks again."),
        Wrong("bad_window_past", "A window that is over", "bad_window",
              kit.body(session="callback", callback={"not_after": late}), "/callback/not_after",
              why="Clocks and queues: a window can be over before it arrives. Hand over without it."),
        Wrong("bad_window_far", "A window more than three days away", "bad_window",
              kit.body(session="callback", callback={"not_before": far}), "/callback/not_before",
              why="Nothing is promised that cannot be held."),
        Wrong("return_url_not_registered", "A return_url outside your prefixes", "return_url_not_registered",
              kit.body(return_url=ELSEWHERE), "/return_url", why="The youth's page never leads to a stranger."),
    ]  # fmt: skip


def checks(kit: Kit) -> Iterator[Check]:
    """Each request wrong in one place, then those of other operations, and those that only time can bring."""
    for wrong in _wrong(kit):
        yield Check(
            PART, wrong.name, f"{wrong.what} is refused with {PROBLEMS[wrong.code]} {wrong.code}", wrong.why,
            lambda wrong=wrong: _refused(kit, wrong), needs=READY,  # type: ignore[misc]
        )  # fmt: skip
    yield Check(
        PART, "not_found", "Ids that are not yours, or no ids at all, are answered 404 not_found alike",
        "Nobody can find out whose handoffs exist.",
        lambda: _not_found(kit), needs=READY,
    )  # fmt: skip
    yield Check(
        PART, "unavailable", "A hub that is busy says 503 with Retry-After, and takes the same request a moment later",
        "Wait as long as it says, then send the same jti and body again: the tap is not lost.",
        lambda: _unavailable(kit), needs=READY,
    )  # fmt: skip
    for code, reason in _UNREACHABLE.items():
        yield Check(
            PART, code, f"{PROBLEMS[code]} {code}", "It cannot be provoked from here; your code will meet it one day.",
            lambda reason=reason: _not_tried(reason), needs=READY,  # type: ignore[misc]
        )  # fmt: skip
    yield Check(
        PART, "documented", "Every problem met is documented: its page, and its status in the OpenAPI document",
        "What a problem says is where its remedy stands: type leads there.",
        lambda: _documented(kit), needs=READY,
    )  # fmt: skip


_UNREACHABLE = {
    "with_youth": "Only a youth's browser brings it about. On 409 with_youth to a cancel do nothing: the youth is on "
    "the page, and only the youth can cancel now.",
    "rate_limited": "The kit does not flood the hub. On 429 to a poll wait for Retry-After; a handoff is never refused "
    "so.",
    "internal": "The hub does not fail on request. On 500 send the same jti and body again, then show the fallback.",
}


def _not_tried(reason: str) -> None:
    raise NotTried(reason)


def _refused(kit: Kit, wrong: Wrong) -> None:
    answer = kit.ask("POST", HANDOFFS, wrong.body, headers={"Content-Type": wrong.content_type})
    places = () if wrong.place is None else (wrong.place,)
    kit.problem(answer, wrong.code, OPERATION, places=places, hidden=CANARY)


def _not_found(kit: Kit) -> None:
    operation = "get /v1/handoffs/{id}"
    answers = [kit.ask("GET", f"{HANDOFFS}/{id}") for id in (f"ho_{'a' * 26}", f"ho_{'a' * 25}b", "ho_1", "x")]
    told = []
    for answer in answers:
        kit.problem(answer, "not_found", operation)
        told.append({n: v for n, v in answer.json.items() if n not in ("request_id", "instance")})
    expect(all(one == told[0] for one in told), "the answers differ by more than their request_id")


def _unavailable(kit: Kit) -> None:
    jti, body = new_jti(), kit.body(subject="sandbox:unavailable_once")
    answer = kit.ask("POST", HANDOFFS, body, jti=jti)
    kit.problem(answer, "unavailable", OPERATION)
    pause = answer.retry_after
    if pause is None:
        expect(holds=False, saw="Retry-After is missing", fix=HUB_SIDE)
    time.sleep(pause or 1.0)
    again = kit.ask("POST", HANDOFFS, body, jti=jti)
    expect(again.status == 201, f"the same request after Retry-After was answered {again}")


def _documented(kit: Kit) -> None:
    document = kit.wire.send("GET", "/v1/openapi.json").json
    paths = document.get("paths", {})
    page = kit.wire.send("GET", "/docs/problems", {"Accept": "text/html"})
    expect(page.status == 200, f"/docs/problems was answered {page}")
    for operation, status, code in sorted(kit.met):
        method, path = operation.split(" ")
        known = paths.get(path, {}).get(method, {}).get("responses", {})
        expect(str(status) in known, f"the OpenAPI document does not know {status} for {operation}")
        expect(code.encode() in page.body, f"/docs/problems does not say what {code} is")
