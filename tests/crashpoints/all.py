"""All use cases: a new one is a function in one of these modules."""

from __future__ import annotations

from tests.crashpoints import counsellors_cases, events_cases, operators_cases, partners_cases, youths_cases
from tests.crashpoints.case import CASES

__all__ = ["CASES", "MODULES"]

MODULES = (partners_cases, youths_cases, counsellors_cases, events_cases, operators_cases)
