"""Jobs as their own schedulers are set up to run them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from forensics.config import Config, Job, Layer
from forensics.config_jobs import unconfigured_job
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT
from forensics.evidence.records import ToldJob
from forensics.match.fleet import pair_runs
from forensics.match.resolve import Resolved, resolve_jobs
from tests.match.builders import at, clock, covered, evidence, job, message, trigger, window

ID = "5b1d7c30-0a52-4a4e-9f0e-6f2f7a51c001"
Row = dict[str, Any]


def set_up(name: str = "nightly", **more: Any) -> ToldJob:
    """Return a job that OpenClaw is set up to run at seven."""
    values: dict[str, Any] = {"scheduler": "openclaw", "file": "cron/jobs.json", "record": 3, "schedule": "0 7 * * *"}
    return ToldJob(name, **{**values, **more})


def read(*told: ToldJob, rows: tuple[Row, ...] = (), again: tuple[ToldJob, ...] = ()) -> Evidence:
    """Return evidence of which one source tells of jobs, and a second one of others."""
    found = evidence(*rows)
    first, second, *others = found.sources
    return replace(found, sources=(replace(first, jobs=told), replace(second, jobs=again), *others))


def resolved(found: Evidence, *jobs: Job, config: Config | None = None) -> Resolved:
    return resolve_jobs(found, jobs, partial(unconfigured_job, config or Config()))


def only(*told: ToldJob, config: Config | None = None) -> Job:
    """Return the one job that comes of what is told."""
    (found,) = resolved(read(*told), config=config).jobs
    return found


def due(found: Evidence, *jobs: Job) -> list[str | None]:
    """Return the due times of the 19th."""
    known = resolved(found, *jobs)
    runs = pair_runs(known, found, covered(len(known.jobs)), window()).runs
    return [clock(int(each)) for each in runs.due if each != NAT and at("00:00") <= each < at("2026-03-20T00:00")]


def test_told_job_without_a_row_is_due_all_the_same() -> None:
    assert due(read(set_up())) == ["07:00"]


def test_slots_of_a_configured_job_are_left_out_from_when_its_scheduler_switched_it_off() -> None:
    found = read(set_up(is_suspended=True, until=at("07:00")))
    known = resolved(found, job("nightly", schedule="0 */6 * * *", scheduler="openclaw"))
    runs = pair_runs(known, found, covered(len(known.jobs)), window()).runs
    left_out = [clock(int(each)) for each in runs.skipped if at("00:00") <= each < at("2026-03-20T00:00")]
    assert left_out == ["12:00", "18:00"]


def test_told_job_is_no_job_of_the_config() -> None:
    assert resolved(read(set_up()), job("other")).configured == 1


def test_told_schedule_is_in_its_own_zone() -> None:
    assert due(read(set_up(zone="Asia/Tokyo", schedule="0 8 * * *"))) == ["23:00"]


def test_schedule_without_a_zone_is_in_that_of_the_report() -> None:
    assert only(set_up(), config=Config(timezone=ZoneInfo("Asia/Tokyo"))).timezone.key == "Asia/Tokyo"


def test_told_interval_stands_on_the_grid_of_its_anchor() -> None:
    told = set_up(schedule=None, interval=21_600.0, anchor=at("2026-03-01T01:30"))
    assert due(read(told)) == ["01:30", "07:30", "13:30", "19:30"]


def test_job_is_not_due_before_it_was_made() -> None:
    assert due(read(set_up(schedule="0 */6 * * *", since=at("09:00")))) == ["12:00", "18:00"]


def test_suspended_job_is_not_due() -> None:
    assert due(read(set_up(is_suspended=True))) == []


def test_runs_of_a_suspended_job_are_judged_all_the_same() -> None:
    found = read(set_up(is_suspended=True), rows=(trigger("07:00", "nightly"),))
    known = resolved(found)
    assert pair_runs(known, found, covered(1), window()).runs.triggered.tolist() == [at("07:00")]


def test_job_suspended_since_then_was_due_before() -> None:
    assert due(read(set_up(schedule="0 */6 * * *", is_suspended=True, until=at("07:00")))) == ["00:00", "06:00"]


def test_rows_under_a_name_or_an_alias_are_of_one_job() -> None:
    found = resolved(read(set_up(aliases=(ID,)), rows=(trigger("07:00", "nightly"), trigger("08:00", ID))))
    assert found.triggers.tolist() == [0, 0]
    assert len(found.jobs) == 1


def test_message_about_a_told_job_is_its_own() -> None:
    found = resolved(read(set_up("nightly export", aliases=(ID,)), rows=(message("✅ Nightly Export", "07:05"),)))
    assert [found.jobs[code].name for code in found.speech.job.tolist()] == ["nightly-export"]


def test_command_with_a_told_name_in_it_is_not_that_job() -> None:
    found = resolved(read(set_up("sync"), rows=(trigger("07:00", None, command="/opt/sync --all"),)))
    assert [found.jobs[code].scheduler for code in found.triggers.tolist()] == ["cron"]


def test_sign_of_a_glob_in_a_told_name_is_none() -> None:
    found = resolved(read(set_up("*"), set_up("[ab]*", record=4), rows=(trigger("07:00", "apart"),)))
    assert found.jobs[found.triggers.tolist()[0]].name == "apart"


def test_time_limit_with_a_little_more_and_lateness_become_the_jobs() -> None:
    found = only(set_up(limit=600.0, late=300.0))
    assert (found.max_duration, found.start_grace) == (timedelta(minutes=12), timedelta(minutes=15))


def test_layer_of_the_config_outranks_what_is_told() -> None:
    layer = Layer(("night*",), {"max_duration": timedelta(hours=1), "attributes": {"model": "ours"}})
    found = only(set_up(limit=600.0, attributes={"model": "theirs", "mode": "x"}), config=Config(layers=(layer,)))
    assert (found.max_duration, found.attributes) == (timedelta(hours=1), {"model": "ours", "mode": "x"})


def test_policy_that_is_told_holds() -> None:
    assert only(set_up(reports="never")).reports == "never"


def test_schedule_that_cannot_be_read_is_a_problem_and_gives_no_due_time() -> None:
    found = read(set_up(schedule="99 7 * * *"))
    assert due(found) == []
    assert "cannot be read" in str(resolved(found).jobs[0].problem)


def test_schedule_of_six_fields_is_read_as_openclaw_does() -> None:
    assert due(read(set_up(schedule="30 15 7 * * *"))) == ["07:15:30"]


def test_zone_that_is_not_known_is_a_problem() -> None:
    assert 'in the zone "Mars/Base"' in str(only(set_up(zone="Mars/Base")).problem)


def test_interval_that_no_scheduler_keeps_is_a_problem() -> None:
    for seconds in (0.0, 1e-9, float("nan"), float("inf"), -5.0):
        found = only(set_up(schedule=None, interval=seconds))
        assert "an interval of" in str(found.problem)
        assert found.interval is None


def test_configured_job_keeps_all_that_its_config_says() -> None:
    own = job("nightly", attributes={"model": "ours"})
    told = set_up(schedule="0 3 * * *", limit=60.0, late=60.0, attributes={"model": "theirs", "target": "main"})
    (found,) = resolved(read(told), own).jobs
    assert found == replace(own, attributes={"model": "ours", "target": "main"})


def test_channel_of_a_scheduler_is_no_channel_of_another_schedulers_job() -> None:
    found = read(set_up(attributes={"channel": "slack"}))
    assert resolved(found, job("nightly")).jobs[0].attributes == {}
    assert resolved(found, job("nightly", scheduler="openclaw")).jobs[0].attributes == {"channel": "slack"}


def test_configured_job_without_a_schedule_takes_the_told_one_and_says_so() -> None:
    told = set_up(schedule="0 3 * * *", zone="Asia/Tokyo", late=60.0)
    (found,) = resolved(read(told), job("nightly", schedule=None)).jobs
    assert (found.schedule, found.timezone.key, found.scheduler) == ("0 3 * * *", "Asia/Tokyo", "openclaw")
    assert found.start_grace == timedelta(minutes=11)
    assert found.set_up == "Its own scheduler is set up so (jobs.json:3)."


def test_configured_job_takes_with_the_schedule_how_long_it_is_that() -> None:
    told = set_up(since=at("09:00"), limit=600.0, schedule="0 */6 * * *")
    own = job("nightly", schedule=None, max_duration=None)
    assert due(read(told), own) == ["12:00", "18:00"]
    assert resolved(read(told), own).jobs[0].max_duration == timedelta(minutes=12)


def test_configured_interval_is_a_schedule_of_its_own() -> None:
    (found,) = resolved(read(set_up()), job("nightly", schedule=None, interval=timedelta(hours=1))).jobs
    assert found.schedule is None


def test_configured_job_that_its_scheduler_has_switched_off_stays_due_and_says_so() -> None:
    found = read(set_up(is_suspended=True))
    assert due(found, job("nightly")) == ["07:00"]
    assert resolved(found, job("nightly")).jobs[0].set_up == "Its own scheduler has it switched off (jobs.json:3)."


def test_told_alias_of_a_configured_job_is_its_alias() -> None:
    found = resolved(read(set_up(aliases=(ID,)), rows=(trigger("07:00", ID),)), job("nightly"))
    assert found.triggers.tolist() == [0]


def test_configured_job_is_known_by_a_told_alias() -> None:
    assert len(resolved(read(set_up("Nightly export", aliases=(ID,))), job("export", aliases=(ID,))).jobs) == 1


def test_told_alias_that_is_another_jobs_name_stays_that_jobs() -> None:
    found = resolved(read(set_up("one", aliases=("two",)), rows=(trigger("07:00", "two"),)), job("one"), job("two"))
    assert found.triggers.tolist() == [1]


def test_of_two_sources_the_first_with_a_schedule_wins() -> None:
    found = read(set_up(schedule=None), again=(set_up(schedule="0 5 * * *"), set_up(schedule="0 6 * * *")))
    assert due(found) == ["05:00"]


def test_jobs_of_one_name_on_two_hosts_are_two() -> None:
    found = read(set_up(host="web1", schedule="0 5 * * *"), set_up(host="web2", schedule="0 6 * * *"))
    assert [(each.host, each.schedule) for each in resolved(found).jobs] == [
        ("web1", "0 5 * * *"),
        ("web2", "0 6 * * *"),
    ]


def test_jobs_whose_names_look_alike_when_they_are_written_plainly_stay_apart() -> None:
    found = resolved(read(set_up("日次 report"), set_up("週次 report"), rows=(trigger("07:00", "週次 report"),)))
    assert len({each.name for each in found.jobs}) == 2
    assert found.triggers.tolist() == [1]


def test_alias_that_two_jobs_share_tells_nothing() -> None:
    one, two = set_up("id-one", aliases=("backup",)), set_up("id-two", aliases=("backup",), schedule="0 9 * * *")
    found = resolved(read(one, two), job("backup"))
    assert [each.name for each in found.jobs] == ["backup", "id-one", "id-two"]


def test_order_is_that_of_the_config_and_then_of_the_sources() -> None:
    found = read(set_up("c"), set_up("a"), again=(set_up("b"),), rows=(trigger("07:00", "d"),))
    assert [each.name for each in resolved(found, job("z")).jobs] == ["z", "c", "a", "b", "d"]


def test_since_is_exact() -> None:
    assert only(set_up(since=at("09:00"))).since == datetime(2026, 3, 19, 9, tzinfo=UTC)


def test_configured_schedule_may_be_as_late_as_its_scheduler_makes_it() -> None:
    own = job("nightly", schedule="0 6 * * *", scheduler="openclaw")
    assert resolved(read(set_up(late=300.0)), own).jobs[0].start_grace == timedelta(minutes=15)


def test_grace_that_the_config_says_of_a_job_is_not_lengthened() -> None:
    for has_schedule in (True, False):
        more = {"schedule": "0 6 * * *", "scheduler": "openclaw"} if has_schedule else {}
        own = job("nightly", start_grace=timedelta(minutes=3), has_own_grace=True, **more)
        assert resolved(read(set_up(late=300.0)), own).jobs[0].start_grace == timedelta(minutes=3)


def test_lateness_of_another_scheduler_is_none_of_a_configured_jobs() -> None:
    own = job("nightly", schedule="0 6 * * *")
    assert resolved(read(set_up(late=300.0)), own).jobs[0].start_grace == timedelta(minutes=10)


def test_zone_that_only_plans_show_is_said() -> None:
    found = only(set_up(zone="America/Chicago", is_zone_inferred=True))
    assert found.set_up == (
        "Its own scheduler is set up so (jobs.json:3), in the zone America/Chicago, as its planned runs show."
    )


def test_of_several_files_of_a_source_the_last_is_the_newest_state() -> None:
    old = set_up(file="1.json", attributes={"image": "a"})
    new = set_up(file="2.json", schedule="0 9 * * *", attributes={"image": "b"})
    assert due(read(old, new)) == ["09:00"]
    assert only(old, new).attributes == {"image": "b"}


def test_last_file_that_says_no_schedule_leaves_that_of_an_earlier_one() -> None:
    assert due(read(set_up(file="1.json"), set_up(file="2.json", schedule=None))) == ["07:00"]


def test_order_of_jobs_in_several_files_is_that_of_their_first_mention() -> None:
    told = (set_up("a", file="1.json"), set_up("b", file="1.json"), set_up("a", file="2.json"))
    assert [each.name for each in resolved(read(*told)).jobs] == ["a", "b"]
