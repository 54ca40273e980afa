"""What the environment may change about a local run."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.options import Options, OptionsRefused


def test_without_anything_the_hub_is_open_round_the_clock_on_port_8000() -> None:
    options = Options.read({})
    assert (options.port, options.hours, options.dial_hours) == (8000, "24/7", "24/7")
    assert (options.lease, options.callback_retry, options.limit) == (90, 1800, 20)
    assert options.home == Path(".local").absolute()
    assert options.base_url == "http://127.0.0.1:8000"


def test_real_hours_bring_the_real_dialling_hours() -> None:
    options = Options.read({"HOURS": "Mo-Su 09:00-23:00"})
    assert (options.hours, options.dial_hours) == ("Mo-Su 09:00-23:00", "Mo-Su 09:00-21:30")


def test_an_empty_variable_is_an_absent_one() -> None:
    assert Options.read({"PORT": "", "HOURS": "", "HUB_LOCAL": "", "LIMIT": ""}) == Options.read({})


@pytest.mark.parametrize("name", ["PORT", "LEASE_SECONDS", "CALLBACK_RETRY", "SILENT_SECONDS", "LIMIT"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "99999999", "²", " 1"])
def test_a_number_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(OptionsRefused, match=name):
        Options.read({name: value})
