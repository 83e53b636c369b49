"""Files as witnesses: which job and run a path names, and which mtimes can be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from forensics.config import Job
from forensics.evidence import paired
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Flags, Ints, Proofs, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import JobTable, nanos
from forensics.match.patterns import DAY, found_date, read_back, written
from forensics.match.placing import Events, events
from forensics.match.spans import FAR, HOUR, MINUTE, SECOND, at, rows_of
from forensics.match.spine import Spine, own_ends
from forensics.match.witnesses import Wanted, Witnesses, wanted_patterns

REACH = 50 * HOUR
COPIED_SHARE, COPIED_LEAST = 0.5, 4
AGREEING = 0.8
FIELD = "#"
HABITUAL, WHILE_IT_RUNS = 4, 6


@dataclass(frozen=True)
class Filed:
    """Files that fit a pattern, as events on the runs of the pattern's job.

    ``row`` is the row among the artifacts, ``wanted`` the pattern's number, ``role`` what a file of it
    proves. ``is_named``: its path names its run; ``is_foreign``: its path names a time of which no run is
    known here; ``is_copied``: its mtime is that of a copy. ``mtime`` in ns. ``seen``: when an earlier report first
    saw it, NAT where none did. ``looks`` are the instants of those reports. ``dated``: the dates in its path.
    """

    row: Ints
    wanted: Ints
    role: np.typing.NDArray[np.object_]
    events: Events
    mtime: Ints
    seen: Ints
    size: np.typing.NDArray[np.float64]
    is_named: Flags
    is_foreign: Flags
    is_copied: Flags
    dated: list[str]
    patterns: tuple[Wanted, ...]
    looks: Ints

    @cached_property
    def by_pattern(self) -> list[Ints]:
        """Return the files of each pattern, by its number, in order."""
        order = np.argsort(self.wanted, kind="stable")
        return np.split(order, np.searchsorted(self.wanted[order], np.arange(1, len(self.patterns))))

    def is_late(self, run: Ints, own_end: Ints, table: JobTable) -> Flags:
        """Return which files came after their run's own time."""
        return (run >= 0) & (self.events.at > at(own_end, run) + table.tolerance[self.events.job])

    def proves(self, run: Ints, count: int, table: JobTable) -> Flags:
        """Return which of so many runs have a marker, or a file for every pattern that their job asks for."""
        least = np.array([job.min_size for job in table.jobs], dtype=np.float64)[self.events.job]
        is_whole = (run >= 0) & ~(self.size < least)
        made, marked = (is_whole & (self.role == role) for role in ("artifact", "marker"))
        found = np.unique(np.stack([run[made], self.events.job[made], self.wanted[made]]), axis=1)
        asked = [1 if job.proof == "any" else len(job.artifacts) for job in table.jobs]
        proven = np.zeros(count, dtype=np.bool_)
        proven[found[0]] = np.bincount(found[0], minlength=count)[found[0]] >= np.array(asked, dtype=np.int64)[found[1]]
        proven[run[marked]] = True
        return proven

    def proofs(self, run: Ints, own_end: Ints, spine: Spine, table: JobTable) -> Proofs:
        """Return the files of runs, sorted by (run, time)."""
        late = self.is_late(run, own_end, table) & ~self.is_copied
        rows = np.flatnonzero(run >= 0)
        rows = rows[np.lexsort((self.row[rows], self.mtime[rows], run[rows]))]
        when = np.where(self.is_copied, NAT, self.mtime)
        return Proofs(run[rows], self.row[rows], self.wanted[rows], when[rows], self.size[rows], late[rows])


def witnesses_near(files: JobFiles, evidence: Evidence, window: Window) -> Witnesses:
    """Return the files that fit a pattern and were written in a window, after it, or not long before."""
    mtime = nanoseconds(evidence.artifacts["at"])
    return files.among(np.flatnonzero((mtime == NAT) | (mtime >= window.since - REACH)))


def file_witnesses(
    table: JobTable, evidence: Evidence, spine: Spine, found: Witnesses, crowded: Sequence[tuple[int, int]] = ()
) -> Filed:
    """Return the files that fit a pattern of any job, with what their paths name; ``crowded`` as in ``copied_rows``."""
    patterns = tuple(wanted_patterns(table.jobs))
    frame, rows = evidence.artifacts, found.row
    mtime = nanoseconds(frame["at"])
    copied = copied_rows(evidence, table, spine, crowded)[rows]
    first, last, named, foreign, moment = named_runs(table, found, patterns, spine, mtime[rows], copied)
    job_of = np.array([each.job for each in patterns], dtype=np.int64)
    kind = found.wanted * 2 + named
    return Filed(
        row=rows,
        wanted=found.wanted,
        role=np.array([each.role for each in patterns], dtype=object)[found.wanted],
        events=replace(events(job_of[found.wanted], moment, kind), first=first, last=last),
        mtime=mtime[rows],
        seen=nanoseconds(frame["seen_at"])[rows],
        size=frame["size"].to_numpy()[rows],
        is_named=named,
        is_foreign=foreign | (copied & ~named),
        is_copied=copied,
        dated=found.dated,
        patterns=patterns,
        looks=np.array(evidence.looks, dtype=np.int64),
    )


