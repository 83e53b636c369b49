"""Records `half-written-night` anew: the job is really run, by the real `forensics run`, and one cycle really killed.

    python sample_data/half_written.py [FOLDER]

What was recorded by the clock of the machine is then moved to the night of the story: instants, durations, ids, host
and the facts of the host are set to fixed ones, so that each recording holds the same rows. Nothing else is altered:
which rows there are, and what became of each run, is what the recorder wrote.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "half-written-night"
JOB, HOST, HOME = "self-evolution", "forge1", "/home/evolver/workspace"
FIRST = datetime(2026, 4, 9, 12, tzinfo=UTC)
BEFORE = datetime(2026, 4, 9, 6, 0, 8, tzinfo=UTC)
LEARNT = {0: "ask twice before deleting", 3: "read the calendar before the mail", 6: None}
CYCLES = 9
SECOND = 10**9
PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Cycle:
    """One cycle; ``learnt`` is what it is given to write down, None where it is killed while it waits for that."""

    number: int
    has_work: bool
    learnt: str | None

    @property
    def due(self) -> datetime:
        """Return when cron starts it."""
        return FIRST + timedelta(hours=2 * self.number)

    @property
    def started(self) -> datetime:
        """Return when the wrapper starts it."""
        return self.due + timedelta(milliseconds=1310 + 70 * (self.number % 4))

    @property
    def marked(self) -> datetime:
        """Return when it looks at its state."""
        return self.due + timedelta(seconds=7 if self.has_work else 2)

    @property
    def logged(self) -> datetime:
        """Return when it has done its work."""
        return self.due + timedelta(seconds=41 + self.number)

    @property
    def ended(self) -> datetime:
        """Return when it is over."""
        return (self.logged if self.has_work else self.marked) + timedelta(milliseconds=420)


def cycles() -> list[Cycle]:
    """Return the cycles of the night."""
    return [Cycle(number, number in LEARNT, LEARNT.get(number)) for number in range(CYCLES)]


def iso(at: datetime) -> str:
    """Return an instant as the job writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def nanos(at: datetime) -> int:
    """Return an instant in ns since the epoch."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def begin(workspace: Path) -> None:
    """Lay down what earlier cycles left."""
    workspace.mkdir(parents=True)
    shutil.copy(HERE / NAME / "evolve.py", workspace)
    state = {"lastHeartbeat": "2026-04-09T05:58:00Z", "lastEvolveRun": iso(BEFORE)}
    (workspace / "heartbeat-state.json").write_text(json.dumps(state) + "\n")
    line = {"ts": iso(BEFORE + timedelta(seconds=36)), "cycle": iso(BEFORE), "learnt": "answer in the user's language"}
    (workspace / "evolution.jsonl").write_text(json.dumps(line) + "\n")


def run(cycle: Cycle, workspace: Path, registry: Path) -> str:
    """Run one cycle under the wrapper, or kill both in the midst of it; return what the cycle said."""
    command = [sys.executable, "-m", "forensics", "run", "--job", JOB, "--", sys.executable, "evolve.py"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE.parent),
        "PYTHONIOENCODING": "utf-8",
        "FORENSICS_REGISTRY": str(registry),
        "EVOLVE_CLOCK": f"{iso(cycle.marked)} {iso(cycle.logged)}",
    }
    wrapper = subprocess.Popen(
        command,
        cwd=workspace,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    if cycle.has_work and cycle.learnt is None:
        kill(wrapper, workspace / "heartbeat-state.json", iso(cycle.marked))
    said, _ = wrapper.communicate(cycle.learnt or "", timeout=PATIENCE)
    return said.strip()


def kill(wrapper: subprocess.Popen[str], state: Path, mark: str) -> None:
    """Kill a wrapper and its job at once, as soon as the job has written its state."""
    deadline = time.monotonic() + PATIENCE
    while mark not in state.read_text():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{state} was never written")
        time.sleep(0.01)
    os.killpg(wrapper.pid, signal.SIGKILL)


def retold(registry: Path, target: Path) -> None:
    """Write a registry anew with the stamps of the story."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(registry, isolation_level=None)) as connection:
        rows = connection.execute("SELECT id FROM runs ORDER BY rowid").fetchall()
        for (old,), cycle in zip(rows, cycles(), strict=True):
            new = f"cron:{uuid.uuid5(uuid.NAMESPACE_URL, f'sample:{JOB}:{iso(cycle.due)}')}"
            for statement, values in moved(cycle):
                connection.execute(statement, {**values, "old": old, "new": new})
        connection.execute("VACUUM INTO ?", [str(target)])


