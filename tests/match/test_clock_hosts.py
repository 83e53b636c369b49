"""Which host's clock rows and jobs go by."""

from __future__ import annotations

from typing import Any

from forensics.config import Job
from forensics.match.clock_hosts import hosts_of
from tests.match.builders import evidence, job, resolved, step, trigger


def told(*rows: dict[str, Any], jobs: tuple[Job, ...] = (job("backup"),)) -> dict[str, list[str | None]]:
    read = evidence(*rows)
    hosts = hosts_of(resolved(read, *jobs), read)
    places = {"job": hosts.of_job, **hosts.of_row}
    return {name: [hosts.names[place] for place in each.tolist()] for name, each in places.items()}


def test_row_goes_by_the_host_that_it_names():
    assert told(trigger("07:00", "backup", host="web1"))["triggers"] == ["web1"]


def test_row_without_a_host_goes_by_that_of_its_job():
    rows = told(trigger("07:00", "backup"), jobs=(job("backup", host="web1"),))
    assert rows["triggers"] == ["web1"]


def test_job_is_where_most_of_its_rows_are():
    rows = (trigger(f"0{hour}:00", "backup", host=host) for hour, host in enumerate(["web1", "web2", "web2"]))
    assert told(*rows)["job"] == ["web2"]


def test_runner_tells_a_jobs_host_too():
    assert told(step("started", "07:00", "backup", host="db1"))["job"] == ["db1"]


def test_configured_host_outranks_the_rows():
    rows = told(
        step("started", "07:00", "backup"), trigger("07:00", "backup", host="web1"), jobs=(job("backup", host="db1"),)
    )
    assert rows["job"][0] == "db1"


def test_hosts_are_one_by_their_first_label():
    rows = told(trigger("07:00", "backup", host="Web1.example.org"), trigger("08:00", "backup", host="web1"))
    assert rows["triggers"] == ["web1", "web1"]


def test_what_nothing_places_is_of_this_host():
    assert told(trigger("07:00", "backup")) == {"job": [None], "triggers": [None], "lifecycle": []}


def test_row_of_no_job_is_of_this_host():
    assert told(step("started", "07:00", None))["lifecycle"] == [None]
