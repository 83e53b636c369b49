"""Boots that are given up, from the wrapper to the alert: told until a later run comes up, and warned of before."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forensics.cli import main
from forensics.cli_heartbeat import heartbeat
from forensics.database.opening import Care
from forensics.recorder.registry import open_registry
from forensics.recorder.run_record import BOOT_TIMEOUT, COMPLETED, FAILED, INTERRUPTED, TIMEOUT, Attempt, Options, Run
from tests.recorder.run_builders import only_run, shell, wrapped
from tests.sources.registry_builders import BOOTS, SECOND, START, completed, ended, run, write_registry

pytestmark = pytest.mark.slow

MINUTE, HOUR = 60, 3600
SLOW = 'sleep 0.6; touch "$FORENSICS_READY_FILE"'
QUICK = 'touch "$FORENSICS_READY_FILE"'
MUTE = '[[mute]]\njobs = ["probe"]\nreason = "move"\n'

if "heartbeat" not in main.commands:
    main.add_command(heartbeat)


class Site:
    """A machine with a registry, and a job ``probe`` that beats every hour unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.registry = folder / "registry.db"
        self.beats = folder / "beats"
        self.alert = self.beats / "alerts" / "probe.alert"
        self.config = folder / "forensics.toml"
        self.log = folder / "hook.log"
        self.beats.mkdir()
        self.configure()

    def configure(self, more: str = "", hook: str = "") -> None:
        argv = json.dumps(["sh", "-c", f"echo $FORENSICS_STATUS >> {self.log}"]) if hook else "[]"
        self.config.write_text(f"[heartbeats]\ndirs = [{json.dumps(str(self.beats))}]\non_stale = {argv}\n{more}")

    def record(self, *runs: Run) -> None:
        write_registry(self.registry, *runs)

    def beat(self, after: float = 0) -> None:
        """Let the job give a sign of life, so many seconds after 06:00."""
        told = {"job": "probe", "timestamp": START / SECOND + after, "interval_seconds": HOUR}
        (self.beats / "probe.last").write_text(json.dumps(told))

    def check(self, *options: str, after: float = MINUTE) -> Result:
        """Return how a check ended that was made so many seconds after 06:00."""
        at = datetime.fromtimestamp(START / SECOND + after, UTC).isoformat()
        words = ["heartbeat", "check", "--config", str(self.config), "--now", at, *options]
        outcome = CliRunner().invoke(main, words)
        if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return outcome

    def lines(self) -> list[str]:
        """Return what the alert says of boot and heartbeat, in a word each."""
        told = self.alert.read_text().splitlines()[1:] if self.alert.exists() else []
        return [line.split()[0] for line in told if line.startswith(("Boot ", "Heartbeat "))]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name in ("FORENSICS_CONFIG", "FORENSICS_HEARTBEAT_DIR", "XDG_CONFIG_HOME", "GITEA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORENSICS_REGISTRY", str(tmp_path / "registry.db"))
    return Site(tmp_path)


def begun(number: int, after: int, *attempts: Attempt, **columns: object) -> Run:
    return run(number, *attempts, started_at=START + after * SECOND, **{"options": BOOTS, **columns})


def stuck(number: int = 1, after: int = 0, attempts: int = 1, **columns: object) -> Run:
    """Return a run whose every attempt was given up as it booted."""
    given_up = [ended(each, after + each - 1, outcome=BOOT_TIMEOUT, code=124) for each in range(1, attempts + 1)]
    return begun(number, after, *given_up, **{"status": TIMEOUT, **columns})


def up_and_failed(number: int, after: int) -> Run:
    attempt = ended(1, after, outcome=FAILED, code=1, booted_at=START + after * SECOND + 1, boot=1)
    return begun(number, after, attempt, status=FAILED)


# From end to end


