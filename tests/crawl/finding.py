"""What a crawl has seen and what was wrong, as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["KINDS", "Finding", "Tally"]

KINDS = ("axe", "header", "cookie", "policy", "console", "stranger", "link")
"""What can be wrong: a rule of axe-core, a header, a cookie, something the page's policy forbids, an error in the
console, a request to another origin, a link that leads nowhere."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.what}"


@dataclass
class Tally:
    """What one visitor on one screen has seen."""

    visitor: str
    size: str
    pages: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    links: int = 0
    answers: int = 0
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: str, where: str, what: str) -> None:
        """Keep a finding, once."""
        finding = Finding(kind, where, what)
        if finding not in self.findings:
            self.findings.append(finding)

    def row(self) -> str:
        """One line of the table."""
        counts = Counter(finding.kind for finding in self.findings)
        seen = (
            f"{self.visitor:<12}{self.size:<9}{len(self.pages):>6}{len(self.files):>6}{self.links:>7}{self.answers:>9}"
        )
        return seen + "".join(f"{counts[kind] or '·':>9}" for kind in KINDS)

    @staticmethod
    def head() -> str:
        """The table's first line."""
        seen = f"{'visitor':<12}{'screen':<9}{'pages':>6}{'files':>6}{'links':>7}{'answers':>9}"
        return seen + "".join(f"{kind:>9}" for kind in KINDS)
