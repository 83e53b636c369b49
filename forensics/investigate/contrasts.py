"""What tells bad runs from good ones, and what does not.

Attributes of a job are compared over jobs, each one unit: runs of one job are not independent, and one flaky job would
make all its attributes significant. Those of a run are compared within jobs. What hours and days do is compared over
these, since what befalls all runs of a day at once has happened once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from zoneinfo import ZoneInfo

import pandas as pd

from forensics.evidence.columns import Columns
from forensics.evidence.investigation import Contrast
from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.evidence.run_hosts import hosts_of_runs
from forensics.investigate.contrast_attributes import Attribute, is_of_its_own, settled
from forensics.investigate.contrast_exceptions import exceptions
from forensics.investigate.contrast_jobs import of_hosts, of_names, of_settings
from forensics.investigate.contrast_left import beside_clearer
from forensics.investigate.contrast_messages import of_messages
from forensics.investigate.contrast_moments import of_durations, of_moments, of_neighbours
from forensics.investigate.contrast_splits import Ground, Split, splits_of
from forensics.investigate.contrast_standing import About, constant, contrast_of, told
from forensics.investigate.contrast_tests import corrected, telling
from forensics.investigate.contrast_told import of_rows
from forensics.investigate.outcomes import Outcomes, reporting, work

STANDINGS = ("differs", "same", "unknown")


def contrasts(studied: Result) -> tuple[Contrast, ...]:
    """Return what was compared, for both questions: what differs first, what tells most before all others."""
    columns = Columns(studied.runs)
    found: list[Contrast] = []
    for outcomes in (work(columns), reporting(columns)):
        if outcomes.bad.any() and outcomes.good.any():
            tried = list(attributes(studied, columns, outcomes))
            found += compared(tried, ground_of(studied, columns, outcomes), outcomes.about)
    return tuple(sorted(found, key=lambda each: STANDINGS.index(each.standing)))


def ground_of(studied: Result, columns: Columns, outcomes: Outcomes) -> Ground:
    """Return the runs to compare; the late ones begin with the day, by the report's clock, of the first bad run."""
    moments = columns.moment[outcomes.bad & (columns.moment != NAT)]
    begin = midnight_before(int(moments.min()), studied.config.timezone) if len(moments) else NAT
    return Ground(outcomes, studied.paired.runs.job, columns.told, columns.moment, begin)


def midnight_before(at: int, zone: ZoneInfo) -> int:
    """Return when the local day of an instant began, in ns."""
    return int(pd.Timestamp(at, unit="ns", tz="UTC").tz_convert(zone).normalize().value)


def attributes(studied: Result, columns: Columns, outcomes: Outcomes) -> Iterator[Attribute]:
    """Yield every attribute that can be compared, those that somebody set first, each of a name of its own."""
    paired, evidence = studied.paired, studied.evidence
    job, known, hosts = paired.runs.job, outcomes.known, hosts_of_runs(paired, evidence)
    of_runs = (
        *of_messages(paired, evidence.notifications, outcomes.about),
        *of_rows(paired, evidence),
        *of_moments(columns.moment, studied.config.timezone),
        of_neighbours(columns, paired, hosts),
        of_durations(columns, job, outcomes.good),
    )
    names = set[tuple[str, str]]()
    told_of_jobs = of_settings(paired), of_hosts(hosts, job)
    for each in chain(*told_of_jobs, *(settled(each, job, known) for each in of_runs), of_names(paired)):
        is_told = (each.name, each.level) in names
        if not is_told and (each.is_declared or not is_of_its_own(each, job, known)):
            names.add((each.name, each.level))
            yield each


def compared(tried: Sequence[Attribute], ground: Ground, about: About) -> list[Contrast]:
    """Return the contrasts of one question in their order."""
    splits = [list(splits_of(each, ground)) for each in tried]
    tested = iter(corrected(list(chain(*splits))))
    few, taken = exceptions(ground), set[bytes]()
    found = list[tuple[Contrast, Split | None]]()
    for attribute, own in zip(tried, splits, strict=True):
        mine = list(islice(tested, len(own)))
        if not own:
            found += [(each, None) for each in constant(attribute, ground, about)]
        shared = few.code_of(attribute, ground.job, ground.known) if few and attribute.level == "job" else None
        for each in telling(mine, shared):
            if each.split.key not in taken:
                found.append((contrast_of(each, about, own, ground, few), each.split))
            taken.add(each.split.key)
    return beside_clearer(sorted(found, key=lambda each: rank(each[0], each[1], ground)), ground)


def rank(contrast: Contrast, split: Split | None, ground: Ground) -> tuple[int, bool, float, float]:
    """Return what contrasts are put in order by: their standing; causes before symptoms; what tells most first."""
    standing = STANDINGS.index(contrast.standing)
    if split is None or contrast.standing == "same":
        return standing, False, 0.0, 0.0
    p_value = 1.0 if contrast.p_value is None else contrast.p_value
    return standing, split.attribute.is_symptom, -abs(told(contrast.within, ground)), p_value
