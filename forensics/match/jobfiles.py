"""Which job's pattern each file of the evidence fits: several stages ask, and every path is fitted once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forensics.config import Job
from forensics.evidence.intake import Evidence
from forensics.match.resolve import texts
from forensics.match.spans import Flags, Ints
from forensics.match.witnesses import Witnesses, every_witness, homes_of, wanted_patterns, without_full_folders

UNASKED, FITS_NONE = -2, -1


class JobFiles:
    """The files of the evidence by the patterns of jobs; a path is fitted when its row is first asked for.

    An old tree holds many more files than a night's report ever looks at.
    """

    def __init__(self, jobs: Sequence[Job], evidence: Evidence) -> None:
        self.patterns = tuple(wanted_patterns(jobs))
        self._jobs, self._frame = jobs, evidence.artifacts
        count = len(self._frame)
        self._wanted = np.full(count, UNASKED, dtype=np.int64)
        self._dated, self._base = np.empty(count, dtype=object), np.empty(count, dtype=object)
        self._is_under = np.zeros(count, dtype=np.bool_)

    @property
    def job(self) -> Ints:
        """Return the job of each pattern."""
        return np.array([each.job for each in self.patterns], dtype=np.int64)

    def has_role(self, roles: Sequence[str]) -> Flags:
        """Return which patterns prove one of some things."""
        return np.array([each.role in roles for each in self.patterns], dtype=np.bool_)

    def among(self, rows: Ints) -> Witnesses:
        """Return those of some rows, ascending, that fit a pattern; ``row`` is their row among all artifacts."""
        if not self.patterns:
            rows = rows[:0]
        self._fit(rows[self._wanted[rows] == UNASKED])
        rows = rows[self._wanted[rows] >= 0]
        dated, base = self._dated[rows].tolist(), self._base[rows].tolist()
        return without_full_folders(Witnesses(rows, self._wanted[rows], dated, base, self._is_under[rows]))

    def _fit(self, rows: Ints) -> None:
        if not len(rows):
            return
        hosts = self._frame["host"].iloc[rows]
        is_told = any(job.host for job in self._jobs) and not hosts.isna().all()
        homes = homes_of(texts(hosts), self._jobs) if is_told else None
        paths = [path or "" for path in texts(self._frame["path"].iloc[rows])]
        found = every_witness(paths, self.patterns, homes)
        self._wanted[rows] = FITS_NONE
        fitting = rows[found.row]
        self._wanted[fitting], self._is_under[fitting] = found.wanted, found.is_under
        self._dated[fitting], self._base[fitting] = found.dated, found.base
