"""On which host each run was: its job's own, else what its rows name first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forensics.config import Job
from forensics.evidence.paired import EVENT_CODES, Steps
from forensics.evidence.run_hosts import hosts_of_runs
from tests.analyse.builders import UTC, at, evidence, frame, ints, paired, run


def hosts(
    *jobs: Job, runs: Sequence[str] = ("one",), triggers: Sequence[str | None] = (), steps: Sequence[str | None] = ()
) -> list[str | None]:
    """Return the host of each run; ``runs`` name their jobs, rows of triggers and of the runner their hosts in turn."""
    table = frame(*(run("confirmed", name) for name in runs))
    links = paired(table, jobs=jobs or None, triggers=range(len(triggers)))
    rows, event = ints(range(len(steps))), EVENT_CODES.index("started")
    links = replace(links, steps=Steps(rows, rows, ints([event] * len(steps)), rows, np.full(len(steps), np.nan)))
    told = {"at": at("07:00"), "event": "started"}
    read = evidence(
        triggers=[{**told, "host": host} for host in triggers], lifecycle=[{**told, "host": host} for host in steps]
    )
    found: list[str | None] = hosts_of_runs(links, read).tolist()
    return found


def test_host_of_the_job_comes_before_what_its_rows_say():
    assert hosts(Job("one", UTC, "web1"), triggers=["loghost"]) == ["web1"]


def test_trigger_tells_the_host_of_a_job_that_names_none():
    assert hosts(triggers=["web1"]) == ["web1"]


def test_runner_tells_it_where_no_trigger_does():
    assert hosts(triggers=[None], steps=["web1"]) == ["web1"]


def test_trigger_comes_before_the_runner():
    assert hosts(triggers=["web1"], steps=["web2"]) == ["web1"]


def test_run_without_any_row_is_where_all_others_of_its_job_were():
    assert hosts(runs=["one", "one"], triggers=["web1"]) == ["web1", "web1"]


def test_run_without_any_row_of_a_job_that_moves_is_nowhere_known():
    assert hosts(runs=["one", "one", "one"], triggers=["web1", "web2"]) == ["web1", "web2", None]


def test_one_host_goes_by_one_spelling():
    assert hosts(runs=["one", "two"], triggers=["Web1.example.org", "web1"]) == ["Web1.example.org"] * 2


def test_nothing_is_known_where_no_row_names_a_host():
    assert hosts(triggers=[None]) == [None]


def test_no_runs_are_nowhere():
    assert hosts(runs=[]) == []
