"""Every token the program sent in all scenarios, read as the recipe says."""

from __future__ import annotations

import json

import jwt

from conformance.checks import Failed, NotTried, expect
from conformance.integration.faults import Seen
from conformance.integration.judge import claims
from conformance.integration.play import Play, Stage
from conformance.signer import content_digest

__all__ = ["contents", "recipe", "unique"]

LONGEST = 300


def _all(stage: Stage) -> list[Seen]:
    found = [seen for play in stage.plays for seen in play.sent]
    if not found:
        raise NotTried("The program never sent a handoff.")
    return found


def recipe(stage: Stage) -> None:
    """Signed with the key, short-lived, and for this very request."""
    signer = stage.signer
    for number, seen in enumerate(_all(stage), start=1):
        place = f"request {number} of all scenarios: "
        expect(seen.token, f"{place}no Authorization: Bearer <token>", "Send the token in the Authorization header.")
        try:
            header = jwt.get_unverified_header(seen.token)
            found = jwt.decode(
                seen.token, signer.key.public_key(), [signer.alg],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            fix = "Sign with KEY_FILE, as compact JWS."
            raise Failed(f"{place}the token cannot be checked: {type(error).__name__}", fix) from None
        kid, typ = header.get("kid"), header.get("typ")
        expect(typ == "handoff+jwt", f"{place}typ is {typ}", "Set the header typ to handoff+jwt.")
        expect(kid == signer.kid, f"{place}kid is {kid}", "Set the header kid to KID.")
        expect(found.get("iss") == signer.partner, f"{place}iss is {found.get('iss')}", "Set iss to PARTNER_ID.")
        aud = found.get("aud")
        expect(aud == signer.audience, f"{place}aud is {aud}", "Sign for HUB_AUDIENCE, wherever you send it.")
        life = found.get("exp", 1e9) - found.get("iat", 0)
        expect(0 < life <= LONGEST, f"{place}exp − iat is {life:.0f} s", f"Let a token live for at most {LONGEST} s.")
        expect(
            found.get("content_digest") == content_digest(seen.body),
            f"{place}content_digest is not that of the bytes that were sent",
            "Serialise the body once; digest and send those very bytes.",
        )
        method, path = found.get("htm"), found.get("htu")
        fix = "Set htm to POST and htu to /v1/handoffs, the path as published, without the origin."
        expect((method, path) == (seen.method, seen.path), f"{place}htm and htu are {method} {path}", fix)


def unique(stage: Stage) -> None:
    """A jti of its own for each handoff."""
    _all(stage)
    known: dict[str, int] = {}
    for number, play in enumerate(stage.plays, start=1):
        for jti in {str(claims(seen).get("jti")) for seen in play.sent}:
            expect(
                known.setdefault(jti, number) == number,
                f"the handoffs of scenarios {known[jti]} and {number} have the same jti",
                "Make a new random jti (128 bits) for each tap; a second child would get the first one's link.",
            )


def contents(play: Play) -> None:
    """What was handed to the program is what it sent, and nothing more."""
    try:
        sent = json.loads(play.sent[0].body)
    except (IndexError, ValueError):
        sent = None
    expect(
        sent == play.handed,
        "the body that was sent is not the handoff that was given",
        "Send the members as they are, as UTF-8 JSON; add nothing: no account name, no number the youth did not give.",
    )
