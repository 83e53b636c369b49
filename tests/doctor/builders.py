"""A made-up fleet with a config, mistakes to plant into it, and what a check-up makes of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.fleet import NOISY, generate
from forensics.configfile import read_config
from forensics.doctor.checkup import Checkup, Known, check_up
from forensics.doctor.lint import Lint, Mend, toml_line
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report

DAILY = {**NOISY, "manual": 0.0}


@dataclass(frozen=True)
class Fleet:
    """Evidence in a folder, its config as text, and the window that it is about."""

    folder: Path
    text: str
    window: Window

    def checked(self, text: str | None = None, known: Known | None = None) -> Checkup:
        """Return the check-up of this evidence by some config."""
        config = read_config(text or self.text, str(self.folder / "forensics.toml"))
        return check_up(report(config, Question(self.window)), known or Known())

    def names(self) -> list[str]:
        """Return the jobs' names."""
        return re.findall(r'^name = "(.*)"$', self.text, flags=re.MULTILINE)

    def value(self, job: str, key: str) -> str | None:
        """Return what the config says for a key of a job."""
        found = re.search(rf'^name = "{re.escape(job)}"\n(?:.+\n)*?{key} = (.+)$', self.text, flags=re.MULTILINE)
        return found[1] if found else None


def nanos(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 10**9


def fleet(
    folder: Path, *, seed: int = 0, jobs: int = 8, days: float = 14, preset: str = "daily", **more: object
) -> Fleet:
    """Return a fleet of jobs that run once a day, or as a preset has them."""
    options = {"faults": DAILY, **more} if preset == "daily" else more
    told = generate(folder, jobs=jobs, days=days, seed=seed, preset=preset, **options)  # type: ignore[arg-type]
    window = Window(*(nanos(str(told[name])) for name in ("since", "until", "now")))
    return Fleet(folder, (folder / "forensics.toml").read_text(encoding="utf-8"), window)


def planted(text: str, job: str, line: str) -> str:
    """Return a config with a line in a job's section, in place of that of the same key."""
    return mended(text, Mend("job", (line,), job))


def mended(text: str, *mends: Mend) -> str:
    """Return a config as somebody would write it who follows the advice to the letter."""
    for mend in mends:
        blocks = re.split(r"\n(?=\[)", text.rstrip("\n") + "\n")
        at = place_of(blocks, mend)
        for line in mend.lines if mend.section != "new" else ():
            key = re.escape(line.partition(" =")[0])
            body = re.sub(rf"(?m)^{key} = .*\n", "", blocks[at])
            head, _, rest = body.partition("\n") if body.startswith("[") else ("", "", body)
            blocks[at] = f"{head}\n{line}\n{rest}" if head else f"{line}\n{rest}"
        if mend.section == "new":
            blocks.append("\n".join(mend.lines) + "\n")
        text = "\n".join(blocks)
    return text


def place_of(blocks: list[str], mend: Mend) -> int:
    heads = {"job": "[[job]]", "source": "[[source]]", "defaults": "[defaults]"}
    if mend.section in ("top", "new"):
        return 0
    same = [at for at, block in enumerate(blocks) if block.startswith(heads[mend.section])]
    if mend.section == "defaults" and not same:
        blocks.insert(1, "[defaults]\n")
        return 1
    if mend.section == "source":
        return same[(mend.number or 1) - 1]
    return next((at for at in same if f"name = {json.dumps(mend.name)}\n" in blocks[at]), 0)


def about(checkup: Checkup, job: str) -> list[Lint]:
    """Return what there is to mend about a job."""
    return [each for each in checkup.problems if job in each.jobs]


def kinds(checkup: Checkup) -> list[str]:
    """Return the kinds of all there is to mend, but jobs that nobody configured."""
    return [each.kind for each in checkup.problems if each.kind != "unconfigured"]


def without_traces(told: Fleet, job: str, after: str) -> None:
    """Take all that a job left after a date (``2026-03-09``) out of the evidence: triggers, files and messages."""
    words = {job, job.replace("-", "_"), job.replace("-", " ").title(), job.replace("-", " "), job.upper()}
    for path in [*told.folder.rglob("*.log"), *told.folder.rglob("*.txt"), *told.folder.rglob("*.jsonl")]:
        kept = [line for line in path.read_text("utf-8").splitlines(keepends=True) if not is_after(line, words, after)]
        path.write_text("".join(kept), encoding="utf-8")
    for path in told.folder.rglob("slack/*/*.json"):
        if path.stem > after:
            messages = json.loads(path.read_text("utf-8"))
            kept = [each for each in messages if not any(word in json.dumps(each) for word in words)]
            path.write_text(json.dumps(kept), encoding="utf-8")


def is_after(line: str, words: set[str], after: str) -> bool:
    found = re.search(r"20\d\d-\d\d-\d\d(?=T)", line)
    day = found[0] if found else datetime.fromtimestamp(float(line.split()[0]), UTC).date().isoformat()
    return day > after and any(re.search(rf"(?:[^\w-]|\d-){re.escape(word)}(?![\w-])", line) for word in words)


@dataclass(frozen=True)
class Scene:
    """A few files and a config that names them; times are in UTC unless they say otherwise."""

    folder: Path
    text: str
    since: str = "2026-03-02T00:00:00+00:00"
    until: str = "2026-03-16T00:00:00+00:00"
    now: str = "2026-03-16T00:00:00+00:00"

    def checked(self, text: str | None = None, known: Known | None = None) -> Checkup:
        """Return the check-up of these files by some config."""
        config = read_config(text or self.text, str(self.folder / "forensics.toml"))
        window = Window(*(nanos(each) for each in (self.since, self.until, self.now)))
        return check_up(report(config, Question(window)), known or Known())


COVERAGE = 'coverage = ["2026-03-02T00:00:00Z", "2026-03-16T00:00:00Z"]'
LOG = f'[[source]]\nkind = "syslog"\npath = "cron.log"\n{COVERAGE}\n'
FILES = (
    '[[source]]\nkind = "jsonl"\nlane = "artifacts"\npath = "files.jsonl"\n'
    f'columns = {{ time = "at", path = "path", size = "size" }}\n{COVERAGE}\n'
)
MESSAGES = (
    '[[source]]\nkind = "jsonl"\nlane = "notifications"\npath = "said.jsonl"\n'
    f'columns = {{ time = "at", text = "text", author = "by", channel = "room" }}\n{COVERAGE}\n'
)


def days(first: int = 2, last: int = 15) -> list[str]:
    """Return days of March 2026."""
    return [f"2026-03-{day:02d}" for day in range(first, last + 1)]


def fired(clock: str, command: str, on: list[str] | None = None, host: str = "web1") -> list[str]:
    """Return cron's lines for a command on some days."""
    return [f"{day}T{clock}+00:00 {host} CRON[7]: (root) CMD ({command})" for day in (days() if on is None else on)]


def left(clock: str, path: str, on: list[str] | None = None, size: int = 100) -> list[str]:
    """Return files, one a day; ``{day}`` in the path is the date, ``{plain}`` the same without dashes."""
    return [
        json.dumps({"at": f"{day}T{clock}Z", "path": path.format(day=day, plain=day.replace("-", "")), "size": size})
        for day in (days() if on is None else on)
    ]


def said(clock: str, text: str, on: list[str] | None = None, room: str = "ops") -> list[str]:
    """Return a bot's messages, one a day."""
    return [
        json.dumps({"at": f"{day}T{clock}Z", "text": text, "by": "bot", "room": room})
        for day in (days() if on is None else on)
    ]


def scene(folder: Path, text: str, *, log: list[str] = (), files: list[str] = (), messages: list[str] = ()) -> Scene:  # type: ignore[assignment]
    """Return a scene of some lines, with the sources that hold them named in front of the jobs."""
    sources = ""
    for lines, name, source in (
        (log, "cron.log", LOG),
        (files, "files.jsonl", FILES),
        (messages, "said.jsonl", MESSAGES),
    ):
        if lines:
            (folder / name).write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
            sources += source + "\n"
    return Scene(folder, f'timezone = "UTC"\n\n{sources}{text}')


def job(name: str = "backup", schedule: str = "0 7 * * *", **more: object) -> str:
    """Return a job's section."""
    values = {"name": name, "schedule": schedule, **more}
    return "[[job]]\n" + "".join(f"{toml_line(key, value)}\n" for key, value in values.items() if value) + "\n"
