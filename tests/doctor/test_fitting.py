"""Triggers held against due times, one to one."""

from __future__ import annotations

from forensics.doctor.fitting import bounded, fit_of, usual_rates
from forensics.doctor.observed import Observed
from tests.doctor.builders import days, fired, job, scene


def fit(tmp_path, log, **more):
    return fit_of(Observed(scene(tmp_path, job(**more), log=log).checked().result).watched[0])


def test_trigger_within_the_grace_fits_and_is_late(tmp_path):
    found = fit(tmp_path, fired("07:05:00", "/opt/backup"))
    assert (found.told, int(found.exact.sum()), len(found.missed)) == ("14 of 14", 0, 0)


def test_due_time_without_a_trigger_is_missed(tmp_path):
    assert len(fit(tmp_path, fired("07:00:01", "/opt/backup", days(2, 14))).missed) == 1


def test_due_time_outside_of_the_jobs_life_is_not_missed(tmp_path):
    assert len(fit(tmp_path, fired("07:00:01", "/opt/backup", days(2, 8)), until="2026-03-09").missed) == 0


def test_rate_is_never_taken_for_impossible():
    assert bounded(0, 10_000) == 0.01


def test_jobs_that_do_not_fit_say_nothing_of_what_is_usual(tmp_path):
    wrong = fit(tmp_path, fired("09:00:01", "/opt/backup"))
    assert usual_rates([wrong]).strange == 0.01
