"""The proposed change among the findings of a report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Investigation, NextStep
from forensics.evidence.result import Result
from forensics.investigate.diffs import setting_of, to_main
from forensics.report.markdown import report_markdown
from tests.investigate.cases import days, world
from tests.report.builders import blocker, result, run, source
from tests.report.test_view_story import CHANGE


def diff_of(*names: str) -> str:
    settings = (setting_of(name, {"sessionTarget": "isolated", "payload": "agentTurn"}) for name in names)
    return to_main([each for each in settings if each is not None])


def proposed(diff: str, jobs: tuple[str, ...] = ("a",), **step: Any) -> Result:
    cause = Cause("boot", "Boots hang", (), jobs=jobs, steps=(replace(CHANGE, diff=diff, cost="Much.", **step),))
    made = replace(world(days("a", "silent_failure")), blockers=(blocker("a", "silent_failure"),))
    return replace(made, investigation=Investigation(0, 1, causes=(cause,)))


def findings(made: Result) -> str:
    return report_markdown(made).split("\n## Findings\n")[1].split("\n## ")[0]


def test_change_stands_in_a_fence_with_its_cost() -> None:
    told = findings(proposed(diff_of("a")))
    assert "```diff\n--- cron/jobs.json\n" in told
    assert '\n+  "sessionTarget": "main",\n' in told
    assert "- Cost: Much." in told


def test_further_jobs_are_counted_not_spelled() -> None:
    told = findings(proposed(diff_of("a", "b", "c")))
    assert told.count("\n@@ ") == 1
    assert "The same for 2 more jobs: `forensics investigate` shows all of it." in told


def test_change_for_jobs_that_are_not_in_trouble_is_left_out() -> None:
    assert "Proposed change" not in findings(proposed(diff_of("x"), jobs=("x",)))


def test_step_without_a_diff_is_no_change() -> None:
    assert "Proposed change" not in findings(proposed(""))


def test_diff_cannot_leave_its_fence() -> None:
    told = findings(proposed("--- a\n+++ b\n@@ -1 +1 @@\n```\n# @everyone"))
    assert "````diff\n" in told
    assert told.count("````") == 2


def test_secrets_in_a_diff_are_masked() -> None:
    assert "abcdefghijklmnop" not in findings(proposed("+ xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx"))


def test_report_with_a_change_stays_within_its_lines() -> None:
    runs = [run(f"job-{number % 211}", "missed", f"2026-03-{1 + number % 19:02d} 07:00") for number in range(3000)]
    names = [f"job-{number}" for number in range(500)]
    text = ("a", "b", "c", "d")
    made = result(
        runs,
        since="2026-03-01 00:00",
        blockers=[blocker(name, "missed", observed=text, inferred="So.", todo="Do.") for name in names],
        sources=[source(f"s{number}", faults=["broken"], rejects=[("bad", "x|y")] * 30) for number in range(100)],
    )
    cause = Cause(
        "boot", "b", (), jobs=tuple(names), steps=(NextStep("change", "Do.", diff=diff_of(*names), cost="c"),)
    )
    shown = report_markdown(replace(made, investigation=Investigation(0, 1, causes=(cause,))))
    assert "And 493 more, alike" in shown
    assert shown.count("\n") <= 400
