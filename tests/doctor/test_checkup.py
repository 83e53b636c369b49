"""A healthy config has nothing to mend, whatever its jobs did; a planted mistake is named, and the mend mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.doctor.checkup import Known, check_up
from tests.checkout import ROOT
from tests.doctor.builders import about, fired, fleet, job, kinds, mended, planted, scene

pytestmark = pytest.mark.slow
SEEDS = (1, 2, 3)
PRESETS = ("noisy", "everything", "heavy", "short", "wide", "long", "spelled", "digests", "runners", "spring", "autumn",
           "overlap", "coarse", "overwritten", "sparse_paths", "no_triggers", "no_notifications")  # fmt: skip
TROUBLES = {
    "clock",
    "zone",
    "schedule",
    "interval",
    "name",
    "command",
    "host",
    "channel",
    "gone",
    "pattern",
    "shared_files",
}


@pytest.mark.parametrize("preset", PRESETS)
def test_fleet_with_faults_of_runs_alone_has_nothing_to_mend(tmp_path, preset):
    told = fleet(tmp_path, seed=5, days=8, preset=preset)
    assert TROUBLES.isdisjoint(kinds(told.checked()))


@pytest.mark.parametrize("seed", range(6))
def test_healthy_daily_fleet_has_nothing_to_mend(tmp_path, seed):
    assert kinds(fleet(tmp_path, seed=seed).checked()) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_wrong_zone_of_a_job_is_named_with_the_right_one(tmp_path, seed, zone):
    told = fleet(tmp_path, seed=seed)
    name = next(each for each in told.names() if told.value(each, "timezone") != f'"{zone}"')
    wrong = planted(told.text, name, f'timezone = "{zone}"')
    (found,) = about(told.checked(wrong), name)
    assert found.mends[0].lines == (f"timezone = {told.value(name, 'timezone')}",)
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_hour_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed)
    name = told.names()[seed]
    minute, hour, *rest = (told.value(name, "schedule") or "").strip('"').split()
    wrong = planted(told.text, name, f'schedule = "{minute} {(int(hour) + 3) % 24} {" ".join(rest)}"')
    (found,) = about(told.checked(wrong), name)
    assert found.kind == "schedule"
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_weekdays_are_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed, faults={})
    name = next(each for each in told.names() if (told.value(each, "schedule") or "").endswith('* * *"'))
    schedule = (told.value(name, "schedule") or "").strip('"')
    wrong = planted(told.text, name, f'schedule = "{schedule[:-1]}1-5"')
    (found,) = about(told.checked(wrong), name)
    assert found.mends[0].lines == (f'schedule = "{schedule}"',)
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


def misspelled(name: str) -> str:
    return name[0] + name[2] + name[1] + name[3:]


@pytest.mark.parametrize("seed", SEEDS)
def test_typo_in_a_name_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed)
    name = next(each for each in told.names() if not told.value(each, "aliases") and not told.value(each, "command"))
    wrong = told.text.replace(f'name = "{name}"\n', f'name = "{misspelled(name)}"\n')
    found = about(told.checked(wrong), misspelled(name))
    assert [each.kind for each in found] == ["name"]
    assert kinds(told.checked(mended(wrong, *found[0].mends))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_typo_in_a_command_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed, jobs=12, triggers="syslog")
    name = next(each for each in told.names() if told.value(each, "command"))
    glob = (told.value(name, "command") or "").strip('"')
    wrong = planted(told.text, name, f'command = "{glob.replace(name[:4], misspelled(name)[:4])}"')
    (found,) = about(told.checked(wrong), name)
    assert found.kind == "command"
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_host_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed)
    name = told.names()[seed]
    wrong = planted(told.text, name, 'host = "nowhere"')
    (found,) = about(told.checked(wrong), name)
    assert found.kind == "host"
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_typo_in_a_pattern_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed)
    name = next(each for each in told.names() if told.value(each, "artifacts"))
    patterns = told.value(name, "artifacts") or ""
    wrong = planted(told.text, name, f'artifacts = ["x{patterns[2:]}')
    found = about(told.checked(wrong), name)
    assert {each.kind for each in found} == {"pattern"}
    assert kinds(told.checked(mended(wrong, *found[0].mends))) == []


def test_what_hides_other_mistakes_comes_first(tmp_path):
    told = scene(
        tmp_path,
        job() + job("report", "0 9 * * *"),
        log=[*fired("10:00:01", "/opt/backup"), *fired("09:00:01", "/opt/new")],
    )
    assert [each.kind for each in told.checked().problems] == ["schedule", "gone", "unconfigured"]


def test_schedule_that_cannot_be_read_is_told_with_the_one_that_the_triggers_show(tmp_path):
    told = scene(tmp_path, job(schedule="61 7 * * *"), log=fired("07:30:01", "/opt/backup"))
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("unusable_schedule", ('schedule = "30 7 * * *"',))


def test_only_what_is_asked_for_is_told(tmp_path):
    told = scene(
        tmp_path, job() + job("report"), log=[*fired("10:00:01", "/opt/backup"), *fired("11:00:01", "/opt/report")]
    )
    found = check_up(told.checked().result, Known(), ("rep*",))
    assert [each.jobs for each in found.problems] == [("report",)]


@pytest.mark.parametrize("sample", sorted(path.parent.name for path in (ROOT / "sample_data").glob("*/forensics.toml")))
def test_samples_have_nothing_to_mend(sample):
    from click.testing import CliRunner

    from forensics.cli_doctor import doctor

    path = ROOT / "sample_data" / sample / "forensics.toml"
    told = CliRunner().invoke(doctor, ["--config", str(Path(path)), "--now", "2026-04-20T00:00:00Z"])
    assert told.exit_code == 0, told.output
