"""Paths as forms: which digits of many paths are a date or a time, which count, and which belong to a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forensics.match.spans import HOUR, MINUTE, SECOND, Flags, Ints

DAY = 24 * HOUR
UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])")
HASH = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}(?![0-9A-Za-z])")
NUMBER = re.compile("0+")
ZEROS = {ord(digit): "0" for digit in "123456789"}
HASHED = "*"
UNWRITABLE = re.compile(r"[*?\[\]{}%#]")
JOINTS = frozenset({"", "-", "_", ".", ":", "T", "h", "_-", " "})
TIME_JOINT = re.compile(r"[-_./: ]{0,3}[ThH]?[-_./: ]?|/\w{1,6}=")
MOST_VALUES = 40
COUNTING = 0.9
NEAR = 2 * DAY

# What the digits of a date may be: lengths of neighbouring numbers, and what each writes.
DATES = (
    ((4, 2, 2), ("%Y", "%m", "%d")),
    ((2, 2, 4), ("%d", "%m", "%Y")),
    ((2, 2, 4), ("%m", "%d", "%Y")),
    ((14,), ("%Y%m%d%H%M%S",)),
    ((12,), ("%Y%m%d%H%M",)),
    ((10,), ("%Y%m%d%H",)),
    ((8,), ("%Y%m%d",)),
    ((6,), ("%y%m%d",)),
)
TIMES = {
    (2, 0): "%H",
    (2, 1): "%M",
    (2, 2): "%S",
    (4, 0): "%H%M",
    (4, 1): "%M%S",
    (6, 0): "%H%M%S",
}
WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
UNITS = ("H", "M", "S")
RESOLUTION = (DAY, HOUR, MINUTE, SECOND)


@dataclass(frozen=True)
class Form:
    """A path template and the files that it stands for.

    ``rows`` are positions among the files that were asked about. ``civil`` is the date that each path writes, in ns
    as if the wall clock were UTC's, and ``resolution`` its unit in ns; without a date they are None and 0.
    ``is_fixed``: one path only.
    """

    text: str
    source: int
    rows: Ints
    civil: Ints | None
    resolution: int
    is_fixed: bool


@dataclass(frozen=True)
class Alike:
    """Files whose paths differ in digits alone: where their numbers stand, and ``values``, one row a number."""

    shape: str
    source: int
    rows: Ints
    places: tuple[tuple[int, int], ...]
    values: Ints
    moment: Ints

    def part(self, chosen: Flags) -> Alike:
        """Return some of the files."""
        return Alike(
            self.shape, self.source, self.rows[chosen], self.places, self.values[:, chosen], self.moment[chosen]
        )


def shapes_of(paths: Sequence[str]) -> list[str]:
    """Return each path with its hashes as ``*`` and every digit as 0; all at once, since that is much faster."""
    return at_once(shape_of, paths)


def digits_as_zeros(paths: Sequence[str]) -> list[str]:
    """Return each path with every digit as 0."""
    return at_once(lambda text: text.translate(ZEROS), paths)


def at_once(change: Callable[[str], str], paths: Sequence[str]) -> list[str]:
    """Return each path changed: all in one text, where no path holds the sign that parts them."""
    text = "\n".join(paths)
    return change(text).split("\n") if text.count("\n") == len(paths) - 1 else [change(path) for path in paths]


def shape_of(path: str) -> str:
    """Return a path with its hashes as ``*`` and every digit as 0."""
    return HASH.sub(HASHED, UUID.sub(HASHED, path)).translate(ZEROS)


def alike(shape: str, source: int, paths: Sequence[str], rows: Ints, moment: Ints) -> Alike:
    """Return files of one shape with the values of their numbers; ``moment`` are their mtimes."""
    places = tuple(found.span() for found in NUMBER.finditer(shape))
    plain = [HASH.sub(HASHED, UUID.sub(HASHED, path)) if HASHED in shape else path for path in paths]
    letters = np.array(plain).view(np.uint32).reshape(len(plain), -1) if plain and places else None
    values = np.zeros((len(places), len(plain)), dtype=np.int64)
    for number, (start, end) in enumerate(places if letters is not None else ()):
        digits = letters[:, start : min(end, start + 18)].astype(np.int64) - ord("0")  # type: ignore[index]
        values[number] = digits @ (10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64))
    return Alike(shape, source, rows, places, values, moment)


def forms_of(files: Alike) -> Iterator[list[Form]]:
    """Yield the ways to read the paths of some files, the most general first; each way is a list of forms.

    Numbers that are neither date nor time are counters, or belong to names that are alike but for them. What the
    finest reading takes for a time is no part of a name.
    """
    timed: set[int] = set()
    for roles in readings(files):
        timed |= {number for number, role in enumerate(roles) if role in TIMES.values()}
        loose = [n for n, role in enumerate(roles) if role is None and np.ptp(files.values[n]) > 0]
        form = form_of(files, roles, loose)
        most = min(MOST_VALUES, len(files.rows) // 2)
        names = [n for n in loose if n not in timed and len(np.unique(files.values[n])) <= most]
        if all(counts_up(files.values[n], form.civil) for n in names):
            yield [form]
        if names:
            _, group = np.unique(files.values[names], axis=1, return_inverse=True)
            group = group.reshape(-1)
            left = [n for n in loose if n not in names]
            yield [form_of(files.part(group == each), roles, left) for each in range(int(group.max()) + 1)]


def counts_up(values: Ints, civil: Ints | None) -> bool:
    """Return whether some numbers count the files of one date: with each, all smaller ones are there too."""
    if civil is None:
        return False
    _, place = np.unique(values, return_inverse=True)
    date, row = np.unique(civil, return_inverse=True)
    pairs = np.unique(np.stack([row.reshape(-1), place.reshape(-1)]), axis=1)
    last = np.zeros(len(date), dtype=np.int64)
    np.maximum.at(last, pairs[0], pairs[1])
    return float((np.bincount(pairs[0], minlength=len(date)) == last + 1).mean()) >= COUNTING


def readings(files: Alike) -> Iterator[list[str | None]]:
    """Yield what each number writes of a date, finest first: a part of a strftime format, None for none."""
    told: list[list[str | None]] = []
    for has_times in (True, False):
        for wanted in ((0, 1), (0, 2)):
            roles = roles_of(files, has_times, wanted)
            if roles not in told:
                told.append(roles)
                yield roles


def roles_of(files: Alike, has_times: bool, order: tuple[int, int]) -> list[str | None]:
    """Return what each number writes of a date; ``order`` tells which rows of DATES may be tried for day and month."""
    roles: list[str | None] = []
    lengths = [end - start for start, end in files.places]
    told, is_dated = 0, False
    allowed = [each for place, each in enumerate(DATES) if place not in (1, 2) or place in order]
    while len(roles) < len(lengths):
        at = len(roles)
        found = next((each for each in allowed if is_date(files, lengths, at, each)), None)
        if found and (has_times or "%H" not in found[1][-1]):
            roles += found[1]
            is_dated, told = True, max(told, sum(unit in found[1][-1] for unit in UNITS))
            continue
        can_be_time = is_dated and has_times and roles[-1] is not None and follows(files, at)
        role = TIMES.get((lengths[at], told)) if can_be_time else None
        fits = role is not None and is_time(files.values[at], role)
        roles.append(role if fits else None)
        told += role.count("%") if role and fits else 0
    return roles


def follows(files: Alike, at: int) -> bool:
    """Return whether nothing but signs stands between a number and the one before it, so that both may be one time."""
    return TIME_JOINT.fullmatch(files.shape[files.places[at - 1][1] : files.places[at][0]]) is not None


def is_date(files: Alike, lengths: Sequence[int], at: int, spelled: tuple[tuple[int, ...], tuple[str, ...]]) -> bool:
    """Return whether the numbers from one on write days near the files' own mtimes."""
    widths, formats = spelled
    if tuple(lengths[at : at + len(widths)]) != widths:
        return False
    parts = parts_of(files.values[at : at + len(widths)], formats)
    civil, is_real = days(parts)
    return bool(is_real.all()) and float((np.abs(files.moment - civil - DAY // 2) <= NEAR).mean()) >= 0.9


def is_time(values: Ints, role: str) -> bool:
    """Return whether numbers can be times of day."""
    parts = parts_of(values[None, :], (role,))
    return all(bool((parts[unit] < (24 if unit == "%H" else 60)).all()) for unit in parts)


def parts_of(values: Ints, formats: Sequence[str]) -> dict[str, Ints]:
    """Return the numbers that formats write, directive by directive."""
    parts: dict[str, Ints] = {}
    for row, each in zip(values, formats, strict=True):
        left = row
        for directive in reversed(re.findall("%.", each)):
            size = 10 ** WIDTHS[directive]
            parts[directive] = left % size
            left = left // size
    return parts


def days(parts: dict[str, Ints]) -> tuple[Ints, Flags]:
    """Return the midnights of dates in ns, as if the wall clock were UTC's, and which of them are real dates."""
    year = parts["%Y"] if "%Y" in parts else parts["%y"] + 2000
    month, day = parts["%m"], parts["%d"]
    is_sane = (year >= 1971) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(is_sane, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return (first + day - 1) * DAY, is_sane & (day <= following - first)


def form_of(files: Alike, roles: Sequence[str | None], loose: Sequence[int]) -> Form:
    """Return the template that some roles make; numbers in ``loose`` are written as ``*``."""
    civil, resolution = civil_of(files, roles)
    text = written_form(files, roles, loose)
    is_fixed = civil is None and HASHED not in text
    return Form(text, files.source, files.rows, civil, resolution, is_fixed)


def civil_of(files: Alike, roles: Sequence[str | None]) -> tuple[Ints | None, int]:
    """Return the time that each path writes, and its unit; None and 0 where none is written."""
    dated = [number for number, role in enumerate(roles) if role]
    if not dated:
        return None, 0
    parts = parts_of(files.values[dated], [roles[number] or "" for number in dated])
    civil, _ = days(parts)
    finest = 0
    for place, (directive, unit) in enumerate((("%H", HOUR), ("%M", MINUTE), ("%S", SECOND)), 1):
        if directive in parts:
            civil = civil + parts[directive] * unit
            finest = place
    return civil, RESOLUTION[finest]


def written_form(files: Alike, roles: Sequence[str | None], loose: Sequence[int]) -> str:
    """Return a template as a config writes it; neighbouring parts of a date share one placeholder."""
    out, position, is_open = "", 0, False
    edges = [*files.places, (len(files.shape), len(files.shape))]
    for number, ((start, end), (following, _)) in enumerate(pairwise(edges)):
        role = roles[number]
        out += "" if is_open else files.shape[position:start]
        if role is None:
            width = end - start
            out += HASHED if number in loose else f"{int(files.values[number][0]):0{width}d}"
            position = end
            continue
        out += role if is_open else "{date:" + role
        between = files.shape[end:following]
        is_open = between in JOINTS and number + 1 < len(roles) and roles[number + 1] is not None
        out += between if is_open else "}"
        position = end
    return re.sub(r"\*+", HASHED, out + files.shape[position:])
