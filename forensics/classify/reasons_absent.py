"""What was looked for and not found, with the place that was searched; and what nobody could have seen."""

from __future__ import annotations

from forensics.classify.clock_changes import is_named_twice, other_pass, written_path
from forensics.classify.reasons_learnt import perhaps
from forensics.classify.reasons_seen import EVENTS
from forensics.classify.reasons_subject import Dossier, Subject, counted
from forensics.evidence.coverage import EVER
from forensics.evidence.paired import EVENT_CODES, NAT, Pattern
from forensics.timeline import NANOS, duration_text, nanos_of

SHOWN_PATTERNS = 3
# What parts a log from the field of its records that holds their times.
FIELD = "#"
NOUNS = {
    "triggers": "trigger source",
    "lifecycle": "record of the runner",
    "notifications": "message source",
    "artifacts": "artifacts source",
}


def unseen(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what is absent or not to be told apart: trigger, proof, a path of its own."""
    facts, row = dossier.judged.facts, subject.row
    no_trigger = [] if facts.triggered[row] or facts.skipped[row] else [trigger(dossier, subject)]
    no_proof = [] if facts.executed[row] else proof(dossier, subject)
    return [*no_trigger, *no_proof, *collisions(dossier, subject)]


def trigger(dossier: Dossier, subject: Subject) -> str:
    """Return that no trigger was found, or that none could have been."""
    begin = subject.moment - nanos_of(subject.job.clock_tolerance)
    end = min(subject.moment + nanos_of(subject.job.start_grace), dossier.window.now)
    if dossier.judged.facts.covered[subject.row]:
        return f"No trigger {dossier.span(subject, begin, end)} ({dossier.searched.get('triggers', 'declared')})."
    return beyond(dossier, subject, "triggers", begin, end, f"{dossier.clock(subject, subject.moment)}")


def beyond(dossier: Dossier, subject: Subject, lane: str, begin: int, end: int, what: str) -> str:
    """Return that a lane does not cover a stretch of time, and how far it goes."""
    return f"No {NOUNS[lane]} covers {what}: {limit(dossier, subject, lane, begin, end)}."


def limit(dossier: Dossier, subject: Subject, lane: str, begin: int, end: int) -> str:
    """Return how far the sources of a lane go, as far as a stretch that they do not cover is concerned."""
    names, spans = dossier.sources.get(lane), dossier.coverage.spans[lane][subject.code]
    if names is None:
        return "none was read"
    if not spans:
        return f"{names} cannot speak for this job"
    before = [span for span in spans if span[0] <= begin]
    if before and before[-1][1] < end:
        return f"coverage ends {dossier.clock(subject, before[-1][1])} ({names})"
    first = next((span for span in spans if span[0] > begin), None)
    if first is None or first[0] <= EVER:
        return f"{names} cannot speak for this time"
    return f"coverage begins {dossier.clock(subject, first[0])} ({names})"


def proof(dossier: Dossier, subject: Subject) -> list[str]:
    """Return where proof was looked for in vain, or why there could be none."""
    facts, row = dossier.judged.facts, subject.row
    if facts.outweighed[row]:
        return []
    if not facts.could_prove[row]:
        return blind(dossier, subject)
    if facts.shown.declares[row] or (not facts.could_record[row] and facts.shown.is_learnt[row]):
        return missing_files(dossier, subject)
    return [no_end(dossier, subject)]


def missing_files(dossier: Dossier, subject: Subject) -> list[str]:
    """Return each pattern that no file fits, with the path that was looked for."""
    proofs, least = dossier.paired.proofs, subject.job.min_size
    positions = dossier.proofs.of(subject.row)
    met = {int(proofs.pattern[position]) for position in positions if not proofs.size[position] < least}
    open_patterns = [pattern for pattern in dossier.patterns.get(subject.code, []) if pattern.number not in met]
    told = [missing_file(dossier, subject, pattern) for pattern in open_patterns[:SHOWN_PATTERNS]]
    left = len(open_patterns) - SHOWN_PATTERNS
    return told if left <= 0 else [*told, f"No file fits {counted(left, 'more pattern')} either."]


def missing_file(dossier: Dossier, subject: Subject, pattern: Pattern) -> str:
    """Return that no file fits a pattern, and what was searched."""
    path = written_path(pattern.text, subject.job, subject.moment)
    sought = "" if path == pattern.text else f" (looked for `{path}`)"
    thing = "marker" if pattern.role == "marker" else "file"
    span = dossier.span(subject, subject.opens, subject.closes)
    return f"No {thing} fits `{pattern.text}`{sought} {span} in {dossier.searched.get('artifacts', 'what was read')}."


def no_end(dossier: Dossier, subject: Subject) -> str:
    """Return that a job which declares no file left no good end with its runner either."""
    lane = "lifecycle" if dossier.judged.facts.could_record[subject.row] else "beats"
    where = dossier.searched.get(lane, "what was read")
    end = int(dossier.judged.facts.recorded.end[subject.row])
    if end >= 0:
        return f"No good end is recorded, the last one says {EVENTS[EVENT_CODES[end]]}; the job declares no file."
    what = "completion" if lane == "lifecycle" else "heartbeat"
    return f"No {what} {dossier.span(subject, subject.opens, subject.closes)} in {where}; the job declares no file."


def blind(dossier: Dossier, subject: Subject) -> list[str]:
    """Return why nothing that was read could have proven the work."""
    if not knows_files(dossier, subject):
        return [undeclared(dossier, subject)]
    near = [(each.text, each.near) for each in dossier.patterns.get(subject.code, []) if each.near]
    if near:
        return [f"`{text}` never fits a file, `{path}` does each time: the pattern looks wrong." for text, path in near]
    if dossier.paired.overwritten[subject.row]:
        return [lost(dossier, subject)]
    what = f"{dossier.clock(subject, subject.opens)} to {dossier.clock(subject, subject.closes)}"
    return [beyond(dossier, subject, "artifacts", subject.opens, subject.closes, what)]


def knows_files(dossier: Dossier, subject: Subject) -> bool:
    """Return whether it is known which files the job leaves, declared or learnt."""
    shown = dossier.judged.facts.shown
    return bool(shown.declares[subject.row] or shown.is_learnt[subject.row])


def undeclared(dossier: Dossier, subject: Subject) -> str:
    """Return that a job declares nothing which could prove its runs, and that no runner speaks for them."""
    spans = dossier.coverage.spans.get("beats")
    if spans and spans[subject.code]:
        return "The job declares no artifact or marker, and its heartbeat file holds no beat but the last."
    read = dossier.sources.get("lifecycle")
    where = f" (none in {read})" if read else ""
    return f"The job declares no artifact or marker, and no record of its runner was read{where}."


def first_record(dossier: Dossier, subject: Subject) -> str | None:
    """Return where a log begins to which each run adds a record, None where it was there before the run."""
    proofs, oldest = dossier.paired.proofs, dossier.oldest_of_pattern
    logs = [each for each in dossier.patterns.get(subject.code, []) if FIELD in each.text and oldest[each.number] >= 0]
    for each in logs:
        position = int(oldest[each.number])
        if proofs.at[position] > subject.start:
            at, place = (
                dossier.clock(subject, int(proofs.at[position])),
                dossier.place("artifacts", int(proofs.row[position])),
            )
            return f"`{each.text}` holds no record before {at} ({place}): whether this run left one is not known."
    return None


def lost(dossier: Dossier, subject: Subject) -> str:
    """Return that a path was written again later, or that its tree was copied."""
    if dossier.paired.is_copied:
        return "The tree of its files was copied: their mtimes are the copy's and prove nothing."
    cleaned = [each for each in dossier.patterns.get(subject.code, []) if subject.start < (each.cleaned_before or NAT)]
    if cleaned:
        oldest = dossier.clock(subject, cleaned[0].cleaned_before or NAT)
        return (
            f"No file that fits `{cleaned[0].text}` is older than the run of {oldest}:"
            " those of earlier runs may have been deleted since."
        )
    begins = first_record(dossier, subject)
    if begins is not None:
        return begins
    newest = dossier.newest_of_pattern
    found = [int(newest[each.number]) for each in dossier.patterns.get(subject.code, []) if newest[each.number] >= 0]
    if not found:
        return "A file that would prove it was written again later: what it showed for this run is not known."
    position = max(found, key=lambda each: int(dossier.paired.proofs.at[each]))
    where, at = dossier.paths[position], dossier.clock(subject, int(dossier.paired.proofs.at[position]))
    place = dossier.place("artifacts", int(dossier.paired.proofs.row[position]))
    return f"`{where}` was last written {at} ({place}): what it showed for this run is not known."


def collisions(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that two runs write one path because the clock shows their hour twice."""
    job, due = subject.job, subject.due
    other = None if due == NAT else other_pass(due, job.timezone)
    if other is None:
        return []
    texts = [each.text for each in dossier.patterns.get(subject.code, []) if is_named_twice(each.text, job, due)]
    way = duration_text(abs(other - due) / NANOS) + (" later" if other > due else " earlier")
    return [
        f"Paths named by local time collide: the run due {way} writes `{written_path(text, job, due)}`, too."
        for text in texts
    ]


def message(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that no message of success or failure came, or that none could have been seen, or was to be expected."""
    facts, row = dossier.judged.facts, subject.row
    if facts.said.last[row]:
        return []
    policy = f" Its policy is `{subject.job.reports}`: silence is expected." if facts.is_quiet_by_policy[row] else ""
    proven = int(facts.executed_at[row])
    heard_from, reported_by = (subject.start, subject.own_end) if proven == NAT else (proven, proven)
    end = min(reported_by + nanos_of(subject.job.report_grace), dossier.window.now)
    if facts.could_report[row]:
        searched = dossier.searched.get("notifications", "what was read")
        return [f"No message said how it went {dossier.span(subject, heard_from, end)} in {searched}.{policy}"]
    if policy:
        return [policy.strip()]
    what = f"{dossier.clock(subject, heard_from)} to {dossier.clock(subject, end)}"
    return [beyond(dossier, subject, "notifications", heard_from, end, what)]


def lane_to_add(dossier: Dossier, subject: Subject) -> str:
    """Return which evidence would tell of such a run next time."""
    if not knows_files(dossier, subject):
        files = f"declare what the job leaves{perhaps(dossier, subject)}"
        return f"Lane to add: artifacts ({files}), or lifecycle (have its runner record the end)."
    if any(pattern.near for pattern in dossier.patterns.get(subject.code, [])):
        return "Lane to add: none; mend the pattern of the artifact."
    if dossier.paired.is_copied:
        return "Lane to add: artifacts, listed on the machine that wrote them; a copy's mtimes tell nothing."
    if dossier.paired.overwritten[subject.row]:
        return "Lane to add: artifacts with the run's date in their path, kept long enough, or a ledger that saw each."
    return f"Lane to add: artifacts, listed after {dossier.clock(subject, subject.closes)}."
