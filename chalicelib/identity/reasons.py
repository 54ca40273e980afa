"""Why a token was refused: fixed words for the operator, each with its sentence. Never in a partner's 401."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REASONS"]

REASONS: Mapping[str, str] = {
    # how it came
    "no_token": "There is no Authorization header of the form 'Bearer <token>'.",
    "too_long": "The Authorization header is longer than 8192 bytes.",
    "not_ascii": "The Authorization header holds characters outside printable ASCII.",
    "not_three_parts": "The token is not three parts with two dots.",
    "not_canonical": "A part is not canonical base64url without padding (RFC 7515 section 2).",
    "bad_json": "The header or the payload is not one strict JSON object.",
    "duplicate_member": "The header or the payload names a member twice.",
    # header
    "bad_typ": "typ is not 'handoff+jwt'.",
    "header_refused": "The header carries jku, jwk, x5u, x5c, crit or b64.",
    "bad_kid": "kid is missing or is not 1 to 64 of A-Z a-z 0-9 . _ + / = -",
    "bad_alg": "alg is missing or is none of ES256, RS256, EdDSA.",
    "alg_mismatch": "alg is not the algorithm the key is registered for.",
    # who
    "bad_iss": "iss is missing or is not a partner's or provider's name.",
    "unknown_partner": "No partner of that name is registered.",
    "unknown_kid": "The key is not registered for that partner or provider.",
    "key_ended": "The key's overlap with its successor is over; sign with the newer key.",
    "unusable_key": "The registered key cannot be read; register it again.",
    "bad_signature": "The signature does not fit the registered key.",
    "suspended": "The partner is suspended.",
    # what it is for
    "bad_aud": "aud is not this hub's address as one string.",
    "bad_time": "iat, exp or nbf is missing or not a number.",
    "bad_lifetime": "exp is not after iat, or more than 300 s after it.",
    "expired": "exp has passed.",
    "not_yet": "iat or nbf lies in the future.",
    "bad_jti": "jti is missing or is not 16 to 128 of A-Z a-z 0-9 _ -",
    "bad_scope": "scope is missing or not a space-separated string.",
    "missing_scope": "scope does not name what the request needs.",
    "bad_htm": "htm is not the request's method.",
    "bad_htu": "htu is not the request's path as published.",
    "bad_digest": "content_digest is missing or is not that of the body that came.",
    # counsellors
    "bad_scheme": "The Authorization header is not of the scheme Bearer.",
    "not_access": "token_use is not 'access': an ID or refresh token.",
    "wrong_client": "client_id is not the console's.",
    "bad_user": "username, sub or cognito:groups is missing or of the wrong type.",
    "disabled": "The provider says that the account is disabled.",
    "left": "The counsellor has signed out since the sign-in of this token, here or elsewhere.",
}
