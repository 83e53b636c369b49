"""The light way in: what it runs, what it does not import, and how it tells."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from forensics import entry
from forensics.cli_recorder import parsed
from forensics.recorder.heartbeat import Refused
from tests.recorder.writers import beat_in, complaint, run, surroundings

HEAVY = (
    "argparse",
    "click",
    "contextlib",
    "dataclasses",
    "json",
    "logging",
    "numpy",
    "pandas",
    "pathlib",
    "re",
    "typing",
)
FORENSICS = (sys.executable, "-m", "forensics")
# As an installed command has it; a start by -m has imported some of HEAVY before anything of ours runs.
CONSOLE = (sys.executable, "-c", "from forensics.entry import main; main()")


def imported_by(*words: str) -> set[str]:
    """Return what Python imports for a command beyond what it imports anyway."""
    return imports(*CONSOLE[1:], *words) - imports("-c", "pass")


def imports(*words: str) -> set[str]:
    environment = {name: value for name, value in surroundings().items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-X", "importtime", *words]
    lines = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


def test_heartbeat_is_written_without_heavy_imports(tmp_path):
    names = imported_by("heartbeat", "write", "backup", "15m", "--dir", str(tmp_path))
    assert beat_in(tmp_path).problem is None
    assert names.isdisjoint(HEAVY)
    assert {"forensics.entry", "forensics.durable"} <= names


def test_heartbeat_takes_few_modules(tmp_path):
    names = imported_by("heartbeat", "write", "backup", "15m", "--dir", str(tmp_path))
    assert len([name for name in names if name.startswith("forensics")]) <= 9


def test_heartbeat_from_python_needs_no_heavy_imports():
    names = imports("-c", "from forensics import write_heartbeat, write_cron_heartbeat") - imports("-c", "pass")
    assert names.isdisjoint(HEAVY)


def test_heartbeat_is_written_from_python(tmp_path):
    code = f"from forensics import write_heartbeat; print(write_heartbeat('backup', 900, folder={str(tmp_path)!r}))"
    assert run([sys.executable, "-c", code]).stdout == f"{tmp_path}/backup.last\n"
    assert beat_in(tmp_path).interval_seconds == 900


def test_heartbeat_from_python_goes_where_the_environment_says(tmp_path):
    code = "from forensics import write_cron_heartbeat; write_cron_heartbeat('backup', 900)"
    assert run([sys.executable, "-c", code], {"FORENSICS_HEARTBEAT_DIR": str(tmp_path)}).returncode == 0
    assert beat_in(tmp_path).status == "SUCCESS"


def test_heartbeat_from_python_takes_a_path_and_a_status(tmp_path):
    from forensics import write_heartbeat

    write_heartbeat("backup", 1.5, folder=tmp_path, status="FAILED")
    assert (beat_in(tmp_path).status, beat_in(tmp_path).interval_seconds) == ("FAILED", 1.5)


def test_package_has_no_other_names():
    import forensics

    with pytest.raises(AttributeError, match="no attribute 'write_heartbeats'"):
        _ = forensics.write_heartbeats


@pytest.mark.parametrize("command", [FORENSICS, CONSOLE], ids=["-m", "console"])
def test_wrong_words_are_told_with_exit_code_2(command):
    done = run([*command, "heartbeat", "write", "backup"])
    assert done.returncode == 2
    assert complaint(done) == "heartbeat write takes JOB and INTERVAL, not 1 words - see --help"


def test_folder_that_cannot_be_written_is_told_with_exit_code_4(tmp_path):
    (tmp_path / "beats").write_bytes(b"")
    done = run([*FORENSICS, "heartbeat", "write", "backup", "900", "--dir", str(tmp_path / "beats")])
    assert done.returncode == 4
    assert "beats/backup.last' could not be written - Not a directory" in complaint(done)


@pytest.mark.parametrize("command", ["write", "script"])
@pytest.mark.parametrize("sign", ["-h", "--help"])
def test_help_is_shown(command, sign):
    done = run([*FORENSICS, "heartbeat", command, sign])
    assert done.stdout.startswith(f"Usage: forensics heartbeat {command}")
    assert done.returncode == 0


def test_shell_writer_is_installed_and_its_places_printed(tmp_path):
    done = run([*FORENSICS, "heartbeat", "script", "--dir", str(tmp_path)])
    assert done.stdout == f"{tmp_path}/heartbeat-write.sh\n{tmp_path}/cron-heartbeat-write.sh\n"


def test_output_that_cannot_be_written_is_told(tmp_path):
    command = ["sh", "-c", 'exec "$@" >/dev/full', "sh", *FORENSICS, "heartbeat", "script", "--dir", str(tmp_path)]
    done = run(command)
    assert done.returncode == 4
    assert complaint(done) == "standard output could not be written - No space left on device"


@pytest.mark.parametrize(
    ("words", "plain", "options"),
    [
        (["a", "1d"], ["a", "1d"], {}),
        (["--dir", "d", "a"], ["a"], {"--dir": "d"}),
        (["a", "--dir=d=e"], ["a"], {"--dir": "d=e"}),
        (["--dir", "-n", "a"], ["a"], {"--dir": "-n"}),
        (["--", "-a", "--dir"], ["-a", "--dir"], {}),
    ],
)
def test_words_are_read(words, plain, options):
    assert parsed(words, ("--dir",)) == (plain, options)


@pytest.mark.parametrize("words", [["--dirs", "d"], ["-d"], ["-"], ["--dir"], ["--dir="], ["--dir", ""], ["--dir2=x"]])
def test_option_that_is_not_known_or_has_no_value_is_refused(words):
    with pytest.raises(Refused, match="see --help"):
        parsed(words, ("--dir",))


def test_other_commands_are_those_of_the_command_line():
    assert run([*CONSOLE, "--version"]).stdout.startswith("forensics, version ")


def test_run_hands_its_words_to_the_wrapper(monkeypatch):
    words = []
    wrapper = types.ModuleType("cli_run")
    wrapper.main = lambda given: words.extend(given) or 7
    monkeypatch.setitem(sys.modules, "forensics.cli_run", wrapper)
    assert entry.run(["run", "--job", "x", "--", "true"]) == 7
    assert words == ["--job", "x", "--", "true"]


BROKEN = "import sys; sys.modules['forensics.recorder.wrapper'] = None; sys.argv = ['forensics', *sys.argv[1:]]; from forensics.entry import main; main()"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["no-such-command"], 127),
        (["/"], 126),
        ([], 2),
        (["sh", "-c", "kill -PIPE $$"], -13),
    ],
)
def test_job_runs_where_the_wrapper_is_broken(command, code):
    done = run([sys.executable, "-c", BROKEN, "run", "--job", "x", "--", *command])
    assert done.returncode == code
    assert done.stderr.startswith("night-watch: this run is not recorded")


def test_console_command_imports_the_light_way_in_and_nothing_else():
    script = Path(entry.__file__).parent / "console.py"
    assert re.findall(r"^(?:from|import) .*", script.read_text(encoding="utf-8"), flags=re.MULTILINE) == [
        "from forensics.entry import main"
    ]
    assert script.read_text(encoding="utf-8").startswith("#!python\n")  # which installers put their Python in place of


@pytest.mark.parametrize(("before", "after"), [("default_int_handler", "SIG_DFL"), ("SIG_IGN", "SIG_IGN")])
def test_interrupt_ends_the_wrapper_before_it_listens_and_stays_ignored_where_it_was(before, after):
    """Python's own handler would raise in a callback of the interpreter's, be forgotten, and the job started."""
    code = (
        "import signal; from forensics.entry import end_by_interrupts;"
        f" signal.signal(signal.SIGINT, signal.{before}); end_by_interrupts();"
        f" print(signal.getsignal(signal.SIGINT) is signal.{after})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
