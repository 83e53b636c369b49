"""The pages that are looked at in a browser: of both incidents and their dossiers, of a calm night, of hostile texts, of many runs, of an archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensics.cli_investigate import incident
from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Heartbeat, ReportingCheck, Result
from forensics.pipeline import Question, report
from forensics.report.archive import write_archive
from forensics.report.dossier_page import dossier_html
from forensics.report.html import report_html
from forensics.timeline import instant
from forensics.verdicts import Verdict
from tests.checkout import ROOT
from tests.report.builders import at, blocker, result, run
from tests.report.page_builders import hostile, investigated

SAMPLES = ROOT / "sample_data"
SUSPECT = ReportingCheck("suspect", "said success 1 of 9 (11.1 %)", 0.8, 1, 9, 9, 9)
# All that lures a browser: a script, a picture from elsewhere, an element that draws, and a word that never ends.
LURES = (
    "<script>alert(1)</script>",
    "<img src=http://127.0.0.1:9/x.png onerror=alert(1)>",
    "![x](http://127.0.0.1:9/x.png)",
    "<svg onload=alert(1)><style>*{display:none}</style>",
    "endless" * 60,
    "\u202eright to left\u202c \x1b[31mred\x1b[0m",
)


def sample(name: str, since: str, until: str) -> Result:
    """Return the report on a sample, judged at its window's end."""
    path = SAMPLES / name / "forensics.toml"
    config = read_config(path.read_text("utf-8"), str(path))
    first, last = (instant(day, config.timezone) for day in (since, until))
    return report(config, Question(Window(first, last, last)))


def calm() -> Result:
    """Return a night on which nothing went wrong."""
    return result(
        [run("backup"), run("mail", due="06:00")], heartbeats=[Heartbeat("backup", "ok", at("05:00"), 900, 3600, 0.25)]
    )


def lured() -> Result:
    """Return a night in which every text is a lure."""
    return replace(
        hostile(" ".join(LURES)),
        heartbeats=tuple(Heartbeat(lure, "corrupt", None, None, None, 2.5, lure) for lure in LURES),
    )


def many(count: int = 10_000) -> Result:
    """Return so many runs of 300 jobs over four weeks: every ninth went wrong, in every way there is."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    verdicts = list(Verdict)
    runs: list[dict[str, Any]] = [
        run(
            f"job-{number % 300:03d}",
            verdicts[number // 9 % len(verdicts)].value if number % 9 == 0 else "confirmed",
            f"{first + timedelta(minutes=4 * number):%Y-%m-%d %H:%M}",
        )
        for number in range(count)
    ]
    bad = sorted({each["job"] for each in runs if each["verdict"] in ("failed", "missed")})
    shown = result(
        runs,
        since="2026-03-01 00:00",
        until="2026-03-29 00:00",
        now="2026-03-29 00:00",
        blockers=[blocker(job) for job in bad],
        check=SUSPECT,
    )
    return investigated(shown)


PAGES: dict[str, Callable[[], Result]] = {
    "incident-a": lambda: sample("slack-cried-wolf", "2026-03-19", "2026-03-20"),
    "incident-b": lambda: sample("green-triggers-empty-nights", "2026-03-15", "2026-03-19"),
    "half-written": lambda: sample("half-written-night", "2026-04-09", "2026-04-10"),
    "calm": calm,
    "lured": lured,
    "many": many,
}


def written(name: str, folder: Path) -> Path:
    """Write one of the pages below a folder, and return where it is."""
    if name == "archive":
        return archive(folder / name)
    path = folder / f"{name}.html"
    path.write_bytes(dossier(*DOSSIERS[name]) if name in DOSSIERS else report_html(PAGES[name]()))
    return path


def dossier(name: str, since: str, until: str) -> bytes:
    """Return the dossier of a sample's time."""
    shown = sample(name, since, until)
    return dossier_html(shown, incident(shown))


def archive(folder: Path) -> Path:
    """Keep three weeks of reports on jobs of every fate, one with a long name; return the archive's first page."""
    folder.mkdir()
    verdicts = list(Verdict)
    for day in range(1, 22):
        date = f"2026-03-{day:02d}"
        runs = [
            run(f"{verdict.value}-job", verdicts[(place + day // 7) % len(verdicts)].value, f"{date} 07:00")
            for place, verdict in enumerate(verdicts)
        ]
        runs.append(run("endless" * 30, "failed", f"{date} 06:00"))
        times = {"since": f"{date} 00:00", "until": f"{date} 23:59", "now": f"{date} 23:59"}
        if troubles := write_archive(result(runs, blockers=[blocker()], **times), folder):
            raise RuntimeError(troubles)
    return folder / "index.html"


DOSSIERS = {
    "dossier-a": ("slack-cried-wolf", "2026-03-06", "2026-03-20"),
    "dossier-b": ("green-triggers-empty-nights", "2026-03-05", "2026-03-19"),
}
NAMES = (*PAGES, *DOSSIERS, "archive")
