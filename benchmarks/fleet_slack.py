"""How a fleet's messages look: a Slack export in which bots report, and people talk about jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fleet_files import Ints, Written
from benchmarks.fleet_jobs import DAY, HOUR, Job

SUCCESSES = (
    "✅ {name} completed in {n} s",
    ":white_check_mark: {name} succeeded",
    "{name} finished, 0 errors ✅",
    "{name}: done ({n} s)",
    "{name} completed successfully, no errors",
)
FAILURES = (
    "❌ {name} failed ({streak} consecutive)",
    ":x: {name} failed: exit {n}",
    "{name} finished with errors",
    "{name} aborted after {n} s",
    "🚨 {name} timed out after {n} s",
)
BEGUN = "▶️ {name} started"
SKIPPED = "⏭️ {name} skipped: nothing to do"
CHATTER = (
    "{name} failed again?? looking",
    "is {name} done yet?",
    "I restarted {name} by hand, ✅ from me",
    "lunch?",
    "who owns {name}",
    "error budget looks fine this week",
)


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th and so on."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }".replace(" ", "")


def write_slack(
    folder: Path,
    jobs: Sequence[Job],
    messages: pd.DataFrame,
    span: tuple[int, int],
    chatter: float,
    rng: np.random.Generator,
) -> Written:
    """Write a Slack export of two channels; ``messages`` has the columns job, at, claim and digest."""
    bodies, at, post = _bot_posts(jobs, messages, rng)
    days = np.unique(np.concatenate([at // DAY, np.arange(span[0], span[1], 4 * HOUR) // DAY]))
    own = len(bodies)
    people = int(own * chatter) + 1
    human_at = np.concatenate([days * DAY + 9 * HOUR, rng.integers(*span, people)])
    human_at = human_at[(human_at >= span[0]) & (human_at < span[1])]
    said = rng.integers(0, len(CHATTER), len(human_at)).tolist()
    who = rng.integers(0, len(jobs), len(human_at)).tolist()
    bodies += [_human(CHATTER[s].format(name=jobs[w].name), w % 7) for s, w in zip(said, who, strict=True)]
    at = np.concatenate([at, human_at])
    record = _write_days(folder, "metrics", bodies, at, days)
    _write_people(folder)
    names = [
        f"slack/metrics/{day}.json" for day in np.datetime_as_string((at[:own] // DAY).astype("datetime64[D]")).tolist()
    ]
    return Written([names[i] for i in post.tolist()], record[post])


def _bot_posts(jobs: Sequence[Job], messages: pd.DataFrame, rng: np.random.Generator) -> tuple[list[str], Ints, Ints]:
    """Return the posts' bodies, their times, and for each message the post that carries it."""
    order = np.argsort(messages["at"].to_numpy(), kind="stable")
    columns = (messages[name].to_numpy()[order].tolist() for name in ("job", "at", "claim", "digest"))
    amounts = rng.integers(1, 90, len(messages)).tolist()
    streaks: dict[int, int] = {}
    digests: dict[int, int] = {}
    lines: list[list[str]] = []
    bodies: list[str] = []
    times: list[int] = []
    post = np.empty(len(messages), dtype=np.int64)
    for i, (job, at, claim, digest, amount) in enumerate(zip(*columns, amounts, strict=True)):
        if claim in (ord("S"), ord("F")):
            streaks[job] = streaks.get(job, 0) + 1 if claim == ord("F") else 0
        if digest:
            if at not in digests:
                digests[at] = len(bodies)
                lines.append(["*Summary of the last hours*"])
                bodies.append(f"\0{len(lines) - 1}")
                times.append(at)
            post[order[i]] = digests[at]
            lines[int(bodies[digests[at]][1:])].append(_digest_line(jobs[job], claim))
            continue
        post[order[i]] = len(bodies)
        bodies.append(_bot(jobs[job], claim, amount, streaks.get(job, 0)))
        times.append(at)
    texts = [_text("\n".join(lines[int(body[1:])])) if body[0] == "\0" else body for body in bodies]
    return texts, np.array(times, dtype=np.int64), post


def _digest_line(job: Job, claim: int) -> str:
    return f"✅ {job.spelling}" if claim == ord("S") else f"❌ {job.spelling} failed"


def _bot(job: Job, claim: int, amount: int, streak: int) -> str:
    if claim == ord("B"):
        return _text(BEGUN.format(name=job.spelling))
    if claim == ord("K"):
        return _text(SKIPPED.format(name=job.spelling))
    if job.template == 5:
        color = "good" if claim == ord("S") else "danger"
        attachment = json.dumps({"color": color, "title": f"Job {job.spelling}"})
        return f'"username": "cron-bot", "attachments": [{attachment}], "text": ""'
    shape = (SUCCESSES if claim == ord("S") else FAILURES)[job.template]
    return _text(shape.format(name=job.spelling, n=amount, streak=ordinal(max(1, streak))))


def _text(text: str) -> str:
    return f'"username": "cron-bot", "text": {json.dumps(text)}'


def _human(text: str, number: int) -> str:
    return f'"user": "U{number:04d}", "text": {json.dumps(text)}'


def _write_days(folder: Path, channel: str, bodies: list[str], at: Ints, days: Ints) -> Ints:
    """Write one file a day; return each post's position in its day, from 1."""
    order = np.argsort(at, kind="stable")
    record = np.empty(len(at), dtype=np.int64)
    (folder / "slack" / channel).mkdir(parents=True, exist_ok=True)
    first = np.searchsorted(at[order] // DAY, days)
    last = np.searchsorted(at[order] // DAY, days, side="right")
    for day, low, high in zip(days.tolist(), first.tolist(), last.tolist(), strict=True):
        rows = order[low:high]
        record[rows] = np.arange(1, high - low + 1)
        posts = [_post(bodies[i], int(at[i]), i) for i in rows.tolist()]
        name = str(np.datetime64(day, "D"))
        (folder / "slack" / channel / f"{name}.json").write_text("[\n" + ",\n".join(posts) + "\n]\n", encoding="utf-8")
    return record


def _post(body: str, at: int, number: int) -> str:
    kind = '"subtype": "bot_message", "bot_id": "B0001", ' if '"username"' in body[:12] else ""
    return f' {{"type": "message", {kind}{body}, "ts": "{at // 1000}.{at % 1000:03d}{number % 1000:03d}"}}'


def _write_people(folder: Path) -> None:
    channels = [{"id": "C0001", "name": "metrics"}]
    users = [{"id": f"U{n:04d}", "name": f"user{n}", "real_name": f"User {n}", "is_bot": False} for n in range(7)]
    for name, rows in (("channels", channels), ("users", users)):
        (folder / "slack" / f"{name}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
