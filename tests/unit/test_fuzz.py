"""The fuzzer's own tables stay true to the contract: nothing is excused, or stood in for, that is not there."""

from __future__ import annotations

from collections import Counter

from chalicelib.contract import openapi
from chalicelib.problems import CODES
from tests.fuzz.excuses import EXCUSES, excuse
from tests.fuzz.report import Report
from tests.fuzz.stand_in import NEEDS, USED_UP

PATHS = openapi("https://hub.test")["paths"]
IDS = {operation["operationId"] for item in PATHS.values() for name, operation in item.items() if name != "parameters"}


def test_every_excuse_is_for_operations_and_codes_that_exist() -> None:
    for one in EXCUSES:
        assert set(one.operations) <= IDS, one
        assert (one.status < 400) if not one.code else CODES[one.code].status == one.status, one
        assert one.why
    assert len({(one.failure, one.code) for one in EXCUSES}) == len(EXCUSES)


def test_only_a_method_without_a_route_is_excused_everywhere() -> None:
    assert [one.failure for one in EXCUSES if not one.operations] == ["UnsupportedMethodResponse"]


def test_an_excuse_fits_nothing_else() -> None:
    assert excuse("RejectedPositiveData", "resume", 422, "bad_code") is not None
    assert excuse("RejectedPositiveData", "choose", 422, "bad_code") is None
    assert excuse("RejectedPositiveData", "resume", 400, "bad_code") is None
    assert excuse("UndefinedStatusCode", "resume", 422, "bad_code") is None


def test_every_operation_on_one_session_gets_a_live_one() -> None:
    of_one = {
        operation["operationId"]
        for path, item in PATHS.items() if "{id}" in path or "{code}" in path
        for name, operation in item.items() if name != "parameters"
    }  # fmt: skip
    assert of_one <= set(NEEDS) <= IDS
    assert set(NEEDS) >= USED_UP


def test_a_report_names_what_was_never_reached() -> None:
    report = Report(
        found=False, output="", answers=Counter({("a", 404): 9, ("b", 200): 1, ("b", 400): 2}), excused=Counter()
    )
    assert (report.requests, report.not_reached) == (12, ["a"])
    assert report.table.splitlines() == [
        f"{'operation':<20}    200    400    404", f"{'a':<20}                    9", f"{'b':<20}      1      2       ",
    ]  # fmt: skip
