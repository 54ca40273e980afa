"""The token: the right one is taken, and each wrong one is refused with a reason that a person can read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.checks import Check, Failed, NotTried, Stop, expect
from conformance.facts import GENERIC_401
from conformance.hub.kit import HANDOFFS, PART, Kit
from conformance.signer import content_digest
from conformance.wire import Answer

__all__ = ["FAULTS", "Fault", "checks"]

NOBODYS = f"{HANDOFFS}/ho_{'a' * 26}"
CLOCKS_APART = 30
RECIPE = "Compare your token with the token recipe in the documentation; --partner, --kid and --key belong together."
OPERATION = "post /v1/handoffs"


@dataclass(frozen=True)
class Fault:
    """A token wrong in one place. The hub's reason must hold ``word``; empty: a fault found before it knows you."""

    name: str
    what: str
    word: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    key: bool = False
    absent: bool = False


def _faults() -> list[Fault]:
    now = int(time.time())
    return [
        Fault("wrong_aud", "made for another hub (aud)", "aud", {"aud": "https://elsewhere.example"}),
        Fault("expired", "expired ten minutes ago (exp)", "exp", {"iat": now - 720, "exp": now - 600}),
        Fault("long_life", "valid for longer than 300 s (exp − iat)", "300", {"iat": now, "exp": now + 900}),
        Fault("from_the_future", "issued in ten minutes (iat)", "future", {"iat": now + 600, "exp": now + 700}),
        Fault("wrong_digest", "signed for another body", "digest", {"content_digest": content_digest(b"{}")}),
        Fault("no_digest", "that signs no body at all", "digest", {"content_digest": None}),
        Fault("wrong_htu", "signed for another path (htu)", "htu", {"htu": "/v1/availability"}),
        Fault("wrong_htm", "signed for another method (htm)", "htm", {"htm": "PUT"}),
        Fault("missing_scope", "without the scope handoff:create", "scope", {"scope": "handoff:read"}),
        Fault("short_jti", "whose jti is shorter than 16 characters", "jti", {"jti": "short"}),
        Fault("another_key", "signed by a key that is not registered", "signature", key=True),
        Fault("unknown_kid", "whose kid is not registered", "key", header={"kid": "nobody-knows-this-key"}),
        Fault("wrong_typ", "whose typ is JWT, not handoff+jwt", "", header={"typ": "JWT"}),
        Fault("no_token", "that is missing altogether", "", absent=True),
    ]


WHY = {
    "wrong_aud": "The sandbox says what is wrong, here and below; elsewhere every 401 is the same: ask the operator.",
    "expired": "Sign when you send, not when you queue; a retry gets a new token with the same jti.",
    "long_life": "A token that leaks is worth five minutes at most.",
    "from_the_future": "Clocks may differ by a minute, not by ten.",
    "wrong_digest": "Nobody on the way can change what your platform said of a child.",
    "no_digest": "Without the digest the token would fit any body.",
    "wrong_htu": "A token for one path opens no other.",
    "wrong_htm": "A token to read cannot write.",
    "missing_scope": "A machine that only polls can have tokens that only read.",
    "short_jti": "The jti is the handoff's name: it must not be guessed, nor met twice.",
    "another_key": "This is the whole point of a signature.",
    "unknown_kid": "After a rotation this is what a forgotten machine will see.",
    "wrong_typ": "A token made for something else is none of ours; here the hub does not know yet who asks: no reason.",
    "no_token": "Some proxies drop the Authorization header; then this is what you see, without a reason.",
}
FAULTS = tuple(fault.name for fault in _faults())


def checks(kit: Kit) -> Iterator[Check]:
    """Accepted, in time, a sandbox, and every fault refused. Raises Stop where real counsellors could be reached."""
    yield Check(
        PART, "token", "The hub takes a token signed with your key",
        "Everything else rests on it: partner, key id, key and audience belong together.",
        lambda: _accepted(kit),
    )  # fmt: skip
    yield Check(
        PART, "sandbox", "You are a partner of the sandbox",
        "This kit hands over children who do not exist: they must never reach a counsellor.",
        lambda: _sandbox(kit), needs=("token",),
    )  # fmt: skip
    yield Check(
        PART, "clock", "Your clock agrees with the hub's",
        "A token lives for minutes: a clock that is a minute wrong makes every token expired or not yet valid.",
        lambda: _clock(kit), needs=("token",),
    )  # fmt: skip
    for fault in _faults():
        yield Check(
            PART, fault.name, f"A token {fault.what} is refused with 401 unauthorised",
            WHY[fault.name],
            lambda fault=fault: _refused(kit, fault), needs=("token", "sandbox"),  # type: ignore[misc]
        )  # fmt: skip


def _accepted(kit: Kit) -> None:
    answer = kit.ask("GET", NOBODYS)
    if answer.status == 401:
        detail = str(answer.json.get("detail", ""))
        if detail == GENERIC_401:
            detail = "no reason was given: this hub does not know the partner, or it is not a sandbox partner"
        raise Failed(f"401: {detail} (request_id {answer.json.get('request_id')})", RECIPE)
    kit.problem(answer, "not_found", "get /v1/handoffs/{id}")


def _sandbox(kit: Kit) -> None:
    """A wrong audience is harmless, and only a sandbox partner is told about it."""
    answer = kit.ask("GET", NOBODYS, claims={"aud": "https://elsewhere.example"})
    expect(answer.status == 401, f"a token for another hub was answered {answer}")
    if "aud" not in str(answer.json.get("detail", "")):
        raise Stop(
            f"{kit.signer.partner} is not a sandbox partner here. Nothing was handed over: the kit's children do not "
            "exist, and would reach counsellors. Ask the operator for a sandbox partner."
        )


def _clock(kit: Kit) -> None:
    date = kit.ask("GET", NOBODYS).headers.get("date")
    if date is None:
        raise NotTried("The hub's answer has no Date to compare with.")
    apart = abs(time.time() - parsedate_to_datetime(date).timestamp())
    expect(apart <= CLOCKS_APART, f"the clocks are {apart:.0f} s apart", "Set this machine's clock (NTP).")


def _refused(kit: Kit, fault: Fault) -> None:
    body = kit.body()
    key = kit.signer.another_key() if fault.key else None
    token = kit.signer.token("POST", HANDOFFS, body, claims=fault.claims, header=fault.header, key=key)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if not fault.absent:
        headers["Authorization"] = f"Bearer {token}"
    answer: Answer = kit.wire.send("POST", HANDOFFS, headers, body)
    kit.problem(answer, "unauthorised", OPERATION)
    expect(answer.json.get("error") == "invalid_token", "the body lacks error: invalid_token")
    detail = str(answer.json["detail"])
    expect(detail, "detail is empty")
    if fault.word:
        expect(fault.word in detail, f"the reason does not name {fault.word}: {detail}")
