"""What the host is like as a run begins: from ``/proc`` where there is one, else as much as the C library knows.

psutil would tell the same, and takes longer to import than all the rest of the wrapper.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from forensics.recorder.run_record import Facts

PROC = Path("/proc")
LONGEST = 65_536


def host_facts(proc: Path = PROC) -> Facts:
    """Return memory, load, processors and uptime; None for what cannot be told."""
    memory = memory_of(proc / "meminfo")
    load = None
    with suppress(OSError):  # unobtainable
        load = os.getloadavg()[0]
    return Facts(
        memory_total=memory.get("MemTotal", total_memory()),
        memory_available=memory.get("MemAvailable"),
        load=load,
        processors=os.cpu_count(),
        uptime=uptime_of(proc / "uptime"),
    )


def memory_of(path: Path) -> dict[str, int]:
    """Return the lines of ``/proc/meminfo`` (proc_meminfo(5)) in bytes, nothing where it cannot be read."""
    found = {}
    for line in text_of(path).splitlines():
        name, _, amount = line.partition(":")
        words = amount.split()
        if len(words) == 2 and words[0].isdecimal():
            found[name] = int(words[0]) * 1024
    return found


def total_memory() -> int | None:
    """Return the bytes of memory as sysconf(3) knows them."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def uptime_of(path: Path) -> float | None:
    """Return the seconds since the host was booted (proc_uptime(5))."""
    try:
        return float(text_of(path).split()[0])
    except (IndexError, ValueError):
        return None


def boot_id(proc: Path = PROC) -> str | None:
    """Return the random id that the kernel takes at each boot (random(4)), None where there is none."""
    return text_of(proc / "sys/kernel/random/boot_id").strip() or None


def host_name() -> str:
    """Return the name that the host gives itself."""
    return os.uname().nodename


def text_of(path: Path) -> str:
    """Return a small text, empty where it cannot be read."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(file, LONGEST).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(file)
