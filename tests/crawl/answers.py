"""What the hub must say with every answer, whichever it is: the very table of the doors, and cookies that keep it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from playwright.sync_api import Response

from chalicelib.doors.headers import ALWAYS

__all__ = ["faults_of", "is_deployed", "is_providers"]

PROVIDERS = ("/login", "/logout", "/oauth2/")
"""On the local hub's one origin: the pages of the provider, which are not ours."""
NEVER_DEPLOYED = "/simulator"
OTHERS = ("Cache-Control", "Content-Security-Policy")
SOURCES = re.compile(r"'self'|'none'|data:|'sha256-[A-Za-z0-9+/=]+'")
PUBLIC = re.compile(r"/(v1/(availability|fallback-card|openapi\.json)|status|docs|static|\.well-known)(/|$)")


def is_providers(address: str) -> bool:
    """Whether the provider answers there."""
    return urlsplit(address).path.startswith(PROVIDERS)


def is_deployed(address: str) -> bool:
    """Whether the hub itself answers there, and not what stands beside it on the local stage."""
    return not is_providers(address) and not urlsplit(address).path.startswith(NEVER_DEPLOYED)


def faults_of(response: Response) -> Iterator[tuple[str, str]]:
    """(kind, what) for each rule that this answer breaks."""
    headers = response.all_headers()
    for title, value in ALWAYS.items():
        told = headers.get(title.lower())
        if told is None:
            yield "header", f"no {title}"
        elif title not in OTHERS and told != value:
            yield "header", f"{title}: {told}"
    if "content-security-policy" in headers:
        yield from _of_policy(headers["content-security-policy"], urlsplit(response.url))
    cache, path = headers.get("cache-control", ""), urlsplit(response.url).path
    if cache != "no-store" and not PUBLIC.match(path):
        yield "header", f"Cache-Control of what is somebody's: {cache}"
    yield from _of_cookies(response.header_values("set-cookie"))


def _of_policy(policy: str, place: SplitResult) -> Iterator[tuple[str, str]]:
    for rule in policy.split("; "):
        sources = rule.split()[1:]
        viewers = rule == "style-src 'self' 'unsafe-inline'" and place.path == "/docs/reference"
        own = f"{place.scheme}://{place.netloc}"
        strange = [one for one in sources if not SOURCES.fullmatch(one) and one != own]
        if strange and not viewers:
            yield "header", f"the policy lets in {rule}"


def _of_cookies(cookies: Sequence[str]) -> Iterator[tuple[str, str]]:
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        if not {"HttpOnly", "SameSite=Lax"} <= set(attributes):
            yield "cookie", f"{name.split('=')[0]}: {', '.join(attributes)}"
