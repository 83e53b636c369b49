"""The command line as a person meets it: what is asked, what comes on stdout and on stderr, and the exit code."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics import cli_inputs, pipeline
from forensics.cli import main
from tests.checkout import ROOT

NIGHT = ("--since", "2026-03-19", "--until", "2026-03-20", "--now", "2026-03-20T06:00:00Z")
NOBODY = 65534
COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7]m")
CONFIG = """
[[source]]
kind = "syslog"
path = "cron.log"
live = true

[[source]]
kind = "files"
path = "out"

[[job]]
name = "backup"
schedule = "30 7 * * *"
artifacts = ["backup-{date:%Y-%m-%d}.tar"]

[[job]]
name = "cleanup"
schedule = "30 8 * * *"
artifacts = ["cleanup-{date:%Y-%m-%d}.log"]
"""


def line(time: str = "07:30:01", job: str = "backup", day: str = "Mar 19") -> str:
    return f"{day} {time} web1 CRON[100]: (root) CMD (/opt/{job}.sh)\n"


@pytest.fixture(autouse=True)
def quiet_corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, as a person whose home holds no config."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("FORENSICS_CONFIG", "XDG_CONFIG_HOME", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def log(quiet_corner: Path) -> Path:
    """Return a cron log with one run in the night."""
    path = quiet_corner / "cron.log"
    path.write_text(line())
    return path


@pytest.fixture
def config(quiet_corner: Path, log: Path) -> Path:
    """Return a config of two jobs: one left nothing, the other was never started."""
    (quiet_corner / "out").mkdir()
    path = quiet_corner / "jobs.toml"
    path.write_text(CONFIG)
    return path


def asked(*arguments: object) -> Result:
    """Return how a command ended; an exception that it let through fails the test."""
    outcome = CliRunner().invoke(main, [str(each) for each in arguments])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def reported(*arguments: object) -> Result:
    """Return how a report of the night ended."""
    return asked("report", *NIGHT, *arguments)


def answer(*arguments: object) -> dict[str, Any]:
    """Return a report of the night as data."""
    outcome = reported(*arguments, "--format", "json")
    assert outcome.stdout, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def paragraph(markdown: str) -> str:
    """Return the first paragraph of a report."""
    return "\n".join(each for each in markdown.splitlines()[:12] if each.startswith(">"))


def process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Return how the command ended in a process of its own."""
    command = [sys.executable, "-m", "forensics", *map(str, arguments)]
    options = {"capture_output": True, "env": surroundings()} | options
    return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=120, check=False, **options)


def surroundings(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


# What the program says of itself


def test_help_lists_the_commands():
    assert re.search(r"^  report  +\S", asked("--help").stdout, flags=re.MULTILINE)


def test_help_lists_the_exit_codes_one_a_line():
    assert re.findall(r"^ +([0-9])  \S", asked("--help").stdout, flags=re.MULTILINE) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["--version"]])
def test_help_imports_none_of_the_heavy_packages(arguments: list[str]):
    script = (
        "import sys\nfrom forensics.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'pandas', 'numpy', 'pyarrow', 'jinja2', 'rich'}))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, env=surroundings(), check=True)
    assert run.stdout.decode().splitlines()[-1] == "[]"


OFFERED = (
    "--config --since --until --now --job --format --output --panel --dry-run --no-ledger --quiet --no-progress"
    " --notifications --triggers --artifacts --exit-zero"
).split()


@pytest.mark.parametrize("option", OFFERED)
def test_option_of_a_report_is_offered(option: str):
    assert re.search(rf"^  {option}\b", asked("report", "--help").stdout, flags=re.MULTILINE)


def test_usage_names_the_program_as_people_call_it():
    assert process("report", "--help").stdout.startswith(b"Usage: forensics report ")


@pytest.mark.parametrize("arguments", [[], ["reprot"], ["report", "--formt", "md"], ["report", "stray"]])
def test_wrong_usage_is_2(arguments: list[str]):
    assert asked(*arguments).exit_code == 2


# Nothing to read, or the wrong thing


def test_nothing_to_read_is_2_and_says_where_it_looked_and_what_to_do():
    outcome = asked("report")
    assert outcome.exit_code == 2
    assert "there is nothing to read" in outcome.stderr
    assert "forensics.toml" in outcome.stderr
    assert "--triggers" in outcome.stderr
    assert outcome.stdout == ""


def test_all_problems_of_a_config_are_told_at_once(quiet_corner: Path):
    (quiet_corner / "bad.toml").write_text(
        'timezone = "Asia/Tokio"\n[[source]]\nkind = "syslg"\npath = "x"\n[[job]]\nname = "a"\nshedule = "0 7 * * *"\n'
    )
    outcome = reported("--config", "bad.toml")
    assert outcome.exit_code == 2
    assert "3 problems" in outcome.stderr
    assert all(word in outcome.stderr for word in ("Asia/Tokio", "syslg", "shedule"))


def test_unknown_key_names_the_nearest(quiet_corner: Path):
    (quiet_corner / "bad.toml").write_text('[[job]]\nname = "a"\nshedule = "0 7 * * *"\n')
    assert "did you mean `schedule`?" in reported("--config", "bad.toml").stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"timezone = \n", "line 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b"# " + b"x" * (4 << 20), "larger than 4 MiB"),
    ],
)
def test_config_that_is_none_is_2(quiet_corner: Path, content: bytes, told: str):
    (quiet_corner / "bad.toml").write_bytes(content)
    outcome = reported("--config", "bad.toml")
    assert outcome.exit_code == 2
    assert "bad.toml" in outcome.stderr
    assert told in outcome.stderr


