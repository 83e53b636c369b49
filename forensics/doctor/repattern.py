"""From the paths that runs left to the pattern that they follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from forensics.match.patterns import ANY_DATE, PLACEHOLDER, compiled, dated_text, written

# Usual ways to write a run's time, the most telling first.
FORMATS = (
    *("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H%M", "%Y-%m-%d_%H-%M", "%Y-%m-%d-%H%M", "%Y-%m-%d_%H%M"),
    *("%Y%m%d-%H%M%S", "%Y%m%dT%H%M", "%Y%m%d-%H%M", "%Y%m%d_%H%M", "%Y%m%d%H%M", "%Y-%m-%d-%H", "%Y%m%d-%H"),
    *("%Y/%m/%d", "%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y"),
)
# A word with a digit in it: a number, or what is made up anew for each file.
NUMBERS = re.compile(r"[A-Za-z\d]*\d[A-Za-z\d]*")
LEAST = 0.8
ENOUGH = 120
# Stand for a date while the rest of a path is looked at: they are in no path.
MARK, ANY = "\0", "\1"


def patterns_for(paths: Sequence[str], starts: Sequence[int], zone: ZoneInfo, declared: str) -> Iterator[str]:
    """Yield patterns that fit the paths of runs which began at ``starts`` (ns), the likeliest first.

    A date in a pattern is what the run's own time writes in nearly all of the paths. The formats of the ``declared``
    pattern are tried before the usual ones.
    """
    seen = set()
    if len(paths) > ENOUGH:
        step = -(-len(paths) // ENOUGH)
        paths, starts = paths[::step], starts[::step]
    own = [tuple(PLACEHOLDER.findall(declared))] if declared else []
    for formats in (*own, *((each,) for each in FORMATS), ()):
        pattern = with_formats(paths, starts, zone, formats)
        if pattern and pattern not in seen and fits(pattern, paths, starts, zone):
            seen.add(pattern)
            yield pattern


def with_formats(paths: Sequence[str], starts: Sequence[int], zone: ZoneInfo, formats: Sequence[str]) -> str | None:
    """Return the pattern of paths with dates of some formats, None where they do not stand in the paths."""
    if not formats:  # a date that is not the run's own is no part of the name either
        return common([ANY_DATE.sub(ANY, path) for path in paths])
    marked = [marked_path(path, start, zone, formats) for path, start in zip(paths, starts, strict=True)]
    known = [each for each in marked if each is not None]
    if len(known) < LEAST * len(paths) or not known:
        return None
    shape = common(known)
    for form in formats:
        shape = shape.replace(MARK, f"{{date:{form}}}", 1)
    return shape if MARK not in shape else None


def marked_path(path: str, start: int, zone: ZoneInfo, formats: Sequence[str]) -> str | None:
    """Return a path with a mark for each date, None where one of them is not in it."""
    place = 0
    for form in formats:
        text = written(form, zone, start)
        found = path.find(text, place)
        if found < 0 or not text:
            return None
        path = f"{path[:found]}{MARK}{path[found + len(text) :]}"
        place = found + 1
    return path


def common(marked: Sequence[str]) -> str:
    """Return what marked paths have in common, with ``*`` for numbers that differ from one to another."""
    parts = [NUMBERS.split(each) for each in marked]
    numbers = [NUMBERS.findall(each) for each in marked]
    usual = max(range(len(marked)), key=lambda at: sum(part == parts[at] for part in parts))
    alike = [numbers[at] for at in range(len(marked)) if parts[at] == parts[usual]]
    literal = [escaped(part).replace(ANY, "*") for part in parts[usual]]
    told = [values[0] if len(set(values)) == 1 else "*" for values in zip(*alike, strict=True)]
    pieces = [text for pair in zip(literal, [*told, ""], strict=True) for text in pair]
    return re.sub(r"\*{2,}", "*", "".join(pieces))


def escaped(text: str) -> str:
    """Return a piece of a path as a glob for itself."""
    return re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", text)


def fits(pattern: str, paths: Sequence[str], starts: Sequence[int], zone: ZoneInfo) -> bool:
    """Return whether a pattern fits nearly all paths, each with its own run's date."""
    known = compiled(pattern)
    good = 0
    for path, start in zip(paths, starts, strict=True):
        found = known.fitted(path)
        if found is not None:
            form = known.date_format
            good += form is None or dated_text(found, known.dates) == written(form, zone, start)
    return good >= LEAST * len(paths) > 0
