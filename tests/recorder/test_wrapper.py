"""The wrapper is not there, as far as the command and its caller can tell."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.recorder.run_record import COMPLETED, FAILED, INTERRUPTED
from tests.checkout import ROOT
from tests.recorder.run_builders import ENTRY, PIPE, all_runs, eventually, only_run, shell, started, wrapped

pytestmark = pytest.mark.slow

MEBIBYTE = 1 << 20
STOPPING = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
FORWARDED = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2]
COUNTS_INTERRUPTS = """
import signal, sys
seen = []
signal.signal(signal.SIGINT, lambda *_: (seen.append(1), print("int", flush=True)))
print("up", flush=True)
sys.stdin.readline()
print("seen", len(seen), flush=True)
"""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


def codes_of(scripts: list[str], registry: Path) -> list[int]:
    """Return the codes with which the wrapper ends for some scripts."""
    command = [sys.executable, "-B", "-m", "tests.recorder.many_wrapped", str(registry)]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=places, input=json.dumps(scripts), capture_output=True, text=True, timeout=120, check=True
    )
    found: list[int] = json.loads(done.stdout)
    return found


def shells_codes(scripts: list[str]) -> list[int]:
    """Return the codes that a shell has for some scripts."""
    each = 'ulimit -c 0; for script do sh -c "$script"; echo $?; done'
    done = subprocess.run(["sh", "-c", each, "sh", *scripts], capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()]


@pytest.fixture
def quick() -> Iterator[Path]:
    """Give a place for a registry in memory, where there is one: many runs end sooner there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name, "registry.db")


def test_exit_codes_are_those_of_the_command(quick):
    scripts = [f"exit {code}" for code in range(256)]
    assert codes_of(scripts, quick) == list(range(256))


def test_signals_end_it_as_they_end_a_shell(quick):
    numbers = sorted({int(each) for each in signal.valid_signals()} - STOPPING)
    scripts = [f"kill -{number} $$" for number in numbers]
    assert codes_of(scripts, quick) == shells_codes(scripts)


def test_command_that_is_not_there_is_127(registry):
    code, _, message = wrapped(registry, "--job", "t", "--", "no-such-command")
    assert (code, message.count("\n")) == (127, 1)


def test_file_that_may_not_be_run_is_126(registry, tmp_path):
    (tmp_path / "plain").write_text("x")
    assert wrapped(registry, "--job", "t", "--", str(tmp_path / "plain"))[0] == 126


def test_script_without_a_first_line_is_run_by_a_shell(registry, tmp_path):
    script = tmp_path / "script"
    script.write_text("echo $1; exit 9\n")
    script.chmod(0o755)
    assert wrapped(registry, "--job", "t", "--", str(script), "a b")[:2] == (9, b"a b\n")


def test_script_without_a_first_line_is_found_on_the_path(registry, tmp_path):
    script = tmp_path / "night-script"
    script.write_text("exit 8\n")
    script.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert wrapped(registry, "--job", "t", "--", "night-script", PATH=path)[0] == 8


def test_nothing_after_the_dashes_is_read(registry):
    words = ["--job", "x; rm -rf /", "$(id)", "'", '"', "--", "--help", "*"]
    code, output, _ = wrapped(registry, "--job", "t", *shell('printf "%s\\n" "$@"', *words))
    assert (code, output.decode().splitlines()) == (0, words)


def test_bytes_that_are_no_text_pass_as_arguments(registry):
    word = os.fsdecode(b"\xff\xfe")
    assert wrapped(registry, "--job", "t", *shell('printf "%s" "$1"', word))[1] == b"\xff\xfe"
    assert only_run(registry).command[-1] == word


def test_hundred_mebibytes_pass_unchanged(registry, tmp_path):
    block = random.Random(1).randbytes(MEBIBYTE)
    source = tmp_path / "source"
    with source.open("wb") as file:
        for _ in range(100):
            file.write(block)
    command = [sys.executable, "-B", "-c", ENTRY, "--job", "t", "--", "cat"]
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry)}
    seen, expected = hashlib.sha256(), hashlib.sha256()
    with source.open("rb") as given, subprocess.Popen(command, env=places, stdin=given, stdout=PIPE) as process:
        assert process.stdout is not None
        while piece := process.stdout.read(MEBIBYTE):
            seen.update(piece)
    for _ in range(100):
        expected.update(block)
    assert (process.returncode, seen.hexdigest()) == (0, expected.hexdigest())


