"""Both writers without rights, and without room."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recorder.tools import as_nobody, in_own_mounts, without
from tests.recorder.writers import OLD, PYTHON, WRITERS, Writer, beat_in, drafts_in, has_told, run

NOBODY = 65534
each_writer = pytest.mark.parametrize("writer", WRITERS)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that other users can reach, as they cannot reach pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def write_as_nobody(writer: Writer, environment: dict[str, str]):
    prefix = as_nobody()
    if writer is PYTHON and run([*prefix, writer.command[0], "-c", "import forensics"]).returncode:
        without("setpriv", "another user may not run this Python, or not read this checkout")
    return run([*prefix, *writer.command, "backup", "15m"], environment)


@each_writer
def test_folder_that_may_not_be_written_is_told(writer, folder):
    (folder / "backup.last").write_bytes(OLD)
    folder.chmod(0o555)
    done = write_as_nobody(writer, {"FORENSICS_HEARTBEAT_DIR": str(folder)})
    assert has_told(done, writer)
    assert (folder / "backup.last").read_bytes() == OLD
    assert drafts_in(folder) == []


@each_writer
def test_folder_that_may_not_be_made_is_told(writer, folder):
    folder.chmod(0o555)
    done = write_as_nobody(writer, {"FORENSICS_HEARTBEAT_DIR": str(folder / "beats")})
    assert has_told(done, writer)
    assert list(folder.iterdir()) == []


@each_writer
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_heartbeat_of_another_in_a_shared_folder_is_left_to_them(writer, folder):
    (folder / "backup.last").write_bytes(OLD)
    folder.chmod(0o1777)
    done = write_as_nobody(writer, {"FORENSICS_HEARTBEAT_DIR": str(folder)})
    assert has_told(done, writer)
    assert (folder / "backup.last").read_bytes() == OLD
    assert drafts_in(folder) == []


@each_writer
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_own_folder_of_another_user_is_written(writer, folder):
    os.chown(folder, NOBODY, NOBODY)
    assert write_as_nobody(writer, {"FORENSICS_HEARTBEAT_DIR": str(folder)}).stderr == ""
    assert beat_in(folder).problem is None
    assert (folder / "backup.last").stat().st_uid == NOBODY


@each_writer
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.skipif(Path("/var/lib/forensics").exists(), reason="heartbeats of this machine may be there")
def test_user_without_system_folders_gets_one_at_home(writer, folder):
    os.chown(folder, NOBODY, NOBODY)
    assert write_as_nobody(writer, {"HOME": str(folder)}).stderr == ""
    assert beat_in(folder / ".local/state/forensics/heartbeats").problem is None


FULL = """
folder=$1 old=$2; shift 2
mount -t tmpfs -o size=64k none "$folder" && cp "$old" "$folder/backup.last" || exit 99
dd if=/dev/zero of="$folder/fill" bs=1024 2>/dev/null
"$@"; code=$?
cmp "$old" "$folder/backup.last" && ls -A "$folder" | tr '\\n' ' '
exit $code
"""


@each_writer
def test_full_disk_is_told_and_the_old_heartbeat_kept(writer, folder):
    old = folder / "old"
    old.write_bytes(OLD)
    (folder / "beats").mkdir()
    command = [*writer.command, "backup", "15m", "--dir", str(folder / "beats")]
    done = run([*in_own_mounts(), "sh", "-c", FULL, "sh", str(folder / "beats"), str(old), *command])
    if done.returncode == 99:
        without("unshare", done.stderr.strip())
    assert has_told(done, writer)
    assert done.stdout == "backup.last fill "
