"""Both writers of heartbeats, as commands: what they write, what they refuse, and how they tell."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import time
from pathlib import Path

import pytest

from forensics.recorder.script import WRITER as SCRIPT
from tests.recorder.test_heartbeat import BAD_INTERVALS, BAD_NAMES
from tests.recorder.writers import (
    OLD,
    PYTHON,
    SHELL_WRITERS,
    WRITERS,
    beat_in,
    complaint,
    drafts_in,
    has_told,
    run,
    shell_writer,
    surroundings,
    write,
)

pytestmark = pytest.mark.slow

each_writer = pytest.mark.parametrize("writer", WRITERS)
each_shell = pytest.mark.parametrize("writer", SHELL_WRITERS)
# What no process can be told in its words.
TELLABLE = [name for name in BAD_NAMES if "\0" not in name]
SOME_SHELLS = pytest.mark.parametrize("writer", [PYTHON, shell_writer("sh")], ids=["python", "sh"])


@each_writer
def test_heartbeat_is_written_with_the_time_of_writing(writer, tmp_path):
    before = int(time.time())
    done = write(writer, tmp_path)
    beat = beat_in(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (beat.problem, beat.interval_seconds, beat.status, beat.host) == (None, 900, "SUCCESS", os.uname().nodename)
    assert before <= beat.at // 10**9 <= time.time()
    assert [each.name for each in tmp_path.iterdir()] == ["backup.last"]


@each_writer
def test_both_writers_use_the_same_format(writer, tmp_path):
    write(writer, tmp_path)
    shape = (
        r'\{"job": "backup", "timestamp": N, "interval_seconds": N, "host": "[^"]*", "pid": N, "status": "SUCCESS"\}\n'
    )
    assert re.fullmatch(shape.replace("N", r"[0-9]+"), (tmp_path / "backup.last").read_text())


@each_writer
def test_status_is_written(writer, tmp_path):
    write(writer, tmp_path, "backup", "1d", "--status", "FAILED")
    assert (beat_in(tmp_path).status, beat_in(tmp_path).interval_seconds) == ("FAILED", 86_400)


@SOME_SHELLS
@pytest.mark.parametrize(
    ("text", "seconds"), [("900", 900), ("90s", 90), ("2h", 7200), ("010", 10), ("08m", 480), ("3660d", 316_224_000)]
)
def test_interval_is_read(writer, tmp_path, text, seconds):
    write(writer, tmp_path, "backup", text)
    assert beat_in(tmp_path).interval_seconds == seconds


@SOME_SHELLS
@pytest.mark.parametrize("text", BAD_INTERVALS)
def test_bad_interval_is_refused(writer, tmp_path, text):
    done = write(writer, tmp_path, "backup", text)
    assert has_told(done, writer)
    assert list(tmp_path.iterdir()) == []


@each_writer
def test_bad_names_are_refused(writer, tmp_path):
    folder = tmp_path / "beats"
    for name in TELLABLE:
        done = write(writer, folder, name, "15m")
        assert has_told(done, writer), name
        assert done.returncode in (0, 2)
    assert list(tmp_path.iterdir()) == []


@each_shell
def test_letters_of_other_alphabets_are_refused_in_any_locale(writer, tmp_path):
    for locale in ("C.UTF-8", "en_US.UTF-8", "et_EE.UTF-8"):
        done = run([*writer.command, "backüp", "15m", "--dir", str(tmp_path)], {"LC_ALL": locale, "LANG": locale})
        assert "this is no job's name" in done.stderr.splitlines()[-1]  # after what some shells say of the locale
    assert list(tmp_path.iterdir()) == []


@SOME_SHELLS
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["backup"],
        ["backup", "1d", "more"],
        ["backup", "1d", "--fast"],
        ["backup", "1d", "--status", "two words"],
        ["backup", "1d", "--status", ""],
    ],
)
def test_wrong_usage_is_told(writer, tmp_path, words):
    done = run([*writer.command, "--dir", str(tmp_path), *words])
    assert has_told(done, writer)
    assert list(tmp_path.iterdir()) == []


@SOME_SHELLS
@pytest.mark.parametrize("words", [["--dir"], ["--dir", ""]])
def test_missing_folder_name_is_told(writer, tmp_path, words):
    done = run([*writer.command, "backup", "1d", *words], {"FORENSICS_HEARTBEAT_DIR": str(tmp_path)})
    assert has_told(done, writer)
    assert list(tmp_path.iterdir()) == []


@each_writer
def test_folder_of_the_environment_is_made_and_used(writer, tmp_path):
    folder = tmp_path / "a b" / "c*[x]$(x)`x`"
    done = run([*writer.command, "backup", "15m"], {"FORENSICS_HEARTBEAT_DIR": str(folder)})
    assert (done.returncode, done.stderr) == (0, "")
    assert beat_in(folder).problem is None


@each_writer
@pytest.mark.parametrize("folder", ["beats", "-n", "./a/b/"])
def test_relative_folder_is_meant_from_where_one_stands(writer, tmp_path, folder):
    run([*writer.command, "backup", "15m"], {"FORENSICS_HEARTBEAT_DIR": folder}, tmp_path)
    assert beat_in(tmp_path / folder).problem is None


@each_writer
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_hold_whatever_the_umask_is(writer, tmp_path, umask):
    folder = tmp_path / "a" / "b"
    command = [*writer.command, "backup", "15m", "--dir", str(folder)]
    subprocess.run(command, umask=umask, check=True, env=surroundings(), cwd=tmp_path)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (folder / "backup.last", folder, folder.parent)]
    assert modes == [0o644, 0o755, 0o755]


@each_writer
def test_symbolic_link_is_replaced_and_its_target_untouched(writer, tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "backup.last"
    victim.write_bytes(b"precious")
    path.symlink_to(victim)
    assert write(writer, tmp_path).stderr == ""
    assert victim.read_bytes() == b"precious"
    assert not path.is_symlink()
    assert beat_in(tmp_path).problem is None


@each_writer
def test_symbolic_link_to_a_folder_is_replaced_and_nothing_put_into_it(writer, tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "backup.last"
    victim.mkdir()
    path.symlink_to(victim)
    assert write(writer, tmp_path).stderr == ""
    assert list(victim.iterdir()) == []
    assert path.is_file()
    assert not path.is_symlink()


@each_writer
def test_hard_link_is_replaced_and_the_other_name_untouched(writer, tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "backup.last"
    victim.write_bytes(b"precious")
    path.hardlink_to(victim)
    write(writer, tmp_path)
    assert victim.read_bytes() == b"precious"
    assert path.stat().st_nlink == 1


@each_writer
def test_pipe_in_the_place_of_a_heartbeat_is_replaced(writer, tmp_path):
    os.mkfifo(tmp_path / "backup.last")
    assert write(writer, tmp_path).stderr == ""
    assert beat_in(tmp_path).problem is None


@each_writer
def test_folder_in_the_place_of_a_heartbeat_is_told(writer, tmp_path):
    (tmp_path / "backup.last").mkdir()
    done = write(writer, tmp_path)
    assert has_told(done, writer)
    assert list((tmp_path / "backup.last").iterdir()) == []
    assert drafts_in(tmp_path) == []


@each_writer
def test_names_that_differ_in_case_alone_are_refused_with_both_named(writer, tmp_path):
    (tmp_path / "BackUp.last").write_bytes(OLD)
    done = write(writer, tmp_path)
    assert has_told(done, writer)
    assert complaint(done).startswith("BackUp and backup differ in case alone")
    assert [each.name for each in tmp_path.iterdir()] == ["BackUp.last"]


@each_writer
@pytest.mark.parametrize("job", ["a.b", "a-b_C.9", "9", "x" * 64])
def test_name_of_every_allowed_shape_is_written_twice(writer, tmp_path, job):
    assert [write(writer, tmp_path, job, "90").stderr for _ in range(2)] == ["", ""]
    assert beat_in(tmp_path, job).job == job


@each_writer
def test_limit_on_the_size_of_files_is_told(writer, tmp_path):
    (tmp_path / "backup.last").write_bytes(OLD)
    limited = ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh", *writer.command, "backup", "15m", "--dir", str(tmp_path)]
    # Where a shell's own line about it cannot be kept back, ours still is the last.
    done = run(limited)
    assert "could not be written" in done.stderr
    assert (done.returncode != 0) == writer.is_loud
    assert (tmp_path / "backup.last").read_bytes() == OLD
    assert drafts_in(tmp_path) == []


@each_writer
@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full"])
def test_nobody_to_tell_changes_no_exit_code(writer, tmp_path, closed):
    (tmp_path / "backup.last").mkdir()
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *writer.command, "backup", "15m", "--dir", str(tmp_path)]
    assert run(command).returncode == (4 if writer.is_loud else 0)


@each_writer
def test_pipe_that_nobody_reads_changes_no_exit_code(writer, tmp_path):
    (tmp_path / "backup.last").mkdir()
    reader, pipe = os.pipe()
    os.close(reader)
    command = [*writer.command, "backup", "15m", "--dir", str(tmp_path)]
    try:
        done = subprocess.run(command, stderr=pipe, env=surroundings(), cwd=tmp_path, check=False)
    finally:
        os.close(pipe)
    assert done.returncode == (4 if writer.is_loud else 0)


@each_writer
def test_shared_folder_with_the_sticky_bit_is_written(writer, tmp_path):
    tmp_path.chmod(0o1777)
    assert write(writer, tmp_path).stderr == ""


def moved(tmp_path: Path, *made: str) -> tuple[Path, dict[str, str]]:
    """Return a shell writer whose system folders stand under a folder of ours, of which some are there."""
    script = tmp_path / "writer.sh"
    script.write_text(SCRIPT.read_text().replace("/var/", f"{tmp_path}/var/"))
    for folder in ("var/lib", "home", *made):
        (tmp_path / folder).mkdir(parents=True)
    return script, {"HOME": f"{tmp_path}/home/"}


@pytest.mark.parametrize(
    ("made", "written"),
    [
        ((), "var/lib/forensics/heartbeats"),
        (("var/run/bezalel/heartbeats",), "var/lib/forensics/heartbeats"),
        (("var/lib/forensics",), "var/lib/forensics/heartbeats"),
    ],
)
@each_shell
def test_shell_writer_makes_the_first_of_the_list(writer, tmp_path, made, written):
    script, environment = moved(tmp_path, *made)
    run([*shell_writer(writer.name, script).command, "backup", "15m"], environment)
    assert beat_in(tmp_path / written).problem is None


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (("var/lib/bezalel/heartbeats", "home/.bezalel/heartbeats"), "var/lib/bezalel/heartbeats"),
        (("home/.bezalel/heartbeats",), "home/.bezalel/heartbeats"),
        ((), "home/.local/state/forensics/heartbeats"),
    ],
)
@each_shell
def test_shell_writer_goes_on_where_the_first_cannot_be_made(writer, tmp_path, made, written):
    script, environment = moved(tmp_path, *made)
    (tmp_path / "var/lib/forensics").symlink_to("gone")  # not even root makes a folder of that
    run([*shell_writer(writer.name, script).command, "backup", "15m"], environment)
    assert beat_in(tmp_path / written).problem is None


@each_shell
def test_shell_writer_tells_where_no_folder_can_be_written(writer, tmp_path):
    script, _ = moved(tmp_path)
    (tmp_path / "var/lib/forensics").symlink_to("gone")
    done = run([*shell_writer(writer.name, script).command, "backup", "15m"], {"HOME": "relative"})
    assert "no folder for heartbeats can be written" in complaint(done)


@each_shell
@pytest.mark.parametrize(
    "said",
    ["2024-02-29T23:59:59", "1970-01-01T00:00:01", "2000-12-31T00:00:00", "2026-03-19T08:09:08", "2037-12-31T23:59:59"],
)
def test_shell_writer_reckons_where_date_knows_no_seconds(writer, tmp_path, said):
    dates = tmp_path / "bin"
    dates.mkdir()
    (dates / "date").write_text(f'#!/bin/sh\nTZ=UTC0 {real("date")} -u -d {said}Z "+%%s %Y %j %H %M %S"\n')
    (dates / "date").chmod(0o755)
    run([*writer.command, "backup", "15m", "--dir", str(tmp_path)], {"PATH": f"{dates}:{os.environ['PATH']}"})
    wanted = run([real("date"), "-u", "-d", f"{said}Z", "+%s"]).stdout
    assert beat_in(tmp_path).at == int(wanted) * 10**9


@each_shell
@pytest.mark.parametrize("broken", ["exit 1", "echo", "echo yesterday", "echo 2026 x y z"])
def test_shell_writer_writes_nothing_where_the_clock_cannot_be_read(writer, tmp_path, broken):
    dates = tmp_path / "bin"
    dates.mkdir()
    (dates / "date").write_text(f"#!/bin/sh\n{broken}\n")
    (dates / "date").chmod(0o755)
    done = run(
        [*writer.command, "backup", "15m", "--dir", str(tmp_path / "beats")], {"PATH": f"{dates}:{os.environ['PATH']}"}
    )
    assert "time could not be read" in complaint(done)
    assert list((tmp_path / "beats").iterdir()) == []


def real(program: str) -> str:
    return next(f"{folder}/{program}" for folder in ("/usr/bin", "/bin") if os.access(f"{folder}/{program}", os.X_OK))