def test_reader_that_goes_away_ends_it_with_141(registry):
    with started(registry, "--job", "t", "--", "yes") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=30) == 141


def test_file_size_limit_kills_the_command_and_not_us(registry, tmp_path):
    script = f"ulimit -f 1; head -c 9999999 /dev/zero > {tmp_path}/big"
    assert wrapped(registry, "--job", "t", *shell(f"{script}; exit $?"))[0] == 128 + signal.SIGXFSZ


def test_descriptors_are_inherited(registry):
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    words = ["--job", "t", "--", sys.executable, "-c", f"import os; os.write({writer}, b'through')"]
    command = [sys.executable, "-B", "-c", ENTRY, *words]
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry)}
    subprocess.run(command, env=places, pass_fds=[writer], check=True)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b"through"


def test_closed_descriptors_stay_closed(registry):
    outer = 'exec 0<&- 1>&-; exec "$@" 2>&2'
    before = ["sh", "-c", outer, "sh"]
    code, output, _ = wrapped(
        registry, "--job", "t", *shell("[ -e /proc/self/fd/0 ] && exit 1; echo x || exit 5"), before=before
    )
    assert (code, output) == (5, b"")


def test_run_id_is_handed_to_the_command(registry):
    output = wrapped(registry, "--job", "t", *shell('printf %s "$FORENSICS_RUN_ID"'))[1]
    assert only_run(registry).id == output.decode()


@pytest.mark.parametrize("number", FORWARDED, ids=lambda number: number.name)
def test_signal_reaches_the_command(registry, number):
    script = f'trap "echo got; exit 3" {number.name[3:]}; echo up; while :; do sleep 0.05; done'
    with started(registry, "--job", "t", *shell(script)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(number)
        assert (process.stdout.read(), process.wait(timeout=30)) == (b"got\n", 3)


def test_signal_is_not_ours_to_die_of(registry):
    script = 'trap "" TERM; echo up; read line; exit 4'
    with started(registry, "--job", "t", *shell(script)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        process.communicate(b"line\n", timeout=30)
    assert process.returncode == 4


def test_ignored_signals_stay_ignored(registry):
    before = ["sh", "-c", 'trap "" HUP INT; exec "$@"', "sh"]
    script = "kill -HUP $$; kill -INT $$; exit 6"
    assert wrapped(registry, "--job", "t", *shell(script), before=before)[0] == 6


def test_caller_that_ignores_its_children_gets_the_code(registry):
    before = ["sh", "-c", 'trap "" CHLD; exec "$@"', "sh"]
    assert wrapped(registry, "--job", "t", *shell("exit 6"), before=before)[0] == 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_early_signal_leaves_no_orphan(registry, tmp_path, number):
    for delay in range(0, 60, 4):  # ms; up to twice what it takes to start
        pids = tmp_path / f"pid{delay}"
        words = ["--job", "t", *shell(f"echo $$ > {pids}; exec sleep 100")]
        with started(registry, *words) as process:
            time.sleep(delay / 1000)  # the time itself is what is tried
            process.send_signal(number)
            process.communicate(timeout=30)
        assert not pids.exists() or not pids.read_text() or not is_alive(int(pids.read_text()))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_background_process_does_not_hold_us(registry, tmp_path):
    pid = tmp_path / "pid"
    code, *_ = wrapped(registry, "--job", "t", *shell(f"sleep 100 >&- 2>&- <&- & echo $! > {pid}; exit 5"))
    assert (code, is_alive(int(pid.read_text()))) == (5, True)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert only_run(registry).status == FAILED


def test_children_that_are_left_to_us_are_buried(registry):
    before = ["sh", "-c", 'sleep 0.01 & exec "$@"', "sh"]
    script = "until [ $(ps -o stat= --ppid $PPID | grep -c .) = 1 ]; do sleep 0.01; done; exit 5"
    assert wrapped(registry, "--job", "t", *shell(script), before=before)[0] == 5


class Terminal:
    """A wrapper on a terminal of its own, as a person would start it."""

    def __init__(self, registry: Path, *words: str) -> None:
        self.master, slave = pty.openpty()
        places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry)}
        owns = (
            "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        )
        command = [sys.executable, "-c", owns, sys.executable, "-B", "-c", ENTRY, *words]
        self.process = subprocess.Popen(
            command, env=places, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def shows(self, text: str) -> None:
        while text not in self.seen:
            self.seen += os.read(self.master, 1000).decode()

    def end(self) -> int:
        code = self.process.wait(timeout=30)
        os.close(self.master)
        return code


def test_terminal_is_the_commands_own(registry):
    there = Terminal(registry, "--job", "t", *shell("test -t 0 && test -t 1 && test -t 2 && read x && echo got $x"))
    there.type("line\n")
    there.shows("got line")
    assert there.end() == 0


@pytest.mark.parametrize("limit", [[], ["--timeout", "1h"]], ids=["without a limit", "with a limit"])
def test_key_interrupts_the_command_once(registry, limit):
    there = Terminal(registry, "--job", "t", *limit, "--", sys.executable, "-c", COUNTS_INTERRUPTS)
    there.shows("up")
    there.type("\x03")
    there.shows("int")
    there.type("end\n")
    there.shows("seen 1")
    assert there.end() == 0


def test_signal_from_a_person_reaches_the_command_on_a_terminal(registry):
    there = Terminal(registry, "--job", "t", "--", sys.executable, "-c", COUNTS_INTERRUPTS)
    there.shows("up")
    there.process.send_signal(signal.SIGINT)
    there.shows("int")
    there.type("end\n")
    there.shows("seen 1")
    assert there.end() == 0


def test_limit_ends_all_processes_on_a_terminal_too(registry, tmp_path):
    script = f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 100' & sleep 100"
    there = Terminal(registry, "--job", "t", "--timeout", "300ms", "--kill-after", "10s", *shell(script))
    assert there.end() == 124
    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_killed_wrapper_leaves_the_job_running(registry):
    with started(registry, "--job", "t", *shell("echo up; read line; echo done")) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
        assert shown(registry) == "running"
        assert process.stdin is not None
        process.stdin.write(b"line\n")
        process.stdin.flush()
        assert process.stdout.read() == b"done\n"
    assert eventually(lambda: shown(registry) == INTERRUPTED)


def test_daemon_that_a_job_leaves_behind_does_not_keep_it_running(registry, tmp_path):
    pid = tmp_path / "pid"
    wrapped(registry, "--job", "t", *shell(f"sleep 100 >&- 2>&- <&- & echo $! > {pid}"))
    assert shown(registry) == COMPLETED
    os.kill(int(pid.read_text()), signal.SIGKILL)


def shown(registry: Path) -> str:
    """Return the status of the last run, as ``runs show`` tells of it."""
    code = "import sys; from forensics.cli_runs import runs; runs(sys.argv[1:])"
    command = [sys.executable, "-B", "-c", code, "show", "--job", "t", "--last", "--json"]
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry)}
    done = subprocess.run(command, env=places, capture_output=True, text=True, timeout=60, check=False)
    return str(json.loads(done.stdout)["status"])