@pytest.mark.parametrize("path", ["absent.toml", ".", "x" * 5000])
def test_config_that_cannot_be_opened_is_2(path: str):
    outcome = reported("--config", path)
    assert outcome.exit_code == 2
    assert "cannot be opened" in outcome.stderr


@pytest.mark.parametrize("kind", ["nomad", "sylog"])
def test_kind_that_nobody_reads_is_2_and_named(quiet_corner: Path, kind: str):
    (quiet_corner / "bad.toml").write_text(f'[[source]]\nkind = "{kind}"\npath = "state"\n')
    outcome = reported("--config", "bad.toml")
    assert outcome.exit_code == 2
    assert kind in outcome.stderr


def test_rubbish_is_not_recognised(quiet_corner: Path):
    (quiet_corner / "rubbish.bin").write_bytes(bytes(range(256)) * 20)
    outcome = reported("--triggers", "rubbish.bin")
    assert outcome.exit_code == 2
    assert "--triggers rubbish.bin: no reader recognises" in outcome.stderr
    assert "syslog:rubbish.bin" in outcome.stderr


def test_rubbish_in_a_log_is_rejected_and_leaves_nothing_read(quiet_corner: Path):
    (quiet_corner / "rubbish.bin").write_bytes(bytes(range(256)) * 20)
    outcome = reported("--triggers", "syslog:rubbish.bin")
    assert outcome.exit_code == 3
    assert "rejected" in paragraph(outcome.stdout)


def test_two_kinds_that_claim_one_file_are_both_named(log: Path, monkeypatch: pytest.MonkeyPatch):
    from forensics.sources.bodyfile import Bodyfile

    monkeypatch.setattr(Bodyfile, "detect", lambda _self, _path: True)
    outcome = reported("--triggers", log)
    assert outcome.exit_code == 2
    assert "syslog and bodyfile both claim" in outcome.stderr


def test_unknown_kind_names_the_nearest_and_those_that_fit(log: Path):
    outcome = reported("--triggers", "sylog:cron.log")
    assert outcome.exit_code == 2
    assert "did you mean syslog?" in outcome.stderr


def test_file_whose_name_looks_like_a_kind_is_read(quiet_corner: Path):
    (quiet_corner / "sylog:cron.log").write_text(line())
    assert len(answer("--triggers", "sylog:cron.log")["runs"]) == 1


def test_kind_that_shows_something_else_is_2(log: Path):
    outcome = reported("--triggers", f"slack-export:{log}")
    assert outcome.exit_code == 2
    assert "shows notifications, not triggers" in outcome.stderr


def test_listing_given_as_a_log_is_2(quiet_corner: Path):
    (quiet_corner / "find.txt").write_text("1773875041.0\t12\t./a\n")
    outcome = reported("--triggers", "find.txt")
    assert outcome.exit_code == 2
    assert "find-listing shows artifacts, not triggers" in outcome.stderr


def test_job_that_nobody_knows_is_2_and_names_the_nearest(config: Path):
    outcome = reported("--config", config, "--job", "backp")
    assert outcome.exit_code == 2
    assert "did you mean backup?" in outcome.stderr


def test_job_that_is_like_none_is_told_the_known_ones(config: Path):
    outcome = reported("--config", config, "--job", "zzz")
    assert (outcome.exit_code, "did you mean" in outcome.stderr) == (2, False)
    assert "--job zzz: none of the 2 known jobs is called so - known are backup, " in outcome.stderr


