"""AWS Signature Version 4 for one kind of request: a POST to ``/`` with a JSON body, as the JSON protocols have it.

Source: AWS IAM User Guide, "Create a signed AWS API request". The SDK's signer is the judge in tests. Standard library
only.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["Credentials", "signed"]

_METHOD = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """What signs; only the id may be shown."""

    id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def signed(
    headers: Mapping[str, str], body: bytes, who: Credentials, *, host: str, region: str, service: str, now: float
) -> dict[str, str]:
    """The headers with date, session token and ``Authorization`` added; all of them and the host are signed.

    ``now`` in s since the epoch; AWS refuses what is more than five minutes away from its own clock.
    """
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    day = at[:8]
    sent = {**headers, "X-Amz-Date": at}
    if who.token:
        sent["X-Amz-Security-Token"] = who.token
    lines = sorted({"host": host, **{name.lower(): value.strip() for name, value in sent.items()}}.items())
    names = ";".join(name for name, _ in lines)
    canonical = "\n".join(
        ("POST", "/", "", *(f"{name}:{value}" for name, value in lines), "", names, hashlib.sha256(body).hexdigest())
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join((_METHOD, at, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.digest(_key(who.secret, day, region, service), text.encode(), "sha256").hex()
    sent["Authorization"] = f"{_METHOD} Credential={who.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return sent


@lru_cache(maxsize=16)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
