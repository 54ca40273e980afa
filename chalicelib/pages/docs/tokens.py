"""Why tokens are refused in practice, and what to look at; the words are those of the hub's own reasons."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NOT_PARTNERS", "UNTOLD", "USUAL"]

USUAL: Mapping[str, str] = {
    "bad_signature": "Often the form: ES256 wants 64 raw bytes (r and s, 32 each). OpenSSL, and Node by default, "
    "give DER. Else the private key is not the partner of the registered one.",
    "bad_digest": "Sign the very bytes you send: serialise once, then hash and send that. The digest is base64 with "
    "padding, between two colons.",
    "bad_aud": "`aud` is exactly the address in the table of claims above, as one string: no slash at the end, no "
    "path, no list.",
    "expired": "Check the machine’s clock (NTP). Make a new token for each try; the `jti` of a retry stays.",
    "not_yet": "Your clock is more than a minute ahead of ours.",
    "bad_lifetime": "`exp` is at most 300 s after `iat`. Two minutes are plenty.",
    "bad_time": "`iat` and `exp` are numbers of seconds, not strings, not milliseconds.",
    "bad_htu": "`htu` is the path alone, as in the address: no host, no query.",
    "bad_htm": "`htm` is the method in capitals: POST or GET.",
    "bad_typ": "The header’s `typ` must be `handoff+jwt`; libraries write JWT by default.",
    "unknown_kid": "`kid` is the name under which your key was registered. New keys are known within a minute.",
    "unknown_partner": "`iss` is your partner id. A key of the sandbox is not known in production, nor the other way "
    "round. Registered just now? Wait a moment and try again.",
    "missing_scope": "`handoff:create` for POST, `handoff:read` for GET, `handoff:cancel` for cancel.",
    "bad_jti": "16 to 128 of A-Z a-z 0-9 _ and -: a UUID is fine, a counter is too short.",
    "alg_mismatch": "One key, one algorithm: P-256 is ES256, RSA is RS256, Ed25519 is EdDSA.",
    "no_token": "The header reads `Authorization: Bearer`, one space, and the token.",
}

NOT_PARTNERS = ("bad_scheme", "not_access", "wrong_client", "bad_user", "disabled", "left")
"""Reasons that only counsellors' tokens are refused for."""

UNTOLD = frozenset({
    "no_token", "too_long", "not_ascii", "not_three_parts", "not_canonical", "bad_json", "duplicate_member",
    "header_refused", "bad_kid", "bad_alg", "bad_iss", "unknown_partner",
})  # fmt: skip
"""Reasons found before the hub knows who asks: the answer is the generic one, in the sandbox, too."""
