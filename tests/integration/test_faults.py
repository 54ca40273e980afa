"""Faults once found at the doors, tried again without HTTP because they need AWS to fail."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.doors import youth_pages
from chalicelib.doors.door import Call
from chalicelib.problems import Problem
from tests.integration.conftest import House


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_while_aws_is_silent_a_youths_browser_gets_a_page_with_numbers_and_a_script_gets_the_problem(
    house: House, method: str
) -> None:
    def show(accept: str) -> Any:
        request: Any = SimpleNamespace(method=method, headers={"accept": accept, "accept-language": "en"})
        call = Call(request, {"id": "x", "code": "x"}, "", "", house.desk, house.settings)
        return youth_pages.show(call, Problem("unavailable", retry_after=7))

    page = show("text/html,*/*;q=0.8")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "7")
    assert 'href="tel:3018"' in page.body and 'lang="en"' in page.body
    assert show("application/json") is None
