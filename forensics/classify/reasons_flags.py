"""What the flags and the cause of a run stand for, with the rows behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from forensics.classify.facts import BAD_STATUS, FAILURE, GOOD_STATUS, SUCCESS
from forensics.classify.reasons_seen import lateness
from forensics.classify.reasons_subject import Dossier, Subject, counted
from forensics.evidence.paired import NAT
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, duration_text, local_text, nanos_of
from forensics.verdicts import Cause, Flag

Remark = Callable[[Dossier, Subject], list[str]]
REPORT = {SUCCESS: "success", FAILURE: "failure"}


def remarks(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what the run's flags and its cause stand for."""
    flags, cause = dossier.flags[subject.row], dossier.causes[subject.row]
    told = [sentence for flag in flags.split() for sentence in REMARKS[Flag(flag)](dossier, subject)]
    return told if cause is None else [*told, *because(Cause(cause), dossier, subject)]


def late(dossier: Dossier, subject: Subject) -> list[str]:
    """Return by how much start or proof were late, and why the proof counts all the same."""
    at, told = int(dossier.judged.facts.executed_at[subject.row]), late_start(subject)
    if at == NAT or at <= subject.own_end + nanos_of(subject.job.clock_tolerance):
        return told
    end = dossier.clock(subject, subject.own_end)
    files = [position for position in dossier.proofs.of(subject.row) if dossier.paired.proofs.is_late[position]]
    patterns = [dossier.paired.patterns[dossier.paired.proofs.pattern[position]] for position in files]
    why = "its path names this run" if any("{date:" in each.text for each in patterns) else "no later run had begun"
    basis = f"; it counts, because {why}" if patterns else ""
    return [*told, f"The proof came {lateness(subject, at)} after the end of the run's own time, {end}{basis}."]


def late_start(subject: Subject) -> list[str]:
    """Return by how much a start was late, where that is more than any may be."""
    if NAT in (subject.due, subject.triggered):
        return []
    lag = subject.triggered - subject.due
    if lag <= nanos_of(subject.job.start_grace):
        return []
    late_by = duration_text(lag / NANOS)
    return [f"It was started {late_by} after it was due.", "So its scheduler made up for it, or had held it back."]


def partial(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that a bad end outweighs the files before it."""
    recorded, at = dossier.judged.facts.recorded, int(dossier.judged.facts.recorded.end_at[subject.row])
    code = recorded.exit_code[subject.row]
    how = "a bad end" if np.isnan(code) else f"exit code {int(code)}"
    when = dossier.clock(subject, at)
    return [f"So the files may be half of the work: the runner recorded {how} {when}, after them."]


def unscheduled(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that the schedule has no due time for the run."""
    job = subject.job
    interval = duration_text((job.interval or timedelta(0)).total_seconds())
    rule = f"`{job.schedule}`" if job.schedule else f"every {interval}"
    moment = local_text(subject.start, dossier.zone, seconds=True)
    return [f"Its schedule ({rule}) has no due time near {moment}."]


def untriggered(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that something else than the scheduler started the run."""
    if dossier.judged.facts.skipped[subject.row]:
        return ["So something else than the scheduler started it: that recorded a skip."]
    return ["So something else than the scheduler started it, or the scheduler's record lost the line."]


def overlapping(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that the run went on after the next one's start."""
    following = int(dossier.next_begun[subject.row])
    return [f"It was still on when the job's next run started {dossier.clock(subject, following)}."]


def duplicate_reports(dossier: Dossier, subject: Subject) -> list[str]:
    """Return how often the same was said."""
    said = dossier.paired.claims.claim[dossier.claims.of(subject.row)]
    counts = [(word, int((said == code).sum())) for code, word in REPORT.items()]
    return [f"The same was said more than once: {word} {number} times." for word, number in counts if number > 1]


def ledger_disagrees(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what the scheduler itself says of the run, against what the proof says."""
    shows = "proof shows that the work was done" if dossier.judged.facts.executed[subject.row] else "no proof is there"
    paired, evidence = dossier.paired, dossier.evidence
    tables = (
        ("triggers", paired.triggers, dossier.triggers, evidence.triggers),
        ("lifecycle", paired.steps, dossier.steps, evidence.lifecycle),
    )
    for table, links, grouped, frame in tables:
        for row in links.row[grouped.of(subject.row)].tolist():
            word = frame["status"].iloc[row]
            if not pd.isna(word) and word.casefold() in GOOD_STATUS | BAD_STATUS:
                return [f"The scheduler's own status says `{word}` ({subject.places[table, row]}), and {shows}."]
    return [f"The scheduler's own status says otherwise: {shows}."]


def clock_skew(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the first row that lies before the run's start or after the instant of judging."""
    paired, tolerance = dossier.paired, nanos_of(subject.job.clock_tolerance)
    for table, links, grouped in (
        ("notifications", paired.claims, dossier.claims),
        ("lifecycle", paired.steps, dossier.steps),
        ("artifacts", paired.proofs, dossier.proofs),
    ):
        for position in grouped.of(subject.row):
            at, row = int(links.at[position]), int(links.row[position])
            if at != NAT and (at < subject.start - tolerance or at > dossier.window.now):
                return [skew(dossier, subject, at, str(subject.places[table, row]))]
    return ["A row of it lies outside the time in which it can lie: clocks differ."]


def skew(dossier: Dossier, subject: Subject, at: int, place: str) -> str:
    """Return how far a row is off."""
    reference, name = (subject.start, "before its start") if at < subject.start else (dossier.window.now, "after now")
    return f"A row is of {dossier.clock(subject, at)}, {duration_text(abs(at - reference) / NANOS)} {name} ({place})."


def backdated(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the file that is younger than its mtime says."""
    proofs, born = dossier.paired.proofs, dossier.evidence.artifacts["born_at"]
    for position in dossier.proofs.of(subject.row):
        row = int(proofs.row[position])
        birth = int(nanoseconds(born.iloc[[row]])[0])
        is_outside = birth < subject.start or birth > subject.own_end
        if birth != NAT and proofs.at[position] < birth and is_outside:
            place = subject.places["artifacts", row]
            return [
                f"`{dossier.paths[position]}` was born {dossier.clock(subject, birth)}, after its mtime ({place}).",
                "So its mtime was set, or the file is a copy: a weak witness.",
            ]
    return ["So an mtime was set: a weak witness."]


def too_fast(dossier: Dossier, subject: Subject) -> list[str]:
    """Return how long the run took, and how long it should have."""
    took = dossier.judged.runs["duration_seconds"].iloc[subject.row]
    least = duration_text((subject.job.min_duration or timedelta(0)).total_seconds())
    took_text = "less" if np.isnan(took) else duration_text(float(took))
    return [f"It took {took_text}; at least {least} was to be expected."]


def too_small(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the files that are smaller than they are to be."""
    proofs, least = dossier.paired.proofs, subject.job.min_size
    short = [position for position in dossier.proofs.of(subject.row) if proofs.size[position] < least]
    return [
        f"`{dossier.paths[position]}` has {counted(int(proofs.size[position]), 'byte')}, fewer than {least:,}"
        f" ({subject.places['artifacts', int(proofs.row[position])]})."
        for position in short[:2]
    ]


def nothing_more(_dossier: Dossier, _subject: Subject) -> list[str]:
    """Return nothing: the verdict's own sentences say it already."""
    return []


def muted(_dossier: Dossier, _subject: Subject) -> list[str]:
    """Return what a mute means."""
    return ["It is muted: it enters no rate and no blocker."]


REMARKS: dict[Flag, Remark] = {
    Flag.LATE: late,
    Flag.RECOVERED: nothing_more,
    Flag.UNPROVEN: nothing_more,
    Flag.PARTIAL: partial,
    Flag.UNSCHEDULED: unscheduled,
    Flag.UNTRIGGERED: untriggered,
    Flag.OVERLAPPING: overlapping,
    Flag.DUPLICATE_REPORTS: duplicate_reports,
    Flag.REPORTING_GAP: nothing_more,
    Flag.LEDGER_DISAGREES: ledger_disagrees,
    Flag.CLOCK_SKEW: clock_skew,
    Flag.BACKDATED: backdated,
    Flag.TOO_FAST: too_fast,
    Flag.TOO_SMALL: too_small,
    Flag.MUTED: muted,
}
CAUSES = {
    Cause.PREVIOUS_STILL_RUNNING: "So the run before it was still on.",
    Cause.SCHEDULER_RESTART: "So the scheduler was being restarted.",
    Cause.LANE_OUTAGE: "So it fell into an outage of that lane.",
}


def host_down(dossier: Dossier, subject: Subject) -> list[str]:
    """Return the outage of its host that the run fell into, and where that is shown."""
    outage = dossier.outage_of(subject.row)
    if outage is None:
        return ["So its host was down."]
    span, place = dossier.span(subject, outage.since, outage.until), f"{outage.file.rpartition('/')[2]}:{outage.record}"
    if outage.is_sleep:
        return [f"Its host slept {span} ({place}).", "So its host was asleep."]
    return [f"Its host gave no sign of life {span}, when it was booted ({place}).", "So its host was down."]


def scheduler_down(dossier: Dossier, subject: Subject) -> list[str]:
    """Return when the scheduler itself was down, and where that is shown; a restart alone is no more than one."""
    outage = dossier.outage_of(subject.row)
    if outage is None or not outage.of:
        return [CAUSES[Cause.SCHEDULER_RESTART]]
    span, place = dossier.span(subject, outage.since, outage.until), f"{outage.file.rpartition('/')[2]}:{outage.record}"
    return [
        f"Its scheduler gave no sign of life {span}, when it was started ({place}).",
        "So its scheduler was most likely down.",
    ]


def because(cause: Cause, dossier: Dossier, subject: Subject) -> list[str]:
    """Return what a cause stands for, where the runner's records do not say it already."""
    if cause is Cause.HOST_DOWN:
        return host_down(dossier, subject)
    if cause is Cause.SCHEDULER_RESTART:
        return scheduler_down(dossier, subject)
    if cause not in (Cause.DST_GAP, Cause.DST_FOLD):
        return [CAUSES[cause]] if cause in CAUSES else []
    local = datetime.fromtimestamp(subject.moment // NANOS, UTC).astimezone(subject.job.timezone)
    zone = str(subject.job.timezone)
    if cause is Cause.DST_FOLD:
        return [f"So the clock change is the likely cause: in {zone} {local:%H:%M} came twice that night."]
    return [f"So the clock change is the likely cause: in {zone} the hour before {local:%H:%M} was skipped that night."]
