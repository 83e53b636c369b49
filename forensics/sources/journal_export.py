r"""The journal's export format, which ``journalctl -o export`` prints: systemd's JOURNAL_EXPORT_FORMATS.

An entry is fields and an empty line. A field is ``NAME=value``, or its name alone on a line, the length of its value in
eight bytes (little-endian), and the value, which may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from forensics.sources.journal_entries import RECEIVED

LENGTH = 8
# What is longer is no message: a core dump, or a damaged length. Beyond the second no one knows where it ends.
LONGEST_KEPT, LONGEST = 1 << 16, 1 << 30
BEGINS = (b"__CURSOR=", b"__REALTIME_TIMESTAMP=")
LOST = "a field that does not end: the rest cannot be read"
CUT_OFF = "incomplete last entry"


def is_export(beginning: bytes) -> bool:
    """Return whether a file begins as an export does."""
    return beginning.startswith(BEGINS) and b"\n_BOOT_ID=" in beginning and RECEIVED.encode() in beginning


class Export:
    """The entries of an export; once they have been read, ``fault`` says why the last one is none, if so."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self._fields: dict[str, str] = {}
        self._pending = b""
        self._left = 0

    def entries(self, blocks: Iterator[bytes]) -> Iterator[dict[str, str]]:
        """Yield the fields of each entry; of a field with several values the first."""
        for block in blocks:
            skipped = min(self._left, len(block))
            self._left -= skipped
            self._pending += block[skipped:]
            yield from self._whole()
            if self.fault:
                return
        if self._pending or self._left:
            self.fault = CUT_OFF
        elif self._fields:
            yield self._fields

    def _whole(self) -> Iterator[dict[str, str]]:
        """Yield the entries that are complete, and keep the rest."""
        at = 0
        while (end := self._pending.find(b"\n", at)) >= 0:
            name, has_value, value = self._pending[at:end].partition(b"=")
            if not has_value and name:
                following = self._binary(name, end + 1)
                if following is None:
                    break
                at = following
                continue
            if name:
                self._keep(name, value)
            elif self._fields:
                yield self._fields
                self._fields = {}
            at = end + 1
        self._pending = self._pending[at:]

    def _binary(self, name: bytes, at: int) -> int | None:
        """Keep a value that tells its length; return where the next field begins, None where it is not all there."""
        begin = at + LENGTH
        size = int.from_bytes(self._pending[at:begin], "little")
        if len(self._pending) < begin:
            return None
        if size > LONGEST:
            self.fault = LOST
            return None
        end = begin + size
        if size > LONGEST_KEPT:
            self._left = max(0, end + 1 - len(self._pending))
            return min(end + 1, len(self._pending))
        if len(self._pending) <= end:
            return None
        self._keep(name, self._pending[begin:end])
        return end + 1

    def _keep(self, name: bytes, value: bytes) -> None:
        text = value[:LONGEST_KEPT].decode("utf-8", "backslashreplace")
        self._fields.setdefault(name.decode("utf-8", "backslashreplace"), text)
