"""Days on which runs go wrong each time are a cause, and too few of them are no certainty."""

from __future__ import annotations

from typing import Any

from forensics.evidence.investigation import Cause, Contrast, Group, Investigation
from forensics.investigate.findings import investigation_findings
from tests.investigate.cases import change, contrast, days, found, kinds, world
from tests.report.builders import at

GOOD, WEEKEND = ("confirmed",) * 5, ("failed",) * 2
JOBS = ("a", "b", "c")


def weekend(**values: Any) -> Contrast:
    """Return that weekends are worse, by a comparison that is not clear enough."""
    told = {"within": Group(12, 12, 3), "others": Group(0, 30, 3), "p_value": 0.002, "adjusted": None}
    return contrast("day", "a weekend", **{"level": "run", "standing": "unknown", **told, **values})


def runs(*verdicts: str) -> list[dict[str, Any]]:
    """Return fourteen days of three jobs, from a Monday on."""
    return [each for job in JOBS for each in days(job, *verdicts, first=16)]


BOTH = runs(*GOOD, *WEEKEND, *GOOD, *WEEKEND)


def causes(table: list[dict[str, Any]] = BOTH, **values: Any) -> tuple[Cause, ...]:
    began = change(*JOBS, occasion=None, first_bad=at("2026-03-21 07:00"), after=Group(6, 6, 3))
    return found(world(table), [weekend(**values)], [began])


def test_both_weekends_are_the_cause_and_not_the_first_of_them() -> None:
    told = causes()
    assert kinds(told) == ["recurring"]
    assert told[0].title == "Runs went wrong on both weekends: 12 of 12 not done, and hardly ever else: 0 of 30"


def test_two_weekends_are_too_few_to_be_sure() -> None:
    assert "2 weekends are too few to be sure" in causes()[0].inferred


def test_one_weekend_of_two_is_no_rule() -> None:
    one = runs(*GOOD, "confirmed", "confirmed", *GOOD, *WEEKEND)
    assert "recurring" not in kinds(causes(one, within=Group(6, 12, 3)))


def test_days_that_are_nearly_as_bad_elsewhere_are_no_rule() -> None:
    assert "recurring" not in kinds(causes(others=Group(9, 30, 3)))


def test_difference_that_chance_makes_is_no_rule() -> None:
    assert "recurring" not in kinds(causes(p_value=0.2))


def test_report_leads_with_the_weekends_and_not_with_their_first_day() -> None:
    studied = world(BOTH)
    began = change(*JOBS, occasion=None, first_bad=at("2026-03-21 07:00"))
    made = Investigation(0, 1, (weekend(),), (began,), causes=found(studied, [weekend()], [began]))
    told = investigation_findings(made, studied)
    assert [each.kind for each in told] == ["contrast"]
    assert told[0].text.startswith("Runs went wrong on both weekends")
    assert told[0].p_value is None