def test_boot_over_its_limit_is_recorded_retried_and_alerted_until_a_run_comes_up(site):
    limits = ("--job", "probe", "--boot-timeout", "0.3s", "--retries", "1")
    code, _, _ = wrapped(site.registry, *limits, *shell(SLOW))
    found = only_run(site.registry)
    bad = site.check(after=time.time() - START / SECOND + 1)
    alert = site.alert.read_text().splitlines()
    wrapped(site.registry, "--job", "probe", "--boot-timeout", "30s", *shell(QUICK))
    good = site.check(after=time.time() - START / SECOND + 1)
    assert (code, found.status, [each.outcome for each in found.attempts]) == (124, TIMEOUT, [BOOT_TIMEOUT] * 2)
    assert (bad.exit_code, good.exit_code) == (1, 0)
    assert "P1 probe: Boot timed out: not up within 0.3 s, given up after 2 attempts at " in bad.stderr
    assert alert[1].startswith("Boot timed out: not up within 0.3 s, given up after 2 attempts at ")
    assert "its last run came up" in good.stdout
    assert not site.alert.exists()


def test_boots_that_creep_towards_their_limit_are_warned_of_before_one_is_given_up(site):
    options = Options(boot_timeout=6 * SECOND // 10)
    site.record(*(creeping(number, 0.40 + 0.01 * number, options) for number in range(16)))
    outcome = site.check(after=15 * HOUR + 5 * MINUTE)
    assert (outcome.exit_code, outcome.stderr.count("boot warning: "), site.alert.exists()) == (0, 1, False)


def creeping(number: int, seconds: float, options: Options) -> Run:
    """Return the run of an hour, up after so many seconds."""
    begin = START + number * HOUR * SECOND
    boot = round(seconds * SECOND)
    up = begin + boot
    attempt = Attempt(1, begin, up, up, boot, boot, COMPLETED, 0)
    return run(number, attempt, status=COMPLETED, started_at=begin, completed_at=up, exit_code=0, options=options)


# Which runs count


def code_after(site: Site, *runs: Run) -> int:
    site.record(*runs)
    return site.check(after=HOUR).exit_code


def test_run_that_is_still_tried_again_is_no_trouble_yet(site):
    tried = begun(1, 0, ended(outcome=BOOT_TIMEOUT, code=124), Attempt(2, START + 9 * SECOND))
    assert code_after(site, tried) == 0


def test_second_attempt_that_comes_up_makes_the_first_good(site):
    second = ended(2, after=9, booted_at=START + 10 * SECOND, boot=SECOND)
    tried = begun(1, 0, ended(outcome=BOOT_TIMEOUT, code=124), second, status=COMPLETED)
    assert code_after(site, tried) == 0


def test_run_that_may_be_tried_again_later_is_no_trouble_yet(site):
    write_registry(site.registry, stuck(status="running"), settled_at=START + 20 * SECOND)
    assert only_run(site.registry).status == INTERRUPTED
    assert site.check(after=HOUR).exit_code == 0


def test_time_out_of_a_run_without_a_boot_is_none_of_its_boot(site):
    assert code_after(site, run(1, ended(outcome=TIMEOUT, code=124), status=TIMEOUT)) == 0


@pytest.mark.parametrize("later", [completed(2, 60), up_and_failed(2, 60)], ids=["completed", "failed once up"])
def test_later_run_that_came_up_ends_the_trouble(site, later):
    assert code_after(site, stuck(), later) == 0


def test_later_run_that_failed_before_it_was_up_does_not_end_the_trouble(site):
    failed = begun(2, 60, ended(1, 60, outcome=FAILED, code=1), status=FAILED)
    assert code_after(site, stuck(), failed) == 1


def test_run_after_the_instant_of_judging_does_not_count(site):
    site.record(stuck(), completed(2, 2 * HOUR))
    assert site.check(after=HOUR).exit_code == 1


def test_later_run_counts_by_its_end_and_not_by_its_place_in_the_registry(site):
    assert code_after(site, completed(1, 60), stuck(2)) == 0


def test_host_that_comes_up_does_not_excuse_another(site):
    write_registry(site.beats.parent / "other.db", stuck(1))
    site.record(completed(2, 60))
    both = "".join(f'[[source]]\nkind = "registry"\npath = "{name}.db"\n' for name in ("registry", "other"))
    site.configure(both)
    assert site.check(after=HOUR).exit_code == 1


def test_runs_in_a_row_are_one_blocker(site):
    site.record(completed(1), *(stuck(number, 60 * number) for number in (2, 3, 4)))
    (blocker,) = json.loads(site.check("--format", "json", after=HOUR).stdout)["blockers"]
    assert (blocker["job"], blocker["kind"], blocker["count"]) == ("probe", "silent_failure", 3)


@pytest.mark.parametrize(
    "config", [MUTE, '[[job]]\nname = "probe"\nuntil = 2026-03-19T06:30:00Z\n'], ids=["muted", "run no more"]
)
def test_job_that_is_not_awaited_raises_nothing(site, config):
    site.record(stuck())
    site.beat(HOUR)
    site.configure(config)
    assert (site.check(after=HOUR).exit_code, site.lines()) == (0, [])


# The alert


def test_damage_that_a_wrapper_set_aside_is_told_for_a_day(site):
    site.beat()
    site.registry.write_bytes(b"garbage " * 600)
    with open_registry(site.registry, START, Care()):
        pass
    assert "kept as registry.db.damaged-" in site.check(after=MINUTE).stderr
    site.beat(25 * HOUR)
    assert "kept as" not in site.check(after=25 * HOUR + MINUTE).stderr


def test_dry_run_writes_no_alert(site):
    site.record(stuck())
    outcome = site.check("--dry-run")
    assert (outcome.exit_code, site.lines()) == (1, [])
    assert "1 job did not boot" in outcome.stdout


def seen(site: Site, checks: Sequence[float]) -> list[list[str]]:
    """Return what the alert says after each of some checks."""
    found = []
    for after in checks:
        site.check(after=after)
        found.append(site.lines())
    return found


def test_alert_holds_boot_and_silence_and_loses_each_on_its_own(site):
    site.beat()
    site.record(stuck())
    first = seen(site, [MINUTE, 3 * HOUR])
    site.beat(3 * HOUR)
    second = seen(site, [3 * HOUR])
    assert [*first, *second] == [["Boot"], ["Boot", "Heartbeat"], ["Boot"]]


def test_alert_of_a_silence_stays_when_a_run_comes_up(site):
    site.beat()
    site.record(stuck())
    site.check(after=3 * HOUR)
    site.record(completed(2, 3 * HOUR))
    assert seen(site, [3 * HOUR + MINUTE]) == [["Heartbeat"]]


def test_healthy_heartbeat_does_not_remove_the_alert_of_a_boot(site):
    site.beat()
    site.record(stuck())
    assert seen(site, [MINUTE, 2 * MINUTE]) == [["Boot"], ["Boot"]]


def test_alert_of_a_boot_stays_where_no_registry_was_read(site):
    site.beat()
    site.record(stuck())
    site.check()
    outcome = site.check("--dir", str(site.beats))
    assert (outcome.exit_code, site.lines()) == (0, ["Boot"])


def test_alert_of_a_muted_job_is_left_as_it_is(site):
    site.record(stuck())
    site.check()
    site.configure(MUTE)
    assert (site.check().exit_code, site.lines()) == (0, ["Boot"])


def test_hook_runs_for_the_silence_and_not_for_the_boot(site):
    site.configure(hook="yes")
    site.beat()
    site.record(stuck())
    for after in (MINUTE, 3 * HOUR, 4 * HOUR):
        site.check(after=after)
    assert site.log.read_text().split() == ["stale"]


def test_hook_runs_again_in_the_next_silence_although_the_alert_stood_all_the_while(site):
    site.configure(hook="yes")
    site.record(stuck())
    for beat, check in ((0, 3 * HOUR), (3 * HOUR, 3 * HOUR), (3 * HOUR, 6 * HOUR)):
        site.beat(beat)
        site.check(after=check)
    assert site.log.read_text().split() == ["stale", "stale"]


def test_alias_of_the_config_gives_boot_and_heartbeat_one_alert(site):
    site.configure('[[job]]\nname = "probe"\naliases = ["probe-runner"]\ninterval = "1h"\n')
    site.beat()
    site.record(stuck(job="probe-runner"))
    assert seen(site, [3 * HOUR]) == [["Boot", "Heartbeat"]]
