"""The store does what a plain ledger would, under any sequence of calls: on the fake, on moto, on the engine."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import Store
from tests.simulation.places import Place, fake_place

EXAMPLES = {"fake": 60, "moto": 3, "engine": 5}
STEPS = 30


def test_the_store_does_what_a_plain_ledger_would(place: Place) -> None:
    class Here(Store):
        @staticmethod
        def place() -> Place:
            if place.name == "fake":
                return fake_place()
            place.empty()
            return place

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES[place.name], stateful_step_count=STEPS, deadline=None, derandomize=True,
            database=None, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
