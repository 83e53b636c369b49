"""Reads a page as a browser would: its elements with their attributes, its texts, its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "meta"})
BLOCKS = frozenset("p div li dt dd tr td th h1 h2 h3 h4 small summary caption figcaption br pre ins del".split())
# Elements that are drawn in SVG need no end tag of their own there; in our pages they are closed like all others.
GLOBAL = frozenset({"class", "id", "role", "tabindex", "aria-hidden", "aria-label", "aria-labelledby"})
PAGE: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        "body main header footer section article nav h1 h2 h3 h4 p div span ul ol li dl dt dd b em strong code pre ins"
        " del small figure figcaption table caption thead tbody tr details summary br head title style".split(),
        frozenset(),
    ),
    "html": frozenset({"lang"}),
    "meta": frozenset({"charset", "http-equiv", "content", "name"}),
    "a": frozenset({"href"}),
    "time": frozenset({"datetime"}),
    "th": frozenset({"scope", "data-of"}),
    "td": frozenset({"data-of"}),
    "svg": frozenset({"viewbox", "preserveaspectratio", "width", "height", "xmlns"}),
    "rect": frozenset({"x", "y", "width", "height", "rx"}),
}
# What a drawing may hold besides: no reference, no style, no event.
DRAWN: dict[str, frozenset[str]] = {
    **dict.fromkeys("g path line text tspan circle polyline polygon rect svg title desc".split(), frozenset())
}
DRAWING = frozenset(
    "d x y x1 x2 y1 y2 cx cy r rx ry width height points transform fill stroke opacity fill-opacity stroke-opacity"
    " stroke-width stroke-dasharray stroke-linecap stroke-linejoin stroke-miterlimit text-anchor font-size font-weight"
    " font-family dominant-baseline paint-order viewbox preserveaspectratio version xmlns pointer-events"
    " aria-roledescription aria-describedby".split()
)


@dataclass
class Page(HTMLParser):
    """A page that was read; ``faults`` are elements and attributes that no page of ours has, and tags out of order."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    texts: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    opened: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self.faults += [f"<{tag} {name}>" for name in given if name not in self.allowed(tag)]
        if tag not in PAGE and not (self.is_drawing and tag in DRAWN):
            self.faults.append(f"<{tag}>")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("th", "td") and self.tables:
            self.tables[-1][-1].append("")
        self.mark_block(tag)
        if tag not in VOID:
            self.opened.append((tag, given))

    def mark_block(self, tag: str) -> None:
        if tag in BLOCKS:
            self.texts.append(((), " "))
            self.fill_cell(" ")

    def fill_cell(self, text: str) -> None:
        tags = {tag for tag, _ in self.opened}
        if tags & {"td", "th"} and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += text

    def allowed(self, tag: str) -> frozenset[str]:
        if tag in DRAWN and (self.is_drawing or tag == "svg"):
            return DRAWING | GLOBAL
        return PAGE.get(tag, frozenset()) | GLOBAL

    @property
    def is_drawing(self) -> bool:
        return any(tag == "svg" for tag, _ in self.opened)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.opened.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened[-1][0] != tag:
            self.faults.append(f"</{tag}> in {[name for name, _ in self.opened[-3:]]}")
            return
        self.opened.pop()
        self.mark_block(tag)

    def handle_data(self, data: str) -> None:
        tags = tuple(tag for tag, _ in self.opened)
        self.texts.append((tags, data))
        is_unseen = any("unseen" in given.get("class", "") for _, given in self.opened)
        if not is_unseen:
            self.fill_cell(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data[:20]}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data[:20]}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data[:20]}")

    @property
    def text(self) -> str:
        """Return all that can be read on the page, blanks as one."""
        return " ".join("".join(text for tags, text in self.texts if "style" not in tags).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [given for name, given in self.elements if name == tag]


def read_page(html: bytes) -> Page:
    """Return a page, read to its end."""
    page = Page()
    page.feed(html.decode())
    page.close()
    page.faults += [f"<{tag}> left open" for tag, _ in page.opened]
    return page
