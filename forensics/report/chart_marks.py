"""What a drawing is made of: marks in the tones of the page, in layers, over one pair of scales.

``chart_svg`` has them drawn. Nothing is left to be measured: margins, ticks and the
places of labels are ours, so that a drawing comes out the same whatever fonts a machine has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# The tones of the page's style by their names there, each as it is on a light page. No two are the same colour: by it a
# tone is known again in what was drawn.
TONES = {
    "page": "#ffffff",
    "ink": "#1a1f26",
    "quiet": "#4b5562",
    "rule": "#d3d9e0",
    "panel": "#f3f5f8",
    "good": "#00664b",
    "bad": "#a33800",
    "word": "#e69f00",
    "word-ink": "#7a4d00",
    "unsure": "#b0309a",
    "calm": "#22304f",
    "word-wash": "#fdf5e1",
    "bad-wash": "#fdf0e9",
}
Spot = tuple[float, float]
Label = tuple[float, float, str]
Row = dict[str, float | str]
Box = tuple[float, float, float, float]
SIZE, SMALL = 13, 12
HALO = 4
ONE_SHAPE = ("line", "area")  # all rows are one shape
WIDEST_SIGN = 0.62  # of the size of the text: no sans-serif of the page's has wider digits


@dataclass(frozen=True)
class Plot:
    """Where values are shown: the whole drawing's size and the margins around its values in px, and their ranges."""

    width: int
    height: int
    x: Spot
    y: Spot
    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    @property
    def is_narrow(self) -> bool:
        """Return whether it is the drawing for a phone."""
        return self.width < 500

    @property
    def inner_width(self) -> int:
        """Return how many px the x range takes."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Return how many px the y range takes."""
        return self.height - self.top - self.bottom

    def across(self, pixels: float) -> float:
        """Return how much of the x range so many px are."""
        return pixels * (self.x[1] - self.x[0]) / self.inner_width

    def up(self, pixels: float) -> float:
        """Return how much of the y range so many px are."""
        return pixels * (self.y[1] - self.y[0]) / self.inner_height


@dataclass(frozen=True)
class Layer:
    """Marks of one kind and look: which of their values are places, and what else each says (field, kind)."""

    mark: str
    rows: list[Row]
    style: Mapping[str, Any]
    places: tuple[str, ...]
    more: Mapping[str, tuple[str, str]]


@dataclass
class Sketch:
    """A drawing in the making: each call lays something over what is there. Boxes and rules are (x, y, x2, y2)."""

    plot: Plot
    layers: list[Layer] = field(default_factory=list)

    def boxes(self, boxes: Sequence[Box], tone: str | None, edge: str | None = None, dash: str = "") -> None:
        """Lay rectangles, filled with a tone, edged with one, or both."""
        style: dict[str, Any] = {"fill": TONES[tone] if tone else "transparent"}
        if edge:
            style |= {"stroke": TONES[edge], "strokeWidth": 1.5}
        self._lay("rect", [corners(box) for box in boxes], style | dashes(dash), ("x", "y", "x2", "y2"))

    def rules(self, rules: Sequence[Box], tone: str, width: float = 1, dash: str = "") -> None:
        """Lay straight lines."""
        style = {"stroke": TONES[tone], "strokeWidth": width} | dashes(dash)
        self._lay("rule", [corners(rule) for rule in rules], style, ("x", "y", "x2", "y2"))

    def line(self, spots: Sequence[Spot], tone: str, dash: str = "") -> None:
        """Lay one line through all spots."""
        rows: list[Row] = [{"x": x, "y": y, "n": number} for number, (x, y) in enumerate(spots)]
        style = {"stroke": TONES[tone], "strokeWidth": 2.5} | dashes(dash)
        self._lay("line", rows, style, ("x", "y"), {"order": ("n", "quantitative")})

    def between(self, band: Sequence[tuple[float, float, float]], tone: str) -> None:
        """Fill what lies between two lines: x, and both values there."""
        rows: list[Row] = [{"x": x, "y": y, "y2": other} for x, y, other in band]
        self._lay("area", rows, {"fill": TONES[tone], "fillOpacity": 1}, ("x", "y", "y2"))

    def spots(self, spots: Sequence[Spot], tone: str, shape: str = "circle", size: int = 40) -> None:
        """Lay signs of one shape, filled; ``size`` in square px."""
        style = {"fill": TONES[tone], "stroke": TONES["page"], "strokeWidth": 1, "shape": shape, "size": size}
        self._lay("point", [{"x": x, "y": y} for x, y in spots], style | {"filled": True, "opacity": 1}, ("x", "y"))

    def crosses(self, spots: Sequence[Spot], tone: str, reach: float = 4.5) -> None:
        """Lay crosses that reach so many px to each side."""
        across, up = self.plot.across(reach), self.plot.up(reach)
        falling = [(x - across, y + up, x + across, y - up) for x, y in spots]
        rising = [(x - across, y - up, x + across, y + up) for x, y in spots]
        self.rules([*falling, *rising], tone, width=2.5)

    def texts(
        self,
        labels: Sequence[Label],
        tone: str = "ink",
        *,
        align: str = "left",
        shift: Spot = (0, 0),
        size: int = SIZE,
        is_bold: bool = False,
        halo: str | None = "page",
    ) -> None:
        """Lay texts at spots, moved by ``shift`` px right and down, each in a halo of what lies behind it."""
        style: dict[str, Any] = {"fill": TONES[tone], "align": align, "baseline": "middle", "fontSize": size}
        style |= {"dx": shift[0], "dy": shift[1], "limit": 0}
        style |= {"fontWeight": 600} if is_bold else {}
        style |= {"stroke": TONES[halo], "strokeWidth": HALO} if halo else {}
        self._lay(
            "text",
            [{"x": x, "y": y, "t": text} for x, y, text in labels],
            style,
            ("x", "y"),
            {"text": ("t", "nominal")},
        )

    def joined(self) -> list[Layer]:
        """Return the layers, those of one look as one, which is drawn much faster; words lie over all else."""
        groups: dict[object, list[Layer]] = {}
        for number, layer in enumerate(sorted(self.layers, key=lambda layer: layer.mark == "text")):
            look = number if layer.mark in ONE_SHAPE else (layer.mark, *sorted(layer.style.items(), key=str))
            groups.setdefault(str(look), []).append(layer)
        return [replace(held[0], rows=[row for each in held for row in each.rows]) for held in groups.values()]

    def _lay(
        self,
        mark: str,
        rows: Sequence[Row],
        style: Mapping[str, Any],
        places: Sequence[str],
        more: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        if rows:
            self.layers.append(Layer(mark, list(rows), style, tuple(places), more or {}))


@dataclass(frozen=True)
class Draft:
    """A chart before it is drawn: its words and numbers, and how it is laid out for a wide page and for a phone.

    ``key`` begins the ids of both drawings, ``section`` is that of the page in which it stands.
    """

    key: str
    section: str
    title: str
    description: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: Sketch
    narrow: Sketch


def corners(box: Box) -> Row:
    """Return a rectangle or a line by its corners."""
    x, y, x2, y2 = box
    return {"x": x, "y": y, "x2": x2, "y2": y2}


def dashes(pattern: str) -> dict[str, Any]:
    """Return a line's dashes, written ``6 3``; nothing where it has none."""
    return {"strokeDash": [float(part) for part in pattern.split()]} if pattern else {}


def width_of(text: str, size: int = SIZE) -> float:
    """Return how many px a text takes at most."""
    return len(text) * WIDEST_SIGN * size
