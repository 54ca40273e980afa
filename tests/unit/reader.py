"""What a browser would see of a page, by the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["Reader"]


class Reader(HTMLParser):
    """Every element, and the text that is not hidden."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "path", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.headings: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)
        self.close()
        self.left_open = [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = "hidden" in dict(attrs) or bool(self._open and self._open[-1][1])
        self.elements.append((tag, dict(attrs)))
        if not hidden:
            self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append((tag, hidden))
            if tag == "h1" and not hidden:
                self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.shown += data
            if any(tag == "h1" for tag, _ in self._open):
                self.headings[-1] += data

    def having(self, name: str, value: str) -> list[dict[str, str | None]]:
        """Elements with this attribute, hidden or not."""
        return [found for _, found in self.elements if found.get(name) == value]

    def sees(self, name: str, value: str) -> bool:
        """Whether an element with this attribute is shown."""
        return any(found.get(name) == value for _, found in self.seen)
