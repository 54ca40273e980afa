"""ed25519.py ID TIMESTAMP SIGNATURES <body: whether the hub sent this body.

Needs: pip install cryptography.
"""

import base64
import os
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whpk_"))


def verified(message: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Whether one of the signatures is the hub's, and not older than five minutes."""
    if (
        not (timestamp.isascii() and timestamp.isdigit())
        or abs(time.time() - int(timestamp)) > 300
    ):
        return False
    signed = f"{message}.{timestamp}.".encode() + body
    for signature in signatures.split(" "):
        version, _, encoded = signature.partition(",")
        if version != "v1a":
            continue
        try:
            Ed25519PublicKey.from_public_bytes(KEY).verify(base64.b64decode(encoded), signed)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


if __name__ == "__main__":
    fits = verified(*sys.argv[1:4], sys.stdin.buffer.read())
    print("verified" if fits else "no signature fits")
    sys.exit(not fits)
