"""The inputs of `slack-cried-wolf`: a Slack export, cron's log and a listing, over 14 nights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sample_times import TOKYO, dated, due

NIGHTS = [date(2026, 3, 6) + timedelta(days=n) for n in range(14)]
LAST = NIGHTS[-1]
ROOT = "/opt/claw/workspace"


@dataclass(frozen=True)
class Story:
    """What becomes of a job: seconds from due time to proof, first night said to have failed, lines of that message."""

    proof_after: int
    fails_from: date | None = None
    lines: int = 1


def _from(day: int, proof_after: int, lines: int = 2) -> Story:
    return Story(proof_after, date(2026, 3, day), lines)


STORIES = {
    "autonomy-check": _from(11, 66, 1),
    "cost-report": _from(13, 104, 1),
    "memory-compact": _from(14, 151, 1),
    "larry-post-morning-ja": _from(14, 112, 1),
    "workspace-backup": _from(15, 67),
    "app-review-watch": _from(15, 69),
    "inbox-digest": _from(15, 80),
    "larry-analytics-daily": _from(16, 170),
    "competitor-watch": _from(16, 198),
    "newsletter-stats": _from(16, 161),
    "larry-post-17-00-ja": _from(16, 185),
    "larry-post-2100-en": _from(16, 93),
    "app-metrics-snapshot": _from(17, 52, 1),
    "app-keyword-rank": _from(17, 74),
    "blog-link-check": _from(17, 100),
    "calendar-sync": _from(17, 22, 1),
    "larry-trend-scan": _from(17, 115),
    "larry-hashtag-refresh": _from(17, 96),
    "larry-post-morning-en": _from(17, 130, 1),
    "larry-post-0800": _from(17, 87),
    "larry-post-1630-en": _from(17, 122),
    "app-crash-digest": _from(18, 63),
    "newsletter-draft": _from(18, 329),
    "seo-snapshot": _from(18, 157, 1),
    "larry-comment-digest": _from(18, 76),
    "larry-image-queue": _from(18, 228),
    "larry-batch-generator": _from(18, 252, 1),
    "app-resubmission-daily": Story(88),
    "larry-strategy-updater": Story(241),
}
# Nights on which the work was not done: three ordinary failures, and the one that nobody saw.
NOT_DONE = {
    ("seo-snapshot", date(2026, 3, 7)),
    ("newsletter-stats", date(2026, 3, 8)),
    ("larry-hashtag-refresh", date(2026, 3, 9)),
    ("larry-post-morning-ja", date(2026, 3, 18)),
    ("larry-post-morning-ja", date(2026, 3, 19)),
}
PEOPLE = [
    ("2026-03-09T09:12:40", "U0ONCALL", "hashtags failed this morning, running it by hand is not worth it"),
    ("2026-03-16T09:30:05", "U0ONCALL", "more and more red here, is the host alright?"),
    ("2026-03-19T08:20:11", "U0ONCALL", "all red again. has anybody looked into the workspace itself?"),
    ("2026-03-19T08:40:27", "U0EDITOR", "larry-post-morning-en failed? the post is there, I can see it"),
]
ELSEWHERE = [("2026-03-19T08:41:50", "U0EDITOR", "larry-post-morning-ja failed, or did it? no post that I can find")]


@dataclass(frozen=True)
class Night:
    """One run of a job: when it was started, when its work was proven, when the message came."""

    job: str
    position: int
    day: date
    started: datetime
    proof: datetime
    told: datetime

    @property
    def worked(self) -> bool:
        """Whether the work was done that night."""
        return (self.job, self.day) not in NOT_DONE


def night_of(job: dict[str, Any], position: int, day: date) -> Night:
    """Return a job's run of that day; on the last day the times are those of the story."""
    wobble = 0 if day == LAST else (day.day * 7 + position * 5) % 9 - 4
    start = due(job["schedule"], day)
    proof = start + timedelta(seconds=STORIES[job["name"]].proof_after + wobble)
    micros = 180_000 + (day.day * 104_729 + position * 15_485) % 700_000
    told = proof + timedelta(seconds=6 if "ja" in job["name"] or job["name"] == "autonomy-check" else 4 + position % 3)
    return Night(job["name"], position, day, start + timedelta(seconds=1, microseconds=micros), proof, told)


def ordinal(count: int) -> str:
    """Return 2nd, 3rd, 4th for counts below ten."""
    return f"{count}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(count, 'th') }"


def said(night: Night) -> str:
    """Return the text of the message about a run."""
    story = STORIES[night.job]
    if story.fails_from is None or night.day < story.fails_from:
        return f"✅ {night.job} completed" if night.worked else f"❌ {night.job} failed"
    streak = (night.day - story.fails_from).days + 1
    tail = f" ({ordinal(streak)} consecutive)" if streak > 1 else ""
    return f"❌ {night.job} failed{tail}" + ("\nDetails are in the workspace." if story.lines == 2 else "")


def slack_stamp(at: datetime) -> str:
    """Return Slack's ts: Unix seconds, and six digits that keep stamps apart."""
    return f"{int(at.timestamp())}.{(int(at.timestamp()) * 37) % 900_000 + 100_000:06d}"


def announced(night: Night) -> dict[str, Any]:
    """Return the bot's message about a run; two of them were edited after they were sent."""
    message: dict[str, Any] = {
        "type": "message",
        "subtype": "bot_message",
        "ts": slack_stamp(night.told),
        "username": "claw-announcer",
        "bot_id": "B0CLAW",
        "text": said(night),
    }
    if (night.job, night.day.day) in {("cost-report", 12), ("calendar-sync", 19)}:
        message["edited"] = {"user": "B0CLAW", "ts": slack_stamp(night.told + timedelta(seconds=9))}
    return message


