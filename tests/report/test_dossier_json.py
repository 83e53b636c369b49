"""The dossier for machines: the report's JSON, and the investigation beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Investigation, NextStep
from forensics.report.dossier_json import dossier_json
from forensics.report.machine import report_json
from tests.investigate.cases import change, contrast, days, depth, world
from tests.report.builders import at

RESULT = world(days("a", "confirmed", "failed"))


def told(lost: Any = (), **found: Any) -> dict[str, Any]:
    found_out = Investigation(at("2026-03-06 00:00"), at("2026-03-20 00:00"), **found)
    loaded: dict[str, Any] = json.loads(dossier_json(replace(RESULT, investigation=found_out), lost))
    return loaded


def test_all_members_of_the_report_are_there() -> None:
    assert {*json.loads(report_json(RESULT)), "investigation", "rerun"} == set(told())


def test_result_without_an_investigation_has_none() -> None:
    assert json.loads(dossier_json(RESULT, ()))["investigation"] is None


def test_instants_are_utc_and_groups_are_objects() -> None:
    (shown,) = told(change_points=(change("a", "b"),))["investigation"]["change_points"]
    assert shown["first_bad"] == "2026-03-13T07:00:00Z"
    assert shown["before"] == {"bad": 0, "runs": 6, "jobs": 2}
    assert shown["occasions"] == [{"at": "2026-03-13T02:00:00Z", "kind": "upgrade", "name": "gateway 2026.3.14"}]
    assert shown["hosts"] == [None, None]


def test_values_that_cannot_be_told_apart_have_names() -> None:
    (shown,) = told(contrasts=(contrast(alongside=(("payload", "agentTurn"),)),))["investigation"]["contrasts"]
    assert shown["alongside"] == [{"attribute": "payload", "value": "agentTurn"}]


def test_chance_that_is_not_finite_is_null() -> None:
    (shown,) = told(contrasts=(contrast(p_value=float("nan"), adjusted=0.0123456),))["investigation"]["contrasts"]
    assert (shown["p_value"], shown["adjusted"]) == (None, 0.0123)


def test_small_number_is_not_rounded_to_nothing() -> None:
    (shown,) = told(contrasts=(contrast(within=-0.0000123456),))["investigation"]["contrasts"]
    assert shown["within"] == -0.0000123


def test_layers_are_objects() -> None:
    (shown,) = told(depths=(depth("a"),))["investigation"]["depths"]
    assert shown["layers"][4] == {"layer": "booted", "seen": 0, "evidence": "cron.log:1"}
    assert shown["since"] == "2026-03-13T07:00:00Z"


def test_steps_hold_what_is_to_be_copied() -> None:
    cause = Cause("job", "a", ("seen",), steps=(NextStep("command", "Look.", command="ls"),), detail={"runs": 1})
    (shown,) = told(causes=(cause,))["investigation"]["causes"]
    assert shown["steps"] == [{"kind": "command", "text": "Look.", "command": "ls", "diff": "", "cost": ""}]
    assert shown["detail"] == {"runs": 1}


def test_secrets_are_masked() -> None:
    cause = Cause("job", "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx", ())
    assert "abcdefghijklmnop" not in json.dumps(told(causes=(cause,)))


def test_runs_to_run_again_are_listed() -> None:
    assert told([("a", at("2026-03-11 07:00"), "a/11")])["rerun"] == [
        {"job": "a", "due_at": "2026-03-11T07:00:00Z", "key": "a/11"}
    ]
