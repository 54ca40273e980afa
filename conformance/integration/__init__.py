"""Part 2: the partner's program, started once per scenario against a faulty proxy in front of the hub.

``faults`` is what may go wrong with one request, ``proxy`` the place where it does, ``scenarios`` what happens and
what must come of it, ``judge`` the rules they share, ``play`` starts the program, ``tokens`` reads what it signed.
"""

from conformance.integration.play import Stage
from conformance.integration.scenarios import PART, checks

__all__ = ["PART", "Stage", "checks"]
