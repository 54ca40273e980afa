"""One hub of its own for all modes: no other test should meet what is broken here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Running
from tests.degraded.revoking import Revoked, tapping
from tests.degraded.stage import Stage, raised
from tests.hub import Counsellor


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The hub with its wire."""
    running = Running(tmp_path_factory.mktemp("degraded"), LEASE_SECONDS="90", LIMIT="1000", WEBHOOK_PACE="3600")
    try:
        with raised(running) as made:
            yield made
    finally:
        running.stop()


@pytest.fixture(scope="package", autouse=True)
def revoked(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Revoked]:
    """A partner that taps beside every other test, and whose key was ended at the beginning: it takes a minute."""
    with tapping(stage, tmp_path_factory.mktemp("keys")) as found:
        yield found


@pytest.fixture(scope="package")
def who(stage: Stage) -> Counsellor:
    """A counsellor who signed in while all was well."""
    found = stage.hub.counsellor()
    stage.settle(lambda: found.ask("queue").status == 200)
    return found
