"""One wrong zone behind many jobs is one finding: of the config, or of a log whose times name none."""

from __future__ import annotations

import pytest

from forensics.doctor.checkup import Known
from tests.doctor.builders import Scene, fired, fleet, job, kinds, mended, said, scene

JOBS = [("backup", 7), ("report", 9), ("sync", 11), ("reindex", 13)]


def four_jobs(tmp_path, zone: str, schedules: str = "") -> Scene:
    text = "".join(job(name, f"0 {hour} * * *") for name, hour in JOBS)
    log = [line for name, hour in JOBS for line in fired(f"{hour - 1:02d}:00:01", f"/opt/{name}")]
    told = scene(tmp_path, text, log=log)
    return Scene(tmp_path, told.text.replace('timezone = "UTC"', f'timezone = "{zone}"'))


def test_wrong_zone_of_the_config_is_one_finding_and_the_mend_ends_it(tmp_path):
    told = four_jobs(tmp_path, "Asia/Tokyo")
    (found,) = told.checked().problems
    assert (found.kind, len(found.jobs), found.mends[0].section) == ("zone", 4, "top")
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_zone_with_that_offset_is_named(tmp_path):
    (found,) = four_jobs(tmp_path, "Asia/Tokyo").checked().problems
    assert found.mends[0].lines == ('timezone = "Europe/Berlin"',)


def test_jobs_with_zones_of_their_own_are_mended_one_by_one(tmp_path):
    told = four_jobs(tmp_path, "Asia/Tokyo")
    (found,) = told.checked(known=Known(own_zones=frozenset(name for name, _ in JOBS))).problems
    assert [mend.name for mend in found.mends] == [name for name, _ in JOBS]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("seed", [1, 5])
def test_wrong_zone_of_a_log_is_one_finding_and_the_mend_ends_it(tmp_path, seed, zone):
    told = fleet(tmp_path, seed=seed)
    wrong = told.text.replace('timezone = "Asia/Tokyo"\nyear', f'timezone = "{zone}"\nyear')
    (found,) = [each for each in told.checked(wrong).problems if each.kind != "unconfigured"]
    assert (found.kind, found.mends[0].section, found.mends[0].lines) == (
        "zone",
        "source",
        ('timezone = "Asia/Tokyo"',),
    )
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


def test_messages_that_follow_the_triggers_acquit_the_log(tmp_path):
    text = "".join(job(name, f"0 {hour} * * *") for name, hour in JOBS)
    lines = [line for name, hour in JOBS for line in fired(f"{hour - 1:02d}:00:01", f"/opt/{name}")]
    log = [f"Mar {int(line[8:10]):2d} {line[11:19]} {line[26:]}" for line in lines]
    messages = [line for name, hour in JOBS for line in said(f"{hour - 1:02d}:05:00", f"✅ {name} completed")]
    told = scene(tmp_path, text, log=log, messages=messages)
    told = Scene(tmp_path, told.text.replace('path = "cron.log"\n', 'path = "cron.log"\nyear = 2026\n'))
    (found,) = told.checked().problems
    assert (found.mends[0].section, found.mends[0].lines) == ("defaults", ('timezone = "Europe/Berlin"',))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []
