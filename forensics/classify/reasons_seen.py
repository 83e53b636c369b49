"""What was observed of a run, a sentence for each witness, with the row in which it stands."""

from __future__ import annotations

import numpy as np

from forensics.classify.reasons_subject import Dossier, Subject, counted, listed_places
from forensics.classify.scheduler_word import ALONE, HOLDS, LENGTH, attributes_of
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, duration_text, local_text

SHOWN_FILES, SHOWN_CLAIMS, SHOWN_STEPS = 4, 3, 6
EVENTS = {
    "started": "started",
    "boot_started": "boot begun",
    "booted": "booted",
    "completed": "completed",
    "failed": "failed",
    "timed_out": "timed out",
    "interrupted": "interrupted, as noticed",
    "ended": "ended, not said how",
}


def seen(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what was observed: its start, the runner's records, files and heartbeats."""
    return [
        start(dossier, subject),
        *setting(subject),
        *held_back(dossier, subject),
        *skips(dossier, subject),
        *records(dossier, subject),
        *files(dossier, subject),
        *heartbeats(dossier, subject),
    ]


def start(dossier: Dossier, subject: Subject) -> str:
    """Return when the run was due, and what started it."""
    moment = local_text(subject.moment, dossier.zone, seconds=True)
    if subject.triggered == NAT:
        return f"Due {moment}." if subject.due != NAT else f"Not due; its first evidence is of {moment}."
    where = trigger_places(dossier, subject)
    if subject.due == NAT:
        return f"Not due; triggered {moment} {where}."
    return f"Due {moment}, triggered {dossier.clock(subject, subject.triggered)} {where}."


def setting(subject: Subject) -> list[str]:
    """Return how the scheduler of a run that it did not start is set up, where no config says the same."""
    told = subject.job.set_up
    return [told] if told and subject.due != NAT and subject.triggered == NAT else []


def held_back(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that a run which never began was put off to its due time, after the one before it failed."""
    runs, before = dossier.paired.runs, subject.row - 1
    is_lost = subject.due != NAT and subject.triggered == NAT and subject.job.scheduler in ALONE
    if not is_lost or before < 0 or runs.job[before] != subject.code or not dossier.judged.facts.status_bad[before]:
        return []
    rows = dossier.paired.triggers.row[dossier.triggers.of(before)]
    told = [attributes_of(each).get(LENGTH) for each in dossier.evidence.triggers["attributes"].iloc[rows]]
    lengths = [round(each * NANOS) for each in told if isinstance(each, int | float)]
    ends = [int(dossier.judged.facts.recorded.end_at[before]), *(int(runs.start[before]) + each for each in lengths)]
    if not any(abs(subject.due - end - wait * NANOS) <= NANOS for end in ends if end != NAT for wait in HOLDS):
        return []
    failed = dossier.clock(subject, int(runs.start[before]))
    return [f"Its scheduler held it back until then, because its run of {failed} went wrong."]


def trigger_places(dossier: Dossier, subject: Subject) -> str:
    """Return where the scheduler's rows of a run stand."""
    rows = dossier.paired.triggers.row[dossier.triggers.of(subject.row)].tolist()
    return listed_places(subject, "triggers", rows)


def skips(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that a skip was recorded, where one was."""
    at = int(dossier.paired.runs.skipped[subject.row])
    if at == NAT or not dossier.triggers.of(subject.row):
        return []
    who = skipped_by(dossier, subject).capitalize()
    return [f"{who} recorded a skip at {dossier.clock(subject, at)} {trigger_places(dossier, subject)}."]


def skipped_by(dossier: Dossier, subject: Subject) -> str:
    """Return who recorded the skip of a run: the registry speaks for the runner, any other source for the scheduler."""
    rows = dossier.evidence.triggers.iloc[dossier.paired.triggers.row[dossier.triggers.of(subject.row)]]
    sources = rows["source"][rows["event"] == "skipped"].tolist()
    is_runners = bool(sources) and all(dossier.evidence.sources[each].kind == "registry" for each in sources)
    return "the runner" if is_runners else "the scheduler"


def records(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what the runner recorded, in order of time."""
    positions = dossier.steps.of(subject.row)
    if not positions:
        return []
    left = len(positions) - SHOWN_STEPS
    shown = positions if left <= 0 else [*positions[: SHOWN_STEPS // 2], *positions[-SHOWN_STEPS // 2 :]]
    told = [step(dossier, subject, position) for position in shown]
    if left > 0:
        told.insert(SHOWN_STEPS // 2, f"{left} more")
    silence = ", and no end after it" if dossier.judged.facts.recorded.end[subject.row] < 0 else ""
    return [f"The runner recorded: {', '.join(told)}{silence}."]


def step(dossier: Dossier, subject: Subject, position: int) -> str:
    """Return one of the runner's records: what, when, where."""
    steps = dossier.paired.steps
    word, code = EVENTS[EVENT_CODES[steps.event[position]]], steps.exit_code[position]
    exit_text = "" if np.isnan(code) else f" with exit code {int(code)}"
    at = dossier.clock(subject, int(steps.at[position]))
    return f"{word}{exit_text} {at} ({subject.places['lifecycle', int(steps.row[position])]})"


def files(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the first file of each pattern that has one, markers and state files too."""
    proofs, patterns = dossier.paired.proofs, dossier.paired.patterns
    first: dict[int, int] = {}
    for position in dossier.proofs.of(subject.row):
        if not is_short(dossier, subject, position):
            first.setdefault(int(proofs.pattern[position]), position)
    told = [file(dossier, subject, position, patterns[number].role) for number, position in first.items()]
    left = len(told) - SHOWN_FILES
    return told if left <= 0 else [*told[:SHOWN_FILES], f"Files that fit {counted(left, 'more pattern')} are there."]


def is_short(dossier: Dossier, subject: Subject, position: int) -> bool:
    """Return whether a file is smaller than its job's files are to be."""
    return bool(dossier.paired.proofs.size[position] < subject.job.min_size)


def file(dossier: Dossier, subject: Subject, position: int, role: str) -> str:
    """Return what one file shows."""
    proofs = dossier.paired.proofs
    place = subject.places["artifacts", int(proofs.row[position])]
    kind = {"marker": "The marker ", "state": "The state file "}.get(role, "The file ")
    name, at = f"{kind}`{dossier.paths[position]}`", int(proofs.at[position])
    if at == NAT:
        return f"{name} is there, at no known time: its mtime is that of a copy ({place})."
    verb = "was touched" if role == "state" else "was written"
    return f"{name} {verb} {dossier.clock(subject, at)} ({place})."


def heartbeats(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the heartbeats that lie in the run's own time."""
    rows = dossier.paired.beats.row[dossier.beats.of(subject.row)].tolist()
    if not rows:
        return []
    at = int(nanoseconds(dossier.evidence.beats["at"].iloc[rows[:1]])[0])
    return [f"A heartbeat came {dossier.clock(subject, at)} {listed_places(subject, 'beats', rows)}."]


def claims(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what messages said of the run, in order of time; of many the first and the last ones."""
    positions = dossier.claims.of(subject.row)
    left = len(positions) - SHOWN_CLAIMS
    if left <= 0:
        return [claim(dossier, subject, position) for position in positions]
    ends = [claim(dossier, subject, position) for position in (positions[0], *positions[-SHOWN_CLAIMS + 1 :])]
    return [ends[0], f"{counted(left, 'more message')} came in between.", *ends[1:]]


def claim(dossier: Dossier, subject: Subject, position: int) -> str:
    """Return what one message said."""
    said = dossier.paired.claims
    word, streak, line = CLAIM_CODES[said.claim[position]], int(said.streak[position]), int(said.line[position])
    asides = f", number {streak} in a row by its own count" if streak > 1 else ""
    asides += ", edited after it was sent" if dossier.is_edited[position] else ""
    place = f"{subject.places['notifications', int(said.row[position])]}{f', line {line}' if line else ''}"
    return f"A message said {word} {dossier.clock(subject, int(said.at[position]))}{asides} ({place})."


def lateness(subject: Subject, at: int) -> str:
    """Return by how much an instant lies after the end of a run's own time."""
    return duration_text((at - subject.own_end) / NANOS)
