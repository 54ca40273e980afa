"""The documentation's door: its pages and their samples. What fills them is loaded when first asked for."""

from __future__ import annotations

from pathlib import Path

from chalice.app import Response

from chalicelib import contract, wiring
from chalicelib.doors.door import Call, Door, html
from chalicelib.doors.headers import with_policy
from chalicelib.identity import REASONS
from chalicelib.problems import Problem

__all__ = ["door"]

door = Door(lambda: (wiring.desk(), wiring.settings()))

FOR_MINUTES = "public, max-age=300"


@door.get("/docs")
def quickstart(call: Call) -> Response:
    """Where a platform's engineer starts."""
    return _page(call, "")


@door.get("/docs/{page}")
def page(call: Call) -> Response:
    """Every other page; the ``type`` of a problem leads to its code on one of them."""
    return _page(call, call.params["page"])


@door.get("/docs/samples/{name}")
def sample(call: Call) -> Response:
    """A program of the pages, as a file."""
    from chalicelib.pages.docs.listings import KINDS
    from chalicelib.pages.docs.listings import sample as read

    name = call.params["name"]
    text = read(name, call.settings.base_url)
    if text is None:
        raise Problem("not_found")
    kind = KINDS[Path(name).suffix].content_type
    return Response(text, {"Content-Type": kind, "Cache-Control": FOR_MINUTES}, 200)


@door.get("/docs/conformance.py")
def conformance(call: Call) -> Response:
    """The conformance kit, in one file."""
    from chalicelib.pages.kit import kit

    text, etag = kit(call.settings.base_url)
    kept = {"ETag": etag, "Cache-Control": FOR_MINUTES}
    if etag in (call.header("if-none-match") or ""):
        return Response("", {**kept, "Content-Type": "text/plain"}, 304)
    return Response(text, {**kept, "Content-Type": "text/x-python; charset=utf-8"}, 200)


def _page(call: Call, slug: str) -> Response:
    from chalicelib.pages.docs.render import Material, docs_page

    base = call.settings.base_url
    text = docs_page(slug, Material(base, contract.openapi(base), REASONS))
    if text is None:
        raise Problem("not_found")
    headers = with_policy(call.settings)
    if slug == "reference":
        # The viewer brings sheets of its own within its elements, and sets styles; scripts stay ours, and nothing is
        # asked of anybody else. Nobody's data is on that page.
        headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(
            "style-src 'self'", "style-src 'self' 'unsafe-inline'"
        )
    return html(text, 200, {**headers, "Cache-Control": FOR_MINUTES})
