"""Every path is fitted once, whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.match import jobfiles
from forensics.match.jobfiles import JobFiles
from tests.match.builders import evidence, file, ints, job

ROWS = ints(range(3))


def test_rows_are_those_of_all_artifacts() -> None:
    read = evidence(file("x", "07:00"), file("a.json", "07:00"), file("b.json", "07:00"))
    assert JobFiles([job(artifacts=("*.json",))], read).among(ints([1, 2])).row.tolist() == [1, 2]


def test_row_that_was_not_asked_for_is_not_told() -> None:
    read = evidence(file("a.json", "07:00"), file("b.json", "07:00"), file("c.json", "07:00"))
    files = JobFiles([job(artifacts=("*.json",))], read)
    files.among(ROWS)
    assert files.among(ints([1])).base == ["b.json"]


def test_path_is_fitted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = list[str]()
    plain = jobfiles.every_witness
    monkeypatch.setattr(jobfiles, "every_witness", lambda paths, *more: (fitted.extend(paths), plain(paths, *more))[1])
    read = evidence(file("a.json", "07:00"), file("b.txt", "07:00"), file("c.json", "07:00"))
    files = JobFiles([job(artifacts=("*.json",))], read)
    told = [files.among(rows).row.tolist() for rows in (ints([1, 2]), ROWS, ROWS)]
    assert (told, sorted(fitted)) == ([[2], [0, 2], [0, 2]], ["a.json", "b.txt", "c.json"])


def test_folder_speaks_for_itself_where_no_file_under_it_is_asked_for() -> None:
    read = evidence(file("posts", "07:00", is_folder=True), file("posts/a.md", "07:00"))
    files = JobFiles([job(artifacts=("posts",))], read)
    assert [files.among(rows).row.tolist() for rows in (ints([0, 1]), ints([0]))] == [[1], [0]]


def test_file_of_another_host_fits_nothing() -> None:
    read = evidence(file("a.json", "07:00", host="web1"), file("a.json", "07:00", host="web2"))
    assert JobFiles([job(host="web2", artifacts=("*.json",))], read).among(ints([0, 1])).row.tolist() == [1]


def test_no_patterns_fit_nothing() -> None:
    assert len(JobFiles([job()], evidence(file("a.json", "07:00"))).among(ints([0])).row) == 0


def test_each_pattern_tells_its_job_and_what_it_proves() -> None:
    files = JobFiles([job("one", artifacts=("a",)), job("two", state_files=("b",), markers=("c",))], evidence())
    assert files.job.tolist() == [0, 1, 1]
    assert np.flatnonzero(files.has_role(("artifact", "marker"))).tolist() == [0, 1]
