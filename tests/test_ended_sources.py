"""Nights of which the sources tell nothing: they ended before, and their silence is not quiet."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from tests.checkout import ROOT

SAMPLE = ROOT / "sample_data" / "slack-cried-wolf" / "forensics.toml"
JOBS = "".join(
    f'[[job]]\nname = "job{hour}"\nschedule = "0 {hour} * * *"\ncommand = "*job{hour}.sh"\nmax_duration = "20m"\n'
    f'artifacts = ["job{hour}/{{date:%Y-%m-%d}}.json"]\nreports = "never"\n'
    for hour in (1, 2, 3, 4)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def judged(path: Path, now: str) -> Result:
    """Return the report over the 24 hours before an instant."""
    end = round(at(now).timestamp()) * 10**9
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    return report(config, Question(Window(end - 24 * 3600 * 10**9, end, end)))


def host(folder: Path, *, nights: tuple[str, ...], logged: tuple[str, ...] | None = None, tree: str = "files") -> Path:
    """Return the config of a host with four jobs, whose files lie there for some nights; its log is as old as they."""
    lines = [
        f"{night}T0{hour}:00:01+00:00 web CRON[{hour}]: (root) CMD (/srv/job{hour}.sh)"
        for night in (nights if logged is None else logged)
        for hour in (1, 2, 3, 4)
    ]
    log = folder / "cron.log"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    newest = at(lines[-1][:19]).timestamp()
    os.utime(log, (newest, newest))
    listed = []
    for night in nights:
        for hour in (1, 2, 3, 4):
            file = folder / "out" / f"job{hour}" / f"{night}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}", encoding="utf-8")
            done = at(f"{night}T0{hour}:05:00").timestamp()
            os.utime(file, (done, done))
            listed.append(f"{done:.0f}.0\t2\tjob{hour}/{night}.json")
    (folder / "list.txt").write_text("\n".join(listed) + "\n", encoding="utf-8")
    path = "out" if tree == "files" else "list.txt"
    sources = f'[[source]]\nkind = "syslog"\npath = "cron.log"\n[[source]]\nkind = "{tree}"\npath = "{path}"\n'
    config = folder / "forensics.toml"
    config.write_text(f'timezone = "UTC"\n{sources}{JOBS}', encoding="utf-8")
    return config


def blamed(result: Result) -> list[Any]:
    return [blocker.about for blocker in result.blockers if blocker.kind == "source"]


def test_report_eight_months_after_the_newest_line_is_no_quiet_one() -> None:
    result = judged(SAMPLE, "2026-11-21T00:00")
    assert result.summary.verdicts == {"unverifiable": 29}
    assert (result.exit_code, len(blamed(result))) == (1, 3)


def test_report_of_a_night_that_its_sources_cover_blames_none() -> None:
    assert blamed(judged(SAMPLE, "2026-03-18T15:00")) == []


def test_log_and_listing_that_ended_days_ago_are_both_named(tmp_path: Path) -> None:
    result = judged(host(tmp_path, nights=("2026-05-16", "2026-05-17"), tree="find-listing"), "2026-05-20T07:00")
    assert result.exit_code == 1
    assert sorted(name.partition(" ")[0] for name in blamed(result)) == ["find-listing", "syslog"]


def test_log_that_ended_before_a_live_tree_is_empty_is_named_beside_the_missed_jobs(tmp_path: Path) -> None:
    result = judged(host(tmp_path, nights=("2026-05-16", "2026-05-17")), "2026-05-20T07:00")
    missed = [blocker for blocker in result.blockers if blocker.kind == "missed"]
    assert [blocker.is_unseen for blocker in missed] == [True] * 4
    assert all("nothing shows that it began: no trigger source covers that time" in each.text for each in missed)
    assert [name.partition(" ")[0] for name in blamed(result)] == ["syslog"]


def test_idle_log_whose_last_line_is_the_last_due_run_alarms_nobody(tmp_path: Path) -> None:
    result = judged(host(tmp_path, nights=("2026-05-18", "2026-05-19")), "2026-05-19T07:00")
    assert (result.summary.verdicts, result.blockers, result.exit_code) == ({"confirmed": 4}, (), 0)


def test_copied_listing_that_ends_with_the_last_file_alarms_nobody(tmp_path: Path) -> None:
    path = host(tmp_path, nights=("2026-05-18", "2026-05-19"), tree="find-listing")
    assert blamed(judged(path, "2026-05-19T07:00")) == []


def test_log_that_ended_while_a_live_tree_shows_the_work_alarms_nobody(tmp_path: Path) -> None:
    nights = ("2026-05-17", "2026-05-18", "2026-05-19", "2026-05-20")
    result = judged(host(tmp_path, nights=nights, logged=nights[:1]), "2026-05-20T07:00")
    assert (result.summary.verdicts, blamed(result)) == ({"confirmed": 4}, [])


def test_evidence_that_begins_after_the_night_is_named(tmp_path: Path) -> None:
    path = host(tmp_path, nights=("2026-05-20",), tree="find-listing")
    text = path.read_text(encoding="utf-8").replace(
        'path = "list.txt"\n', 'path = "list.txt"\ncoverage = ["2026-05-20T00:00:00Z", "2026-05-21T00:00:00Z"]\n'
    )
    path.write_text(text, encoding="utf-8")
    result = judged(path, "2026-05-18T07:00")
    assert result.exit_code == 1
    assert any("begins 2026-05-20 00:00" in blocker.text for blocker in result.blockers)
