"""The panel: what is overdue and by how much, and nothing believed that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from forensics.analyse.heartbeats import panel
from forensics.config import Config, Heartbeats, Job, SourceConfig
from forensics.evidence.frames import BEATS
from forensics.evidence.result import Heartbeat
from tests.analyse.builders import UTC, at

NOW = at("2026-03-20T12:00")
EVERY_15 = Job("watch", UTC, interval=timedelta(minutes=15))
DAILY = Job("nightly", UTC, schedule="0 2 * * *")
WEEKDAYS = [at(f"2026-03-{day}T07:00") for day in (17, 18, 19, 20)]  # Tuesday to Friday


def beat(job: str = "watch", clock: str | None = "2026-03-20T12:00", **columns: Any) -> dict[str, Any]:
    return {"job": job, "at": at(clock) if clock else None, "path": f"{job}.last", **columns}


def shown(
    *beats: dict[str, Any],
    jobs: Sequence[Job] = (EVERY_15,),
    now: int = NOW,
    due: Mapping[str, Sequence[int]] | None = None,
    heartbeats: Heartbeats = Heartbeats(configured=True),  # noqa: B008 - frozen
    sources: tuple[SourceConfig, ...] = (),
) -> list[Heartbeat]:
    names = ("job", "at", "path", "status", "fault", "host")
    values: dict[str, Any] = {name: [row.get(name) for row in beats] for name in names}
    values["interval_seconds"] = [row.get("interval_seconds", float("nan")) for row in beats]
    config = Config(jobs=tuple(jobs), heartbeats=heartbeats, sources=sources)
    return list(panel(BEATS.build(values, len(beats)), config, now, due or {}))


def status(**columns: Any) -> str:
    return shown(beat(**columns))[0].status


def after(seconds: float) -> int:
    return NOW + round(seconds * 1e9)


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, "ok"), (900, "ok"), (901, "late"), (1799, "late"), (1800, "late"), (1801, "stale")],
)
def test_beat_is_stale_only_beyond_twice_its_interval(age: int, expected: str):
    assert shown(beat(), now=after(age))[0].status == expected


def test_limit_of_staleness_is_the_configs():
    line = shown(beat(), now=after(1801), heartbeats=Heartbeats(stale_after=3.0, configured=True))
    assert line[0].status == "late"


def test_age_interval_and_ratio_are_told():
    (line,) = shown(beat(), now=after(2160))
    assert (line.last, line.age_seconds, line.interval_seconds, line.ratio) == (NOW, 2160, 900, pytest.approx(2.4))


def test_interval_of_the_config_outranks_the_files():
    assert shown(beat(interval_seconds=60), now=after(600))[0].interval_seconds == 900


def test_file_tells_the_interval_of_a_job_that_no_config_names():
    (line,) = shown(beat("stranger", interval_seconds=3600), jobs=(), now=after(1200))
    assert (line.status, line.ratio) == ("ok", pytest.approx(1 / 3))


def test_beat_whose_interval_nobody_knows_is_never_ok():
    (line,) = shown(beat("stranger"), jobs=())
    assert line.status == "corrupt"
    assert "interval" in (line.reason or "")


def test_beat_slightly_ahead_of_now_has_no_negative_age():
    assert shown(beat(), now=after(-20))[0].age_seconds == 0


def test_newest_of_several_beats_counts():
    lines = shown(beat(clock="2026-03-19T00:00"), beat(clock="2026-03-20T11:59"), beat(clock="2026-03-18T00:00"))
    assert [(line.job, line.status) for line in lines] == [("watch", "ok")]


def test_hostile_beat_is_shown_beside_the_good_one():
    lines = shown(beat(), beat(fault="foreign: a symbolic link"))
    assert [(line.status, line.reason) for line in lines] == [("foreign", "a symbolic link"), ("ok", None)]


@pytest.mark.parametrize("word", ["corrupt", "future", "foreign"])
def test_fault_of_a_beat_is_its_status(word: str):
    assert shown(beat(clock=None, fault=f"{word}: because"))[0] == Heartbeat("watch", word, reason="because")


def test_beat_from_the_future_has_no_age():
    (line,) = shown(beat(clock="2096-03-20T12:00", fault="future: 25567 d ahead"))
    assert (line.status, line.age_seconds, line.reason) == ("future", None, "25567 d ahead")


def test_job_with_nothing_but_a_hostile_beat_is_not_missing_too():
    assert [line.status for line in shown(beat(fault="corrupt: not a time"))] == ["corrupt"]


def test_configured_job_without_a_file_is_missing():
    (line,) = shown()
    assert (line.status, line.last, line.age_seconds, line.interval_seconds, line.ratio) == (
        "missing",
        None,
        None,
        900,
        None,
    )


def test_heartbeat_source_makes_jobs_missing_too():
    source = SourceConfig("heartbeats", "/beats")
    assert shown(heartbeats=Heartbeats(), sources=(source,))[0].status == "missing"


def test_panel_is_empty_where_nobody_looks_for_heartbeats():
    assert shown(heartbeats=Heartbeats()) == []


@pytest.mark.parametrize("life", [{"until": "2026-03-01"}, {"since": "2026-04-01"}])
def test_job_out_of_its_own_life_is_not_missing(life: dict[str, str]):
    own = {name: datetime.fromisoformat(day).replace(tzinfo=UTC) for name, day in life.items()}
    assert shown(jobs=(replace(EVERY_15, **own),)) == []


def test_alias_leads_to_the_jobs_own_name():
    (line,) = shown(beat("watch-dog"), jobs=(replace(EVERY_15, aliases=("watch-*",)),))
    assert (line.job, line.interval_seconds) == ("watch", 900)


def test_failed_status_of_a_beat_is_told():
    assert shown(beat(status="FAILED"))[0].reason == "the beat itself says FAILED"


def nightly(last: str, now: str, due: Sequence[int] = tuple(WEEKDAYS)) -> Heartbeat:
    return shown(beat("nightly", last), jobs=(DAILY,), now=at(now), due={"nightly": due})[0]


def test_schedule_gives_the_interval():
    line = nightly("2026-03-20T07:05", "2026-03-20T13:05")
    assert (line.interval_seconds, line.ratio, line.status) == (86_400, 0.25, "ok")


def test_one_due_time_without_a_beat_is_late():
    assert nightly("2026-03-19T07:05", "2026-03-20T12:00").status == "late"


@pytest.mark.parametrize(("now", "expected"), [("2026-03-20T07:05:00", "late"), ("2026-03-20T07:05:01", "stale")])
def test_two_due_times_without_a_beat_are_stale_as_long_after_as_the_last_beat_was(now: str, expected: str):
    assert nightly("2026-03-18T07:05", now).status == expected


def test_weekday_job_owes_nothing_on_a_sunday():
    assert nightly("2026-03-20T07:05", "2026-03-22T20:00").status == "ok"


def test_weekday_job_is_late_and_not_stale_on_monday():
    due = [*WEEKDAYS, at("2026-03-23T07:00")]
    line = nightly("2026-03-20T07:05", "2026-03-23T09:00", due)
    assert (line.status, line.interval_seconds) == ("late", 3 * 86_400)


def test_weekday_job_is_stale_on_tuesday():
    due = [*WEEKDAYS, at("2026-03-23T07:00"), at("2026-03-24T07:00")]
    assert nightly("2026-03-20T07:05", "2026-03-24T09:00", due).status == "stale"


def test_beat_older_than_all_due_times_known_is_stale_by_its_age():
    line = nightly("2026-03-10T07:00", "2026-03-20T07:00", WEEKDAYS[:3])
    assert (line.status, line.ratio) == ("stale", pytest.approx(10))


def test_beat_a_moment_before_its_due_time_answers_it():
    line = nightly("2026-03-20T06:59:30", "2026-03-20T08:00")
    assert line.status == "ok"


def test_what_is_wrong_stands_first_then_the_stalest():
    intervals = {"a": 1.0, "b": 3.5, "c": 2.5}
    jobs = [Job(name, UTC, interval=timedelta(seconds=1000 / ratio)) for name, ratio in intervals.items()]
    jobs += [Job("gone", UTC, interval=timedelta(days=1)), Job("odd", UTC)]
    lines = shown(*(beat(job) for job in intervals), beat("odd", fault="corrupt: x"), jobs=jobs, now=after(1000))
    assert [line.job for line in lines] == ["odd", "b", "c", "gone", "a"]


def test_order_of_rows_changes_nothing():
    rows = [beat("b", fault="corrupt: y"), beat("a"), beat("b", fault="corrupt: x"), beat("c", interval_seconds=10)]
    assert shown(*rows) == shown(*reversed(rows))


ENDED = replace(EVERY_15, until=datetime(2026, 3, 1, tzinfo=UTC))


def test_beat_of_a_job_whose_life_is_over_is_not_overdue():
    (line,) = shown(beat(clock="2026-02-01T00:00"), jobs=(ENDED,))
    assert (line.status, line.ratio, line.reason) == (
        "ok",
        None,
        "none is awaited: its config has it end 2026-03-01 00:00",
    )


def test_beat_of_an_ended_job_that_cannot_be_believed_is_told_all_the_same():
    assert shown(beat(fault="corrupt: x"), jobs=(ENDED,))[0].status == "corrupt"


def test_silence_before_a_jobs_life_does_not_count():
    born = replace(EVERY_15, since=datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert shown(beat(clock="2026-02-01T00:00"), jobs=(born,), now=after(900))[0].status == "ok"
    assert shown(beat(clock="2026-02-01T00:00"), jobs=(born,), now=after(1801))[0].status == "stale"


@pytest.mark.parametrize(("age", "expected"), [(899, []), (900, ["missing"])])
def test_job_is_missing_only_once_it_was_to_run(age: int, expected: list[str]):
    born = replace(EVERY_15, since=datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert [line.status for line in shown(jobs=(born,), now=after(age))] == expected


def test_job_of_a_schedule_is_missing_only_once_it_was_due():
    born = replace(DAILY, since=datetime(2026, 3, 20, 3, tzinfo=UTC))
    assert shown(jobs=(born,), due={"nightly": WEEKDAYS[:3]}) == []


TWINS = tuple(
    replace(EVERY_15, host=host, interval=timedelta(minutes=15 * nth)) for nth, host in ((1, "web1"), (4, "web2"))
)


def test_each_host_beats_for_itself_by_its_own_interval():
    lines = shown(beat(host="web1"), beat(host="WEB2.example.org"), jobs=TWINS, now=after(2700))
    assert [(line.status, line.reason, line.interval_seconds) for line in lines] == [
        ("stale", "on web1", 900),
        ("ok", "on web2", 3600),
    ]


def test_host_is_not_told_of_a_job_that_runs_on_one():
    assert shown(beat(host="web1"), jobs=TWINS[:1])[0].reason is None
