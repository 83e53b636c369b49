"""An upgrade after which no isolated job of an OpenClaw boots, out of its own files and the config that init drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from forensics.survey.draft import draft
from forensics.survey.machine import Beside, survey
from forensics.survey.tree import Tree
from tests.sources import openclaw_upgrade as upgrade
from tests.sources.openclaw_host import Host, ms, uuid

pytestmark = pytest.mark.slow

SILENT = ("2026-03-15", "2026-03-16", "2026-03-17", "2026-03-18")
# How the scheduler words a boot that did not come up: not at all, or in the fixed head of an error.
GREEN, TOLD = "green", "told"
# The last era writes a receipt for each run, and its ok is a proof: there such a night cannot be green.
NIGHTS = [("A", GREEN), ("B", GREEN), ("C", GREEN), ("A", TOLD), ("B", TOLD), ("C", TOLD), ("D", TOLD)]
BOOT = "cron: isolated agent setup timed out before runner start (last phase: context-engine)"
each_night = pytest.mark.parametrize(("era", "wording"), NIGHTS)
Reported = Callable[[str, str], Result]


def told(host: Host) -> Host:
    """Have the scheduler tell of each boot that did not come up."""
    isolated = {uuid(name) for name in upgrade.ISOLATED}
    for run in host.runs:
        if run["jobId"] in isolated and run["runAtMs"] >= upgrade.UPGRADE:
            run |= {"status": "error", "error": BOOT, "deliveryStatus": "not-requested"}
    return host


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    """Give the report on the four days after the upgrade and the morning after them."""
    gateway = upgrade.gateway
    with pytest.MonkeyPatch.context() as patch:

        def made(era: str, wording: str) -> Result:
            patch.setattr(upgrade, "gateway", gateway if wording == GREEN else lambda: told(gateway()))
            folder = tmp_path_factory.mktemp(era)
            upgrade.write(folder, era)
            config = read_config(draft(survey(Tree(str(folder)), Beside())), str(folder / "forensics.toml"))
            days = ("2026-03-15 00:00", "2026-03-19 00:00", "2026-03-19 09:00")
            return report(config, Question(Window(*((ms(day) - upgrade.TOKYO) * 10**6 for day in days))))

        yield cache(made)


def runs_of(result: Result, jobs: dict[str, str]) -> list[dict[str, Any]]:
    """Return the runs of these jobs."""
    return result.runs[result.runs["in_window"] & result.runs["job"].isin(list(jobs))].to_dict("records")


@each_night
def test_each_job_failed_in_silence_on_each_of_the_four_days(reported: Reported, era: str, wording: str) -> None:
    runs = runs_of(reported(era, wording), upgrade.ISOLATED)
    days = sorted((run["job"], f"{run['due_at'].tz_convert('Asia/Tokyo'):%Y-%m-%d}", run["verdict"]) for run in runs)
    assert days == sorted((job, day, "silent_failure") for job in upgrade.ISOLATED for day in SILENT)


@each_night
def test_each_of_them_was_triggered_and_nothing_was_proven_or_said(reported: Reported, era: str, wording: str) -> None:
    runs = runs_of(reported(era, wording), upgrade.ISOLATED)
    assert {run["evidence"] for run in runs} == {"neither"}
    assert all(run["triggered_at"] == run["triggered_at"] for run in runs)


@each_night
def test_boot_that_timed_out_is_the_cause_where_the_scheduler_tells_it(
    reported: Reported, era: str, wording: str
) -> None:
    runs = runs_of(reported(era, wording), upgrade.ISOLATED)
    causes = {run["cause"] if isinstance(run["cause"], str) else None for run in runs}
    assert causes == ({"boot_timeout"} if wording == TOLD else {None})


@each_night
def test_jobs_of_the_main_session_were_well_on_the_same_days(reported: Reported, era: str, wording: str) -> None:
    runs = runs_of(reported(era, wording), upgrade.MAIN)
    assert [(run["evidence"], run["verdict"]) for run in runs] == [("executed", "confirmed")] * 16


@each_night
def test_there_is_no_run_beside_these(reported: Reported, era: str, wording: str) -> None:
    found = reported(era, wording)
    assert int(found.runs["in_window"].sum()) == 32
    assert not found.runs[found.runs["in_window"]]["flags"].str.contains("unscheduled").any()


@each_night
def test_the_four_jobs_are_blockers_and_no_other_is(reported: Reported, era: str, wording: str) -> None:
    found = reported(era, wording)
    assert {(each.job, each.kind) for each in found.blockers if each.job} == {
        (job, "silent_failure") for job in upgrade.ISOLATED
    }


@each_night
def test_upgrade_is_among_what_happened(reported: Reported, era: str, wording: str) -> None:
    upgrades = [each.at for each in reported(era, wording).events if each.kind == "upgrade"]
    assert upgrades == [datetime(2026, 3, 15, 2, tzinfo=UTC)]
