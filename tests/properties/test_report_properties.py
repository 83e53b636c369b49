"""What holds for every report, whatever the jobs did and however their traces lie on disk."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from benchmarks import fleet
from benchmarks import score as scoring
from forensics.evidence.result import Result
from forensics.verdicts import Verdict
from tests.checkout import ROOT
from tests.properties import worlds as w
from tests.properties.worlds import Fate, Layout, Worker, World, happen, reported, together, verdicts, worlds

pytestmark = pytest.mark.slow

# Each example reads raw files, so that shrinking is what takes time: what was drawn is small already.
QUICK = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
}
few = settings(max_examples=18, **QUICK)
some = settings(max_examples=35, **QUICK)
many = settings(max_examples=400, **QUICK)


def window_runs(result: Result) -> Counter[tuple[str, int]]:
    """Return how often each (job, due time in ms) of the window stands among the runs."""
    runs = result.runs[result.runs["in_window"] & result.runs["due_at"].notna()]
    due = runs["due_at"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    return Counter(zip(runs["job"].tolist(), due.tolist(), strict=True))


def expected_runs(world: World) -> Counter[tuple[str, int]]:
    until = min(world.until, world.now + 1)
    return Counter(
        (worker.name, due)
        for worker in world.workers
        for due in w.due_by_cronsim(worker.schedule, world.zone, world.since, until)
    )


@some
@given(worlds())
def test_each_due_time_of_the_window_is_in_exactly_one_run(world: World) -> None:
    assert window_runs(reported(world)) == expected_runs(world)


@few
@given(worlds())
def test_every_run_has_one_verdict(world: World) -> None:
    runs = reported(world).runs
    assert runs["key"].is_unique
    assert set(runs["verdict"]) <= {verdict.value for verdict in Verdict}


def used_rows(result: Result) -> Counter[tuple[object, ...]]:
    """Return how often each piece of evidence speaks: its table, source, file, record, and line of a message."""
    return Counter(
        (place.table, place.source, place.file, place.record, place.line)
        for run in range(len(result.paired.runs))
        for place in result.provenance.of(run)
    )


@some
@given(worlds())
def test_no_piece_of_evidence_is_used_twice(world: World) -> None:
    twice = [place for place, count in used_rows(reported(world)).items() if count > 1]
    assert not twice


@few
@given(worlds())
def test_every_trigger_of_a_job_is_in_a_run(world: World) -> None:
    result = reported(world)
    assert sorted(result.paired.triggers.row.tolist()) == list(range(len(world.triggers)))


cuts = st.lists(st.sampled_from((0.1, 0.3, 0.5, 0.9)), min_size=1, max_size=2, unique=True).map(tuple)
packings = st.lists(st.sampled_from(tuple(w.PACKERS)), min_size=1, max_size=3).map(tuple)


@few
@given(worlds(), cuts, packings, st.booleans())
def test_splitting_a_log_and_packing_its_parts_changes_no_verdict(
    world: World, cut: tuple[float, ...], packing: tuple[str, ...], has_syslog: bool
) -> None:
    whole = reported(world, Layout(has_syslog=has_syslog))
    parts = reported(world, Layout(cuts=cut, packing=packing, has_syslog=has_syslog))
    assert len(parts.evidence.files) > len(whole.evidence.files)
    assert verdicts(parts) == verdicts(whole)


@few
@given(worlds(), st.integers(0, 1000), st.booleans())
def test_order_of_lines_that_carry_full_time_stamps_changes_no_verdict(
    world: World, seed: int, has_syslog: bool
) -> None:
    def shuffled(lines: list[str]) -> list[str]:
        return random.Random(seed).sample(lines, len(lines))

    as_written = reported(world, Layout(has_syslog=has_syslog))
    assert verdicts(reported(world, Layout(shuffled, has_syslog=has_syslog))) == verdicts(as_written)


def shifted(world: World, weeks: int) -> World:
    """Return a world as it would have been some weeks later, the dates in its paths included."""
    by = weeks * 7 * w.DAY
    zone = ZoneInfo(world.zone)
    by_name = {worker.name: worker for worker in world.workers}

    def moved(path: str) -> str:
        worker = by_name[path.split("/")[1]]
        head, _, tail = worker.pattern.partition("{date:")
        if not tail:
            return path
        form, _, rest = tail.partition("}")
        written = datetime.strptime(path[len(head) : len(path) - len(rest)], form).replace(tzinfo=zone)
        return head + (written + timedelta(weeks=weeks)).strftime(form) + rest

    return replace(
        world,
        since=world.since + by,
        until=world.until + by,
        now=world.now + by,
        triggers=tuple((at + by, *rest) for at, *rest in world.triggers),
        messages=tuple((at + by, text) for at, text in world.messages),
        files=tuple((at + by, moved(path), size) for at, path, size in world.files),
    )


@few
@given(worlds(), st.sampled_from((1, 3, 30, -60)))
def test_shifting_everything_by_whole_weeks_changes_no_verdict(world: World, weeks: int) -> None:
    assert verdicts(reported(shifted(world, weeks)), timedelta(weeks=weeks)) == verdicts(reported(world))


def proven_runs(result: Result, flag: str = "") -> set[tuple[str, ...]]:
    """Return the runs whose work is proven, by all that tells which run it is, and by whose proof; of one flag only."""
    runs = result.runs[result.runs["in_window"] & result.runs["executed_at"].notna()]
    runs = runs[runs["flags"].str.split().map(lambda flags: not flag or flag in flags).astype(bool)]
    names = ("job", "due_at", "triggered_at", "executed_at")
    return set(zip(*(runs[name].astype(str) for name in names), strict=True))


def with_setting(world: World, name: str, value: str) -> World:
    return replace(world, workers=tuple(replace(worker, more=f'{name} = "{value}"') for worker in world.workers))


GRACES = (("start_grace", "10m", "40m"), ("start_grace", "1m", "10m"), ("report_grace", "1m", "30m"))


@few
@given(worlds(), st.sampled_from(GRACES))
def test_more_grace_never_makes_a_run_late(world: World, grace: tuple[str, str, str]) -> None:
    name, less, more = grace
    few_minutes, many_minutes = (reported(with_setting(world, name, value)) for value in (less, more))
    # With more grace a trigger may become another run's, and then so may the files about it.
    assert proven_runs(many_minutes, "late") & proven_runs(few_minutes) <= proven_runs(few_minutes, "late")


@few
@given(worlds(), st.sampled_from((("10m", "30m"), ("30m", "2h"))))
def test_longer_own_time_never_makes_a_run_late(world: World, durations: tuple[str, str]) -> None:
    short, long = (
        reported(replace(world, workers=tuple(replace(worker, max_duration=value) for worker in world.workers)))
        for value in durations
    )
    assert proven_runs(long, "late") & proven_runs(short) <= proven_runs(short, "late")


def confirmed(result: Result) -> set[str]:
    return set(result.runs["key"][result.runs["in_window"] & (result.runs["verdict"] == "confirmed")])


@few
@given(worlds(schedules=("5 */2 * * *", "30 7 * * *", "0 2,14 * * *"), paths=("minute", "none", "second")))
def test_more_time_to_report_leaves_a_confirmed_run_confirmed(world: World) -> None:
    less, more = (reported(with_setting(world, "report_grace", value)) for value in ("1m", "45m"))
    assert confirmed(less) <= confirmed(more)


def test_message_is_that_of_the_twin_that_left_the_file() -> None:
    """Every other time a job is started twice, five seconds apart; its messages come soon, or 25 minutes late."""
    day = w.millis("2026-03-19")
    fates = [
        Fate(says=("success",)),
        Fate(says=("success",), says_after=1500),
        Fate(trigger="twice", says=("success",), says_after=1500),
        Fate(trigger="twice", says=("success",), takes=600),
    ]
    worker = Worker("sync", "5 */2 * * *", "minute", "90m")
    world = together([happen(worker, "UTC", fates, (day - w.DAY, day + w.DAY))], day, day + w.DAY, day + w.DAY)
    runs = reported(with_setting(world, "report_grace", "45m")).runs
    assert set(runs["verdict"][runs["in_window"]]) - {"pending"} == {"confirmed", "silent_failure"}


CLOCK_CHANGES = {
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
    "America/Santiago": ("2026-04-04", "2026-09-05"),
    "America/Sao_Paulo": ("2018-02-17", "2018-11-03"),
}
NIGHTLY = ("30 1 * * *", "30 2 * * *", "*/20 * * * *", "15 0-3 * * *", "0 * * * *", "10,40 * * * *", "0 0 * * *")


@st.composite
def changing_nights(draw: st.DrawFn, fates: st.SearchStrategy[Fate] = w.fates) -> World:
    zone = draw(st.sampled_from(tuple(CLOCK_CHANGES)))
    day = draw(st.sampled_from(CLOCK_CHANGES[zone]))
    return draw(worlds(zones=(zone,), days=(day,), schedules=NIGHTLY, fates=fates))


@some
@given(changing_nights())
def test_nights_on_which_clocks_change_invent_and_lose_no_run(world: World) -> None:
    assert window_runs(reported(world)) == expected_runs(world)


@few
@given(changing_nights(fates=st.just(Fate())))
def test_on_nights_on_which_clocks_change_each_trigger_starts_its_own_run(world: World) -> None:
    runs = reported(world).runs
    shown = runs[runs["in_window"]]
    assert shown["due_at"].notna().all()
    apart = shown["triggered_at"] - shown["due_at"]
    assert (apart < timedelta(seconds=2)).all()


@example(Worker("backup-db", "*/15 * * * *", "glob"), 1200)
@few
@given(
    st.builds(
        Worker, st.just("backup-db"), st.sampled_from(w.SCHEDULES[:3]), st.sampled_from(("minute", "glob", "second"))
    ),
    st.sampled_from((5, 240, 1200, 1700)),
)
def test_jobs_that_do_their_work_and_say_so_are_confirmed_even_where_runs_overlap(worker: Worker, takes: int) -> None:
    day = w.millis("2026-03-19")
    told = [w.happen(worker, "UTC", [Fate(takes=takes)], (day - w.DAY // 4, day + w.DAY + w.DAY // 4))]
    runs = reported(w.together(told, day, day + w.DAY, day + w.DAY + w.DAY // 4)).runs
    shown = runs[runs["in_window"]]
    assert set(shown["verdict"]) == {"confirmed"}
    assert shown["due_at"].notna().all()


RENDER = """
import sys
from pathlib import Path
from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report
from forensics.report.outputs import render
path, since, until, now = Path(sys.argv[1]), *map(int, sys.argv[2:])
result = report(read_config(path.read_text(encoding="utf-8"), str(path)), Question(Window(since, until, now)))
sys.stdout.buffer.write(render(result, "json") + b"\\0" + render(result, "md"))
"""


def rendered(path: Path, window: tuple[int, int, int], seed: str) -> bytes:
    """Return JSON and Markdown of a report made in a process of its own, its hashes seeded."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-c", RENDER, str(path), *map(str, window)]
    return subprocess.run(arguments, env=environment, capture_output=True, check=True, cwd=path.parent).stdout


