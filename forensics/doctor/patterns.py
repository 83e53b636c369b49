"""Patterns that never matched, or match other runs' files; and files that two jobs claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.wording import counted, listed
from forensics.doctor.files import LEAST_RUNS, Declared, Files, declared, shape_of, shared
from forensics.doctor.lint import PROBLEM, REMARK, Lint, for_job
from forensics.doctor.observed import Observed
from forensics.doctor.repattern import patterns_for
from forensics.evidence.paired import Flags
from forensics.match.jobtable import nanos
from forensics.match.near import shape_text
from forensics.match.patterns import read_back
from forensics.match.spans import HOUR, MINUTE
from forensics.match.witnesses import fit_of
from forensics.timeline import local_text

ALIKE, CLEARLY, SURELY = 0.6, 0.75, 0.9
FAILING, MET, NEARLY_ALL = 0.3, 0.6, 0.9
CANDIDATES = 6
ASTRAY = 0.2
LATE, CLOCKS = 6 * HOUR, 2 * HOUR
ENOUGH = 200
NAMES_DAY = re.compile(r"%(?:F|s|D|[Yy].*%[dj])", re.DOTALL)
FIELD = "#"
KEYS = {"artifact": "artifacts", "marker": "markers", "state": "state_files"}


def pattern_lint(
    observed: Observed, mistimed: frozenset[str] = frozenset(), zones: Sequence[ZoneInfo] = ()
) -> Iterator[Lint]:
    """Yield the patterns of configured jobs that are wrong, and the files that two jobs claim.

    ``mistimed`` are the jobs of which it is not known when they run: of their dates nothing is said. ``zones`` are
    those in which dates may be meant, the likelier ones first.
    """
    if not any("artifacts" in source.lanes for source in observed.evidence.sources):
        return
    files = Files(observed)
    found: list[Lint] = []
    for each in declared(observed, files):
        if each.wanted.number not in files.met:
            found += unmatched(files, each)
        elif each.job.name not in mistimed and each.wanted.role != "state":
            found += astray(files, each, zones)
    empty = [each for each in found if not each.detail.get("near")]
    if len(empty) >= LEAST_RUNS and not files.met:
        yield other_tree(files, empty)
        found = [each for each in found if each not in empty]
    yield from found
    yield from shared(files)


def other_tree(files: Files, empty: Sequence[Lint]) -> Lint:
    """Return that no pattern of any job fits a file: the tree that was read is not the one that they write to."""
    names = list(dict.fromkeys(name for each in empty for name in each.jobs))
    return Lint(
        kind="pattern",
        text=f"No pattern of any job fits one of {counted(len(files.paths), 'file')}.",
        jobs=tuple(names),
        observed=(f"Files are such as {listed([f'`{path}`' for path in files.paths], 3)}.",) if files.paths else (),
        inferred="So the tree that was read is another one, or its root is not where the patterns begin.",
        todo="Name the right tree as the path of the [[source]]; for a listing, its root.",
        detail={"jobs": names},
    )


@dataclass(frozen=True)
class Near:
    """Paths that come near to a pattern, each in the own time of a run, by its place among the declared ones."""

    paths: tuple[str, ...]
    runs: tuple[int, ...]


def unmatched(files: Files, each: Declared) -> Iterator[Lint]:
    """Yield that a pattern fits no file at all, with the path that comes near."""
    near = nearest_files(files, each)
    if near is not None:
        yield corrected(each, near, f"fits no file in {counted(len(each.starts), 'triggered run')}")
    else:
        yield nothing(each, PROBLEM if each.wanted.role == "artifact" else REMARK)


def nothing(each: Declared, level: str) -> Lint:
    """Return that a pattern fits nothing, and nothing comes near."""
    job = each.job
    return Lint(
        kind="pattern",
        level=level,
        text=f"{job.name}: `{each.text}` fits no file in {counted(len(each.starts), 'triggered run')}.",
        jobs=(job.name,),
        observed=("No path that was read comes near it.",),
        inferred="So the path is wrong, the tree that was read is another one, or the job writes nothing.",
        todo="Look where the job writes; root of the [[source]] is what its patterns are relative to.",
        detail={"pattern": each.text, "runs": len(each.starts)},
    )


def nearest_files(files: Files, each: Declared) -> Near | None:
    """Return the files of the shape that most likely is meant, None where there is no such."""
    wanted = shape_of(shape_text(each.wanted).partition(FIELD)[0])
    ranked = [(likeness_of(wanted, shape), shape) for shape in files.shapes]
    best: tuple[float, Near | None] = 0.0, None
    for alike, shape in sorted(ranked, key=lambda pair: (-pair[0], pair[1]))[:CANDIDATES]:
        if FIELD in each.text and alike >= CLEARLY:  # its times stand inside, so that one file serves all runs
            return Near((files.path(files.shapes[shape][0], shape),), (0,))
        pairs = in_own_time(files, each, files.shapes[shape])
        share = len(pairs) / len(each.starts)
        least = FAILING if alike >= SURELY else MET if alike >= CLEARLY else NEARLY_ALL
        is_near = alike >= ALIKE and share >= least
        if is_near and len(pairs) > 1 and alike + share > best[0]:
            paths = tuple(files.path(place, shape) for place, _ in pairs)
            best = alike + share, Near(paths, tuple(run for _, run in pairs))
    return best[1]


def likeness_of(wanted: str, shape: str) -> float:
    """Return how alike the shapes of a pattern and of a path are; folders before or behind count little."""
    plain = wanted.replace("*", "")
    if plain and (shape.endswith(f"/{plain}") or plain.endswith(f"/{shape}")):
        return 0.95
    matcher = SequenceMatcher(None, plain.casefold(), shape.casefold(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def in_own_time(files: Files, each: Declared, places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first of some files in each run's own time, with the run."""
    order = sorted(places, key=lambda place: int(files.at[place]))
    at = files.at[order]
    tolerance = int(nanos([each.job.clock_tolerance])[0])
    first = np.searchsorted(at, each.starts - tolerance)
    last = np.searchsorted(at, each.ends + tolerance, side="right")
    return [(order[place], run) for run, place in enumerate(first.tolist()) if place < last[run]]


