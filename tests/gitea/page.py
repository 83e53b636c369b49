"""A page of an issue as the server renders it: which elements are in our words, and which of them we never wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "source", "track", "embed", "area", "base", "col"})
# Each element that our Markdown comes to, with the classes that the server gives it.
OURS: dict[str, frozenset[str]] = {
    "p": frozenset({""}),
    "br": frozenset({""}),
    "strong": frozenset({"", "attention-note", "attention-warning", "attention-caution"}),
    "em": frozenset({""}),
    "code": frozenset({"", "chroma language-text display"}),
    "pre": frozenset({"code-block"}),
    "div": frozenset({"code-block-container code-overflow-scroll"}),
    "blockquote": frozenset({"", *(f"attention-header attention-{level}" for level in ("note", "warning", "caution"))}),
    "svg": frozenset(
        f"attention-icon attention-{level} svg octicon-{icon}"
        for level, icon in (("note", "info"), ("warning", "alert"), ("caution", "stop"))
    ),
    "path": frozenset({""}),
    **{name: frozenset({""}) for name in ("table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li")},
    **{name: frozenset({""}) for name in ("h1", "h2", "h3", "details", "summary")},
    "span": frozenset({"index"}),  # the number behind a title
}
HARMLESS = frozenset({"class", "dir", "viewbox", "aria-hidden", "width", "height", "d", "align"})


@dataclass
class Words(HTMLParser):
    """Reads a page; ``elements`` are those inside a title or a text that somebody wrote, as (tag, attributes)."""

    elements: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    texts: int = 0
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.opened:
            self.elements.append((tag, tuple(sorted(given.items()))))
        elif begins_words(tag, given):
            self.texts += 1
        else:
            return
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.opened:
            self.elements.append((tag, tuple(sorted((name, value or "") for name, value in attrs))))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.opened:
            while self.opened.pop() != tag:
                pass


def begins_words(tag: str, given: dict[str, str]) -> bool:
    """Return whether an element holds words that somebody wrote: a text, or the title."""
    return tag == "h1" or (tag == "div" and "render-content" in given.get("class", "").split())


def foreign(page: str) -> Iterator[str]:
    """Yield the elements in texts and in the title that do not come from our own Markdown."""
    words = Words()
    words.feed(page)
    words.close()
    if words.texts < 2:
        yield "no text at all: this is no page of an issue"
    for tag, attributes in words.elements:
        given = dict(attributes)
        strange = set(given) - HARMLESS
        if given.get("class", "") not in OURS.get(tag, ()) or strange:
            yield f"<{tag} {' '.join(f'{name}={value!r}' for name, value in attributes)}>"
