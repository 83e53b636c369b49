"""Templates are learnt where the evidence allows, and left unsure wherever it might be chance or another job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forensics.config import Config, Job
from forensics.config_jobs import unconfigured_job
from forensics.evidence.paired import Learnt, Window
from forensics.match.learning import learn_templates, with_learnt
from forensics.match.patterns import compiled
from forensics.match.reach import coverage
from forensics.match.resolve import resolve_jobs
from forensics.verdicts import Lane
from tests.match.builders import MINUTE, SECOND, ZONE, evidence, ints, job, resolved

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
WINDOW = Window(*(round(each.timestamp()) * SECOND for each in (FIRST, NOW, NOW)))
Row = dict[str, Any]


def bare(name: str = "sync-orders", **more: Any) -> Job:
    return job(name, **{"schedule": None, "max_duration": None, **more})


def nanos(moment: datetime) -> int:
    return round(moment.timestamp() * 1000) * 10**6


def nights(hour: int = 2, minute: int = 30, count: int = 14, without: Iterable[int] = ()) -> list[datetime]:
    """Return the same time on one day after another, some days left out."""
    first = FIRST.replace(hour=hour, minute=minute)
    return [first + timedelta(days=day) for day in range(count) if day not in set(without)]


def hours(count: int = 120, without: Iterable[int] = ()) -> list[datetime]:
    return [FIRST + timedelta(hours=each) for each in range(count) if each not in set(without)]


def triggers(starts: Iterable[datetime], name: str = "sync-orders", command: str | None = None) -> list[Row]:
    common = {"table": "triggers", "event": "started", "job": None if command else name, "command": command}
    return [{**common, "at": nanos(each) + SECOND} for each in starts]


def files(template: str, starts: Iterable[datetime], delay: float = 40, jitter: float = 5, **more: Any) -> list[Row]:
    """Return a file for each start, so many seconds after it; ``{n}`` in the template is a number of its own."""
    rows = []
    for number, start in enumerate(starts):
        when = nanos(start) + round((delay + jitter * (number * 7 % 5) / 5) * SECOND)
        path = start.strftime(template.replace("{n}", f"{number * 7919 % 10007:05d}"))
        common = {"table": "artifacts", "size": 9, "is_folder": False}
        rows.append({**common, "at": when, "path": path, **more})
    return rows


def learn(rows: Iterable[Row], *jobs: Job, window: Window = WINDOW) -> list[tuple[str, str, bool]]:
    """Return (job, template, whether it is sure) of all that is learnt."""
    read = evidence(*rows)
    world = resolved(read, *jobs)
    found = learn_templates(world, read, window, ZONE)
    return [(world.jobs[each.job].name, each.text, each.is_sure) for each in found]


def sure(rows: Iterable[Row], *jobs: Job) -> list[tuple[str, str]]:
    return [(name, text) for name, text, is_sure in learn(rows, *jobs) if is_sure]


SPELLINGS = {
    "a day": ("backups/sync-orders/%Y-%m-%d.tar", "backups/sync-orders/{date:%Y-%m-%d}.tar"),
    "a day without signs": ("sync_orders-%Y%m%d.dump", "sync_orders-{date:%Y%m%d}.dump"),
    "folders": ("out/%Y/%m/%d/sync-orders.csv", "out/{date:%Y}/{date:%m}/{date:%d}/sync-orders.csv"),
    "a day, its day first": ("x/sync-orders_%d.%m.%Y.xml", "x/sync-orders_{date:%d.%m.%Y}.xml"),
    "a minute": ("sync-orders/%Y%m%dT%H%M.json", "sync-orders/{date:%Y%m%dT%H%M}.json"),
    "a minute with signs": ("sync-orders-%Y-%m-%dT%H-%M.json", "sync-orders-{date:%Y-%m-%dT%H-%M}.json"),
    "a second": ("sync-orders/%Y%m%d-%H%M%S.json", "sync-orders/{date:%Y%m%d-%H%M%S}.json"),
    "a folder of a day": ("sync-orders/dt=%Y-%m-%d/rows.csv", "sync-orders/dt={date:%Y-%m-%d}/rows.csv"),
    "an odd number beside a day": ("sync-orders/%Y-%m-%d/x-{n}.csv", "sync-orders/{date:%Y-%m-%d}/x-*.csv"),
    "a counter alone": ("sync-orders/export-{n}.csv", "sync-orders/export-*.csv"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_template_of_files_named_after_the_job(spelling: str) -> None:
    written_as, template = SPELLINGS[spelling]
    assert sure([*triggers(nights()), *files(written_as, nights())], bare()) == [("sync-orders", template)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_learnt_template_fits_the_files_that_it_was_learnt_from(spelling: str) -> None:
    rows = files(SPELLINGS[spelling][0], nights())
    assert all(compiled(SPELLINGS[spelling][1]).fitted(row["path"]) for row in rows)


def test_files_that_a_run_counts_are_one_template() -> None:
    parts = [*files("sync-orders/%Y%m%d/part-0.csv", nights()), *files("sync-orders/%Y%m%d/part-1.csv", nights()[::2])]
    assert sure([*triggers(nights()), *parts], bare()) == [("sync-orders", "sync-orders/{date:%Y%m%d}/part-*.csv")]


def test_hour_in_a_folder_of_its_own() -> None:
    rows = [*triggers(hours()), *files("h/%Y-%m-%d/%H/%M-sync-orders.bin", hours())]
    assert sure(rows, bare()) == [("sync-orders", "h/{date:%Y-%m-%d}/{date:%H}/{date:%M}-sync-orders.bin")]


def test_dates_are_read_in_the_zone_of_the_job() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    local = [start.astimezone(tokyo) for start in nights(hour=18)]
    rows = [*triggers(nights(hour=18)), *files("sync-orders/%Y-%m-%d.csv", local)]
    assert sure(rows, bare(timezone=tokyo)) == [("sync-orders", "sync-orders/{date:%Y-%m-%d}.csv")]


def test_dates_of_another_zone_are_not_taken_for_the_run_before() -> None:
    local = [start - timedelta(hours=1) for start in hours()]
    rows = [*triggers(hours()), *files("sync-orders/%Y%m%dT%H00.json", local, delay=3640)]
    assert sure(rows, bare()) == []


def test_dates_of_utc_are_known_where_the_zone_of_the_job_is_only_supposed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    read = evidence(*triggers(hours()), *files("sync-orders/%Y%m%dT%H00.json", hours()))
    world = resolve_jobs(read, (), partial(unconfigured_job, Config(timezone=berlin)))
    taught_world = with_learnt(world, learn_templates(world, read, WINDOW, berlin))
    assert taught_world.jobs[0].timezone == ZONE


def test_dates_of_the_day_before_are_not_sure() -> None:
    rows = [*triggers(nights()), *files("sync-orders/%Y-%m-%d.csv", [n - timedelta(days=1) for n in nights()], 86_440)]
    assert sure(rows, bare()) == []


def test_support_counts_runs_with_a_file_of_all_runs_since_the_first() -> None:
    read = evidence(*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights(without=[0, 1, 5])))
    (found,) = learn_templates(resolved(read, bare()), read, WINDOW, ZONE)
    assert (found.met, found.runs) == (11, 12)


def test_delay_is_the_usual_one() -> None:
    read = evidence(*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights(), delay=61, jitter=0))
    (found,) = learn_templates(resolved(read, bare()), read, WINDOW, ZONE)
    assert found.delay == pytest.approx(60)


def test_one_run_that_takes_long_does_not_hide_a_template() -> None:
    late = files("sync-orders-%Y%m%d.csv", nights()[:1], delay=5000)
    rows = [*triggers(nights()), *late, *files("sync-orders-%Y%m%d.csv", nights()[1:])]
    assert sure(rows, bare()) == [("sync-orders", "sync-orders-{date:%Y%m%d}.csv")]


def test_single_file_is_not_enough() -> None:
    rows = [*triggers(nights(count=1)), *files("sync-orders-%Y%m%d.csv", nights(count=1))]
    assert sure(rows, bare()) == []


def test_files_of_few_of_the_runs_are_not_sure() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights()[::3])]
    assert sure(rows, bare()) == []


def test_job_that_declares_artifacts_is_taught_nothing() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights())]
    assert learn(rows, bare(artifacts=("other-*",))) == []


def test_file_of_a_declared_pattern_is_not_learnt_for_another_job() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights())]
    other = job("other", artifacts=("sync-orders-*.csv",))
    assert learn(rows, bare(), other) == []


IDLE = (
    "log/sync-orders-%Y-%m-%d.log",
    "sync-orders/%Y-%m-%d.lock",
    "cache/sync-orders/%Y-%m-%d.bin",
    "tmp/sync-orders-%Y%m%d.csv",
)


@pytest.mark.parametrize("path", IDLE)
def test_what_is_touched_either_way_is_never_sure(path: str) -> None:
    assert sure([*triggers(nights()), *files(path, nights())], bare()) == []


def test_file_to_which_the_line_writes_its_output_is_never_sure() -> None:
    line = "/opt/sync-orders.sh >> /srv/said/sync-orders.txt 2>&1"
    rows = [*triggers(nights(), command=line), *files("said/sync-orders.txt", nights())]
    assert sure(rows) == []


def test_folder_named_like_a_job_that_cares_for_logs_counts() -> None:
    rows = [*triggers(nights(), "ship-logs"), *files("out/logs/ship-logs-%Y%m%d.tar", nights())]
    assert sure(rows, bare("ship-logs")) == [("ship-logs", "out/logs/ship-logs-{date:%Y%m%d}.tar")]


def test_longest_name_in_a_path_owns_it() -> None:
    rows = [
        *triggers(nights()),
        *triggers(nights(), "sync-orders-archive"),
        *files("sync-orders-archive/%Y-%m-%d.csv", nights()),
    ]
    found = sure(rows, bare(), bare("sync-orders-archive"))
    assert found == [("sync-orders-archive", "sync-orders-archive/{date:%Y-%m-%d}.csv")]


def test_name_is_looked_for_in_what_a_command_starts() -> None:
    rows = [
        *triggers(nights(), command="python3 /srv/etl.py --job sync-orders"),
        *files("sync-orders/%Y%m%d", nights()),
    ]
    assert [text for _, text in sure(rows)] == ["sync-orders/{date:%Y%m%d}"]


def test_numbers_of_names_are_told_apart_from_counters() -> None:
    others = nights(hour=5)
    rows = [
        *triggers(nights(), "load shard7"),
        *triggers(others, "load shard8"),
        *files("load-shard7/%Y%m%d.csv", nights()),
        *files("load-shard8/%Y%m%d.csv", others),
    ]
    found = sure(rows, bare("load-shard7"), bare("load-shard8"))
    assert found == [("load-shard7", "load-shard7/{date:%Y%m%d}.csv"), ("load-shard8", "load-shard8/{date:%Y%m%d}.csv")]


def test_numbers_of_folders_of_two_jobs_are_no_counters() -> None:
    often, seldom = hours(300), hours(300)[::3]
    rows = [
        *triggers(often, "load-often"),
        *triggers(seldom, "load-seldom"),
        *files("area1/%Y%m%d-%H%M%S.bin", often),
        *files("area2/%Y%m%d-%H%M%S.bin", seldom),
    ]
    assert not [text for _, text in sure(rows, bare("load-often"), bare("load-seldom")) if "*" in text]


def test_number_of_a_name_behind_a_time_is_no_second() -> None:
    rows = [*triggers(hours(), "copy shard10"), *files("h/%Y-%m-%d/%H/%M-copy-shard10.bin", hours())]
    found = sure(rows, bare("copy-shard10"))
    assert found == [("copy-shard10", "h/{date:%Y-%m-%d}/{date:%H}/{date:%M}-copy-shard10.bin")]


def test_hour_of_a_series_is_no_part_of_a_name() -> None:
    rows = [*triggers(nights(minute=57), "thing"), *files("monitor/%Y%m%dT%H00.json", hours(300), delay=5, jitter=1)]
    assert sure(rows, bare("thing")) == []


def unnamed(first: list[datetime], second: list[datetime], made: list[datetime]) -> list[tuple[str, str]]:
    """Return what is sure of files named after nobody, with two jobs about."""
    rows = [*triggers(first, "one"), *triggers(second, "other"), *files("vault/%Y-%m-%d.bin", made, jitter=2)]
    return sure(rows, bare("one"), bare("other"))


def test_night_on_which_only_one_of_two_ran_tells_whose_the_files_are() -> None:
    assert unnamed(nights(without=[4, 9]), nights(), nights(without=[4, 9])) == [("one", "vault/{date:%Y-%m-%d}.bin")]


def test_two_jobs_that_nothing_tells_apart_leave_a_template_unsure() -> None:
    assert unnamed(nights(), nights(), nights()) == []


def test_one_missed_night_might_be_chance_where_another_job_ran() -> None:
    assert unnamed(nights(without=[4]), nights(), nights(without=[4])) == []


def test_files_that_come_though_the_job_did_not_are_not_its_own() -> None:
    assert unnamed(nights(without=[4, 9]), nights(hour=20), nights()) == []


def test_steady_files_of_nobody_are_unsure_where_the_clock_alone_explains_them() -> None:
    assert unnamed(nights(), nights(hour=20), nights()) == []


def test_files_soon_after_an_odd_minute_are_sure_without_a_name() -> None:
    odd = nights(minute=37)
    assert unnamed(odd, nights(hour=20), odd) == [("one", "vault/{date:%Y-%m-%d}.bin")]


def test_last_hourly_run_does_not_own_a_daily_file_that_others_would_overwrite() -> None:
    odd = nights(hour=3, minute=0, without=[4, 9])
    rows = [*triggers(hours(360), "often"), *triggers(odd, "one"), *files("vault/%Y-%m-%d.bin", odd, jitter=2)]
    assert sure(rows, bare("one"), bare("often")) == [("one", "vault/{date:%Y-%m-%d}.bin")]


def test_day_file_that_each_run_of_the_day_writes_again() -> None:
    last = [start + timedelta(hours=23) for start in nights(hour=0, minute=0)]
    rows = [*triggers(hours(24 * 14), "rollup-metrics"), *files("daily/rollup-metrics-%Y-%m-%d.csv", last)]
    found = sure(rows, bare("rollup-metrics"))
    assert found == [("rollup-metrics", "daily/rollup-metrics-{date:%Y-%m-%d}.csv")]


def test_rare_word_of_a_name_is_enough_with_three_steady_files() -> None:
    rows = [*triggers(nights()), *triggers(nights(), "backup-db"), *files("orders/%Y-%m-%d.bin", nights())]
    assert sure(rows, bare(), bare("backup-db")) == [("sync-orders", "orders/{date:%Y-%m-%d}.bin")]


def test_word_of_which_folders_are_commonly_made_tells_nothing() -> None:
    rows = [*triggers(nights()), *triggers(nights(), "backup-db"), *files("backups/%Y-%m-%d.bin", nights())]
    assert sure(rows, bare(), bare("backup-db")) == []


def latest(when: datetime, delay: float = 40) -> list[Row]:
    return files("sync-orders/latest.json", [when], delay)


def test_overwritten_path_is_sure_where_it_is_named_and_comes_soon_after_the_last_start() -> None:
    assert sure([*triggers(nights()), *latest(nights()[-1])], bare()) == [("sync-orders", "sync-orders/latest.json")]


def test_overwritten_path_of_an_earlier_run_is_not_sure() -> None:
    assert sure([*triggers(nights()), *latest(nights()[-4])], bare()) == []


def test_overwritten_path_at_any_other_time_is_not_sure() -> None:
    assert sure([*triggers(nights()), *latest(nights()[-1], delay=20_000)], bare()) == []


def test_overwritten_path_right_before_the_message_of_its_end_is_sure() -> None:
    said = {"table": "notifications", "text": "sync-orders completed", "is_bot": True, "is_edited": False}
    done = {**said, "at": nanos(hours()[-1]) + 610 * SECOND}
    assert sure([*triggers(hours()), *latest(hours()[-1], delay=600), done], bare())


def test_overwritten_path_without_that_message_is_not() -> None:
    assert sure([*triggers(hours()), *latest(hours()[-1], delay=600)], bare()) == []


def test_overwritten_path_is_sure_by_its_older_versions() -> None:
    rows = [*triggers(hours()), *(row for start in hours()[40:] for row in latest(start, delay=600))]
    assert sure(rows, bare()) == [("sync-orders", "sync-orders/latest.json")]


def test_all_that_each_run_leaves_is_asked_for() -> None:
    both = [*files("sync-orders-%Y%m%d.csv", nights()), *files("sync-orders-%Y%m%d.csv.sha256", nights())]
    assert len(sure([*triggers(nights()), *both], bare())) == 2


def test_what_only_some_runs_leave_is_not_asked_for() -> None:
    some = files("sync-orders-%Y%m%d.extra", nights()[::2])
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights()), *some]
    assert sure(rows, bare()) == [("sync-orders", "sync-orders-{date:%Y%m%d}.csv")]


def test_overwritten_copy_beside_a_dated_file_is_not_asked_for() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights()), *latest(nights()[-1])]
    assert sure(rows, bare()) == [("sync-orders", "sync-orders-{date:%Y%m%d}.csv")]


def test_files_of_another_host_are_not_learnt() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights(), host="web2")]
    assert learn(rows, bare(host="web1")) == []


def test_files_after_the_instant_of_judging_are_not_looked_at() -> None:
    early = replace(WINDOW, now=nanos(FIRST + timedelta(days=1)))
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights())]
    assert learn(rows, bare(), window=early) == []


def taught(*texts: tuple[str, bool], of: Job | None = None) -> Job:
    read = evidence(*triggers(nights()))
    world = resolved(read, of or bare())
    found = [Learnt(0, text, 3, 9, 10, 40.0, 2.0, is_sure, since=nanos(FIRST)) for text, is_sure in texts]
    return with_learnt(world, found).jobs[0]


def test_sure_templates_become_artifacts() -> None:
    assert taught(("a-*", True), ("b-*", True)).artifacts == ("a-*", "b-*")


def test_job_with_learnt_artifacts_says_so() -> None:
    assert taught(("a-*", True)).is_learnt


def test_unsure_template_is_no_artifact() -> None:
    assert taught(("a-*", False)) == bare()


def test_declared_artifacts_stay_as_they_are() -> None:
    declaring = bare(artifacts=("mine",))
    assert taught(("a-*", True), of=declaring) == declaring


def test_absence_counts_only_from_the_first_file_on() -> None:
    rows = [*triggers(nights()), *files("sync-orders-%Y%m%d.csv", nights()[5:])]
    read = evidence(*rows)
    world = resolved(read, bare())
    world = with_learnt(world, learn_templates(world, read, WINDOW, ZONE))
    read = replace(read, sources=tuple(replace(each, covers=(None, None)) for each in read.sources))
    reach = coverage(read, [None] * len(read.sources), [False] * len(read.sources), world, WINDOW.now)
    begins = [nanos(nights()[night]) for night in (4, 5)]
    covered = reach.covers(Lane.ARTIFACTS, ints([0, 0]), ints(begins), ints([each + MINUTE for each in begins]))
    assert covered.tolist() == [False, True]
