"""What the host is like, as far as it tells."""

from __future__ import annotations

from pathlib import Path

from forensics.recorder.host_facts import boot_id, host_facts


def test_facts_are_read_from_proc(tmp_path: Path):
    (tmp_path / "meminfo").write_text("MemTotal:       2048 kB\nMemAvailable:   1024 kB\nHugePages_Total:  0\nodd\n")
    (tmp_path / "uptime").write_text("350735.47 234388.90\n")
    facts = host_facts(tmp_path)
    assert (facts.memory_total, facts.memory_available, facts.uptime) == (2048 * 1024, 1024 * 1024, 350735.47)


def test_host_without_proc_tells_less(tmp_path: Path):
    facts = host_facts(tmp_path)
    assert (facts.memory_available, facts.uptime, boot_id(tmp_path)) == (None, None, None)
    assert facts.memory_total is not None


def test_odd_proc_is_no_trouble(tmp_path: Path):
    (tmp_path / "meminfo").write_bytes(b"\xff\x00MemAvailable: many kB\nMemTotal: -1 kB\n")
    (tmp_path / "uptime").write_text("long\n")
    facts = host_facts(tmp_path)
    assert (facts.memory_available, facts.uptime) == (None, None)