def test_same_input_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    story = fleet.generate(tmp_path, jobs=12, days=1, seed=5, preset="heavy")
    window = tuple(w.millis(story[name].removesuffix("Z")) * 10**6 for name in ("since", "until", "now"))
    first, second = (rendered(tmp_path / "forensics.toml", window, seed) for seed in ("1", "4242"))
    assert first.count(b"\0") == 1
    assert len(first) > 10_000
    assert first == second


def fleet_score(folder: Path, **options: object) -> scoring.Score:
    fleet.generate(folder, **options)  # type: ignore[arg-type]
    return scoring.score(folder, scoring.run_report(folder))


def is_right(score: scoring.Score, least: float = 0.998) -> bool:
    return score.runs > 100 and score.share >= least and score.excess <= 0.002 and score.used_twice == 0


@pytest.mark.parametrize(("preset", "seed"), [("everything", 12), ("overlap", 12)])
def test_seven_days_of_a_made_up_fleet_are_judged_right(tmp_path: Path, preset: str, seed: int) -> None:
    score = fleet_score(tmp_path, jobs=20, days=7, seed=seed, preset=preset)
    assert is_right(score), scoring.describe(score, 20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_twice_as_many_faults_cost_few_runs_more(tmp_path: Path, seed: int) -> None:
    score = fleet_score(tmp_path, jobs=20, days=7, seed=seed, preset="heavy")
    assert is_right(score, least=0.996), scoring.describe(score, 20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("preset", ["everything", "overlap", "runners", "autumn", "spring"])
def test_more_made_up_fleets_are_judged_right(tmp_path: Path, preset: str, seed: int) -> None:
    score = fleet_score(tmp_path, jobs=20, days=7, seed=seed, preset=preset)
    assert is_right(score), scoring.describe(score, 20)
