"""The public door: how the line stands, health, the contract, the documentation, and static files."""

from __future__ import annotations

from chalice.app import Response

from chalicelib import contract, pages, wiring
from chalicelib.desk.partners import availability
from chalicelib.doors.door import Call, Door, html, reply
from chalicelib.doors.pages import with_policy
from chalicelib.doors.views import hours
from chalicelib.problems import CODES, Problem

__all__ = ["door"]

door = Door(__name__, lambda: (wiring.desk(), wiring.settings()))

FOR_EVER = "public, max-age=31536000, immutable"


@door.get("/v1/availability")
def how_the_line_stands(call: Call) -> Response:
    """Open or not, and the wait in each lane; everybody may keep it for a few seconds."""
    found = availability(call.desk)
    body = {
        **hours(call.desk, found.open, found.turn),
        "lanes": {lane: {"wait": wait} for lane, wait in found.waits.items()},
    }
    return reply(body, 200, {"Cache-Control": f"public, max-age={found.max_age}"})


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


@door.get("/docs")
def docs(call: Call) -> Response:
    """Where a platform's engineer starts."""
    return html(pages.docs_page(call.settings.base_url, CODES), 200, with_policy(call.settings))


@door.get("/docs/problems")
def problems(call: Call) -> Response:
    """The same page: the ``type`` of a problem leads to its code there."""
    return docs(call)


@door.get("/static/{name}")
def static(call: Call) -> Response:
    """A file that pages need."""
    found = pages.static(call.params["name"])
    if found is None:
        raise Problem("not_found")
    content_type, body, etag = found
    keep = FOR_EVER if call.query("v") else "public, max-age=60"
    if etag in (call.header("if-none-match") or ""):
        return Response("", {"ETag": etag, "Cache-Control": keep, "Content-Type": "text/plain"}, 304)
    return Response(
        body, {"Content-Type": content_type, "ETag": etag, "Cache-Control": keep, **with_policy(call.settings)}
    )
