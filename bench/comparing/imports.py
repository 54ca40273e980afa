"""What each library's imports take of a cold start: the interpreter's own record (``-X importtime``), added up."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from bench.comparing.contenders import Contenders
from bench.comparing.gateway import handoff
from bench.comparing.tasks import TITLES

__all__ = ["RUNS", "TOLD", "library", "measure", "read", "table"]

RUNS = 5
_LINE = re.compile(r"import time: +(\d+) \| +\d+ \| *(\S+)")
_TOGETHER = {
    "boto3 and botocore": ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"),
    "PyJWT and cryptography": ("jwt", "cryptography", "_cffi_backend", "cffi"),
    "jsonschema": ("jsonschema", "jsonschema_specifications", "referencing", "rpds", "attr", "attrs"),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_inspection"),
    "FastAPI": ("fastapi", "starlette", "mangum", "anyio", "idna", "annotated_doc", "opentelemetry"),
    "Powertools": ("aws_lambda_powertools",),
    "X-Ray SDK": ("aws_xray_sdk", "wrapt"),
    "typing_extensions": ("typing_extensions",),
    "Chalice": ("chalice",),
    "own code": ("app", "bench", "chalicelib"),
}
_OF = {module: name for name, modules in _TOGETHER.items() for module in modules}
STANDARD, OTHER = "standard library", "other"
TOLD = (
    "Wall time of the imports up to the first answer, each module's own share by `python -X importtime`, which slows"
    " imports a little; medians. What a library takes of the standard library counts there. An import is not all that"
    " a library costs: the peers make their clients, models and routes as they are imported, which counts as own code;"
    " the hub makes its client at the first request, which no import shows."
)


def library(module: str) -> str:
    """Under which name a module's time is counted."""
    top = module.partition(".")[0]
    if top in _OF:
        return _OF[top]
    return STANDARD if top.lstrip("_") in sys.stdlib_module_names or top in sys.stdlib_module_names else OTHER


def read(errors: str) -> Counter[str]:
    """Microseconds by library from what the interpreter wrote to standard error."""
    found: Counter[str] = Counter()
    for own, module in _LINE.findall(errors):
        found[library(module)] += int(own)
    return found


def measure(beside: Contenders, runs: int) -> Mapping[str, Mapping[str, float]]:
    """Milliseconds by library, by contender: the median of ``runs`` starts of each, untraced."""
    taken: dict[str, list[Counter[str]]] = {name: [] for name in beside.tasks}
    for _ in range(runs):
        for name, found in taken.items():
            with beside.start(name, flags=("-X", "importtime")) as process:
                process.ask([handoff(beside.hub)], 201)
                found.append(read(process.said()))
    return {
        name: {part: median(one[part] for one in found) / 1000 for part in {part for one in found for part in one}}
        for name, found in taken.items()
    }


def table(budget: Mapping[str, Mapping[str, float]]) -> str:
    """The budget in Markdown, the heaviest libraries of all contenders first, and what is below half a ms left out."""
    parts = {part for found in budget.values() for part in found}
    heavy = sorted(parts, key=lambda part: -max(found.get(part, 0) for found in budget.values()))
    lines = [
        f"| imports (ms) | {' | '.join(TITLES[name] for name in budget)} |", f"|---|{'---|' * len(budget)}"
    ]  # fmt: skip
    lines += [_row(part, [found.get(part, 0) for found in budget.values()]) for part in heavy]
    return "\n".join([*lines, _row("all", [sum(found.values()) for found in budget.values()])])


def _row(part: str, values: Sequence[float]) -> str:
    return f"| {part} | {' | '.join(f'{ms:.0f}' if ms >= 0.5 else '·' for ms in values)} |"
