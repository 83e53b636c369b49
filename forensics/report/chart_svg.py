"""A drawing as SVG that may stand in a page: known elements and attributes only, tones that follow the page's style.

Vega-Lite describes it and vl-convert draws it, without a browser. What comes of that is read as XML and written anew:
a colour becomes the page's own variable for that tone, with the colour itself where there is none, so that the
drawing follows the reader's light or dark. Fonts are the page's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as Xml

from forensics.report.chart_marks import TONES, Layer, Plot, Sketch

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SPACE = "{http://www.w3.org/2000/svg}"
KEPT = {
    "g": ("transform",),
    "path": ("d", "transform"),
    "rect": ("x", "y", "width", "height", "transform"),
    "line": ("x1", "y1", "x2", "y2", "transform"),
    "text": ("text-anchor", "font-size", "font-weight", "transform"),
}
LOOK = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray")
VARIABLES = {colour: f"var(--{name},{colour})" for name, colour in TONES.items()} | {
    "transparent": "none",
    "none": "none",
}
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
NOWHERE = ("translate(0,0)", "")


def svg(sketch: Sketch, key: str, title: str, description: str) -> str:
    """Return a drawing with its name and description; all its ids begin with ``key``."""
    import vl_convert

    drawn = Xml.fromstring(vl_convert.vegalite_to_svg(spec(sketch)))
    return cleaned(drawn, sketch.plot, key, title, description)


def spec(sketch: Sketch) -> dict[str, Any]:
    """Return a drawing as Vega-Lite describes it.

    It is written as plain values: Altair would take longer to be imported and to copy them than all else here.
    """
    plot = sketch.plot
    return {
        "$schema": SCHEMA,
        "width": plot.inner_width,
        "height": plot.inner_height,
        "padding": {"left": plot.left, "right": plot.right, "top": plot.top, "bottom": plot.bottom},
        "autosize": {"type": "none"},
        "config": {"aria": False, "background": "transparent", "view": {"stroke": None}},
        "layer": [layer_of(layer, plot) for layer in sketch.joined()],
    }


def layer_of(layer: Layer, plot: Plot) -> dict[str, Any]:
    """Return marks of one kind over their rows."""
    channels: dict[str, Any] = {place: {"field": place} for place in layer.places}
    for axis, ends in (("x", plot.x), ("y", plot.y)):
        scale = {"domain": list(ends), "nice": False, "zero": False}
        channels[axis] |= {"type": "quantitative", "scale": scale, "axis": None, "stack": None}
    channels |= {channel: {"field": field, "type": kind} for channel, (field, kind) in layer.more.items()}
    return {"data": {"values": layer.rows}, "mark": {"type": layer.mark, **layer.style}, "encoding": channels}


def cleaned(drawn: Xml.Element, plot: Plot, key: str, title: str, description: str) -> str:
    """Return what was drawn as one ``svg`` element that a page may hold."""
    name, told = f"{key}-title", f"{key}-desc"
    root = Xml.Element(
        "svg",
        {"viewBox": f"0 0 {plot.width} {plot.height}", "role": "img", "aria-labelledby": f"{name} {told}"},
    )
    Xml.SubElement(root, "title", {"id": name}).text = title
    Xml.SubElement(root, "desc", {"id": told}).text = description
    for child in drawn:
        root.extend(list(shown(child)))  # extend() would take what goes wrong in a generator for its own
    return Xml.tostring(root, encoding="unicode")


def shown(element: Xml.Element) -> Iterator[Xml.Element]:
    """Yield what is to be seen of an element; groups that move nothing are left out, what is not known is, too."""
    tag = element.tag.removeprefix(SPACE)
    if tag not in KEPT or is_unseen(tag, element.attrib):
        return
    inner = [each for child in element for each in shown(child)]
    place = {name: rounded(element.attrib[name]) for name in KEPT[tag] if name in element.attrib}
    if tag == "g":
        if place.get("transform", "") in NOWHERE:
            yield from inner
            return
        if not inner:
            return
    copy = Xml.Element(tag, place | ({} if tag == "g" else look(tag, element.attrib)))
    copy.text = element.text if tag == "text" else None
    copy.extend(inner)
    yield copy


def is_unseen(tag: str, attributes: Mapping[str, str]) -> bool:
    """Return whether an element shows nothing: vl-convert draws a ground and a cover that are empty here."""
    return attributes.get("display") == "none" or (tag == "path" and attributes.get("class") == "background")


def look(tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what an element looks like, in the tones of the page.

    Raises:
        KeyError: it has a colour that is none of ours.
    """
    found = {name: attributes[name] for name in LOOK if name in attributes}
    for name in ("fill", "stroke"):
        if name in found:
            found[name] = VARIABLES[found[name]]
    found.setdefault("fill", "none")  # which vl-convert says once, of the group around all
    if tag == "text" and "stroke" in found:
        found["paint-order"] = "stroke"
        found["stroke-linejoin"] = "round"
    return found


def rounded(value: str) -> str:
    """Return the numbers in a value to a tenth of a px."""
    return NUMBER.sub(lambda match: f"{round(float(match[0]), 1) + 0.0:.1f}".removesuffix(".0"), value)