def test_zone_that_is_like_none_brings_no_guess(log: Path):
    outcome = reported("--triggers", log, "--timezone", "Mars/X")
    assert outcome.exit_code == 2
    assert outcome.stderr == 'night-watch: --timezone "Mars/X": no such zone - write one such as Asia/Tokyo or UTC\n'


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["investigat"], "no such command 'investigat' - did you mean investigate? See forensics --help"),
        (["zzz"], "no such command 'zzz' - see forensics --help"),
        (["heartbeat", "chek"], "no such command 'chek' - did you mean check? See forensics heartbeat --help"),
        (["--verson"], "no such option '--verson' - did you mean --version? See forensics --help"),
        (["report", "--formt", "md"], "no such option '--formt' - did you mean --format? See forensics report --help"),
        (["runs", "show"], "name a run, or a job with --job JOB --last - see forensics runs show --help"),
    ],
)
def test_wrong_usage_is_told_in_one_line(words: list[str], told: str):
    outcome = CliRunner().invoke(main, words, prog_name="forensics")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (2, "", f"night-watch: {told}\n")


def test_format_that_there_is_not_is_told_in_one_line():
    (told,) = CliRunner().invoke(main, ["report", "--format", "xx"], prog_name="forensics").stderr.splitlines()
    assert told.startswith("night-watch: invalid value for '--format': 'xx' is not one of 'md', ")


def test_group_without_a_command_shows_its_help():
    outcome = CliRunner().invoke(main, ["heartbeat"], prog_name="forensics")
    assert "Usage: forensics heartbeat" in outcome.output


# Times and zones


def test_window_in_the_future_is_2(log: Path):
    outcome = asked("report", "--triggers", log, "--since", "2026-03-21", "--now", "2026-03-20T06:00Z")
    assert outcome.exit_code == 2
    assert "lies in the future: it begins 2026-03-21 00:00, and now is 2026-03-20 06:00 (UTC)" in outcome.stderr


@pytest.mark.parametrize("until", ["2026-03-18", "2026-03-19"])
def test_empty_window_is_2(log: Path, until: str):
    times = ("--since", "2026-03-19", "--until", until, "--now", "2026-03-20")
    outcome = asked("report", "--triggers", log, *times)
    assert outcome.exit_code == 2
    assert "the window is empty" in outcome.stderr


@pytest.mark.parametrize("option", ["--since", "--until", "--now"])
@pytest.mark.parametrize("text", ["yesteday", "", "12", "03/04/2026", "yesterday 25:00", "9999-12-31", "\udcff"])
def test_time_that_cannot_be_read_is_2_and_shows_how_to_write_it(log: Path, option: str, text: str):
    outcome = asked("report", "--triggers", log, option, text)
    assert outcome.exit_code == 2
    assert f"night-watch: {option}: " in outcome.stderr
    assert "write it as 2026-03-19" in outcome.stderr


@pytest.mark.parametrize("text", ["Asia/Tokio", "", "../etc/passwd", "localtime", "/etc/localtime", "A" * 400])
def test_zone_that_is_none_is_2(log: Path, text: str):
    outcome = reported("--triggers", log, "--timezone", text)
    assert outcome.exit_code == 2
    assert "--timezone" in outcome.stderr


@pytest.mark.parametrize(
    ("since", "began"),
    [
        ("today", "2026-03-19T15:00:00Z"),
        ("yesterday", "2026-03-18T15:00:00Z"),
        ("yesterday 07:30", "2026-03-18T22:30:00Z"),
        ("2026-03-19", "2026-03-18T15:00:00Z"),
        ("2026-03-19T07:30Z", "2026-03-19T07:30:00Z"),
    ],
)
def test_times_are_meant_in_the_zone_of_the_report(log: Path, since: str, began: str):
    options = ("--timezone", "Asia/Tokyo", "--now", "2026-03-20T06:30:00+09:00", "--format", "json")
    window = json.loads(asked("report", "--triggers", log, "--since", since, *options).stdout)["window"]
    assert window == {"since": began, "until": "2026-03-19T21:30:00Z"}


def test_default_window_is_a_day_of_whole_minutes(log: Path):
    options = ("--now", "2026-03-20T06:30:45Z", "--format", "json")
    window = json.loads(asked("report", "--triggers", log, *options).stdout)["window"]
    assert window == {"since": "2026-03-19T06:30:00Z", "until": "2026-03-20T06:30:45Z"}


# Sources that are missing, broken, or odd


def test_source_that_matches_nothing_is_3_and_a_blocker_and_others_are_judged(config: Path):
    config.write_text(CONFIG + '[[source]]\nkind = "slack-export"\npath = "slack*"\n')
    found = answer("--config", config)
    assert found["exit"] == {"code": 3, "blockers": True}
    assert "source" in {blocker["kind"] for blocker in found["blockers"]}
    assert {run["verdict"] for run in found["runs"]} == {"silent_failure", "missed"}


def test_source_that_matches_nothing_is_named_in_the_first_paragraph(config: Path):
    config.write_text(CONFIG + '[[source]]\nkind = "slack-export"\npath = "slack*"\n')
    assert "slack*" in paragraph(reported("--config", config).stdout)


