"""Every route of the hub and the door it leads to. A door is loaded when somebody comes to it: a tap waits for no page.

``tests/unit/test_routes.py`` holds this list against the views.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module

from chalice.app import Blueprint, Response

__all__ = ["ROUTES", "blueprints"]

_SESSION = "/v1/desk/sessions/{id}"
_PAGE = "/s/{id}"
_DESK_ACTS = (
    "take", "renew", "release", "close", "undo", "band", "notes", "handover", "typing", "check", "messages",
    "attempts", "reveal",
)  # fmt: skip
_FORMS = ("here", "choose", "messages", "danger", "code", "cancel", "leave")
"""What the youth's page does without JavaScript: a GET, as after a reload, leads back to the page."""

ROUTES: Mapping[str, Sequence[tuple[str, str]]] = {
    "partners": (
        ("POST", "/v1/handoffs"), ("GET", "/v1/handoffs/{id}"), ("POST", "/v1/handoffs/{id}/cancel"),
    ),
    "youth": (
        ("GET", "/y/{code}"), ("GET", "/r"), ("POST", "/r"), ("GET", _PAGE), ("GET", f"{_PAGE}/state"),
        ("POST", f"{_PAGE}/typing"), *(("POST", f"{_PAGE}/{act}") for act in _FORMS),
        *(("GET", f"{_PAGE}/{act}") for act in _FORMS),
    ),
    "counsellors": (
        ("GET", "/v1/desk/queue"), ("POST", "/v1/desk/presence"), ("POST", "/v1/desk/claims"), ("GET", _SESSION),
        *(("POST", f"{_SESSION}/{act}") for act in _DESK_ACTS),
    ),
    "figures": (
        ("GET", "/v1/desk/figures"), ("GET", "/v1/desk/figures.csv"), ("GET", "/console/supervisor"),
    ),
    "console": (
        ("GET", "/console"), ("GET", "/console/login"), ("GET", "/console/callback"), ("POST", "/console/logout"),
        ("GET", "/console/signed-out"),
    ),
    "docs": (
        ("GET", "/docs"), ("GET", "/docs/{page}"), ("GET", "/docs/samples/{name}"), ("GET", "/docs/conformance.py"),
    ),
    "public": (
        ("GET", "/v1/availability"), ("GET", "/status"), ("GET", "/v1/fallback-card"),
        ("GET", "/v1/fallback-card/{locale}"), ("GET", "/.well-known/jwks.json"), ("GET", "/.well-known/security.txt"),
        ("GET", "/v1/health"), ("GET", "/v1/openapi.json"), ("GET", "/"), ("GET", "/static/{name}"),
    ),
}  # fmt: skip
"""Door → (method, path). GET answers HEAD, too."""


def blueprints() -> Iterator[Blueprint]:
    """One blueprint per door; loaded at once where nobody waits for the start (a snapshot, reserved capacity)."""
    for door, routes in ROUTES.items():
        blueprint = Blueprint(f"chalicelib.doors.{door}")
        for method, path in routes:
            _register(blueprint, door, method, path)
        yield blueprint
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") != "on-demand":
            import_module(f"chalicelib.doors.{door}")


def _register(blueprint: Blueprint, door: str, method: str, path: str) -> None:
    """Any content type comes through, whatever the method: Chalice's own refusal is no problem and no page."""
    name = path.strip("/").replace("/", "_").replace("{", "").replace("}", "") or "root"
    methods = ["GET", "HEAD"] if method == "GET" else [method]
    view = _opened(blueprint, door, method, path)
    view.__name__ = f"{method.lower()}_{name}"
    blueprint.route(path, methods=methods, name=view.__name__, content_types=["*/*"])(view)


def _opened(blueprint: Blueprint, door: str, method: str, path: str) -> Callable[..., Response]:
    def answer(**params: str) -> Response:
        opened = import_module(f"chalicelib.doors.{door}").door
        response: Response = opened.answer(method, path, blueprint.current_request, params)
        return response

    return answer