def moved(cycle: Cycle) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the statements that move the rows of a run (``:old``, then ``:new``) to its cycle."""
    took = nanos(cycle.ended) - nanos(cycle.started)
    noticed = nanos(cycles()[min(cycle.number + 1, CYCLES - 1)].ended) + 3_000_000
    values: dict[str, object] = {
        "start": nanos(cycle.started),
        "end": nanos(cycle.ended),
        "took": took,
        "noticed": noticed,
        "host": HOST,
        "home": HOME,
        "command": json.dumps(["python3", "evolve.py"]),
        "boot": str(uuid.uuid5(uuid.NAMESPACE_URL, f"sample:{HOST}")),
        "pid": 5741 + 212 * cycle.number,
        "free": (612 - 9 * cycle.number) << 20,
        "load": 0.4 + 0.05 * (cycle.number % 3),
        "up": 19.25 * 86_400 + 7200.0 * cycle.number,
    }
    yield (
        "UPDATE runs SET id = :new, host = :host, folder = :home, command = :command, boot_id = :boot, pid = :pid,"
        " started_at = :start, completed_at = iif(completed_at IS NULL, NULL, :end),"
        " duration = iif(duration IS NULL, NULL, :took) WHERE id = :old",
        values,
    )
    yield (
        "UPDATE attempts SET run = :new, started_at = :start, ended_at = iif(ended_at IS NULL, NULL, :end),"
        " duration = iif(duration IS NULL, NULL, :took), memory_total = 2 << 30, memory_available = :free,"
        " load = :load, processors = 2, uptime = :up WHERE run = :old",
        values,
    )
    yield "UPDATE transitions SET run = :new, at = :noticed WHERE run = :old", values


def cron_log() -> str:
    """Return cron's own lines."""
    command = f"cd {HOME} && forensics run --job {JOB} -- python3 evolve.py"
    stamps = ((cycle.due + timedelta(milliseconds=1104 + 31 * cycle.number), cycle) for cycle in cycles())
    lines = (
        f"{at.isoformat(timespec='microseconds')} {HOST} CRON[{5740 + 212 * cycle.number}]: (evolver) CMD ({command})"
        for at, cycle in stamps
    )
    return "".join(f"{line}\n" for line in lines)


def channel(said: list[tuple[Cycle, str]]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of the channel in which the job's last words are announced, a file a day."""
    days: dict[str, list[str]] = {}
    for cycle, text in said:
        at = cycle.ended + timedelta(seconds=2, milliseconds=140 + cycle.number)
        message = {
            "type": "message",
            "subtype": "bot_message",
            "ts": f"{at.timestamp():.6f}",
            "username": "evolver",
            "bot_id": "B0EVOLVE",
            "text": text,
        }
        days.setdefault(f"{at:%Y-%m-%d}", []).append(f"  {json.dumps(message, ensure_ascii=False)}")
    for day, messages in days.items():
        yield f"slack/evolution/{day}.json", "[\n" + ",\n".join(messages) + "\n]\n"


def record(target: Path) -> None:
    """Record the night into a folder."""
    with tempfile.TemporaryDirectory(prefix="half-written-") as place:
        workspace, registry = Path(place, "workspace"), Path(place, "registry.db")
        begin(workspace)
        said = [(cycle, run(cycle, workspace, registry)) for cycle in cycles()]
        for name in ("workspace", "registry", "logs", "slack/evolution"):
            (target / name).mkdir(parents=True, exist_ok=True)
        for name in ("heartbeat-state.json", "evolution.jsonl"):
            shutil.copyfile(workspace / name, target / "workspace" / name)
        retold(registry, target / "registry" / f"{HOST}.db")
    (target / "logs" / "cron.log").write_text(cron_log())
    for path, content in channel([(cycle, text) for cycle, text in said if text]):
        (target / path).write_text(content, "utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / NAME)
