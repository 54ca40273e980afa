"""Each problem code for people: who meets it, how it comes about, what to do, and where an example points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.problems import CODES

__all__ = ["AUDIENCES", "REFUSALS", "Refusal", "example"]

REQUEST_ID = "7f0c2c1e-6b1f-4f0e-9d6a-2f8f5f3f9a51"


@dataclass(frozen=True)
class Refusal:
    """``who`` is a word of AUDIENCES. ``places`` are an example's errors: pointer, code, detail."""

    who: str
    cause: str
    remedy: str
    places: Sequence[tuple[str, str, str]] = ()
    retry_after: int | None = None
    again: bool = False


AUDIENCES: Mapping[str, str] = {
    "partners": "What your integration can meet",
    "desk": "What counsellors’ programs can meet",
    "youth": "What the youth’s page can meet",
}

REFUSALS: Mapping[str, Refusal] = {
    "unauthorised": Refusal(
        "partners",
        "The token is missing, was not signed by a key registered for you, is out of its time, or was made for another "
        "request. Outside the sandbox the answer never says which, so that nobody can probe with it.",
        "Work through Sign a request. In the sandbox, `errors[0].code` and `detail` say what was wrong, once the hub "
        "knows who asks. A generic answer there? Check `iss`, `kid`, the padding, the Bearer header; a partner "
        "registered just now is known after some seconds. Elsewhere the operator can look up the `request_id`. Do not "
        "retry unchanged.",
    ),
    "bad_request": Refusal(
        "partners",
        "The body is JSON, but not as the contract says: a member is missing, unknown, or of another form.",
        "Read `errors`: each pointer names one place, its `detail` what belongs there. Up to 20 places are told at "
        "once. Then send it with a new `jti`, or the same: nothing was kept.",
        (("/platform", "required", "This member is required."),
         ("/report/contents", "maxItems", "At most 20 items.")),
    ),
    "bad_json": Refusal(
        "partners",
        "The body is not one strict JSON object in UTF-8: a member twice, NaN, a byte order mark, half an emoji, "
        "nested too deep.",
        "Let a JSON library write the body; do not put strings together.",
        (("", "duplicate_member", "An object names the same member twice."),),
    ),
    "wrong_content_type": Refusal(
        "partners",
        "The body came under another content type than `application/json`.",
        "Send `Content-Type: application/json`.",
        (("", "content_type", "The content type must be application/json."),),
    ),
    "too_large": Refusal(
        "partners",
        "The body is larger than 64 KiB.",
        "Send up to 20 reported contents, by their address or id. Never the contents themselves.",
        (("", "too_large", "At most 65536 bytes."),),
    ),
    "foreign_platform": Refusal(
        "partners",
        "You signed for a platform that is not registered for you.",
        "Send one of your platforms as the operator wrote it: small letters, digits and _.",
        (("/platform", "foreign", "Not registered for you."),),
    ),
    "bad_number": Refusal(
        "partners",
        "The number cannot be called back: not French or from the overseas territories, too short, ambiguous without a "
        "prefix, or of a kind that costs money to call.",
        "Send E.164, with + and the country code, or leave the number out: our page asks for it. Never drop the "
        "handoff for it.",
        (("/callback/number", "not_france", "This number cannot be called back."),),
    ),
    "bad_window": Refusal(
        "partners",
        "The time to call is over, ends before it starts, or lies more than three days away.",
        "Send a window within the next three days, or none: the first free hour is taken then.",
        (("/callback/not_after", "bad_window", "More than 3 days away."),),
    ),
    "return_url_not_registered": Refusal(
        "partners",
        "No prefix registered for you starts this `return_url`. Anything else would be an open redirect on a child’s "
        "page.",
        "Have the prefix registered, or leave `return_url` out.",
        (("/return_url", "not_registered", "No such prefix."),),
    ),
    "idempotency_mismatch": Refusal(
        "partners",
        "This `jti` already stands for another body. Most often a `jti` was made from something that is not unique, "
        "or the body was serialised anew for the retry.",
        "One new `jti` for each tap; a retry sends the very same bytes.",
    ),
    "with_youth": Refusal(
        "partners",
        "You wanted to cancel, but the youth has already opened the page. From then on the handoff is theirs.",
        "Nothing to do: the youth can end it on the page.",
    ),
    "rate_limited": Refusal(
        "partners",
        "You asked for the status more often than agreed. Handoffs and cancels are counted, but never refused.",
        "Wait for `Retry-After`, and take webhooks instead of polling.",
        retry_after=12,
        again=True,
    ),
    "not_found": Refusal(
        "partners",
        "There is no such address or handoff, it is another partner’s, or it was erased (30 days after it closed; in "
        "the sandbox, after a day). All of these look alike.",
        "Check the id, and that you sign with the partner who sent it.",
    ),
    "unavailable": Refusal(
        "partners",
        "The hub, or something it needs, cannot answer for the moment.",
        "Send the same request with the same `jti` after `Retry-After`. If it stays so, show the fallback card.",
        retry_after=2,
        again=True,
    ),
    "internal": Refusal(
        "partners",
        "We made a mistake, and an alarm has rung.",
        "Send the same request with the same `jti` once or twice; then show the fallback card and tell the operator "
        "the request_id.",
        again=True,
    ),
    "signed_out": Refusal("desk", "The access token or the cookie has ended.", "Sign in again."),
    "cross_site": Refusal(
        "desk", "A browser sent it from another site’s page.", "Send it from the console, or with an access token."
    ),
    "at_limit": Refusal("desk", "The counsellor holds as many sessions as one may.", "Close or release one first."),
    "taken_over": Refusal(
        "desk", "The claim has passed to somebody else, or its epoch is old. Nothing was written.", "Take the next one."
    ),
    "already_closed": Refusal("desk", "The session is closed.", "Undo the close within 15 minutes, or leave it."),
    "not_yours": Refusal("desk", "The session is reserved, or it is for supervisors.", "Take the next one."),
    "too_late": Refusal("desk", "More than 15 minutes have passed since the close.", "Nothing: the words are erased."),
    "wrong_moment": Refusal(
        "desk", "The session’s state does not allow this, or it is not an hour for calls.",
        "Read the session again; when it is the hour, `detail` says from when the number may be called.",
    ),
    "out_of_order": Refusal(
        "desk",
        "The number of a message or note leaves one out, or is another note’s.",
        "Send the number that `errors` names.",
        (("/n", "out_of_order", "The next number is 3."),),
    ),
    "no_number": Refusal("desk", "No number was left, or it is erased.", "Offer a chat."),
    "called_enough": Refusal(
        "desk",
        "The number was called six times within 24 hours, over all sessions that gave it: nobody may use 3018 to have "
        "somebody called again and again.",
        "Do not call. The session goes back to the line by itself; `detail` says when a call is possible again.",
    ),
    "unsafe_number": Refusal(
        "desk",
        "In this session or another one, somebody unsafe answered at this number within the last 72 hours.",
        "Do not call. Close the session as unreachable.",
    ),
    "link_used": Refusal(
        "youth",
        "The link was already used in another browser.",
        "The page shows 3018, a field for the resume code, and how to start again.",
    ),
    "link_expired": Refusal(
        "youth", "The link is older than 30 minutes, or was never ours.", "Tap the platform’s button again, or call "
        "3018."
    ),
    "bad_code": Refusal("youth", "The resume code leads nowhere.", "Check it, or call 3018; a code works once."),
    "stale_form": Refusal("youth", "The page was open for too long.", "Reload the page and send it again."),
}  # fmt: skip


def example(code: str, base_url: str) -> dict[str, Any]:
    """The body of a refusal as the hub sends it."""
    fact, refusal = CODES[code], REFUSALS[code]
    body: dict[str, Any] = {
        "type": f"{base_url}/docs/problems#{code}",
        "title": fact.title,
        "status": fact.status,
        "detail": fact.remedy,
        "code": code,
        "errors": [{"pointer": pointer, "code": rule, "detail": detail} for pointer, rule, detail in refusal.places],
        "request_id": REQUEST_ID,
    }
    if fact.status == 401:
        return {**body, "error": "invalid_token"}
    return {**body, "instance": f"urn:uuid:{REQUEST_ID}"}
