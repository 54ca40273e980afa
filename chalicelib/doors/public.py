"""The public door: how the line stands, health, the contract, the fallback card, what is well known, static files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.app import Response

from chalicelib import contract, pages, wiring
from chalicelib.desk.partners import Availability, availability
from chalicelib.desk.pulse import pulse
from chalicelib.doors.card import card, etag, key
from chalicelib.doors.door import Call, Door, html, reply
from chalicelib.doors.headers import with_policy
from chalicelib.doors.views import hours, moment
from chalicelib.pages.words import LANGUAGES
from chalicelib.problems import Problem

__all__ = ["door"]

door = Door(lambda: (wiring.desk(), wiring.settings()))

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
# A card that is a year old still leads to help: whoever keeps it may show it for as long as the hub is silent.
OF_CARD = f"{FOR_A_DAY}, stale-while-revalidate=86400, stale-if-error=31536000"


@door.get("/v1/availability")
def how_the_line_stands(call: Call) -> Response:
    """Open or not, and the wait in each lane; everybody may keep it for a few seconds."""
    found = availability(call.desk)
    return reply(_line(call, found), 200, {"Cache-Control": f"public, max-age={found.max_age}"})


def _line(call: Call, found: Availability) -> dict[str, Any]:
    waits = {lane: {"wait": wait} for lane, wait in found.waits.items()}
    return {**hours(call.desk, found.open, found.turn), "lanes": waits}


@door.get("/status")
def status(call: Call) -> Response:
    """The same for people, in the language of ``?lang=`` or of the browser; ``?renew=no`` keeps the page as it is."""
    locale = _language(call)
    renew = call.query("renew") != "no"
    headers = {**with_policy(call.settings), "Vary": "Accept-Language", "Content-Language": locale}
    try:
        found = pulse(call.desk)
    except Problem as problem:
        headers["Retry-After"] = str(problem.retry_after or 5)
        return html(pages.down_status_page(locale, renew=renew), problem.fact.status, headers)
    page = pages.status_page(
        _line(call, found.line), moment(found.measured), late=found.late, at=moment(found.at) or "",
        locale=locale, renew=renew,
    )  # fmt: skip
    return html(page, 200, {**headers, "Cache-Control": f"public, max-age={found.line.max_age}"})


def _language(call: Call) -> str:
    asked = call.query("lang") or call.header("accept-language") or "fr"
    return "en" if asked.lower().startswith("en") else "fr"


@door.get("/v1/fallback-card")
def fallback_card(call: Call) -> Response:
    """What a platform keeps for the moment in which the hub does not answer."""
    return _kept(call, reply(card(call.desk)), OF_CARD)


@door.get("/v1/fallback-card/{locale}")
def fallback_page(call: Call) -> Response:
    """Its page in one language."""
    if call.params["locale"] not in LANGUAGES:
        raise Problem("not_found")
    headers = {"Content-Security-Policy": f"{pages.CARD_POLICY}; frame-ancestors 'none'"}
    return _kept(call, html(pages.card_page(call.params["locale"]), 200, headers), OF_CARD)


@door.get("/.well-known/jwks.json")
def well_known_keys(call: Call) -> Response:
    """The key under which the hub signs what platforms keep."""
    return _kept(call, reply({"keys": [key(call.desk)]}, 200, {"Content-Type": "application/jwk-set+json"}), FOR_A_DAY)


@door.get("/.well-known/security.txt")
def well_known_security(call: Call) -> Response:
    """Where to tell of a weakness (RFC 9116); it is good for less than a year from any day on which it is read."""
    base = call.settings.base_url
    end = datetime.fromtimestamp(call.desk.clock() / 1000, UTC).date() + timedelta(days=364)
    lines = (
        f"Contact: {base}/docs/security",
        f"Expires: {end.isoformat()}T00:00:00Z",
        "Preferred-Languages: fr, en",
        f"Canonical: {base}/.well-known/security.txt",
        f"Policy: {base}/docs/security",
    )
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": FOR_A_DAY}, 200)


def _kept(call: Call, response: Response, keep: str) -> Response:
    """The answer with a strong tag; 304 when the caller has these bytes."""
    tag = etag(response.body)
    response.headers |= {"ETag": tag, "Cache-Control": keep}
    if tag in (call.header("if-none-match") or ""):
        return Response("", {**response.headers, "Content-Type": "text/plain"}, 304)
    return response


@door.get("/v1/health")
def health(call: Call) -> Response:
    """That the hub answers, and which one it is."""
    return reply({"status": "ok", "instance": call.settings.instance})


@door.get("/v1/openapi.json")
def openapi(call: Call) -> Response:
    """The contract."""
    return reply(contract.openapi(call.settings.base_url), 200, {"Cache-Control": "public, max-age=300"})


@door.get("/")
def landing(call: Call) -> Response:
    """What is here."""
    links = {"console": "/console", "docs": "/docs", "openapi": "/v1/openapi.json", "health": "/v1/health"}
    if call.settings.local:
        links["simulator"] = "/simulator"
    return html(pages.landing_page(links), 200, with_policy(call.settings))


@door.get("/static/{name}")
def static(call: Call) -> Response:
    """A file that pages need."""
    found = pages.static(call.params["name"])
    if found is None:
        raise Problem("not_found")
    content_type, body, etag = found
    keep = FOR_EVER if call.query("v") else "public, max-age=60"
    # Also where nothing has changed: a browser takes over what a 304 says, and a page would lose its style.
    headers = {"ETag": etag, "Cache-Control": keep, **with_policy(call.settings)}
    if etag in (call.header("if-none-match") or ""):
        return Response("", {**headers, "Content-Type": "text/plain"}, 304)
    return Response(body, {**headers, "Content-Type": content_type})
