"""The meta-heartbeat as a person meets it: who is silent, what is left for whom, and what is never done twice."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from forensics import cli_boot, cli_hook
from forensics.cli import main
from forensics.cli_beats import config_for_check, config_of_beats, folders_written_to
from forensics.cli_boot import with_boot
from forensics.cli_heartbeat import clock_time, heartbeat
from forensics.cli_units import setup_of
from forensics.config import HEARTBEAT_DIRS, Config
from forensics.recorder.run_record import COMPLETED, Attempt, Run
from forensics.recorder.units import CHECK
from forensics.untrusted import slug
from tests.checkout import ROOT
from tests.processes import needed, open_folder, root_only
from tests.publish.memory_forge import Tracker
from tests.publish.scripted import serving
from tests.publish.served_forge import REPO, TOKEN, ServedForge
from tests.sources.registry_builders import BOOTS, run, write_registry

pytestmark = pytest.mark.slow

START = 1_790_000_000  # seconds since the epoch, 2026-09-21T14:13:20Z
MINUTE, HOUR, DAY = 60, 3600, 86_400
NANOS = 10**9
NOBODY = 65534

if "heartbeat" not in main.commands:
    main.add_command(heartbeat)


def at(seconds: float) -> str:
    return datetime.fromtimestamp(START + seconds, UTC).isoformat()


def write_beat(folder: Path, job: str, seconds: float = 0, interval: float = HOUR, **more: object) -> Path:
    """Let a job give a sign of life, so many seconds after the start."""
    told = {"job": job, "timestamp": START + seconds, "interval_seconds": interval, "host": "web1", "pid": 7, **more}
    path = folder / f"{job}.last"
    path.write_text(json.dumps({"status": "SUCCESS", **told}))
    return path


@dataclass(frozen=True)
class Host:
    """A machine with heartbeats, a config, and a state folder of its own."""

    folder: Path

    @property
    def beats(self) -> Path:
        return self.folder / "beats"

    @property
    def config(self) -> Path:
        return self.folder / "forensics.toml"

    @property
    def log(self) -> Path:
        """What the hook was told, one call a line."""
        return self.folder / "hook.log"

    def configure(self, *sections: str, top: str = "", heartbeats: str = "") -> None:
        dirs = f"dirs = {json.dumps([str(self.beats)])}"
        self.config.write_text("\n".join([top, "[heartbeats]", dirs, heartbeats, *sections, ""]))

    def beat(self, job: str, seconds: float = 0, interval: float = HOUR, **more: object) -> Path:
        return write_beat(self.beats, job, seconds, interval, **more)

    def ask(self, *arguments: object, seconds: float = 0) -> Result:
        """Return how a command ended, called so many seconds after the start."""
        words = ["heartbeat", *map(str, arguments), "--config", str(self.config), "--now", at(seconds)]
        outcome = CliRunner().invoke(main, words)
        if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return outcome

    def check(self, *options: object, seconds: float = 0) -> Result:
        return self.ask("check", *options, seconds=seconds)

    def answer(self, *options: object, seconds: float = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.check("--format", "json", *options, seconds=seconds).stdout)
        return found

    def alerts(self) -> list[str]:
        return sorted(path.name for path in (self.beats / "alerts").glob("*"))

    def alert(self, job: str) -> str:
        return (self.beats / "alerts" / f"{job}.alert").read_text()

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }

    def hook(self, body: str) -> None:
        """Let the config call a script in case of silence."""
        script = self.folder / "hook.sh"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        self.configure(heartbeats=f"on_stale = {json.dumps([str(script), '% $x'])}")

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Return a machine on which no job has said anything yet, of a person whose home is empty."""
    for name in ("FORENSICS_CONFIG", "FORENSICS_HEARTBEAT_DIR", "XDG_CONFIG_HOME", "GITEA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORENSICS_REGISTRY", str(tmp_path / "registry.db"))
    monkeypatch.chdir(tmp_path)
    made = Host(tmp_path / "host")
    made.beats.mkdir(parents=True)
    made.configure()
    return made


def p1_lines(outcome: Result) -> list[str]:
    return [line.removeprefix("night-watch: ") for line in outcome.stderr.splitlines() if " P1 " in line]


# Incident D, from end to end


