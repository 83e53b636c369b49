"""When a gateway was at work, and what became of the runs that were due when it was not."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forensics.configfile import read_config
from forensics.evidence.hosts import Stretch, outages
from forensics.evidence.paired import Window
from forensics.evidence.records import Happening
from forensics.pipeline import Question, report
from forensics.sources.openclaw_alive import Signs, alive
from tests.sources.openclaw_host import Host, job, ms, ran

DAY = "2026-03-10"
NOW = f"{DAY} 12:00"


def ns(text: str) -> int:
    return ms(text if "-" in text else f"{DAY} {text}") * 10**6


def boot(text: str, record: int = 7) -> Happening:
    return Happening(ns(text), "restart", "gateway", "gateway.log", record)


def down(*boots: str, signs: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    """Return when the gateway was down, between some signs and boots of one day."""
    noted = Signs()
    for each in signs:
        noted.note(ns(each))
    return [(each.since, each.until) for each in outages(lives(noted, boots))]


def lives(signs: Iterable[int], boots: Iterable[str], stops: tuple[str, ...] = ()) -> tuple[Stretch, ...]:
    return alive(signs, (), [boot(each) for each in boots], "web1", ns(NOW), [ns(each) for each in stops])


def inferred(*boots: str, signs: tuple[str, ...], stops: tuple[str, ...] = ()) -> list[bool]:
    """Return of each outage whether nothing but an ordinary silence shows it."""
    return [each.is_inferred for each in outages(lives([ns(each) for each in signs], boots, stops))]


def span(since: str, until: str) -> tuple[int, int]:
    return ns(since), ns(until)


def test_gateway_is_down_from_its_last_sign_to_the_start_of_its_scheduler() -> None:
    assert down("00:00", "04:00", signs=("01:00", "01:30")) == [span("01:30", "04:00")]


def test_lines_of_the_boot_itself_are_no_sign_of_the_life_before() -> None:
    assert down("00:00", "04:00", signs=("01:30", "03:59:40", "03:59:58")) == [span("01:30", "04:00")]


def test_line_shortly_before_a_boot_may_be_the_last_of_the_life_before() -> None:
    lines = (*(f"03:{minute:02}:00" for minute in range(59)), "03:58:30", "03:59:50", "03:59:55")
    assert down("00:00", "04:00", signs=lines) == [span("03:58:30", "04:00")]


def test_gateway_that_was_quiet_and_booted_no_more_was_not_down() -> None:
    assert down("00:00", signs=("01:00", "11:00")) == []


def test_first_boot_ends_what_was_before_it_where_there_was_any() -> None:
    assert down("04:00", signs=("01:00", "01:10")) == [span("01:10", "04:00")]
    assert down("04:00", signs=("05:00",)) == []


def test_gateway_without_a_boot_on_record_tells_nothing() -> None:
    assert down(signs=("01:00", "11:00")) == []


def test_restarts_in_quick_order_are_no_longer_than_they_were() -> None:
    assert down("04:00", "04:00:30", "04:01", signs=("03:00",)) == [
        span("03:00", "04:00"), span("04:00", "04:00:30"), span("04:00:30", "04:01"),
    ]  # fmt: skip


def every(minutes: int, since: str, until: str) -> tuple[str, ...]:
    """Return clock times, so many minutes apart."""
    step = minutes * 60 * 10**9
    moments = (datetime.fromtimestamp(at / 1e9, UTC) for at in range(ns(since), ns(until) + 1, step))
    return tuple(f"{each:%H:%M}" for each in moments)


def test_silence_no_longer_than_usual_does_not_show_that_the_gateway_was_down() -> None:
    assert inferred("00:00", "10:00", signs=("01:00", "04:30", "07:30")) == [True]


def test_silence_clearly_longer_than_usual_shows_it() -> None:
    assert inferred("00:00", "08:00", signs=every(20, "00:20", "06:00")) == [False]
    assert inferred("00:00", "06:38", signs=every(20, "00:20", "06:00")) == [True]


def test_many_lines_at_once_make_no_silence_unusual() -> None:
    at_once = tuple(f"0{hour}:00:{second:02}" for hour in (1, 4, 7) for second in range(0, 60, 15))
    assert inferred("00:00", "10:00", signs=at_once) == [True]


def test_silence_is_unusual_only_where_enough_was_seen_to_tell() -> None:
    assert inferred("00:00", "04:00", signs=every(20, "00:20", "01:00")) == [True]


def test_outage_before_does_not_make_long_silences_usual() -> None:
    signs = (*every(10, "00:10", "03:00"), *every(10, "06:10", "09:00"))
    assert inferred("00:00", "06:00", "11:00", signs=signs) == [False, False]


def test_gateway_that_said_that_it_stops_was_down() -> None:
    assert inferred("00:00", "10:00", signs=("01:00", "04:30", "07:30"), stops=("07:30",)) == [False]
    assert inferred("00:00", "10:00", signs=("01:00", "04:30", "07:30"), stops=("04:30",)) == [True]


def test_of_signs_close_to_each_other_the_first_and_the_last_are_kept() -> None:
    noted = Signs()
    for second in range(0, 60, 5):
        noted.note(ns(f"01:00:{second:02}"))
    assert list(noted) == [ns("01:00:00"), ns("01:00:55")]


def judged(folder: Path, host: Host, *, is_live: bool = True) -> list[dict[str, Any]]:
    """Return the runs of the day, without any config of the jobs."""
    host.write(folder / "state", "A")
    for path in (folder / "state").rglob("*"):
        os.utime(path, ns=(ns("11:00"), ns("11:00")))
    live = "live = true\n" if is_live else ""
    config = read_config(f'[[source]]\nkind = "openclaw"\npath = "state"\n{live}', str(folder / "f.toml"))
    window = Window(ns("00:00"), ns(NOW), ns(NOW))
    runs = report(config, Question(window)).runs
    rows = runs[runs["in_window"]][["job", "due_at", "triggered_at", "verdict", "cause", "flags", "configured"]]
    return [{key: None if value != value else value for key, value in row.items()} for row in rows.to_dict("records")]


def started(host: Host, *times: str) -> Host:
    for text in times:
        host.say(ms(text if "-" in text else f"{DAY} {text}"), "cron: started", enabled=True, jobs=1)
    return host


def test_due_time_while_the_gateway_was_down_is_missed_for_that(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 17:00", "04:00").add(job("nightly")).run(ran("nightly", ms("2026-03-09 02:00")))
    for minutes in range(0, 8 * 60 + 1, 10):
        host.say(ms("2026-03-09 17:00") + minutes * 60_000, "cron: timer armed")
    (run,) = judged(tmp_path, host)
    assert (run["verdict"], run["cause"]) == ("missed", "scheduler_restart")


def test_slot_that_passed_hours_before_a_boot_was_lost_by_a_gateway_that_may_have_been_alive(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00", "04:00").add(job("nightly"), job("early", "0 1 * * *"))
    host.run(ran("nightly", ms("2026-03-09 02:00")), ran("early", ms(f"{DAY} 01:00")))
    (run,) = [run for run in judged(tmp_path, host) if run["verdict"] == "missed"]
    assert (run["job"], run["due_at"].hour, run["cause"]) == ("nightly", 2, None)


def test_slots_of_two_jobs_in_one_silence_were_lost_by_a_gateway_that_was_down(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00", "04:00").add(job("nightly"), job("early", "0 1 * * *"))
    host.add(job("later", "0 3 * * *")).run(ran("nightly", ms("2026-03-09 02:00")), ran("early", ms(f"{DAY} 01:00")))
    lost = [run for run in judged(tmp_path, host) if run["verdict"] == "missed"]
    assert [(run["job"], run["cause"]) for run in lost] == [
        ("nightly", "scheduler_restart"), ("later", "scheduler_restart"),
    ]  # fmt: skip


def test_gateway_that_logged_its_stop_was_down(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00", "04:00").add(job("nightly"), job("early", "0 1 * * *"))
    host.run(ran("nightly", ms("2026-03-09 02:00")), ran("early", ms(f"{DAY} 01:00")))
    host.say(ms(f"{DAY} 01:30"), "received SIGTERM; shutting down")
    (run,) = [run for run in judged(tmp_path, host) if run["verdict"] == "missed"]
    assert run["cause"] == "scheduler_restart"


def test_run_that_is_made_up_for_after_the_boot_is_late(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00", "04:00").add(job("nightly"))
    (run,) = judged(
        tmp_path, host.run(ran("nightly", ms("2026-03-09 02:00")), ran("nightly", ms(f"{DAY} 04:00") + 900))
    )
    assert run["verdict"] == "confirmed"
    assert "late" in run["flags"].split()
    assert run["due_at"].hour == 2


def test_job_that_never_ran_is_missed_while_the_gateway_was_alive(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00").add(job("nightly")).say(ms(f"{DAY} 11:00"), "cron: timer armed")
    (run,) = judged(tmp_path, host, is_live=False)
    assert (run["job"], run["verdict"], run["cause"], run["configured"]) == ("nightly", "missed", None, False)


def test_job_that_was_switched_off_is_not_missed(tmp_path: Path) -> None:
    host = (
        started(Host(), "2026-03-09 20:00")
        .add(job("nightly", enabled=False))
        .say(ms(f"{DAY} 11:00"), "cron: timer armed")
    )
    assert judged(tmp_path, host) == []


def test_due_times_that_an_error_put_off_are_not_missed(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00").add(job("often", "*/5 0-1 * * *"))
    failures = ("00:00", "00:05", "00:10", "00:15:20", "00:30:40")  # the last three at the end of a wait, or before one
    for text in failures:
        host.run(ran("often", ms(f"{DAY} {text}") + 9, "error", 20, error="no"))
    runs = judged(tmp_path, host.run(ran("often", ms(f"{DAY} 01:31"))))
    lost = [f"{run['due_at']:%H:%M}" for run in runs if run["verdict"] == "missed"]
    assert lost == ["01:35", "01:40", "01:45", "01:50", "01:55"]


def test_wait_after_an_error_begins_when_the_run_ended_that_kept_others_waiting(tmp_path: Path) -> None:
    host = started(Host(), "2026-03-09 20:00").add(job("often", "0-4 2 * * *"))
    host.run(ran("often", ms("2026-03-09 02:00")), ran("often", ms(f"{DAY} 02:00") + 9, "error", 175, error="no"))
    found = {f"{run['due_at']:%H:%M}": (run["verdict"], run["cause"]) for run in judged(tmp_path, host)}
    still_on = ("missed", "previous_still_running")
    assert list(found) == ["02:00", "02:01", "02:02", "02:03", "02:04"]  # 02:03 was put off by half a minute, and lost
    assert [found[f"02:0{minute}"] for minute in (1, 2, 3, 4)] == [still_on, still_on, *[("missed", None)] * 2]
