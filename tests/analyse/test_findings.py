"""All findings together, in one order."""

from __future__ import annotations

from typing import Any

from forensics.analyse.findings import findings
from forensics.config import Config, Job
from forensics.evidence.coverage import ALWAYS, EVER, Coverage
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Finding
from tests.analyse.builders import UTC, WINDOW, evidence, frame, paired, run


def found(*rows: dict[str, Any], jobs: tuple[Job, ...] = (), **links: Any) -> tuple[Finding, ...]:
    runs = frame(*rows)
    names = runs["job"].nunique()
    coverage = Coverage({"triggers": [((EVER, ALWAYS),)] * names})
    config = Config(jobs=jobs)
    pairs, read = paired(runs, **links), evidence()
    return findings(runs, pairs, read, coverage, config, WINDOW, UTC, Provenance(pairs, read))


def test_quiet_night_has_no_findings():
    assert found(run("confirmed")) == ()


def test_no_runs_at_all_have_no_findings():
    assert found() == ()


def test_findings_on_the_messages_stand_before_lint():
    alarms = [run("false_alarm", job=f"job-{number}") for number in range(5)]
    leap = Job("leap", UTC, schedule="0 0 31 2 *", problem="it never fires")
    kinds = [finding.kind for finding in found(*alarms, jobs=(leap,), claims=[(0, "failure", 2)])]
    assert kinds == ["mass_failure", "streak", "lint"]
