"""One page of the documentation, filled with what the hub itself knows: nothing is written down a second time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from chalicelib import emergency
from chalicelib.model import number, rehearsal, session
from chalicelib.pages.docs import vectors
from chalicelib.pages.docs.attempts import attempts
from chalicelib.pages.docs.book import CHAPTERS, PARTS, Chapter
from chalicelib.pages.docs.changes import CHANGES
from chalicelib.pages.docs.listings import KINDS, sample
from chalicelib.pages.docs.paint import paint
from chalicelib.pages.docs.reference import operations
from chalicelib.pages.docs.refusals import AUDIENCES, REFUSALS, example
from chalicelib.pages.docs.statuses import STATUSES
from chalicelib.pages.docs.tokens import NOT_PARTNERS, UNTOLD, USUAL
from chalicelib.pages.statics import address
from chalicelib.problems import CODES

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Material", "docs_page"]

TITLES = {"bash": "Terminal", "http": "HTTP", "json": "JSON", "text": "Output"}
"""What stands above a block of code that is no file."""

_CODE = re.compile(r"`([^`]+)`")
_SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>')


@dataclass(frozen=True)
class Material:
    """What the pages cannot know by themselves: the hub's address, its contract, and why tokens are refused."""

    base_url: str
    contract: Mapping[str, Any]
    reasons: Mapping[str, str]


class _Page:
    """What one page's text may ask for while it is filled."""

    def __init__(self, material: Material) -> None:
        self._material, self._groups = material, 0

    def code(self, language: str, text: str, name: str = "") -> Markup:
        """A block of code, with its name if it is a file."""
        shown = {"html": paint(language, text.strip("\n")), "name": name, "title": TITLES[language]}
        return _macro("listing", shown)

    def listing(self, *names: str) -> Markup:
        """Samples in tabs, one for each language."""
        panels = []
        for name in names:
            text = sample(name, self._material.base_url)
            if text is None:
                raise LookupError(name)
            kind = KINDS[Path(name).suffix]
            panels.append({"kind": kind, "html": paint(kind.language, text.strip("\n")), "name": name})
        return self._tabs(panels)

    def commands(self, **by_language: str) -> Markup:
        """What to type, in tabs: ``sh``, ``py`` and ``mjs``."""
        panels = [
            {"kind": KINDS[f".{suffix}"], "html": paint("bash", text.strip("\n")), "name": ""}
            for suffix, text in by_language.items()
        ]
        return self._tabs(panels)

    def example(self, schema: str, number: int = 0) -> Markup:
        """An example of the contract, as the contract has it."""
        shown = self._material.contract["components"]["schemas"][schema]["examples"][number]
        return self.json(shown)

    def json(self, value: Any) -> Markup:
        """A value as JSON."""
        return self.code("json", json.dumps(value, indent=2, ensure_ascii=False))

    def problem(self, code: str) -> Markup:
        """A refusal as it is sent."""
        return self.json(example(code, self._material.base_url))

    def members(self, schema: str) -> Iterator[dict[str, Any]]:
        """The members of a schema: name, type in words, whether it must be there, what it is."""
        found = self._material.contract["components"]["schemas"][schema]
        for name, member in found["properties"].items():
            kinds = member.get("enum") or [member.get("type", "")]
            yield {
                "name": name,
                "kind": " | ".join(str(kind) for kind in kinds),
                "required": name in found.get("required", ()),
                "told": member.get("description", ""),
            }

    def _tabs(self, panels: Sequence[Mapping[str, Any]]) -> Markup:
        self._groups += 1
        return _macro("tabs", panels, f"code-{self._groups}")


def docs_page(slug: str, material: Material) -> str | None:
    """One page; None when there is none of this name."""
    chapter = CHAPTERS.get(slug)
    if chapter is None:
        return None
    page = _Page(material)
    facts = _facts(material)
    environment = _environment()
    body = environment.get_template(f"{slug or 'quickstart'}.html").render(page=page, chapter=chapter, **facts)
    before, after = _neighbours(chapter)
    return environment.get_template("docs.html").render(
        body=Markup(body),  # noqa: S704 - it was filled with autoescape
        sections=_SECTION.findall(body),
        chapter=chapter, parts=PARTS, before=before, after=after, **facts,
    )  # fmt: skip


def _facts(material: Material) -> dict[str, Any]:
    return {
        "base_url": material.base_url,
        "address": address,
        "to": lambda slug: CHAPTERS[slug].path,
        "tel": emergency.TEL,
        "numbers": emergency.labelled("en"),
        "statuses": STATUSES,
        "codes": CODES,
        "refusals": REFUSALS,
        "audiences": AUDIENCES,
        "reasons": {reason: told for reason, told in material.reasons.items() if reason not in NOT_PARTNERS},
        "usual": USUAL,
        "untold": UNTOLD,
        "scripts": rehearsal.SCRIPTS,
        "prefix": rehearsal.PREFIX,
        "attempts": attempts(),
        "token": vectors.token(),
        "delivery": vectors.delivery(),
        "minutes": {name: getattr(session, name) // session.MINUTE for name in ("CODE_LASTS", "UNDO_LASTS")},
        "hours": {"number": number.NUMBER_LASTS // (60 * session.MINUTE)},
        "days": {"kept": session.TOMBSTONE_LASTS // session.DAY, "sandbox": rehearsal.LASTS // session.DAY},
        "changes": CHANGES,
        "operations": operations(material.contract),
    }


def _neighbours(chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    order = list(CHAPTERS.values())
    at = order.index(chapter)
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)


def _macro(name: str, *values: Any) -> Markup:
    made: Markup = getattr(_environment().get_template("macros.html").module, name)(*values)
    return made


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    here = Path(__file__).parent
    made = Environment(
        loader=FileSystemLoader([here / "text", here.parent / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["marked"] = _marked
    return made


def _marked(text: str) -> Markup:
    """A sentence of data: what stands between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just now
