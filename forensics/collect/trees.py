"""Lists a file tree as it was read, as a bodyfile: https://wiki.sleuthkit.org/index.php?title=Body_file.

A row keeps its number: where the reading counted something else, a link or a file that could not be read, the listing
has a comment or an illegible line there, so that what points to a row points to the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from forensics.evidence.records import Batch, Reject

NANOS = 1_000_000_000
LEFT_OUT = b"# a link or special file, not followed, or a file of no use as evidence\n"
FOLDER, FILE = "d/drwxr-xr-x", "r/rrw-r--r--"


class Listing:
    """A listing that is being written; rows must come in the order of their numbers, as far as they can.

    Of several trees each begins where the one before ended.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lines: dict[int, bytes] = {}
        self._start = 0
        self._last = 0

    def take(self, each: Batch | Reject) -> None:
        """Take rows of the tree, or what could not be read of it."""
        if isinstance(each, Reject):
            self._lines[self._start + each.record] = refused_line(each)
        else:
            records = [self._start + record for record in each.columns["record"]]
            self._lines.update({record: line(each.columns, row) for row, record in enumerate(records)})
            self._write(max(records, default=0))

    def write_until(self, record: int) -> None:
        """Write all lines of the tree up to one, which is known by now."""
        self._write(self._start + record)

    def end(self, records: int) -> None:
        """Write the tree to its end, so many records; another one may follow."""
        self.write_until(records)
        self._start = self._last

    def add(self, batch: Batch) -> None:
        """Add rows at the end, whatever their numbers."""
        for row in range(len(batch)):
            self._lines[self._last + 1] = line(batch.columns, row)
            self._write(self._last + 1)

    def _write(self, record: int) -> None:
        for number in range(self._last + 1, record + 1):
            self._file.write(self._lines.pop(number, LEFT_OUT))
        self._last = max(self._last, record)


def line(columns: Mapping[str, Sequence[Any]], row: int) -> bytes:
    """Return a row as a line: the times that are known, to the nanosecond."""
    value = {name: column[row] for name, column in columns.items()}
    mode, size = FOLDER if value["is_folder"] else FILE, value.get("size")
    times = [seconds(value.get(name)) for name in ("at", "changed_at", "born_at")]
    fields = ["0", escaped(value["path"]), str(value.get("inode") or 0), mode, "0", "0"]
    fields += ["" if size is None else str(size), "0", *times]
    return "|".join(fields).encode("utf-8", "backslashreplace") + b"\n"


def seconds(instant: int | None) -> str:
    """Return an instant as whole Unix seconds and the fraction that is past since; 0 where it is not known."""
    if instant is None:
        return "0"
    whole, fraction = divmod(instant, NANOS)
    return f"{whole}.{fraction:09d}"


def escaped(path: str) -> str:
    """Return a path as the format has it: pipes, backslashes and controls escaped."""
    plain = path.replace("\\", "\\\\").replace("|", "\\|")
    return plain if plain.isprintable() else "".join(map(escaped_sign, plain))


def escaped_sign(sign: str) -> str:
    """Return a sign of a path, a control as its bytes."""
    return sign if sign.isprintable() else "".join(f"\\x{byte:02x}" for byte in sign.encode("utf-8", "replace"))


def refused_line(reject: Reject) -> bytes:
    """Return a line that nobody can read, for what could not be read."""
    return f"! {escaped(reject.text)}: {escaped(reject.reason)}\n".encode("utf-8", "backslashreplace")
