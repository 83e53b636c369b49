"""The story of a report, end to end on tiny worlds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forensics.config import Heartbeats, SourceConfig
from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, digest, options_for, report, with_heartbeats
from tests.properties import worlds as w
from tests.properties.worlds import Fate, Worker, World, happen, together, write

DAY = w.millis("2026-03-19")


USUAL = Fate()


def world(*workers: Worker, fate: Fate = USUAL) -> World:
    jobs = workers or (Worker("one", "0 7 * * *"), Worker("two", "0 8 * * *"))
    span = DAY - w.DAY, DAY + w.DAY
    return together([happen(job, "UTC", [fate], span) for job in jobs], DAY, DAY + w.DAY, DAY + w.DAY)


def reported(folder: Path, given: World, *, jobs: tuple[str, ...] = (), seen: Any = None) -> Result:
    path = write(given, folder)
    window = Window(given.since * 10**6, given.until * 10**6, given.now * 10**6)
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    return report(config, Question(window, jobs), *([seen] if seen else []))


def shown(result: Result) -> list[tuple[str, str]]:
    runs = result.runs[result.runs["in_window"]]
    return sorted(zip(runs["job"], runs["verdict"], strict=True))


def test_every_job_is_judged(tmp_path: Path) -> None:
    result = reported(tmp_path, world())
    assert shown(result) == [("one", "confirmed"), ("two", "confirmed")]
    assert (result.summary.jobs, result.summary.runs, result.exit_code) == (2, 2, 0)


def test_blocker_makes_the_exit_code_one(tmp_path: Path) -> None:
    result = reported(tmp_path, world(fate=Fate(file="none")))
    assert shown(result) == [("one", "false_success"), ("two", "false_success")]
    assert result.exit_code == 1


def test_report_speaks_of_the_asked_jobs_only(tmp_path: Path) -> None:
    result = reported(tmp_path, world(fate=Fate(file="none")), jobs=("on*",))
    assert shown(result) == [("one", "false_success")]
    assert {blocker.job for blocker in result.blockers if blocker.job} == {"one"}
    assert result.summary.runs == 1


def test_jobs_that_are_not_asked_for_still_keep_their_evidence(tmp_path: Path) -> None:
    whole = reported(tmp_path, world())
    (tmp_path / "part").mkdir()
    part = reported(tmp_path / "part", world(), jobs=("one",))
    assert len(part.paired.claims.run) == len(whole.paired.claims.run)


def test_jobs_glob_without_any_fit_gives_an_empty_report(tmp_path: Path) -> None:
    result = reported(tmp_path, world(), jobs=("nothing",))
    assert shown(result) == []


def test_progress_is_told_by_source_up_to_all_rows(tmp_path: Path) -> None:
    told: dict[str, int] = {}
    result = reported(tmp_path, world(), seen=lambda name, rows: told.update({name: rows}))
    assert sum(told.values()) == sum(sum(source.rows.values()) for source in result.evidence.sources) > 0


def test_digest_changes_with_the_content_and_not_with_the_place(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    same = [reported(tmp_path / name, world()).inputs for name in ("a", "b")]
    assert len(same[0]) == 8
    assert same[0] == same[1]
    assert reported(tmp_path / "c", world(fate=Fate(file="none"))).inputs != same[0]


def test_digest_of_nothing_is_one_too(tmp_path: Path) -> None:
    empty = reported(tmp_path, replace(world(), triggers=(), messages=(), files=()))
    assert len(digest(empty.evidence)) == 8


def test_missing_source_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(world(), tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('path = "notifications', 'path = "gone'), encoding="utf-8")
    window = Window(DAY * 10**6, (DAY + w.DAY) * 10**6, (DAY + w.DAY) * 10**6)
    result = report(read_config(path.read_text(encoding="utf-8"), str(path)), Question(window))
    assert [bool(source.faults) for source in result.evidence.sources] == [False, True, False]
    assert result.exit_code == 3
    assert len(result.evidence.triggers) == 4


def test_window_in_the_future_has_no_runs_and_no_faults(tmp_path: Path) -> None:
    later = replace(world(), since=DAY + 9 * w.DAY, until=DAY + 10 * w.DAY, covered_from=DAY - w.DAY)
    assert shown(reported(tmp_path, later)) == []


def test_patterns_with_a_field_are_told_to_the_sources(tmp_path: Path) -> None:
    config = read_config('[[job]]\nname = "a"\nartifacts = ["x.jsonl#ts", "y.json"]\n', str(tmp_path / "f.toml"))
    assert options_for(SourceConfig("files", "."), config, Question(Window(0, 0, 0))).fields == ("x.jsonl#ts",)


def test_intervals_are_told_to_heartbeats_alone(tmp_path: Path) -> None:
    config = read_config('[[job]]\nname = "a"\ninterval = "7m"\n', str(tmp_path / "f.toml"))
    assert options_for(SourceConfig("heartbeats", "."), config, Question(Window(0, 0, 0))).intervals == {"a": 420}
    assert options_for(SourceConfig("files", "."), config, Question(Window(0, 0, 0))).intervals == {}


@pytest.mark.parametrize("is_there", [True, False])
def test_configured_heartbeat_folders_are_sources(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "beats").mkdir()
    config = read_config("", str(tmp_path / "f.toml"))
    folders = (str(tmp_path / "gone"), *([str(tmp_path / "beats")] if is_there else []))
    given = replace(config, heartbeats=Heartbeats(folders, configured=True))
    expected = str(tmp_path / ("beats" if is_there else "gone"))
    assert [source.path for source in with_heartbeats(given)] == [expected]


def test_heartbeat_folder_that_is_a_source_already_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "beats").mkdir()
    named = SourceConfig("heartbeats", f"{tmp_path}/beats/")
    config = replace(
        read_config("", str(tmp_path / "f.toml")),
        sources=(named,),
        heartbeats=Heartbeats((f"{tmp_path}/beats",), configured=True),
    )
    assert with_heartbeats(config) == [named]


def test_heartbeat_folders_that_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    assert with_heartbeats(read_config("", str(tmp_path / "f.toml"))) == []


def test_night_of_more_runs_than_a_report_compares_is_left_to_those_who_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forensics.pipeline.MOST_COMPARED", 1)
    result = reported(tmp_path, world(fate=Fate(file="none")))
    assert (result.investigation, [each.kind for each in result.findings][-1]) == (None, "not_compared")


def test_quiet_night_is_not_investigated(tmp_path: Path) -> None:
    assert reported(tmp_path, world()).investigation is None