def spoken(at: str, user: str, text: str, **more: str) -> dict[str, Any]:
    """Return a person's message."""
    return {
        "type": "message",
        **more,
        "ts": slack_stamp(datetime.fromisoformat(at).replace(tzinfo=TOKYO)),
        "user": user,
        "text": text,
    }


def json_lines(rows: Iterable[Any]) -> str:
    """Return a JSON array, a line for each of its members."""
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def slack_files(nights: list[Night]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of the export: users, channels, a file for each day and channel."""
    users = [("U0ONCALL", "oncall"), ("U0EDITOR", "editor")]
    yield (
        "slack/users.json",
        json_lines({"id": code, "name": name, "profile": {"display_name": name}} for code, name in users),
    )
    channels = [("C0METRICS", "metrics"), ("C0GENERAL", "general")]
    yield "slack/channels.json", json_lines({"id": code, "name": name} for code, name in channels)
    joined = spoken("2026-03-19T10:30:44", "U0EDITOR", "<@U0EDITOR> has joined the channel", subtype="channel_join")
    for day in NIGHTS:
        chatter = [spoken(*line) for line in PEOPLE if line[0].startswith(str(day))]
        rows = [announced(night) for night in nights if night.day == day] + chatter + ([joined] if day == LAST else [])
        yield f"slack/metrics/{day}.json", json_lines(sorted(rows, key=lambda row: float(row["ts"])))
    yield "slack/metrics/2026-03-20.json", "[]\n"
    yield "slack/general/2026-03-19.json", json_lines(spoken(*line) for line in ELSEWHERE)


def cron_line(night: Night, command: str) -> tuple[datetime, str]:
    """Return when cron started a run, and its line about that."""
    process = 3000 + night.day.day * 211 + night.position * 7
    line = f"{night.started.isoformat()} mac1 cron[{process}]: (claw) CMD (cd {ROOT} && {command})"
    return night.started, line


def other_lines(day: date) -> Iterator[tuple[datetime, str]]:
    """Yield what else the host wrote that day."""
    for hour, minute, text in [
        (0, 17, "kernel[0]: en0: link up, 1000 Mbps"),
        (12, 40, "backupd[221]: waiting for the backup disk"),
        (23, 52, "timed[118]: clock checked against the time server"),
    ]:
        at = datetime.combine(day, time(hour, minute, 5 + day.day, 421_007), TOKYO)
        yield at, f"{at.isoformat()} mac1 {text}"


def cron_log(nights: list[Night], commands: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of cron's log, rotated once; two lines of it have lost their time."""
    lines = [cron_line(night, commands[night.job]) for night in nights]
    lines += [line for day in NIGHTS for line in other_lines(day)]
    reload = datetime(2026, 3, 10, 14, 5, 31, 77_310, TOKYO)
    lines.append((reload, f"{reload.isoformat()} mac1 cron[102]: (claw) RELOAD (crontabs/claw)"))
    turned = datetime(2026, 3, 13, tzinfo=TOKYO)
    older = [text for at, text in sorted(lines) if at < turned]
    newer = [text for at, text in sorted(lines) if at >= turned]
    newer[120:120] = ["-- the log host was away for a moment --", "kernel[0]: en0: link down"]
    yield "logs/cron.log.1", "\n".join(older) + "\n"
    yield "logs/cron.log", "\n".join(newer) + "\n"


def left_behind(night: Night, pattern: str) -> Iterator[tuple[datetime, int, str]]:
    """Yield (mtime, size, path) of what a run left: a file, two pictures, or the folder of a post."""
    path = dated(pattern, night.day)
    size = 2000 + (night.day.day * 613 + night.position * 397) % 9000
    if path.endswith("*.png"):
        yield night.proof, 640, path.removesuffix("/*.png")
        for number in (1, 2):
            yield night.proof, size * 100 + number, path.replace("*", f"card-{number}")
    elif path.startswith("larry/posts/"):
        yield night.proof, 160, path
        yield night.proof, 300 + size % 200, f"{path}/caption.txt"
        yield night.proof, size * 90, f"{path}/image.png"
    else:
        yield night.proof, size, path


def listing(nights: list[Night], jobs: dict[str, dict[str, Any]]) -> str:
    r"""Return the workspace as ``find -printf '%T@\t%s\t%p\n'`` shows it."""
    rows = [(datetime(2026, 1, 10, 9, 2, 3, tzinfo=TOKYO), 5120, "README.md")]
    rows += [(datetime(2026, 2, 2, 18, 40, 9, tzinfo=TOKYO), 2210, f"larry/prompts/{slot}.md") for slot in ("en", "ja")]
    for night in nights:
        job = jobs[night.job]
        if not night.worked:
            continue
        for pattern in job.get("artifacts", []):
            rows += left_behind(night, pattern)
        for pattern in job.get("markers", []):
            rows.append((night.proof, 34, dated(pattern, night.day)))
    ordered = sorted(rows, key=lambda row: row[2])
    return "".join(f"{int(at.timestamp())}.0000000000\t{size}\t{ROOT}/{path}\n" for at, size, path in ordered)


def command_of(job: dict[str, Any]) -> str:
    """Return the command line in the crontab, from the glob that names it."""
    glob = str(job["command"])
    return glob.replace("*post.py", "python3 larry/post.py").replace("*run-job", "bin/run-job")


def inputs(configured: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of every input."""
    jobs = {job["name"]: job for job in configured}
    nights = [night_of(job, position, day) for day in NIGHTS for position, job in enumerate(jobs.values())]
    yield from slack_files(nights)
    yield from cron_log(nights, {name: command_of(job) for name, job in jobs.items()})
    yield "workspace.find.txt", listing(nights, jobs)
