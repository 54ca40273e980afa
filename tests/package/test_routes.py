"""The OpenAPI document and what is deployed: the same paths with the same methods, but for what is named here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from app import app
from chalicelib.contract import openapi

PAGES: Mapping[str, str] = {
    "/": "leads people on",
    "/static/*": "files of the pages, which change with them",
    "/s/{id}": "the youth's page; what its script sends is documented",
    "/status": "for people; programs read /v1/availability",
    "/docs": "this documentation",
    "/docs/*": "this documentation, its samples and its kit",
    "/console": "the counsellors' page; what its script sends is documented",
    "/console/*": "signing in and out, and the supervisors' page",
}
"""Deployed and left out of the document: for browsers, which follow links, and a promise to nobody."""

BACK = "/s/{id}/*"
"""Looked at, the address of a youth's form leads back to the page; what the page's script asks for is documented."""

NOT_FORMS = {"/s/{id}/state", "/s/{id}/typing"}

Routes = set[tuple[str, str]]


@pytest.fixture(scope="module")
def deployed(packaged: dict[str, Any]) -> Routes:
    """What API Gateway has a method for, as the packaged template says."""
    api = packaged["Resources"]["RestAPI"]["Properties"]
    return set(routes(api["DefinitionBody"]["paths"]))


def routes(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Path and method of each operation."""
    for path, item in paths.items():
        yield from ((path, method) for method in item if method not in ("parameters", "summary", "description"))


def is_page(path: str) -> bool:
    return any(fnmatchcase(path, page) for page in PAGES)


def test_the_document_and_what_is_deployed_name_the_same_operations(deployed: Routes) -> None:
    documented = set(routes(openapi("https://hub.test")["paths"]))
    back = {(path, method) for path, method in deployed if method == "get" and fnmatchcase(path, BACK)} - documented
    assert {path for path, _ in back} == {path for path, method in documented if fnmatchcase(path, BACK)} - NOT_FORMS
    shown = {(path, method) for path, method in deployed if method != "head" and not is_page(path)}
    assert documented == shown - back


def test_head_is_answered_exactly_where_get_is(deployed: Routes) -> None:
    heads = {path for path, method in deployed if method == "head"}
    assert heads == {path for path, method in deployed if method == "get"}


def test_what_is_deployed_is_what_the_app_answers(deployed: Routes) -> None:
    assert deployed == {(path, method.lower()) for path, methods in app.routes.items() for method in methods}


def test_every_page_that_is_left_out_is_there(deployed: Routes) -> None:
    for page in PAGES:
        assert any(fnmatchcase(path, page) for path, _ in deployed), page
