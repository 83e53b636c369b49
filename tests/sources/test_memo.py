"""What was worked out before is remembered, within bounds."""

from __future__ import annotations

from forensics.sources.memo import Memo


def test_memory_starts_anew_when_it_is_full() -> None:
    memo = Memo(len, limit=2)
    assert [memo[text] for text in (b"a", b"bb", b"ccc", b"a")] == [1, 2, 3, 1]
    assert set(memo) == {b"ccc", b"a"}