def test_wrong_usage_runs_nothing(registry, tmp_path):
    for words in (["--jbo", "x"], ["--job", "../x"], ["--job", "x\n"], ["--timeout", "soon"], ["--retries", "-1"]):
        code, _, message = wrapped(registry, *words, "--", "touch", str(tmp_path / "touched"))
        assert (code, message.count("\n"), (tmp_path / "touched").exists()) == (2, 1, False)
    assert not registry.exists()


def test_command_lends_its_name_where_no_job_is_named(registry):
    wrapped(registry, "/bin/true")
    assert [each.job for each in all_runs(registry)] == ["true"]


def test_nothing_slow_is_imported(registry):
    seen = "import sys; from forensics.cli_run import main; main(sys.argv[1:]); print(*sys.modules)"
    modules = set(wrapped(registry, "--job", "t", "--", "true", code=seen)[1].decode().split())
    assert "forensics.recorder.registry" in modules
    slow = {"click", "pandas", "numpy", "dataclasses", "typing", "subprocess", "uuid", "argparse", "psutil", "inspect"}
    assert slow & modules == set()


@pytest.mark.parametrize("limit", [[], ["--timeout", "1h"]], ids=["without a limit", "with a limit"])
def test_system_without_timed_waiting_for_signals_will_do(registry, limit):
    lacking = f"import signal; del signal.sigtimedwait, signal.sigwaitinfo\n{ENTRY}"
    script = 'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done'
    with started(registry, "--job", "t", *limit, *shell(script), code=lacking) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=30) == 3
