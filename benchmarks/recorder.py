"""What a sign of life and a recorded run cost, against the least that Python, and a shell, can do.

``python -m benchmarks.recorder [ROUNDS]``. In each round every command runs once, and right before it its peer: what
else the machine does in that moment slows both. Ratios of CPU seconds (theirs and their children's) and of wall-clock
seconds; the limits are for the medians. Python runs from bytecode, as it does from the second run of an install on.
"""

from __future__ import annotations

import compileall
import os
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import forensics
from forensics.recorder.script import WRITER

ROUNDS = 60
OUT = Path(__file__).resolve().parent / "out"
PACKAGE = Path(forensics.__file__).parent
PYTHON_PEER = (sys.executable, "-c", "pass")
SHELL_PEER = ("sh", "-c", ":")


@dataclass(frozen=True)
class Contest:
    """A command, the least that its interpreter can do, and how many times as long it may take."""

    name: str
    command: Sequence[str]
    peer: Sequence[str]
    limit: float


@dataclass(frozen=True)
class Cost:
    """Seconds that a command took: on the clock, and of a processor."""

    wall: float
    cpu: float


def contests(folder: Path) -> list[Contest]:
    """Return the contests; what they write goes to a folder."""
    words = ("backup", "15m", "--dir", str(folder))
    installed = Path(sysconfig.get_path("scripts")) / "forensics"
    script = (sys.executable, str(PACKAGE / "console.py"))
    found = [
        Contest("forensics heartbeat write", (*script, "heartbeat", "write", *words), PYTHON_PEER, 1.5),
        Contest("  as it is installed here", (str(installed), "heartbeat", "write", *words), PYTHON_PEER, 1.5),
        Contest(
            "python -m forensics …", (sys.executable, "-m", "forensics", "heartbeat", "write", *words), PYTHON_PEER, 1.5
        ),
        Contest("forensics run -- true", (*script, "run", "--job", "bench", "--", "true"), PYTHON_PEER, 6),
        Contest("heartbeat-write.sh", ("sh", str(WRITER), *words), SHELL_PEER, 6),
        Contest("python -c pass, again", PYTHON_PEER, PYTHON_PEER, 1.5),
    ]
    return [each for each in found if Path(each.command[0]).exists() or each.command[0] == "sh"]


def cost_of(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, environment)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - begun, used.ru_utime + used.ru_stime)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    compileall.compile_dir(PACKAGE, quiet=2)
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUT) as folder:  # on a disk, where /tmp may be memory
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent), "XDG_STATE_HOME": folder}
        environment["FORENSICS_REGISTRY"] = f"{folder}/registry.db"
        competing = contests(Path(folder))
        ratios: dict[str, list[Cost]] = {each.name: [] for each in competing}
        for _ in range(rounds):
            for each in competing:
                peer, own = (cost_of(command, environment) for command in (each.peer, each.command))
                ratios[each.name].append(Cost(own.wall / peer.wall, own.cpu / peer.cpu))
    print(f"{'':30} {'CPU: min  median     max':>26} {'wall: min  median     max':>28}   limit")
    for each in competing:
        shown = [summed([getattr(cost, kind) for cost in ratios[each.name]]) for kind in ("cpu", "wall")]
        print(f"{each.name:30} {shown[0]:>26} {shown[1]:>28} {each.limit:7.1f}")


def summed(values: Sequence[float]) -> str:
    return f"{min(values):.2f}    {statistics.median(values):.2f}   {max(values):5.2f}"


if __name__ == "__main__":
    main()