def corrected(each: Declared, near: Near, what: str) -> Lint:
    """Return that a pattern is mistyped, with the pattern that its files follow."""
    job, path = each.job, near.paths[-1]
    field = each.text[len(each.text.partition(FIELD)[0]) :]
    better = next((f"{text}{field}" for text in better_patterns(each, near)), None)
    key = KEYS[each.wanted.role]
    mends = () if better is None else (for_job(job, **{key: replaced(getattr(job, key), each.text, better)}),)
    met = f"A file at such a path stands in the own time of {len(near.paths):,} of {len(each.starts):,} runs."
    return Lint(
        kind="pattern",
        text=f"{job.name}: `{each.text}` {what}; `{path}` is there.",
        jobs=(job.name,),
        observed=() if field else (met,),
        inferred="So the pattern is mistyped; until it is mended nothing can prove this job's runs.",
        mends=mends,
        todo="" if mends else f"Write the pattern so that it fits `{path}`.",
        detail={"pattern": each.text, "near": path, "better": better, "runs": len(each.starts), "met": len(near.paths)},
    )


def better_patterns(each: Declared, near: Near, declared: str | None = None) -> Iterator[str]:
    """Yield the patterns that near paths follow, by when their runs were due, else by when they started."""
    for times in (each.due, each.starts):
        moments = [int(times[run]) for run in near.runs]
        yield from patterns_for(near.paths, moments, each.job.timezone, each.text if declared is None else declared)


def replaced(patterns: Sequence[str], old: str, new: str) -> list[str]:
    """Return patterns with one of them replaced."""
    return [new if pattern.strip("/") == old else pattern for pattern in patterns]


def astray(files: Files, each: Declared, zones: Sequence[ZoneInfo]) -> Iterator[Lint]:
    """Yield that a pattern fits files, but never those of the run that wrote them: its date is written otherwise."""
    places, form = files.by_pattern.get(each.wanted.number, []), each.wanted.pattern.date_format or ""
    if not NAMES_DAY.search(form) or len(places) < LEAST_RUNS:
        return
    places = places[-ENOUGH:]
    own = each.job.timezone
    if own_named(files, each, places, own, LATE).mean() > ASTRAY:
        return
    zone = next((zone for zone in zones if own_named(files, each, places, zone, 0).mean() >= NEARLY_ALL), None)
    if zone is not None and zone.key != own.key:
        yield other_zone(files, each, places, zone)
        return
    pairs = in_own_time(files, each, places)
    fits = [fit_of(files.paths[place], each.wanted) for place, _ in pairs]
    known = [(fit.base, run) for fit, (_, run) in zip(fits, pairs, strict=True) if fit]
    if len(known) < max(LEAST_RUNS, MET * min(ENOUGH, len(each.starts))):
        return
    near = Near(tuple(path for path, _ in known), tuple(run for _, run in known))
    if next(better_patterns(each, near, ""), each.text) != each.text:
        yield corrected(each, near, "names another time than that of the run that wrote it")


def other_zone(files: Files, each: Declared, places: Sequence[int], zone: ZoneInfo) -> Lint:
    """Return that the dates in a job's paths are those of another zone."""
    job, path = each.job, files.paths[places[-1]]
    return Lint(
        kind="zone",
        text=f"{job.name}: its files are named in another zone than {job.timezone.key}.",
        jobs=(job.name,),
        observed=(f"`{path}` was written {local_text(int(files.at[places[-1]]), job.timezone)} {job.timezone.key}.",),
        inferred=f"In {zone.key} the dates of {counted(len(places), 'file')} are those of the runs that wrote them.",
        mends=(for_job(job, timezone=zone.key),),
        detail={"pattern": each.text, "timezone": zone.key, "near": path},
    )


def own_named(files: Files, each: Declared, places: Sequence[int], zone: ZoneInfo, late: int) -> Flags:
    """Return which files name, in a zone, the time of a run that wrote them, up to ``late`` (ns) beyond its own time.

    Where late ones are allowed for, so are clocks that are off.
    """
    pattern = each.wanted.pattern
    longest = int((each.ends - each.starts).max()) + late + pattern.resolution
    early = CLOCKS if late else MINUTE + pattern.resolution
    told = []
    for place in places:
        fit = fit_of(files.paths[place], each.wanted)
        named = read_back(pattern.date_format or "", zone, fit.dated) if fit else None
        told.append(named is not None and -early <= int(files.at[place]) - named <= longest)
    return np.array(told, dtype=np.bool_)
