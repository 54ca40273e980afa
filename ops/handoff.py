"""`make handoff PLATFORM=tiktok KIND=call [SESSION=chat]`: one signed handoff to the local hub, and its answer."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from ops.hub import NotRunning, running
from ops.signer import Partner, Signed, compact, sign

__all__ = ["main", "send"]

TIMEOUT = 35.0


def send(base_url: str, signed: Signed) -> tuple[int, dict[str, str], bytes]:
    """Send it; status, headers by lower-case name, raw body."""
    address = urlsplit(base_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT)
    try:
        connection.request(signed.method, signed.path, signed.body, dict(signed.headers))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """Exit status 0 when the hub took it."""
    parser = argparse.ArgumentParser(prog="make handoff", description=main.__doc__)
    parser.add_argument("platform")
    parser.add_argument("kind", choices=("call", "report"))
    parser.add_argument("--session", choices=("chat", "callback"))
    parser.add_argument("--locale", default="fr-FR")
    asked = parser.parse_args(arguments)
    members: dict[str, Any] = {"platform": asked.platform, "kind": asked.kind, "locale": asked.locale}
    if asked.session:
        members["session"] = asked.session
    try:
        hub = running()
        partner = Partner.read(hub, asked.platform)
        signed = sign(partner, "POST", "/v1/handoffs", "handoff:create", compact(members))
        status, headers, body = send(hub["base_url"], signed)
    except (NotRunning, LookupError) as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the hub does not answer: {error}", file=sys.stderr)
        return 1
    print(f"{status} {headers.get('content-type', '')}", file=sys.stderr)
    try:
        print(json.dumps(json.loads(body), indent=2, ensure_ascii=False))
    except ValueError:
        print(body.decode(errors="replace"))
    return 0 if status in (200, 201) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