def test_incident_d_from_a_beat_to_the_recovery(host):
    subprocess.run(
        [sys.executable, "-m", "forensics", "heartbeat", "write", "db_backup", "1h", "--dir", str(host.beats)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    written = json.loads((host.beats / "db_backup.last").read_text())["timestamp"] - START
    host.hook(f'echo "$FORENSICS_JOB $FORENSICS_RATIO" >> {host.log}')
    well = host.check(seconds=written + HOUR)
    silent = [host.check(seconds=written + hours * HOUR) for hours in (2.5, 2.75)]
    panel = host.ask("panel", seconds=written + 2.75 * HOUR).stdout
    alerting = host.alerts()
    host.beat("db_backup", written + 3 * HOUR)
    over = host.check(seconds=written + 3.1 * HOUR)
    assert (well.exit_code, [each.exit_code for each in silent], over.exit_code) == (0, [1, 1], 0)
    assert (well.stdout, well.stderr) == ("", "")
    assert "P1 db_backup: Heartbeat stale: silent for 2 h 30 min, 2.50 × its 1 h." in silent[0].stderr
    assert re.search(r"\| db_backup +\| - stale +\| 2 h 45 min \| +1 h \| +2.75 \|", panel)
    assert host.calls() == ["db_backup 2.5"]
    assert (alerting, host.alerts()) == (["db_backup.alert"], [])
    assert "alert removed" in over.stdout


def test_sample_of_incident_d_alerts_those_whom_its_story_names(host):
    shutil.copytree(ROOT / "sample_data" / "silent-heartbeats", host.folder, dirs_exist_ok=True)
    outcome = CliRunner().invoke(
        main, ["heartbeat", "check", "--config", str(host.config), "--now", "2026-04-08T06:00:00Z"]
    )
    alerts = sorted(path.stem for path in (host.folder / "heartbeats" / "alerts").iterdir())
    assert (outcome.exit_code, alerts) == (1, ["cert_renewal", "db_backup", "runner_health"])


# When it is silent, and what it says


def test_nothing_is_said_while_all_is_well(host):
    host.beat("backup")
    outcome = host.check(seconds=HOUR)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "", "")


@pytest.mark.parametrize(("age", "code"), [(2 * HOUR - 1, 0), (2 * HOUR, 0), (2 * HOUR + 1, 1)])
def test_silence_begins_after_twice_the_interval_and_not_at_it(host, age, code):
    host.beat("backup")
    assert host.check(seconds=age).exit_code == code


def test_p1_line_tells_who_by_how_much_and_since_when(host):
    host.beat("backup")
    told = "P1 backup: Heartbeat stale: silent for 3 h, 3.00 × its 1 h. Last beat 2026-09-21 14:13 UTC."
    assert p1_lines(host.check(seconds=3 * HOUR)) == [told]


def test_last_beat_is_told_in_the_zone_of_the_config(host):
    host.configure(top='timezone = "Asia/Tokyo"')
    host.beat("backup")
    assert "Last beat 2026-09-21 23:13 Asia/Tokyo." in host.check(seconds=3 * HOUR).stderr


def test_quiet_leaves_the_p1_lines_alone(host):
    host.beat("backup")
    outcome = host.check("--quiet", seconds=3 * HOUR)
    assert (outcome.stdout, outcome.stderr.splitlines()) == ("", [f"night-watch: {line}" for line in p1_lines(outcome)])


def test_each_next_step_is_told_once_with_all_whom_it_is_for(host):
    for job in ("a", "b", "c"):
        host.beat(job)
    lines = host.check(seconds=3 * HOUR).stdout.splitlines()
    assert lines[0] == "3 of 3 jobs overdue, judged 2026-09-21 17:13 UTC"
    assert [line for line in lines if line.startswith("a, b, c: See whether")] == lines[1:2]


def test_beats_that_cannot_be_believed_are_not_called_overdue(host):
    host.beat("backup")
    (host.beats / "bad.last").write_text("garbage")
    (host.beats / "far.last").write_text(str(START + DAY))
    lines = host.check(seconds=3 * HOUR).stdout.splitlines()
    assert lines[0] == (
        "3 of 3 jobs without a sign of life that counts (1 corrupt, 1 future, 1 stale), judged 2026-09-21 17:13 UTC"
    )


def test_good_beat_without_a_known_interval_asks_for_one_in_the_config(host):
    (host.beats / "backup.last").write_text("SUCCESS 2026-09-21T14:00:00Z")
    told = host.check().stdout
    assert "backup: Give the job its `interval` or `schedule` in the config" in told
    assert "the next good beat mends it" not in told
    assert "the config must give its job one" in host.ask("panel").stdout


def test_empty_beat_without_a_known_interval_asks_for_one_too(host):
    (host.beats / "backup.last").write_text("")
    assert "Give the job its `interval`" in host.check().stdout


def test_alert_says_since_when_it_stands_and_not_that_the_job_was_seen(host):
    (host.beats / "bad.last").write_text("garbage")
    host.check()
    assert host.alert("bad").splitlines()[0] == ("ALERT bad since 2026-09-21T14:13:20Z, still so 2026-09-21T14:13:20Z")


def test_configured_job_without_a_file_is_missing(host):
    host.beat("other")
    host.configure('[[job]]\nname = "backup"\ninterval = "1d"')
    assert host.check().exit_code == 1
    assert "Heartbeat missing" in host.alert("backup")


def test_muted_job_is_neither_told_nor_forgotten(host):
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    host.configure('[[mute]]\njobs = ["backup"]\nreason = "move"')
    outcome = host.check(seconds=4 * HOUR)
    assert (outcome.exit_code, p1_lines(outcome), host.alerts()) == (0, [], ["backup.alert"])


def test_json_tells_all_that_was_found_and_done(host):
    host.beat("backup")
    told = host.answer(seconds=3 * HOUR)
    assert told["exit"] == {"code": 1, "blockers": True}
    assert [(each["job"], each["kind"]) for each in told["blockers"]] == [("backup", "stale")]
    assert [(each["job"], each["status"], each["ratio"]) for each in told["heartbeats"]] == [("backup", "stale", 3.0)]
    assert told["alerts"]["raised"] == [
        {"job": "backup", "path": str(host.beats / "alerts" / "backup.alert"), "hook": None}
    ]


def test_exit_zero_hides_blockers_from_the_code(host):
    host.beat("backup")
    assert host.check("--exit-zero", seconds=3 * HOUR).exit_code == 0


# Alerts


def test_alert_tells_what_is_wrong_since_when_and_what_to_do(host):
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    host.check(seconds=4 * HOUR)
    assert host.alert("backup").splitlines() == [
        "ALERT backup since 2026-09-21T17:13:20Z, still so 2026-09-21T18:13:20Z",
        "Heartbeat stale: silent for 4 h, 4.00 × its 1 h.",
        "Last beat 2026-09-21 14:13 UTC.",
        "So the job did not end well since, or its heartbeat is not written.",
        "See whether the job still runs, and whether it still writes its heartbeat at the end.",
    ]


@pytest.mark.parametrize(
    ("content", "word"),
    [("{", "corrupt"), (f'{{"timestamp": {START + DAY}, "interval_seconds": 60}}', "future")],
)
def test_heartbeat_that_cannot_be_believed_is_alerted(host, content, word):
    (host.beats / "backup.last").write_text(content)
    assert host.check().exit_code == 1
    assert f"Heartbeat {word}" in host.alert("backup")


def test_foreign_heartbeat_is_alerted(host):
    (host.beats / "backup.last").symlink_to(host.beat("other"))
    assert host.check().exit_code == 1
    assert "Heartbeat foreign" in host.alert("backup")


def test_name_that_is_none_is_alerted_under_its_stand_in(host):
    name = "rm -rf; $(x)"
    (host.beats / f"{name}.last").write_text("1")
    assert host.check().exit_code == 1
    assert host.alerts() == [f"{slug(name)}.alert"]


def test_line_end_in_a_name_makes_no_second_line_of_it(host):
    (host.beats / "x\nnight-watch: P1 forged.last").write_text("1")
    assert len(p1_lines(host.check())) == 1


def test_alert_of_a_job_that_is_gone_goes_and_says_why(host):
    gone = host.beat("backup")
    host.beat("other", 3 * HOUR)
    host.check(seconds=3 * HOUR)
    gone.unlink()
    assert "no heartbeat of it is left, and no config names it" in host.check(seconds=3 * HOUR).stdout
    assert host.alerts() == []


def test_alert_of_a_job_that_is_gone_stays_while_a_folder_cannot_be_read(host):
    gone = host.beat("backup")
    host.check(seconds=3 * HOUR)
    gone.unlink()
    host.check("--dir", host.beats, "--dir", host.folder / "nowhere", seconds=3 * HOUR)
    assert host.alerts() == ["backup.alert"]


def test_alert_of_a_missing_job_stays_while_no_config_says_which_there_should_be(host):
    host.beat("other")
    host.configure('[[job]]\nname = "backup"\ninterval = "1d"')
    host.check()
    CliRunner().invoke(main, ["heartbeat", "check", "--dir", str(host.beats), "--now", at(0)])
    assert host.alerts() == ["backup.alert"]


def test_alert_of_a_job_beyond_the_first_thousand_stays(host):
    host.beat("z")
    host.check(seconds=3 * HOUR)
    for number in range(1000):
        (host.beats / f"a{number}.last").write_text(str(START + 3 * HOUR))
    assert "left out, more heartbeats than 1,000" in host.check(seconds=3 * HOUR).stderr
    assert "z.alert" in host.alerts()


def test_alert_of_somebody_else_is_left_alone(host):
    (host.beats / "alerts").mkdir()
    boot = host.beats / "alerts" / "backup.alert"
    boot.write_text("ALERT backup since 2026-09-21T17:13:20Z, still so 2026-09-21T17:13:20Z\nboot took 58 s of 60 s\n")
    host.beat("backup")
    host.check()
    assert host.alerts() == ["backup.alert"]


def test_alerts_are_not_written_through_a_link(host):
    elsewhere = host.folder / "etc"
    elsewhere.mkdir()
    (host.beats / "alerts").symlink_to(elsewhere)
    host.beat("backup")
    assert host.check(seconds=3 * HOUR).exit_code == 1
    assert list(elsewhere.iterdir()) == []
    assert (host.folder.parent / "state" / "forensics" / "alerts" / "backup.alert").exists()


def test_alert_beside_files_that_are_not_ours_stands_in_our_own_folder(host):
    root_only()
    host.beat("backup")
    for path in (host.beats, host.beats / "backup.last"):
        os.chown(path, NOBODY, NOBODY)
    assert host.check(seconds=3 * HOUR).exit_code == 1
    assert not (host.beats / "alerts").exists()
    assert (host.folder.parent / "state" / "forensics" / "alerts" / "backup.alert").exists()


def test_alert_in_our_own_folder_goes_with_the_recovery(host):
    (host.beats / "alerts").symlink_to(host.folder)
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    host.beat("backup", 3 * HOUR)
    host.check(seconds=3 * HOUR)
    assert list((host.folder.parent / "state" / "forensics" / "alerts").iterdir()) == []


# The check's own heartbeat


def test_own_heartbeat_is_written_although_others_are_silent(host):
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    told = json.loads((host.beats / f"{CHECK}.last").read_text())
    assert (told["timestamp"], told["interval_seconds"]) == (START + 3 * HOUR, 15 * MINUTE)


def test_own_heartbeat_promises_the_step_that_is_asked_for(host):
    host.beat("backup")
    host.check("--interval", "1h")
    assert json.loads((host.beats / f"{CHECK}.last").read_text())["interval_seconds"] == HOUR


def test_check_that_was_away_says_so_and_does_not_accuse_itself(host):
    host.beat("backup", interval=DAY)
    host.check()
    outcome = host.check(seconds=9 * HOUR)
    assert (outcome.exit_code, host.alerts()) == (0, [])
    assert "the check itself had not come to a good end for 9 h" in outcome.stderr


def test_own_heartbeat_is_not_written_when_a_folder_could_not_be_read(host):
    host.beat("backup")
    outcome = host.check("--dir", host.beats, "--dir", host.folder / "nowhere")
    assert outcome.exit_code == 3
    assert "nowhere: nothing is there" in outcome.stderr
    assert not (host.beats / f"{CHECK}.last").exists()


def test_own_heartbeat_is_the_last_thing_that_is_done(host, monkeypatch):
    host.beat("backup")
    monkeypatch.setattr("forensics.recorder.drafts.remove_stale_drafts", broken)
    with pytest.raises(ZeroDivisionError):
        host.check(seconds=3 * HOUR)
    assert host.alerts() == ["backup.alert"]
    assert not (host.beats / f"{CHECK}.last").exists()


def broken(*_: object) -> None:
    raise ZeroDivisionError


def test_nothing_at_all_to_read_is_loud(host):
    shutil.rmtree(host.beats)
    assert host.check().exit_code == 3


# A dry run


def test_dry_run_writes_nothing(host):
    host.hook(f"echo ran >> {host.log}")
    host.beat("backup")
    before = host.files()
    outcome = host.check("--dry-run", seconds=3 * HOUR)
    assert outcome.exit_code == 1
    assert host.files() == before
    assert not (host.folder.parent / "state").exists()


def test_dry_run_says_what_would_be_done(host):
    host.hook(f"echo ran >> {host.log}")
    host.beat("backup")
    told = f"alert would be raised: {host.beats}/alerts/backup.alert (hook: would run)"
    assert told in host.check("--dry-run", seconds=3 * HOUR).stdout.splitlines()


def test_dry_run_says_which_alert_would_go(host):
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    host.beat("backup", 3 * HOUR)
    assert "alert would be removed:" in host.check("--dry-run", seconds=3 * HOUR).stdout
    assert host.alerts() == ["backup.alert"]


# The hook


def test_hook_runs_once_for_each_silence(host):
    host.hook(f"echo ran >> {host.log}")
    host.beat("backup")
    for hours in (3, 4, 5):
        host.check(seconds=hours * HOUR)
    assert len(host.calls()) == 1
    host.beat("backup", 5 * HOUR)
    host.check(seconds=5 * HOUR)
    host.check(seconds=8 * HOUR)
    assert len(host.calls()) == 2


def test_hook_is_told_the_figures_and_its_arguments_as_they_are(host):
    host.hook(f'echo "$1|$FORENSICS_JOB|$FORENSICS_STATUS|$FORENSICS_AGE_SECONDS|$FORENSICS_LAST" >> {host.log}')
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    assert host.calls() == ["% $x|backup|stale|10800|2026-09-21T14:13:20Z"]


@pytest.mark.parametrize(("body", "told"), [("exit 3", "exit 3 after"), ("kill -9 $$", "killed by signal 9 after")])
def test_ending_of_the_hook_stands_in_the_alert_until_the_recovery(host, body, told):
    host.hook(body)
    host.beat("backup")
    for hours in (3, 4):
        host.check(seconds=hours * HOUR)
        assert host.alert("backup").splitlines()[-1].startswith(f"hook: {told}")


def test_hook_that_is_not_there_stands_in_the_alert(host):
    host.configure(heartbeats='on_stale = ["/nowhere/page"]')
    host.beat("backup")
    assert host.check(seconds=3 * HOUR).exit_code == 1
    assert "hook: could not be started: No such file or directory" in host.alert("backup")


def test_hook_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    script = f"echo $$ >> {pids}; sleep 1000 & echo $! >> {pids}; trap '' TERM; wait; sleep 1000"
    told = cli_hook.run_hook(["sh", "-c", script], dict(os.environ), limit=0.5)
    assert told == "stopped, because it took more than 0.5 s"
    assert [pid for pid in pids.read_text().split() if is_running(pid)] == []


def is_running(pid: str) -> bool:
    """Return whether a process goes on; one that ended, and whom nobody has asked yet, does not."""
    status = Path("/proc", pid, "stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_hook_gets_no_secret_of_ours(host, monkeypatch):
    for name in ("OPS_TOKEN", "COPY_OF_IT", "OPS_HOOK"):
        monkeypatch.setenv(name, TOKEN if name != "OPS_HOOK" else "https://example.org/T0/B0/x")
    host.hook(f"env >> {host.log}")
    tracker = '[tracker]\nkind = "gitea"\nurl = "http://127.0.0.1:1"\nrepo = "a/b"\ntoken_env = "OPS_TOKEN"'
    host.config.write_text(f'{host.config.read_text()}\n{tracker}\n[publish.slack]\nwebhook_env = "OPS_HOOK"\n')
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    names = {line.split("=", 1)[0] for line in host.calls()}
    assert not {"OPS_TOKEN", "COPY_OF_IT", "OPS_HOOK"} & names
    assert {"PATH", "FORENSICS_JOB"} <= names


def test_hook_that_was_cut_off_is_not_run_again(host):
    host.hook(f"echo ran >> {host.log}")
    host.beat("backup")
    host.check(seconds=3 * HOUR)
    alert = host.beats / "alerts" / "backup.alert"
    alert.write_text(re.sub("hook: .*", "hook: begun 2026-09-21T17:13:20Z, its end is not known", alert.read_text()))
    host.check(seconds=4 * HOUR)
    assert len(host.calls()) == 1
    assert "its end is not known" in host.alert("backup")


def test_hooks_for_which_no_time_is_left_run_with_the_next_check(host, monkeypatch):
    host.hook(f"echo ran >> {host.log}")
    host.beat("backup")
    with monkeypatch.context() as hurried:
        hurried.setattr(cli_hook, "ALL", 0.0)
        assert "the hook for backup waits for the next check" in host.check(seconds=3 * HOUR).stderr
    host.check(seconds=4 * HOUR)
    assert len(host.calls()) == 1


# Two at once, full disks, and what killed writers leave


def test_second_check_of_the_same_heartbeats_leaves_with_a_note(host):
    host.beat("backup")
    host.check()
    (lock,) = (host.folder.parent / "state" / "forensics").glob(f"{CHECK}-*.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        outcome = host.check(seconds=3 * HOUR)
    assert (outcome.exit_code, host.alerts()) == (0, [])
    assert "another check of these heartbeats is at work" in outcome.stderr


def test_check_of_other_heartbeats_does_not_wait(host):
    host.beat("backup")
    host.check("--dir", host.beats)
    (lock,) = (host.folder.parent / "state" / "forensics").glob(f"{CHECK}-*.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert host.check(seconds=3 * HOUR).exit_code == 1


def test_check_goes_on_where_no_lock_can_be_made(host):
    (host.folder.parent / "state").write_text("in the way")
    host.beat("backup")
    outcome = host.check(seconds=3 * HOUR)
    assert (outcome.exit_code, host.alerts()) == (1, ["backup.alert"])
    assert "whether another check is at work is not known" in outcome.stderr


def test_full_disk_is_loud_and_does_not_stop_the_check(host):
    needed("unshare")
    script = (
        f"mount -t tmpfs -o size=64k tmpfs {host.beats} && "
        f'echo \'{{"timestamp": {START}, "interval_seconds": 60}}\' > {host.beats}/backup.last && '
        f"(cat /dev/zero > {host.beats}/filler; cat /dev/zero > {host.beats}/filler2; true) 2>/dev/null; "
        f"mount -t tmpfs -o size=4k,nr_inodes=1,ro tmpfs {host.folder.parent / 'state'} && "
        f"exec {sys.executable} -c 'from tests.test_cli_heartbeat import main; main()' "
        f"heartbeat check --config {host.config} --now {at(HOUR)}"
    )
    (host.folder.parent / "state").mkdir()
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("no name space of one's own can be had here")
    assert done.returncode == 4, done.stderr
    assert "P1 backup: Heartbeat stale" in done.stderr
    assert re.search(r"no alert about backup: .* could not be", done.stderr)
    assert "Traceback" not in done.stderr


AS_NOBODY = """
import os, forensics.ledger.alert, forensics.ledger.lock, forensics.recorder.heartbeat, forensics.recorder.drafts
from tests.test_cli_heartbeat import main
words = {words}
try:
    main([*words, "--dry-run"])  # another user may not be able to read this installation: all is imported before
except SystemExit:
    os.setgroups([]); os.setgid({user}); os.setuid({user})
main(words)
"""


def test_alert_beside_files_that_we_cannot_write_stands_in_our_own_folder(host):
    root_only()
    with open_folder(0o755) as folder:
        write_beat(folder, "backup")
        state = folder / "state"
        state.mkdir()
        os.chown(state, NOBODY, NOBODY)
        words = ["heartbeat", "check", "--dir", str(folder), "--now", at(3 * HOUR)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(state), "HOME": str(state)}
        code = AS_NOBODY.format(words=words, user=NOBODY)
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], env=environment, cwd=ROOT, capture_output=True, check=False
        )
        assert (state / "forensics" / "alerts" / "backup.alert").exists(), done.stderr.decode()
        assert not (folder / "alerts").exists()
        assert (state / "forensics" / "heartbeats" / f"{CHECK}.last").exists()
        assert done.returncode == 1


@pytest.mark.parametrize(("age", "is_left"), [(2 * HOUR, False), (30 * MINUTE, True)])
def test_drafts_of_killed_writers_are_removed_after_an_hour(host, age, is_left):
    host.beat("backup", interval=DAY)
    draft = host.beats / ".backup.last.0123456789ab.tmp"
    draft.write_text("half")
    os.utime(draft, (START, START))
    host.check(seconds=age)
    assert draft.exists() is is_left


def test_folder_that_anyone_may_write_is_told(host):
    host.beat("backup")
    host.beats.chmod(0o1777)
    assert "anyone may write there, and so forge a heartbeat" in host.check().stderr


# The tracker


def tracked(host: Host, url: str, *sections: str, **more: object) -> None:
    settings = {"kind": "gitea", "url": url, "repo": REPO, "token_env": "GITEA_TOKEN", "labels": [], **more}
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    host.configure(*sections, "[tracker]", *lines, top='ledger = "ledger.db"')


def test_tracker_hears_of_a_silence_and_of_its_end(host, monkeypatch):
    tracker = Tracker()
    with serving(ServedForge(tracker)) as server:
        tracked(host, server.url)
        host.beat("backup")
        for hours, beats in ((3, False), (4, False), (4, True), (4.25, False)):
            monkeypatch.setenv("GITEA_TOKEN", TOKEN)
            if beats:
                host.beat("backup", 4 * HOUR)
            host.check(seconds=hours * HOUR + 60)
    titles = [row.title for row in tracker.rows.values()]
    assert (titles, list(tracker.open_numbers())) == (["[heartbeat-checker] backup is stale"], [])


def test_check_leaves_issues_about_runs_to_the_report(host, monkeypatch):
    tracker = Tracker()
    with serving(ServedForge(tracker)) as server:
        tracked(host, server.url, '[[job]]\nname = "backup"\nschedule = "*/30 * * * *"\nmarkers = ["backup.done"]')
        host.beat("backup", interval=HOUR)
        monkeypatch.setenv("GITEA_TOKEN", TOKEN)
        assert host.check(seconds=40 * MINUTE).exit_code == 0
    assert tracker.rows == {}


def test_tracker_that_is_away_is_told_and_nothing_else_is_left_undone(host, monkeypatch):
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    tracked(host, "http://127.0.0.1:1")
    host.beat("backup")
    outcome = host.check(seconds=3 * HOUR)
    assert (outcome.exit_code, host.alerts()) == (4, ["backup.alert"])
    assert not (host.beats / f"{CHECK}.last").exists()


def test_dry_run_tells_which_issue_would_be_opened(host, monkeypatch):
    tracker = Tracker()
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    with serving(ServedForge(tracker)) as server:
        tracked(host, server.url)
        host.beat("backup")
        told = host.check("--dry-run", seconds=3 * HOUR).stdout
    assert re.search(r"to do +open +new +\[heartbeat-checker\] backup is stale", told)
    assert tracker.rows == {}


# A host that was down


def silent_result(host: Host, seconds: float) -> Any:
    from forensics.cli_beats import reading

    return reading(config_for_check(str(host.config)), (), round((START + seconds) * NANOS), 900).result


def booted(host: Host, boot: float, now: float, folder: str = "/srv/beats") -> Any:
    """Return the first blocker at ``now``, on a host that was booted at ``boot``; both in seconds from the start."""
    return with_boot(silent_result(host, now), round((START + boot) * NANOS), [folder]).blockers[0]


def test_silence_over_a_time_when_the_host_was_down_is_told_apart(host):
    host.beat("backup")
    blocker = booted(host, boot=9 * HOUR, now=9.5 * HOUR)
    told = "The host was down when it was due: it was booted 2026-09-21 23:13 UTC, 30 min ago."
    assert (blocker.cause, blocker.inferred) == ("heartbeats_silent", told)


@pytest.mark.parametrize(
    ("boot", "now", "why"),
    [
        (0.5, 3, "it fell due after the boot"),
        (2, 4.5, "it has had its turn since"),
        (5, 4, "the boot is ahead: now is another time than the clock's"),
    ],
)
def test_boot_excuses_nobody_else(host, boot, now, why):
    host.beat("backup")
    assert booted(host, boot * HOUR, now * HOUR).cause is None, why


@pytest.mark.parametrize(("folder", "is_told"), [("/var/run/bezalel/heartbeats", True), ("/var/lib/x", False)])
def test_folder_that_the_boot_emptied_is_told(host, folder, is_told):
    host.beat("other", 9 * HOUR)
    host.configure('[[job]]\nname = "backup"\ninterval = "1d"')
    told = booted(host, boot=9 * HOUR, now=9.5 * HOUR, folder=folder).inferred
    assert ("A boot empties" in told) is is_told


def test_many_jobs_of_a_host_that_was_down_have_one_line_above_them(host, monkeypatch):
    monkeypatch.setattr(cli_boot, "booted_at", lambda clock: round((START + 9 * HOUR) * NANOS))
    monkeypatch.setattr("forensics.cli_check.booted_at", lambda clock: round((START + 9 * HOUR) * NANOS))
    for number in range(7):
        host.beat(f"job{number}")
    lines = p1_lines(host.check(seconds=9.5 * HOUR))
    assert lines[0].startswith("P1 the host was down: it was booted 2026-09-21 23:13 UTC, 30 min ago; 7 jobs have not")
    assert lines[0].endswith("job0, job1, job2, job3, job4 and 2 more")
    assert len(lines) == 8


def test_uptime_is_read_where_the_host_tells_it(tmp_path, monkeypatch):
    (tmp_path / "uptime").write_text("90.4 12.0\n")
    monkeypatch.setattr(cli_boot, "UPTIME", tmp_path / "uptime")
    assert cli_boot.booted_at(100 * NANOS) == 10 * NANOS
    monkeypatch.setattr(cli_boot, "UPTIME", tmp_path / "gone")
    assert cli_boot.booted_at(100 * NANOS) is None


# Boots that slow down, and the registry


def booted_run(number: int, seconds: float, at_second: int) -> Run:
    """Return a run that took so long to boot, of the 60 s that it may take."""
    begin = (START + at_second) * NANOS
    up = begin + round(seconds * NANOS)
    attempt = Attempt(1, begin, booted_at=up, ended_at=up, duration=up - begin, outcome="completed", exit_code=0)
    status = {"status": COMPLETED, "completed_at": up, "exit_code": 0, "options": BOOTS}
    return run(number, attempt, started_at=begin, **status)


def test_boot_that_nears_its_limit_is_told_once(host):
    boots = [booted_run(number, 40 + number, number * HOUR) for number in range(16)]
    write_registry(host.folder.parent / "registry.db", *boots)
    host.beat("backup", 15 * HOUR)
    soon, later = (host.check(seconds=15 * HOUR + minutes * MINUTE) for minutes in (5, 25))
    assert (soon.exit_code, later.exit_code) == (0, 0)
    assert soon.stderr.count("boot warning: ") == 1
    assert "boot warning" not in later.stderr


def test_registry_that_is_damaged_is_loud(host):
    (host.folder.parent / "registry.db").write_bytes(b"SQLite format 3\0" + bytes(4000))
    host.beat("backup")
    outcome = host.check()
    assert outcome.exit_code == 3
    assert "not read: " in outcome.stderr


def test_named_folders_are_checked_without_the_registry(host):
    (host.folder.parent / "registry.db").write_bytes(b"junk")
    host.beat("backup")
    assert host.check("--dir", host.beats).exit_code == 0


# Which folders


def test_without_a_config_all_folders_that_are_written_to_are_read(host, monkeypatch):
    monkeypatch.setenv("FORENSICS_HEARTBEAT_DIR", "/srv/beats")
    found = folders_written_to()
    assert found[0] == "/srv/beats"
    assert {folder for folder in HEARTBEAT_DIRS if folder[0] == "/"} <= set(found)
    assert os.environ["XDG_STATE_HOME"] + "/forensics/heartbeats" in found


def test_root_reads_the_folders_of_all_users(host, monkeypatch):
    folder = host.folder / "lib" / "alice" / "heartbeats"
    folder.mkdir(parents=True)
    monkeypatch.setattr("forensics.cli_beats.OF_USERS", str(host.folder / "lib" / "*" / "heartbeats"))
    for user, is_read in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert (str(folder) in folders_written_to()) is is_read


def test_named_folders_are_the_only_ones(host):
    config = config_of_beats(Config(), ["/srv/a", "/srv/b", "/srv/a"])
    assert [source.path for source in config.sources] == ["/srv/a", "/srv/b"]
    assert config.heartbeats.dirs == ()


def test_folders_of_the_config_come_before_the_usual_ones(host):
    assert config_of_beats(config_for_check(str(host.config)), []).heartbeats.dirs == (str(host.beats),)


def test_sources_of_other_kinds_are_not_read(host):
    host.configure('[[source]]\nkind = "syslog"\npath = "nowhere.log"')
    host.beat("backup")
    assert host.check().exit_code == 0


# The panel


def test_panel_shows_every_job_and_writes_nothing(host):
    host.beat("backup")
    host.beat("other", 3 * HOUR)
    before = host.files()
    outcome = host.ask("panel", seconds=3 * HOUR)
    assert outcome.exit_code == 1
    assert re.findall(r"^\| (\w+) +\| ([+-] \w+)", outcome.stdout, re.MULTILINE) == [
        ("backup", "- stale"),
        ("other", "+ ok"),
    ]
    assert host.files() == before


def test_panel_of_a_folder_that_is_not_there_says_so(host):
    outcome = host.ask("panel", "--dir", host.folder / "nowhere")
    assert outcome.exit_code == 3
    assert "nowhere: nothing is there" in outcome.stderr


def test_panel_of_an_empty_folder_does_not_say_that_none_was_to_be_read(host):
    (host.folder / "nothing").mkdir()
    told = host.ask("panel", "--dir", host.folder / "nothing").stdout
    assert "No heartbeat was read: the folders that were to be read hold none, or are not there." in told


def test_panel_as_data_holds_every_remark(host):
    for number in range(8):
        (host.beats / f"job{number}.last").write_text("garbage")
    assert "and 3 more remarks, in `--format json`" in host.ask("panel").stdout
    told = json.loads(host.ask("panel", "--format", "json").stdout)
    assert [beat["reason"] for beat in told["heartbeats"]] == ["not a time"] * 8


# What is handed on, and the units


def test_write_and_script_are_the_light_ones(host):
    assert CliRunner().invoke(main, ["heartbeat", "write", "x", "1h", "--dir", str(host.beats)]).exit_code == 0
    assert (host.beats / "x.last").exists()
    assert CliRunner().invoke(main, ["heartbeat", "write", "../x", "1h"]).exit_code == 2


def test_help_of_write_is_the_light_ones():
    assert "Usage: forensics heartbeat write" in CliRunner().invoke(main, ["heartbeat", "write", "--help"]).stdout


def test_units_are_written_with_how_to_start_them(host):
    outcome = CliRunner().invoke(main, ["heartbeat", "units", "--user", "--output", str(host.beats)])
    assert outcome.exit_code == 0, outcome.output
    assert (host.beats / f"{CHECK}.timer").exists()
    assert "systemctl --user enable --now" in outcome.stdout


def test_units_name_the_config_from_the_root_on_and_file_issues_where_it_has_a_tracker(host, monkeypatch):
    tracked(host, "http://127.0.0.1:1")
    monkeypatch.chdir(host.folder)
    told = CliRunner().invoke(main, ["heartbeat", "units", "--config", "forensics.toml"]).stdout
    assert f"heartbeat check --config {host.config}\n" in told
    assert f"report --config {host.config} --quiet --file-issues" in told


def test_units_name_the_config_that_was_only_found(host, monkeypatch):
    host.configure()
    monkeypatch.chdir(host.folder)
    told = CliRunner().invoke(main, ["heartbeat", "units", "--nightly", "--crontab", "--archive", "nights"]).stdout
    assert f"report --config {host.config} --quiet --archive {host.folder}/nights;" in told


@pytest.fixture
def in_utc(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def test_nightly_beats_where_the_configs_heartbeats_are_looked_for(host):
    host.configure()
    told = CliRunner().invoke(main, ["heartbeat", "units", "--crontab", "--config", str(host.config)]).stdout
    assert f"heartbeat write night-watch 1d --dir {host.beats}" in told


def test_crontab_is_printed_alone_so_that_it_can_be_added_to_one(host):
    told = CliRunner().invoke(main, ["heartbeat", "units", "--crontab"]).stdout
    assert "[Service]" not in told
    assert CliRunner().invoke(main, ["heartbeat", "units", "--crontab", "--output", str(host.beats)]).exit_code == 2


@pytest.mark.parametrize(("zone", "is_told"), [("UTC", False), ("Asia/Tokyo", True), ("Africa/Abidjan", False)])
@pytest.mark.usefixtures("in_utc")
def test_zone_is_told_only_where_the_hosts_clock_shows_another(zone, is_told):
    here = datetime(2026, 9, 21, 12, tzinfo=UTC)
    made = setup_of(Config(ZoneInfo(zone), file="/x.toml"), timedelta(minutes=15), clock_time("06:00"), here)
    assert made.zone == (zone if is_told else None)


@pytest.mark.parametrize("words", [("--check-every", "7m"), ("--check-every", "soon"), ("--nightly-at", "25:00")])
def test_units_refuse_what_no_calendar_holds(host, words):
    outcome = CliRunner().invoke(main, ["heartbeat", "units", *words])
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert words[0] in outcome.stderr
