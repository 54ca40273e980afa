"""Request → who: the partner behind a signed handoff, the counsellor behind an access token.

The only user of PyJWT. ``partners`` and ``counsellors`` hold the rules of each caller, ``tokens`` reads a signed
token strictly, ``keys`` and ``keysets`` read public keys. PyJWT and the cryptography it loads are imported inside
functions, since pages need neither.
"""

from chalicelib.identity.counsellors import counsellor_caller
from chalicelib.identity.keys import KID, KeyRefused, read_key
from chalicelib.identity.keysets import KeySetRefused, read_keyset
from chalicelib.identity.partners import (
    BadToken,
    PartnerCaller,
    content_digest,
    is_partner_id,
    partner_caller,
)
from chalicelib.identity.reasons import REASONS

__all__ = [
    "KID", "REASONS", "BadToken", "KeyRefused", "KeySetRefused", "PartnerCaller", "content_digest",
    "counsellor_caller", "is_partner_id", "partner_caller", "read_key", "read_keyset",
]  # fmt: skip
