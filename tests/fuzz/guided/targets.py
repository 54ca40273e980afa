"""What must hold for any bytes, whoever sends them. A target raises Broken where it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from chalicelib.contract.bodies import parse_json
from chalicelib.doors.door import tell
from chalicelib.identity import REASONS, BadToken, PartnerCaller, partner_caller
from chalicelib.problems import Problem
from tests.corpus.bodies import bad_bodies, good_bodies
from tests.corpus.recipe import Recipe, Tap
from tests.corpus.tokens import bad_tokens, good_tokens
from tests.fuzz.guided import compose, doorkeeper
from tests.fuzz.guided.draft import BODY
from tests.fuzz.guided.forge import forge, scope_of, sent_as_it_is
from tests.fuzz.guided.keyring import AUDIENCE, NOW, Keyring
from tests.fuzz.guided.reading import LARGEST, Unreadable, read

__all__ = ["TARGETS", "Broken", "JsonTarget", "Target", "TokenTarget"]

LIMIT = 2048
"""Small, so that bodies that are too large are not long."""
SENTENCES: Mapping[str, str] = {
    "not_utf8": r"Not UTF-8 at byte \d+\.",
    "byte_order_mark": r"Starts with a byte order mark\.",
    "too_deep": r"Nested deeper than 32\.",
    "not_json": r"Not JSON at character \d+\.",
    "not_an_object": r"The outermost value must be an object\.",
    "duplicate_member": r"An object names the same member twice\.",
    "number_out_of_range": r"A number is out of range\.",
    "not_a_number": r"NaN and Infinity are not JSON\.",
    "lone_surrogate": r"A string holds half of a character \(a lone surrogate\)\.",
    "too_large": r"At most 2048 bytes\.",
}
"""All that a refusal of a body may say: nothing that was sent."""
ONE_ANSWER = tell(Problem("unauthorised"), "", AUDIENCE)


class Broken(AssertionError):
    """A promise is broken; the text says which."""


def must(kept: bool, promise: str) -> None:
    """Raise Broken unless it is kept."""
    if not kept:
        raise Broken(promise)


def _text(value: object) -> str:
    return json.dumps(value)


class JsonTarget:
    """The strict loader of bodies."""

    def seeds(self) -> Iterator[bytes]:
        """What people thought of."""
        yield from (compose.sent_as_it_is(body) for _, body in good_bodies())
        yield from (compose.sent_as_it_is(bad.body) for bad in bad_bodies())
        yield from (bytes([1, 0, 1, 1, 0, 0, kind, *range(8)]) for kind in range(7))

    def __call__(self, data: bytes) -> None:
        """Taken and read like everybody else reads it, or refused with one of the fixed sentences."""
        raw = compose.compose(data)
        taken, refusal = self._asked(raw)
        try:
            second = read(raw) if len(raw) <= LIMIT else None
        except Unreadable:
            second = None
        if refusal is not None:
            must(second is None, f"refused as {refusal.errors[0].code}, though it is strict JSON")
            self._check_refusal(refusal)
            return
        must(second is not None, "taken, though it is no strict JSON object")
        must(_text(taken) == _text(second), "read otherwise by the second reader")
        must(_text(taken) == _text(_usual(raw)), "read otherwise by the standard library")
        written = _text(taken).encode()
        must(len(written) > LIMIT or _text(parse_json(written, limit=LIMIT)) == _text(taken), "not stable when written")

    def _asked(self, raw: bytes) -> tuple[dict[str, Any] | None, Problem | None]:
        try:
            return parse_json(raw, limit=LIMIT), None
        except Problem as problem:
            return None, problem

    def _check_refusal(self, refusal: Problem) -> None:
        must(len(refusal.errors) == 1 and refusal.errors[0].pointer == "", "not one place, the document")
        place = refusal.errors[0]
        must(refusal.code == ("too_large" if place.code == "too_large" else "bad_json"), "another problem")
        must(re.fullmatch(SENTENCES.get(place.code, "(?!)"), place.detail) is not None, "another sentence")
        must(not (refusal.detail or refusal.reason or refusal.headers), "more than its place")


def _usual(raw: bytes) -> Any:
    """As the standard library reads it, in the forms that the hub hands on."""

    def whole(text: str) -> int:
        return max(-LARGEST, min(LARGEST, int(text[:30])))

    def broken(text: str) -> int | float:
        number = float(text)
        return max(-LARGEST, min(LARGEST, int(number))) if number.is_integer() else number

    return json.loads(raw, parse_int=whole, parse_float=broken)


class TokenTarget:
    """The check of a partner's token, for a request that the bytes make up."""

    @cached_property
    def ring(self) -> Keyring:
        """Everybody's keys."""
        return Keyring()

    def seeds(self) -> Iterator[bytes]:
        """Good tokens by all keys and one change each, and what people thought of, as it would be sent."""
        yield b"\1\0"
        yield from (bytes([1, 1, change, *range(16)]) for change in range(14))
        yield from (bytes([1, 1, 5, key, told]) for key in range(10) for told in (0, 7))
        recipe = self._recipe()
        for tap in (*good_tokens(recipe), *bad_tokens(recipe)):
            if tap.authorization is not None and (tap.method, tap.body) == ("POST", BODY):
                yield sent_as_it_is(tap.authorization)

    def _recipe(self) -> Recipe:
        key, other = self.ring.keys["k1"], self.ring.keys["m1"]
        known: Any = {"key": key, "other_key": other}
        return Recipe(
            kid="k1", partner="tiktok", other_kid="m1", other_partner="meta", audience=AUDIENCE, now=NOW, **known
        )

    def __call__(self, data: bytes) -> None:
        """Let in exactly who the doorkeeper lets in; everybody else gets one and the same 401."""
        tap = forge(self.ring, data)
        scope = scope_of(tap)
        right = doorkeeper.admits(tap, scope, self.ring.known, AUDIENCE, NOW)
        try:
            caller = self._asked(tap, scope)
        except BadToken as refusal:
            must(right is not True, f"refused as {refusal.reason}, though it is the partner's")
            self._check_refusal(refusal)
            return
        must(right is not False, "let in, though the doorkeeper would not")
        must(caller.partner is self.ring.partners.get(caller.partner.id), "somebody who is not registered")
        must(re.fullmatch(r"[A-Za-z0-9_-]{16,128}", caller.jti) is not None, "a jti of another form")

    def _asked(self, tap: Tap, scope: str) -> PartnerCaller:
        return partner_caller(
            tap.authorization, method=tap.method, path=tap.path, body=tap.body, scope=scope, audience=AUDIENCE,
            now=NOW * 1000, find=self.ring.partners.get,
        )  # fmt: skip

    def _check_refusal(self, refusal: BadToken) -> None:
        must(refusal.reason in REASONS, "no fixed word for the operator")
        must(not (refusal.detail or refusal.errors or refusal.headers), "a refusal that says more")
        must(refusal.partner is None or refusal.partner in self.ring.partners.values(), "a partner nobody registered")
        if refusal.partner is None or not refusal.partner.sandbox:
            answer = tell(refusal, "", AUDIENCE)
            same = (answer.status_code, answer.body, answer.headers) == (
                ONE_ANSWER.status_code, ONE_ANSWER.body, ONE_ANSWER.headers
            )  # fmt: skip
            must(same, "another 401 than everybody's")


Target = JsonTarget | TokenTarget
TARGETS: Mapping[str, Callable[[], Target]] = {"json": JsonTarget, "token": TokenTarget}