@pytest.mark.parametrize("path", ["absent.log", "absent*.log", "x" * 5000, "https://example.org/cron.log"])
def test_path_with_nothing_there_is_3(path: str):
    outcome = reported("--triggers", path)
    assert outcome.exit_code == 3
    assert "Nothing was read" in paragraph(outcome.stdout)


def test_empty_file_is_3_and_named(quiet_corner: Path):
    (quiet_corner / "cron.log").touch()
    outcome = reported("--triggers", "cron.log")
    assert outcome.exit_code == 3
    assert "cron.log` (empty)" in paragraph(outcome.stdout)


def test_pipe_as_a_source_is_3_and_does_not_hang(quiet_corner: Path):
    os.mkfifo(quiet_corner / "pipe")
    run = process("report", *NIGHT, "--triggers", "pipe")
    assert run.returncode == 3
    assert b"it is a pipe or a device" in run.stdout


def test_folder_where_a_file_is_wanted_is_3_and_says_so(quiet_corner: Path):
    outcome = reported("--triggers", "syslog:.")
    assert outcome.exit_code == 3
    assert "it is a folder, not a file" in outcome.stdout


def test_truncated_gzip_is_3_its_good_part_is_kept_and_it_is_named_first(quiet_corner: Path):
    lines = [line(f"{hour:02}:{minute:02}:{hour:02}", f"job{minute}") for hour in range(24) for minute in range(60)]
    packed = gzip.compress("".join(lines).encode())
    (quiet_corner / "cron.log.gz").write_bytes(packed[: len(packed) // 2])
    outcome = reported("--triggers", "cron.log.gz")
    assert outcome.exit_code == 3
    assert "cron.log.gz" in paragraph(outcome.stdout)
    assert 0 < answer("--triggers", "cron.log.gz")["summary"]["runs"] < 1440


def test_half_written_last_line_is_listed_and_no_trouble(log: Path):
    log.write_text(line() + "Mar 19 08:30:0")
    outcome = reported("--triggers", log)
    assert outcome.exit_code == 0
    assert "incomplete last line" in outcome.stdout


def test_one_source_given_twice_is_read_once(log: Path):
    assert len(answer("--triggers", log, "--triggers", "cron.log")["sources"]) == 2  # its two lanes


def test_signs_in_the_name_of_the_working_folder_are_no_pattern(quiet_corner: Path, monkeypatch: pytest.MonkeyPatch):
    folder = quiet_corner / "[a]"
    folder.mkdir()
    (folder / "cron.log.1").write_text(line())
    monkeypatch.chdir(folder)
    assert len(answer("--triggers", "cron*")["runs"]) == 1


def test_pattern_of_listings_is_recognised_by_what_is_in_them(quiet_corner: Path):
    (quiet_corner / "0.txt").touch()
    (quiet_corner / "1.txt").write_text("total 4\n-rw-r--r-- 1 a a 12 2026-03-19 07:31:00.000000000 +0000 a.tar\n")
    assert answer("--artifacts", "*.txt")["sources"][0]["kind"] == "ls-listing"


@pytest.mark.parametrize("name", [b"\xff.log", b"a\x1b[31mred.log", b"a\nb.log", b"[bold] [red].log"])
@pytest.mark.parametrize("form", ["md", "json", "csv"])
def test_any_file_name_can_be_read_and_steers_no_terminal(quiet_corner: Path, name: bytes, form: str):
    path = quiet_corner / os.fsdecode(name)
    path.write_text(line())
    outcome = reported("--triggers", path, "--format", form)
    assert outcome.exit_code == 0
    assert not set(outcome.stdout_bytes) & {*range(10), *range(11, 13), *range(14, 32)}
    assert not set(outcome.stderr_bytes) & {*range(10), *range(11, 32)}


@pytest.fixture
def other_user() -> Iterator[tuple[Path, Callable[..., subprocess.CompletedProcess[bytes]]]]:
    """Give a folder that anybody may enter, and the command run there by one who is not root."""
    switch = [] if os.geteuid() else ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if switch and not shutil.which("setpriv"):
        pytest.skip("root may read everything, and there is no setpriv to be somebody else")

    def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        command = [*switch, sys.executable, "-B", "-m", "forensics", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, env=surroundings(), cwd=folder, timeout=120, check=False)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if run("--version").returncode:
            pytest.skip("another user may not run this installation")
        yield folder, run


@pytest.mark.parametrize("source", ["cron.log", "syslog:cron.log"])
def test_file_that_may_not_be_read_is_3_and_says_so(other_user: Any, source: str):
    folder, run = other_user
    (folder / "cron.log").write_text(line())
    (folder / "cron.log").chmod(0)
    outcome = run("report", *NIGHT, "--triggers", source)
    assert outcome.returncode == 3, outcome.stderr
    assert "cron.log" in paragraph(outcome.stdout.decode())
    assert b"Permission denied" in outcome.stdout


def test_folder_that_may_not_be_entered_is_3_and_others_are_judged(other_user: Any):
    folder, run = other_user
    (folder / "cron.log").write_text(line())
    (folder / "shut").mkdir()
    (folder / "shut" / "cron.log").write_text(line("08:30:01", "cleanup"))
    (folder / "shut").chmod(0)
    kinds = ("syslog", "files", "slack-export", "heartbeats", "bodyfile")
    paths = {"syslog": "shut/cron.log", "bodyfile": "shut/*"}
    sources = [f'[[source]]\nkind = "{kind}"\npath = "{paths.get(kind, "shut")}"\n' for kind in kinds]
    (folder / "f.toml").write_text("".join(sources) + '[[source]]\nkind = "syslog"\npath = "cron.log"\n')
    outcome = run("report", *NIGHT, "--config", "f.toml", "--format", "json")
    assert outcome.returncode == 3, outcome.stderr
    found = json.loads(outcome.stdout)
    assert [run["job"] for run in found["runs"]] == ["backup"]
    assert len([blocker for blocker in found["blockers"] if blocker["kind"] == "source"]) == len(kinds)


# Where the report goes


def test_every_format_goes_to_stdout(log: Path):
    begins = {
        "md": b"# Night Watch",
        "html": b"<!doctype html>",
        "json": b"{\n",
        "csv": b"key,job,",
        "parquet": b"PAR1",
        "timesketch": b'{"message": "',
        "prometheus": b"# HELP nightwatch_",
    }
    for form, start in begins.items():
        assert reported("--triggers", log, "--format", form).stdout_bytes.startswith(start), form


@pytest.mark.parametrize("name", ["x.doc", "x", "x.htm", ".md", "-", "/dev/full"])
def test_output_of_no_known_suffix_is_2_before_anything_is_read(log: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pipeline, "report", unwanted)
    outcome = reported("--triggers", log, "--output", "good.md", "--output", name)
    assert outcome.exit_code == 2
    assert f"--output {name}: " in outcome.stderr
    assert not Path("good.md").exists()


def unwanted(*_arguments: object) -> None:
    """Stand for a reading that must not happen."""
    pytest.fail("something was read")


def test_evidence_is_never_overwritten_by_an_output(quiet_corner: Path):
    (quiet_corner / "runs.csv").write_text("time,job\n2026-03-19T07:30:00Z,backup\n")
    outcome = reported("--triggers", "csv:runs.csv", "--output", "./runs.csv")
    assert outcome.exit_code == 2
    assert "evidence is not overwritten" in outcome.stderr
    assert (quiet_corner / "runs.csv").read_text().startswith("time,job\n")


def test_all_outputs_come_from_one_reading(log: Path, monkeypatch: pytest.MonkeyPatch):
    readings = []
    make = pipeline.report
    monkeypatch.setattr(pipeline, "report", lambda *given: readings.append(1) or make(*given))
    names = ("a.md", "a.json", "a.csv", "a.parquet")
    outcome = reported("--triggers", log, *(word for name in names for word in ("--output", name)))
    assert outcome.exit_code == 0
    assert len(readings) == 1
    assert Path("a.md").read_bytes() == outcome.stdout_bytes
    assert all(Path(name).stat().st_size for name in names)


def test_output_that_cannot_be_written_is_4_and_the_rest_is_there(config: Path):
    outputs = ("--output", "absent/a.md", "--output", "good.json", "--output", "b" * 300 + ".md")
    outcome = reported("--config", config, *outputs)
    assert outcome.exit_code == 4
    assert outcome.stdout.startswith("# Night Watch")
    assert json.loads(Path("good.json").read_text())["exit"]["code"] == 1
    assert len(re.findall(r"^night-watch: .* could not be written", outcome.stderr, flags=re.MULTILINE)) == 2


def test_last_line_on_stderr_is_the_exit_code_and_why(config: Path):
    assert reported("--config", config).stderr.splitlines()[-1] == "night-watch: exit 1, there are blockers"


def test_stdout_that_is_full_is_4_and_files_are_still_written(log: Path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        options = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        run = process("report", *NIGHT, "--triggers", log, "--output", "a.md", **options)
    assert run.returncode == 4
    assert b"standard output could not be written" in run.stderr
    assert b"Traceback" not in run.stderr
    assert Path("a.md").exists()


def test_reader_that_leaves_early_is_no_trouble(config: Path):
    command = [sys.executable, "-m", "forensics", "report", *NIGHT, "--config", str(config), "--output", "a.md"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        said = run.stderr.read()
    assert run.returncode == 1
    assert b"Traceback" not in said
    assert b"exit 1" in said
    assert Path("a.md").exists()


def test_stderr_that_nobody_reads_changes_no_exit_code(config: Path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        options = {"capture_output": False, "stdout": subprocess.PIPE, "stderr": full}
        assert process("report", *NIGHT, "--config", config, **options).returncode == 1


def test_keyboard_stops_it_without_the_exit_code_of_blockers(log: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "report", stopped)
    outcome = reported("--triggers", log)
    assert outcome.exit_code == 128 + signal.SIGINT
    assert "stopped" in outcome.stderr


# Options that change what is shown


def test_quiet_leaves_stderr_empty(config: Path):
    assert reported("--config", config, "--quiet").stderr == ""


def test_quiet_still_tells_errors(log: Path):
    assert "could not be written" in reported("--triggers", log, "--quiet", "--output", "absent/a.md").stderr


def test_dry_run_and_no_ledger_are_taken_and_write_nothing(config: Path, quiet_corner: Path):
    before = sorted(quiet_corner.rglob("*"))
    assert reported("--config", config, "--dry-run", "--no-ledger").exit_code == 1
    assert sorted(quiet_corner.rglob("*")) == before


def test_exit_zero_hides_blockers(config: Path):
    assert reported("--config", config).exit_code == 1
    outcome = reported("--config", config, "--exit-zero")
    assert outcome.exit_code == 0
    assert "exit 0 as --exit-zero asks" in outcome.stderr


def test_exit_zero_hides_incomplete_evidence():
    assert reported("--triggers", "absent.log", "--exit-zero").exit_code == 0


def test_exit_zero_hides_no_wrong_usage():
    assert reported("--config", "absent.toml", "--exit-zero").exit_code == 2


def test_exit_zero_hides_no_unwritten_output(log: Path):
    assert reported("--triggers", log, "--exit-zero", "--output", "absent/a.md").exit_code == 4


def test_job_narrows_runs_and_blockers(config: Path):
    found = answer("--config", config, "--job", "back*")
    assert {run["job"] for run in found["runs"]} == {"backup"}
    assert {blocker["job"] for blocker in found["blockers"]} == {"backup"}
    assert found["summary"]["jobs"] == 1


def test_job_may_be_given_again(config: Path):
    found = answer("--config", config, "--job", "backup", "--job", "cleanup")
    assert {run["job"] for run in found["runs"]} == {"backup", "cleanup"}


def test_panel_is_shown_alone(config: Path, quiet_corner: Path):
    (quiet_corner / "beats").mkdir()
    (quiet_corner / "beats" / "probe.last").write_text('{"job":"probe","timestamp":1773900000,"interval_seconds":900}')
    config.write_text(CONFIG + '[heartbeats]\ndirs = ["beats"]\n')
    shown = reported("--config", config, "--panel").stdout
    assert re.search(r"\| - stale", shown)
    assert re.findall(r"^## .*", shown, flags=re.MULTILINE) == ["## Heartbeat Panel"]


def test_panel_in_another_format_is_2(config: Path):
    assert reported("--config", config, "--panel", "--format", "json").exit_code == 2


def on_a_terminal(*arguments: object, **environment: str) -> bytes:
    """Return what the command writes to a terminal, stderr too."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "forensics", *map(str, arguments)]
    env = surroundings(TERM="xterm-256color", COLUMNS="100", **environment)
    written = b""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        while block := from_terminal(ours):
            written += block
    os.close(ours)
    return written


def from_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # how Linux says that the other side is closed
        return b""


def test_terminal_gets_colours(config: Path):
    assert COLOUR.search(on_a_terminal("report", *NIGHT, "--config", config))


def test_no_color_is_respected_on_a_terminal(config: Path):
    written = on_a_terminal("report", *NIGHT, "--config", config, NO_COLOR="1")
    assert b"Night Watch" in written
    assert not COLOUR.search(written)


def test_terminal_that_knows_no_unicode_gets_the_report_all_the_same(config: Path):
    written = on_a_terminal("report", *NIGHT, "--config", config, "--no-progress", PYTHONIOENCODING="ascii")
    assert b"Traceback" not in written
    assert b"exit 1, there are blockers" in written


def test_name_that_reads_as_markup_does_not_stop_the_progress(quiet_corner: Path):
    (quiet_corner / "[").mkdir()
    (quiet_corner / "[" / "red].log").write_text(line())
    written = on_a_terminal("report", *NIGHT, "--triggers", "[/red].log")
    assert b"Traceback" not in written
    assert b"exit 0" in written


def test_parquet_is_not_poured_onto_a_terminal(log: Path):
    written = on_a_terminal("report", *NIGHT, "--triggers", log, "--format", "parquet")
    assert b"not for a terminal" in written
    assert b"PAR1" not in written


def test_what_is_no_terminal_gets_neither_colours_nor_progress(config: Path):
    run = process("report", *NIGHT, "--config", config)
    assert b"\x1b" not in run.stdout + run.stderr
    assert b"reading" not in run.stderr


# Which config is used


def timezone_told(*arguments: object) -> str:
    """Return the zone of a report, by which its config can be told."""
    return str(answer(*arguments)["timezone"])


def write_config(path: Path, zone: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'timezone = "{zone}"\n')
    return path


def test_config_is_looked_for_in_order(quiet_corner: Path, monkeypatch: pytest.MonkeyPatch):
    write_config(quiet_corner / "home" / ".config" / "forensics" / "forensics.toml", "Europe/Rome")
    assert timezone_told() == "Europe/Rome"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(quiet_corner / "xdg"))
    write_config(quiet_corner / "xdg" / "forensics" / "forensics.toml", "Europe/Oslo")
    assert timezone_told() == "Europe/Oslo"
    write_config(quiet_corner / "forensics.toml", "Asia/Tokyo")
    assert timezone_told() == "Asia/Tokyo"
    monkeypatch.setenv("FORENSICS_CONFIG", str(write_config(quiet_corner / "named.toml", "America/Lima")))
    assert timezone_told() == "America/Lima"
    assert timezone_told("--config", write_config(quiet_corner / "given.toml", "Asia/Seoul")) == "Asia/Seoul"


def test_system_wide_config_is_the_last_resort():
    assert str(cli_inputs.config_places()[-1]) == "/etc/forensics/forensics.toml"


def test_config_that_the_environment_names_and_is_not_there_is_2(monkeypatch: pytest.MonkeyPatch, quiet_corner: Path):
    write_config(quiet_corner / "forensics.toml", "Asia/Tokyo")
    monkeypatch.setenv("FORENSICS_CONFIG", "/absent/forensics.toml")
    outcome = reported()
    assert outcome.exit_code == 2
    assert "/absent/forensics.toml ($FORENSICS_CONFIG)" in outcome.stderr


def test_config_that_lies_here_is_not_mixed_with_named_paths_and_that_is_said(log: Path, quiet_corner: Path):
    write_config(quiet_corner / "forensics.toml", "Asia/Tokyo")
    outcome = reported("--triggers", log, "--format", "json")
    assert json.loads(outcome.stdout)["timezone"] == "UTC"
    assert "forensics.toml was not read" in outcome.stderr


def test_named_config_and_named_paths_are_read_together(config: Path, quiet_corner: Path):
    (quiet_corner / "more.log").write_text(line("09:30:01", "extra"))
    found = answer("--config", config, "--triggers", "more.log")
    assert {run["job"] for run in found["runs"]} == {"backup", "cleanup", "extra"}


def test_paths_of_a_config_begin_at_its_folder_and_home(quiet_corner: Path, monkeypatch: pytest.MonkeyPatch):
    (quiet_corner / "home").mkdir()
    (quiet_corner / "home" / "cron.log").write_text(line())
    (quiet_corner / "elsewhere").mkdir()
    (quiet_corner / "elsewhere" / "cron.log").write_text(line("08:30:01", "cleanup"))
    paths = ('path = "~/cron.log"', 'path = "cron.log"', 'path = "~nobody-of-that-name/cron.log"')
    text = "".join(f'[[source]]\nkind = "syslog"\n{path}\n' for path in paths)
    (quiet_corner / "elsewhere" / "f.toml").write_text(text)
    found = answer("--config", "elsewhere/f.toml")
    assert {run["job"] for run in found["runs"]} == {"backup", "cleanup"}
    assert found["exit"]["code"] == 3


# The evidence stays as it was


def state_of(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return every file of a folder with its content, times and rights."""
    return {str(path.relative_to(folder)): state(path) for path in sorted(folder.rglob("*"))}


def state(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(status.st_mode) else None
    return content, status.st_mtime_ns, status.st_ctime_ns, status.st_mode, status.st_size, status.st_ino


def evidence_of_every_kind(folder: Path) -> str:
    """Lay evidence of every kind into a folder, and return the config that reads it."""
    (folder / "slack" / "metrics").mkdir(parents=True)
    (folder / "slack" / "metrics" / "2026-03-19.json").write_text('[{"ts": "1773905460.0", "text": "backup ok"}]')
    (folder / "out").mkdir()
    (folder / "out" / "backup-2026-03-19.tar").write_text("x")
    (folder / "out" / "state.json").write_text('{"last": 1773905460}')
    (folder / "beats").mkdir()
    (folder / "beats" / "probe.last").write_text("1773905460")
    (folder / "cron.log").write_text(line())
    (folder / "cron.log.1.gz").write_bytes(gzip.compress(line(day="Mar 18").encode()))
    (folder / "find.txt").write_text("1773905460.0\t12\t./a\n")
    (folder / "ls.txt").write_text("-rw-r--r-- 1 a a 12 2026-03-19 07:31:00 +0000 a.tar\n")
    (folder / "body.txt").write_text("0|/a|1|r/rrw-r--r--|0|0|12|1773905460|1773905460|1773905460|0\n")
    (folder / "runs.csv").write_text("time,job\n2026-03-19T07:30:00Z,backup\n")
    (folder / "runs.jsonl").write_text('{"time": "2026-03-19T07:30:00Z", "job": "backup"}\n')
    sources = {
        "slack-export": "slack",
        "files": "out",
        "heartbeats": "beats",
        "syslog": "cron.log*",
        "find-listing": "find.txt",
        "ls-listing": "ls.txt",
        "bodyfile": "body.txt",
        "csv": 'runs.csv"\nlane = "triggers',
        "jsonl": 'runs.jsonl"\nlane = "triggers',
    }
    tables = [f'[[source]]\nkind = "{kind}"\npath = "{path}"\n' for kind, path in sources.items()]
    return (
        "".join(tables) + '[[job]]\nname = "backup"\nartifacts = ["backup-*.tar"]\nstate_files = ["state.json#last"]\n'
    )


def test_report_leaves_the_evidence_as_it_was(quiet_corner: Path):
    folder = quiet_corner / "evidence"
    folder.mkdir()
    (quiet_corner / "f.toml").write_text(evidence_of_every_kind(folder).replace('path = "', 'path = "evidence/'))
    before = state_of(folder)
    outcome = reported("--config", "f.toml", "--output", "a.json")
    assert outcome.exit_code in (0, 1), outcome.stderr
    assert state_of(folder) == before


def test_report_does_not_show_in_access_times_of_own_files(quiet_corner: Path):
    if not hasattr(os, "O_NOATIME"):
        pytest.skip("this system cannot read without a trace")
    folder = quiet_corner / "evidence"
    folder.mkdir()
    (quiet_corner / "f.toml").write_text(evidence_of_every_kind(folder).replace('path = "', 'path = "evidence/'))
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (10**9, 10**9))  # so old that most systems would note the reading
    assert reported("--config", "f.toml").exit_code in (0, 1)
    assert {path.name: path.stat().st_atime for path in files} == dict.fromkeys((path.name for path in files), 10**9)


# Whatever is asked


WORDS = st.sampled_from(
    "md json csv html xml today yesterday now 2026-03-19 2026-03-20T06:00Z 1969-12-31 cron.log absent.log cron* . .. /dev/null"
    " /dev/zero /proc/self/mem syslog: syslog:. jsonl:cron.log csv:cron.log parquet:cron.log files:. slack-export:. heartbeats:."
    " bodyfile:cron.log x: : * [ ~ ~x/y {} %s -- - Asia/Tokyo UTC backup \u202e \udcff".split(" ")
)
OPTIONS = st.sampled_from(
    "--config --since --until --now --job --notifications --triggers --artifacts --timezone --format --panel --exit-zero"
    " --dry-run --no-ledger --quiet --no-progress --help --triggers --since --now".split()
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(OPTIONS | WORDS | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12), max_size=7)
)
def test_whatever_is_asked_ends_in_a_known_exit_code_and_no_traceback(log: Path, arguments: list[str]):
    outcome = asked("report", "--triggers", "cron.log", "--now", "2026-03-20T06:00Z", *arguments)
    assert outcome.exit_code in (0, 1, 2, 3)
    assert outcome.exit_code != 2 or "rror: " in outcome.stderr or outcome.stderr.startswith("night-watch: ")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(("triggers", "notifications", "artifacts")))
def test_whatever_is_in_a_file_ends_in_a_known_exit_code(quiet_corner: Path, content: bytes, lane: str):
    (quiet_corner / "any").write_bytes(content)
    assert asked("report", f"--{lane}", "any", "--now", "2026-03-20T06:00Z").exit_code in (0, 1, 2, 3)


def test_same_question_gets_the_same_bytes(config: Path):
    forms = ("md", "json", "csv", "parquet")
    once, again = ([reported("--config", config, "--format", form).stdout_bytes for form in forms] for _ in range(2))
    assert once == again


def environment_of(seed: str) -> Mapping[str, str]:
    return surroundings(PYTHONHASHSEED=seed)


def test_seed_of_hashes_changes_no_byte(config: Path):
    once, again = (process("report", *NIGHT, "--config", config, env=environment_of(seed)).stdout for seed in "12")
    assert once == again
