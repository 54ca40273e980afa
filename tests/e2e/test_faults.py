"""Faults that strangers' requests once found, each tried again over HTTP."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.hub import FICTION, Hub, Youth

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "window",
    [
        {"not_before": "0001-01-01T00:00:00+14:00"},
        {"not_after": "9999-12-31T23:59:59-23:59"},
        {"not_before": "1969-12-31T00:00:00Z", "not_after": "9999-12-31T23:59:59Z"},
    ],
)
def test_a_window_at_the_calendars_edge_is_refused_and_stops_no_claim(hub: Hub, window: dict[str, str]) -> None:
    """Kept, it could be shown to nobody: each claim of that session failed, for every counsellor, for ever."""
    taken = hub.hand_over("instagram", session="callback", kind="call", callback={"number": FICTION, **window})
    assert (taken.status, taken.json["code"]) == (422, "bad_window")
    youth = Youth(hub, hub.hand_over(session=None).json["links"]["youth"])
    chosen = youth.ask("choose", {"session": "callback", "number": FICTION, **window})
    assert (chosen.status, chosen.json["code"]) == (422, "bad_window")
    assert hub.counsellor().ask("claims", {"lane": "callback"}).status in (200, 204)


def test_a_line_feed_in_the_path_gets_a_problem_of_the_hub(hub: Hub) -> None:
    for path in ("/y/abc%0A", "/nothing%0Ahere"):
        answer = hub.ask("GET", path)
        assert (answer.status, answer.headers["content-type"]) in (
            (404, "application/problem+json"), (410, "application/problem+json"),
        )  # fmt: skip


def test_a_body_that_is_not_what_its_encoding_says_is_a_bad_request(hub: Hub) -> None:
    answer = hub.ask("POST", "/v1/handoffs", b"no gzip", {**JSON, "Content-Encoding": "gzip"})
    assert (answer.status, answer.json["code"]) == (400, "bad_request")


def test_a_tap_in_a_charset_nobody_knows_is_a_bad_request(hub: Hub) -> None:
    answer = hub.ask("POST", urlsplit(hub.facts["simulator_url"]).path + "/tap", b"{}", {
        "Content-Type": "application/json; charset=martian",
    })  # fmt: skip
    assert (answer.status, answer.json["code"]) == (400, "bad_request")
