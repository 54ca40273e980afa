"""One suite, three stores: a test with ``place`` runs on each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.places import PLACES, Moto, Place, engine_place, fake_place, running_engine
from tests.simulation.ports import Ports


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "differs(store=reason): this store does not do what DynamoDB's documentation says; the fake does what it says",
    )


@pytest.fixture(scope="session")
def engine_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An engine for these tests alone, and its two tables."""
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine_place(engine)


@pytest.fixture(scope="session")
def moto() -> Moto:
    """moto's two tables, made when they are needed."""
    return Moto()


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty store; a test marked ``differs`` must fail on the stores that the mark names."""
    differs = request.node.get_closest_marker("differs")
    if differs is not None and request.param in differs.kwargs:
        request.applymarker(pytest.mark.xfail(reason=differs.kwargs[request.param], strict=True))
    if request.param == "fake":
        yield fake_place()
    elif request.param == "moto":
        with request.getfixturevalue("moto").running() as found:
            yield found
    else:
        found = request.getfixturevalue("engine_tables")
        found.empty()
        yield found


@pytest.fixture(params=[False, True], ids=["", "reply lost"])
def ports(place: Place, request: pytest.FixtureRequest) -> Ports:
    return Ports(place, request.param)
