"""What the checks of the hub share: a signed request, a handoff of the sandbox, and what a good problem looks like."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.checks import HUB_SIDE, Failed, expect
from conformance.facts import PROBLEM_MEMBERS, PROBLEMS
from conformance.signer import Signer, new_jti
from conformance.wire import Answer, Wire

__all__ = ["HANDOFFS", "PART", "Kit", "compact"]

PART = "The hub with your key"
HANDOFFS = "/v1/handoffs"
TRIES = 4
LONGEST_PAUSE = 10.0


def compact(members: Mapping[str, Any]) -> bytes:
    """The JSON bytes that are digested and sent."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


class Kit:
    """The hub, the partner's signature and one of the partner's platforms. ``met``: (operation, status, code) seen."""

    def __init__(self, wire: Wire, signer: Signer, platform: str) -> None:
        self.wire, self.signer, self.platform = wire, signer, platform
        self.met: set[tuple[str, int, str]] = set()

    def body(self, **members: Any) -> bytes:
        """A handoff's body; members given as None are left out."""
        whole = {"platform": self.platform, "kind": "call", "session": "chat", "locale": "fr-FR",
                 "subject": "sandbox:fast", **members}  # fmt: skip
        return compact({name: value for name, value in whole.items() if value is not None})

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, jti: str | None = None,
        claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One signed request."""
        token = self.signer.token(method, path, body, jti=jti, claims=claims, header=header)
        sent = {"Authorization": f"Bearer {token}", "Accept": "application/json", **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.wire.send(method, path, sent, body)

    def hand_over(self, subject: str, jti: str | None = None) -> Answer:
        """A handoff of the sandbox, retried as the documentation says. Raises Failed unless it is taken."""
        jti, body = jti or new_jti(), self.body(subject=f"sandbox:{subject}")
        for _ in range(TRIES):
            answer = self.ask("POST", HANDOFFS, body, jti=jti)
            if answer.status not in (429, 500, 502, 503, 504):
                break
            time.sleep(min(answer.retry_after or 1.0, LONGEST_PAUSE))
        if answer.status == 403:
            raise Failed(
                f"platform {self.platform} was answered {answer}",
                "Name one of your own with --platform.",
            )
        expect(answer.status in (200, 201), f"a handoff was answered {answer}")
        return answer

    def problem(
        self, answer: Answer, code: str, operation: str, *, places: Sequence[str] = (), hidden: str = ""
    ) -> None:
        """Raise Failed unless it is this problem as documented, with these pointers and without the ``hidden`` text."""
        self.met.add((operation, answer.status, code))
        found, status = answer.json, PROBLEMS[code]
        expect(answer.status == status, f"{status} {code} was promised, the answer was {answer}")
        kind = answer.headers.get("content-type", "")
        expect(kind.startswith("application/problem+json"), f"its content type is {kind or 'missing'}")
        missing = [name for name in PROBLEM_MEMBERS if name not in found]
        expect(not missing, f"the problem lacks {', '.join(missing)}")
        expect(found["code"] == code, f"code is {found['code']}, {code} was promised")
        expect(found["status"] == status, f"the body says {found['status']}, the answer {status}")
        expect(found["type"].endswith(f"#{code}"), f"type leads to {found['type']}, not to #{code}")
        named = [error.get("pointer") for error in found["errors"]]
        for place in places:
            expect(place in named, f"errors names {named}, not {place!r}")
        if hidden:
            expect(hidden.encode() not in answer.body, "the problem repeats what was sent", HUB_SIDE)