def copied_minutes(evidence: Evidence) -> list[tuple[int, int]]:
    """Return (source, minute since the epoch) of each source of which more than half of the files share that minute."""
    frame, found = evidence.artifacts, []
    mtime, source = nanoseconds(frame["at"]), frame["source"].to_numpy()
    is_file = ~frame["is_folder"].to_numpy() & (mtime != NAT)
    for each in np.unique(source):
        minutes, counts = np.unique(mtime[(source == each) & is_file] // MINUTE, return_counts=True)
        if len(counts) and counts.max() >= COPIED_LEAST and counts.max() > COPIED_SHARE * counts.sum():
            found.append((int(each), int(minutes[np.argmax(counts)])))
    return found


def copied_rows(evidence: Evidence, table: JobTable, spine: Spine, crowded: Sequence[tuple[int, int]]) -> Flags:
    """Return which artifacts lie in a tree that was copied, and carry the copy's time.

    That is so where more than half of a source's files share one minute (``crowded``) in which no run was on.
    """
    frame, copied = evidence.artifacts, np.zeros(len(evidence.artifacts), dtype=np.bool_)
    if not crowded:
        return copied
    mtime, source = nanoseconds(frame["at"]), frame["source"].to_numpy()
    tolerance = table.tolerance[spine.job]
    opens, closes = spine.start - tolerance, own_ends(table, spine) + tolerance
    for each, minute in crowded:
        if not np.any((opens <= (minute + 1) * MINUTE) & (closes >= minute * MINUTE)):
            copied |= (source == each) & (mtime // MINUTE == minute)
    return copied


def named_runs(
    table: JobTable, found: Witnesses, patterns: Sequence[Wanted], spine: Spine, mtime: Ints, copied: Flags
) -> tuple[Ints, Ints, Flags, Flags, Ints]:
    """Return for each file the runs that it names, whether it names one or a foreign time, and when it counts."""
    count = len(found.row)
    first, last = np.zeros(count, dtype=np.int64), np.full(count, FAR)
    named, foreign, moment = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_), mtime.copy()
    bounds = np.searchsorted(spine.job, np.arange(len(table.jobs) + 1))
    order = np.argsort(found.wanted, kind="stable")
    edges = np.searchsorted(found.wanted[order], np.arange(len(patterns) + 1))
    for each in patterns:
        files = order[edges[each.number] : edges[each.number + 1]]
        if not len(files):
            continue
        runs = range(int(bounds[each.job]), int(bounds[each.job + 1]))
        dates = dates_of(each, table.jobs[each.job], found, files, spine, runs, mtime)
        for file, text in zip(files, dates.texts, strict=True):
            if text in dates.runs:
                first[file], last[file] = dates.runs[text]
                named[file] = True
            elif text:
                foreign[file] = dates.is_foreign(text)
        if dates.moments is not None:
            moment[files] = dates.moments
        if dates.strays is not None:
            first[files[dates.strays]] = FAR
    spoken = named & copied
    moment[spoken] = spine.start[first[spoken]] if spoken.any() else moment[spoken]
    return first, last, named, foreign, moment


@dataclass(frozen=True)
class Dates:
    """What the paths of one pattern name: a text for each file, the runs so named, and times to place others by."""

    texts: Sequence[str]
    runs: Mapping[str, tuple[int, int]]
    date_format: str | None
    job: Job
    span: tuple[int, int]
    moments: Ints | None = None
    strays: Flags | None = None

    def is_foreign(self, text: str) -> bool:
        """Return whether a date names a time outside the runs known here."""
        if self.date_format is None:
            return False
        named = read_back(self.date_format, self.job.timezone, text)
        return named is not None and not self.span[0] - DAY <= named <= self.span[1] + DAY


def dates_of(each: Wanted, job: Job, found: Witnesses, files: Ints, spine: Spine, runs: range, mtime: Ints) -> Dates:
    """Return what the paths of one pattern's files name."""
    span = (int(spine.start[runs[0]]), int(spine.start[runs[-1]])) if len(runs) else (0, -1)
    form = each.pattern.date_format
    if form is not None:
        written_as = [found.dated[file] for file in files]
        named = named_ranges(job, form, each.pattern.resolution, spine, runs)
        dates = Dates(written_as, named, form, job, span)
        if each.pattern.resolution >= HOUR:
            return dates
        moments, strays = stamped(job, form, written_as, named, mtime[files], spine.start[runs.start : runs.stop])
        return replace(dates, moments=moments, strays=strays)
    stood = None if each.pattern.is_fixed else found_dates([found.base[file] for file in files], job)
    if not stood:
        return Dates([""] * len(files), {}, None, job, span)
    return inferred_dates(stood, job, spine, runs, mtime[files], span)


def found_dates(paths: Sequence[str], job: Job) -> list[tuple[int, int]] | None:
    """Return the date that stands in each path as (instant, resolution) in ns, None where one has none."""
    dates: list[tuple[int, int]] = []
    for path in paths:
        date = found_date(path, job.timezone)
        if date is None:
            return None
        dates.append(date)
    return dates


def inferred_dates(
    dates: Sequence[tuple[int, int]], job: Job, spine: Spine, runs: range, mtime: Ints, span: tuple[int, int]
) -> Dates:
    """Return what dates mean that a glob stands for: the run's own, where nearly all of them agree with the mtimes."""
    nothing = Dates([""] * len(dates), {}, None, job, span)
    named = np.array([instant for instant, _ in dates], dtype=np.int64)
    finest = max(resolution for _, resolution in dates)
    agrees = (mtime >= named - 2 * MINUTE) & (mtime <= named + (DAY + 6 * HOUR if finest == DAY else 6 * HOUR))
    if agrees.mean() < AGREEING:
        return nothing
    if finest < DAY:
        return Dates(nothing.texts, {}, None, job, span, np.where(agrees, named, mtime))
    form = "%Y-%m-%d"
    return Dates(
        [written(form, job.timezone, int(each)) for each in named],
        named_ranges(job, form, DAY, spine, runs),
        form,
        job,
        span,
    )


def stamped(
    job: Job, form: str, written_as: Sequence[str], named: Mapping[str, object], mtime: Ints, starts: Ints
) -> tuple[Ints, Flags]:
    """Return when to place files, and which are strays: the path names a time at which no run is known to have begun.

    A time within the start grace after a run's start is that run's own clock, and places the file; so is a later
    one where the files are usually named that late, as by the clock at the end of the work.
    """
    stamps = [None if text in named else read_back(form, job.timezone, text) for text in written_as]
    is_other = np.array([stamp is not None for stamp in stamps], dtype=np.bool_)
    moment = np.array(
        [own if stamp is None else min(stamp, own) for stamp, own in zip(stamps, mtime.tolist(), strict=True)],
        dtype=np.int64,
    )
    run = np.searchsorted(starts, moment + nanos([job.clock_tolerance]), side="right") - 1
    after = moment - at(starts, run)
    habit = after[is_other & (run >= 0)]
    usual = int(np.median(habit)) if len(habit) >= max(HABITUAL, len(mtime) / 2) else 0
    is_near = (run >= 0) & (after <= np.maximum(nanos([job.start_grace]), WHILE_IT_RUNS * usual))
    return np.where(is_other, moment, mtime), is_other & ~is_near


def named_ranges(job: Job, form: str, resolution: int, spine: Spine, runs: range) -> dict[str, tuple[int, int]]:
    """Return for each text that a path may write the first and last run so named, by due time, else by trigger."""
    ranges: dict[str, tuple[int, int]] = {}
    part = slice(runs.start, runs.stop)
    unit = max(SECOND, min(resolution, MINUTE))
    told = np.full(len(runs), NAT)
    for moments in (spine.due[part], spine.triggered[part], spine.begun[part], spine.first_seen[part]):
        floored = np.where(moments == NAT, NAT, moments - moments % unit)
        rows = np.flatnonzero((floored != NAT) & (floored != told))
        named = [written(form, job.timezone, moment) for moment in floored[rows].tolist()]
        run = (runs.start + rows).tolist()
        last, first = dict(zip(named, run, strict=True)), dict(zip(reversed(named), reversed(run), strict=True))
        for text in ranges.keys() & last.keys() if resolution >= DAY else ():
            ranges[text] = (min(ranges[text][0], first[text]), max(ranges[text][1], last[text]))
        ranges = {text: (first[text], end) for text, end in last.items()} | ranges
        told = np.where(floored == NAT, told, floored)
    return ranges


def pattern_list(
    jobs: Sequence[Job], filed: Filed, spine: Spine, cleaned: Mapping[int, int]
) -> tuple[paired.Pattern, ...]:
    """Return all patterns, with whether several runs would write one path, and since when files of theirs are kept."""
    listed = []
    for each in filed.patterns:
        form = each.pattern.date_format
        moments = spine.moment[rows_of(spine.job, each.job)]
        dues = moments[moments != NAT].tolist() if form else []
        texts_written = {written(form or "", jobs[each.job].timezone, due) for due in dues}
        shared = each.pattern.is_fixed if form is None else len(texts_written) < len(dues)
        listed.append(
            paired.Pattern(
                number=each.number,
                job=each.job,
                role=each.role,
                text=each.pattern.text,
                is_shared=shared,
                cleaned_before=cleaned.get(each.number),
            )
        )
    return tuple(listed)


def lost_runs(filed: Filed, run: Ints, spine: Spine, own_end: Ints, table: JobTable) -> Flags:
    """Return the runs whose proof, if there was one, cannot be seen any more; ``run`` is the run of each file.

    Another run wrote the same path again later, or the tree was copied and the pattern has no date.
    """
    lost = np.zeros(len(spine), dtype=np.bool_)
    for each, files in zip(filed.patterns, filed.by_pattern, strict=False):
        if each.role == "state" or not len(files):
            continue
        job, part = table.jobs[each.job], rows_of(spine.job, each.job)
        mine = np.arange(part.start, part.stop)
        if filed.is_copied[files].any() and each.pattern.date_format is None:
            lost[part] = True
        ends = own_end[part] + table.tolerance[each.job]
        over = is_written_over(filed, run, files, mine, ends) & ~known_by_looks(filed, run, files, mine, ends)
        if keeps_records(each, files):
            over &= spine.start[part] < int(filed.mtime[files].min())
        if each.pattern.date_format is not None and over.any():
            can = can_collide(each, job, spine.moment[part])
            over &= can and written_again(each, job, filed, run, files, spine, own_end, mine)
        if each.pattern.is_fixed or each.pattern.date_format is not None:
            lost[part] |= over
    return lost


def is_written_over(filed: Filed, run: Ints, files: Ints, mine: Ints, ends: Ints) -> Flags:
    """Return which of some runs, over at ``ends``, were over when the newest file was written, or were before its."""
    newest = files[np.argmax(filed.mtime[files])]
    return np.asarray((ends < filed.mtime[newest]) | (mine < run[newest]), dtype=np.bool_)


def known_by_looks(filed: Filed, run: Ints, files: Ints, mine: Ints, ends: Ints) -> Flags:
    """Return of which of some runs, over at ``ends``, an earlier report saw what lay at a path afterwards.

    That is so where it was not written again between the run's end and the first look after it: the newest version
    that this look saw is then the run's own, or is older, and the run wrote none.
    """
    known = files[filed.seen[files] != NAT]
    if not len(filed.looks) or not len(known):
        return np.zeros(len(ends), dtype=np.bool_)
    order = known[np.lexsort((filed.mtime[known], filed.seen[known]))]
    is_newest = filed.mtime[order] == np.maximum.accumulate(filed.mtime[order])
    newest = order[np.maximum.accumulate(np.where(is_newest, np.arange(len(order)), 0))]
    place = np.searchsorted(filed.looks, ends)
    look = np.append(filed.looks, NAT)[place]
    version = np.searchsorted(filed.seen[order], look, side="right") - 1
    found = newest[version]
    is_older = (filed.mtime[found] <= ends) & (run[found] <= mine)
    return np.asarray((place < len(filed.looks)) & (version >= 0) & is_older, dtype=np.bool_)


def keeps_records(each: Wanted, files: Ints) -> bool:
    """Return whether a pattern names a field of a log, to which each run adds a record: what was there stays known."""
    return FIELD in each.pattern.text and len(files) > 1


def can_collide(each: Wanted, job: Job, due: Ints) -> bool:
    """Return whether two runs of a job can write one path: its dates are coarse, or the clock is set back meanwhile."""
    if each.pattern.resolution >= HOUR:
        return True
    known = due[due != NAT]
    if not len(known):
        return False
    first, last = (datetime.fromtimestamp(int(edge) // SECOND, job.timezone) for edge in (known.min(), known.max()))
    return first.utcoffset() != last.utcoffset()


def written_again(
    each: Wanted, job: Job, filed: Filed, run: Ints, files: Ints, spine: Spine, own_end: Ints, mine: Ints
) -> Flags:
    """Return which of a job's runs have a dated path with a file written after their own time, or by a later run."""
    lost, form = np.zeros(len(mine), dtype=np.bool_), each.pattern.date_format or ""
    newest: dict[str, int] = {}
    for file in files[np.argsort(filed.mtime[files], kind="stable")].tolist():
        newest[filed.dated[file]] = file
    texts_of: Counter[str] = Counter()
    names: list[tuple[int, str]] = []
    for row in mine[spine.moment[mine] != NAT].tolist():
        names.append((row, written(form, job.timezone, int(spine.moment[row]))))
        texts_of[names[-1][1]] += 1
    for row, text in names:
        file = newest.get(text)
        if file is not None and texts_of[text] > 1:
            lost[row - mine[0]] = filed.mtime[file] > own_end[row] or run[file] > row
    return lost
