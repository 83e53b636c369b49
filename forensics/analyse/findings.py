"""All statements over runs that a person should know of, those on the evidence's own truth first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd

from forensics.analyse.alarms import mass_failure
from forensics.analyse.boot_warnings import slow_boots
from forensics.analyse.clocks import clock_offsets
from forensics.analyse.concentration import concentration
from forensics.analyse.half_written import skipped_work
from forensics.analyse.lint import copied_trees, near_paths, orphans, unconfigured, unusable_schedules
from forensics.analyse.outages import lane_outages, runner_outages, silent_logs
from forensics.analyse.streaks import claimed_streaks
from forensics.config import Config
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import ClockOffset, Paired, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Finding


def findings(
    runs: pd.DataFrame,
    paired: Paired,
    evidence: Evidence,
    coverage: Coverage,
    config: Config,
    window: Window,
    zone: ZoneInfo,
    provenance: Provenance,
    offsets: tuple[ClockOffset, ...] = (),
) -> tuple[Finding, ...]:
    """Return the findings of a report; the rows of ``runs`` are those of ``paired.runs``, ``zone`` is the texts'."""
    columns = Columns(runs)
    return (
        *mass_failure(columns),
        *concentration(columns),
        *lane_outages(columns, zone),
        *runner_outages(columns, paired, coverage, zone),
        *silent_logs(columns, paired, evidence, coverage, window.now, zone),
        *claimed_streaks(columns, paired),
        *skipped_work(columns, paired, provenance, window, zone),
        *slow_boots(columns, paired, evidence, window, zone),
        *clock_offsets(offsets),
        *copied_trees(paired, evidence, zone),
        *near_paths(columns, paired),
        *unusable_schedules(config.jobs),
        *unconfigured(columns, paired),
        *orphans(paired),
    )
