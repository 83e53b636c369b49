"""What follows for a run, by the rule that judged it: each sentence begins with "So", observations never do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forensics.classify.facts import EVENT, FAILURE, SUCCESS
from forensics.classify.reasons_absent import lane_to_add
from forensics.classify.reasons_seen import EVENTS, skipped_by
from forensics.classify.reasons_subject import Dossier, Subject
from forensics.evidence.paired import EVENT_CODES, NAT
from forensics.timeline import nanos_of

Inference = Callable[[Dossier, Subject], list[str]]


def always(*sentences: str) -> Inference:
    """Return an inference that is the same for every run of its rule."""
    return lambda _dossier, _subject: list(sentences)


def false_alarm(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that the failure message is wrong."""
    return [*outranked(dossier, subject), "So the work was done by then, and the failure message is wrong."]


def confirmed(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that proof and message agree."""
    return [*outranked(dossier, subject), "So the work was done, and the message agrees."]


def unreported(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that work was done and nobody told."""
    return [*outranked(dossier, subject), "So the work was done, and nobody was told."]


def outranked(dossier: Dossier, subject: Subject) -> list[str]:
    """Return why proof stands although the runner recorded a bad end."""
    facts, row = dossier.judged.facts, subject.row
    if not facts.recorded.is_bad[row]:
        return []
    witness = "the marker" if facts.shown.is_marked[row] else "the file, changed after that end,"
    return [f"So {witness} outranks what the runner recorded ({ending(dossier, subject)})."]


def ending(dossier: Dossier, subject: Subject) -> str:
    """Return how the runner says that the run ended."""
    recorded, row = dossier.judged.facts.recorded, subject.row
    code = recorded.exit_code[row]
    return EVENTS[EVENT_CODES[recorded.end[row]]] if np.isnan(code) else f"exit code {int(code)}"


def none_expected(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that silence agrees with proof: the policy says so, or nobody listened."""
    if dossier.judged.facts.is_quiet_by_policy[subject.row]:
        return ["So the work was done, and no message was to be expected."]
    return ["So the work was done; whether a message came is not known."]


def pending(dossier: Dossier, subject: Subject) -> list[str]:
    """Return until when the run is open."""
    facts, row, grace = dossier.judged.facts, subject.row, nanos_of(subject.job.report_grace)
    if facts.executed[row]:
        proven = int(facts.executed_at[row])
        until = (subject.start if proven == NAT else proven) + grace
        return [f"So the work was done, and a message may come until {dossier.clock(subject, until)}."]
    if facts.said.last[row] == FAILURE:
        until = int(facts.said.last_at[row]) + grace
        return [f"So it may yet be made good: what the message says is settled {dossier.clock(subject, until)}."]
    if facts.recorded.end[row] >= 0:
        until = int(facts.recorded.end_at[row]) + grace
        return [f"So it has ended, and a message may come until {dossier.clock(subject, until)}."]
    if facts.gone_at[row] != NAT:
        until = int(facts.gone_at[row]) + grace
        return [f"So its process is gone, and a message may come until {dossier.clock(subject, until)}."]
    until = subject.own_end + nanos_of(subject.job.start_grace) + grace
    return [f"So it is too early to tell: it is settled {dossier.clock(subject, until)}."]


def left_out(dossier: Dossier, subject: Subject) -> list[str]:
    """Return who left the run out."""
    is_recorded = dossier.judged.facts.skipped[subject.row]
    by = skipped_by(dossier, subject) if is_recorded else "the job itself, by its own word,"
    return [f"So {by} left it out on purpose."]


def cut_off(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what cut the run off."""
    recorded = dossier.judged.facts.recorded
    how = "killed" if recorded.is_killed[subject.row] else "stopped at its time limit"
    return [f"So it was {how} before its work was done."]


def broke_off(dossier: Dossier, subject: Subject) -> list[str]:
    """Return by which sign the run had begun, and what is missing after it."""
    facts, row = dossier.judged.facts, subject.row
    signs = (
        (facts.recorded.has_begun, "the runner's start"),
        (facts.said.has_started, "a message that it started"),
        (facts.shown.is_touched, "its state file or heartbeat"),
        (facts.shown.is_partial, "some but not all of its files"),
        (facts.shown.is_small, "a file that is too small"),
    )
    named = " and ".join(sign for holds, sign in signs if holds[row])
    return [f"So it began, as {named} {'show' if ' and ' in named else 'shows'}, and broke off: no end is on record."]


def failed(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that the failure message is to be believed, as far as anything can tell."""
    if dossier.judged.facts.could_prove[subject.row] or dossier.judged.facts.outweighed[subject.row]:
        return ["So the failure message is true, as far as can be seen."]
    told = "So only its own word says that it failed, and nothing could have shown otherwise."
    return [told, lane_to_add(dossier, subject)]


def ended_badly(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that a bad end was recorded and not told."""
    if dossier.judged.facts.recorded.is_boot_timeout[subject.row]:
        return ["So it never got through the door: it was still booting at the time limit, and nobody was told."]
    return [f"So it ended badly ({ending(dossier, subject)}), and nobody was told."]


def out_of_reach(dossier: Dossier, subject: Subject) -> list[str]:
    """Return what is not known, and which lane would tell."""
    facts, row = dossier.judged.facts, subject.row
    if facts.said.last[row] == SUCCESS:
        told = "So only its own word says that the work was done; nothing that was read could have proven it."
    elif facts.triggered[row]:
        told = "So it was started, and nothing that was read could show what came of it."
    else:
        told = "So nothing that was read could tell whether the work was done."
    return [told, lane_to_add(dossier, subject)]


def left_nothing(dossier: Dossier, subject: Subject) -> list[str]:
    """Return that a run which was started left nothing behind."""
    steps = dossier.steps.of(subject.row)
    is_booting = bool(steps) and dossier.paired.steps.event[steps[-1]] == EVENT["boot_started"]
    where = "and went silent while it booted" if is_booting else "and left nothing behind"
    begun = "triggered" if dossier.judged.facts.triggered[subject.row] else "begun"
    return [f"So it was {begun} {where}; nobody was told."]


INFERENCES: dict[str, Inference] = {
    "proven_by_then": false_alarm,
    "proven_and_said": confirmed,
    "proven_none_expected": none_expected,
    "too_early": pending,
    "proven_not_said": unreported,
    "recovered": always("So the failure message was true when it was sent, and the work was done after it."),
    "left_out": left_out,
    "cut_off": cut_off,
    "broke_off": broke_off,
    "said_failed": failed,
    "ended_badly": ended_badly,
    "not_triggered": always("So it never began: the scheduler's record covers that time and does not show it."),
    "out_of_reach": out_of_reach,
    "said_done": always("So the message claims work that is not there."),
    "left_nothing": left_nothing,
    "not_seen": always(
        "So it is taken for missed: nothing shows that it ran.",
        "Lane to add: triggers, the scheduler's own record of that time.",
    ),
    "nothing_known": always("So nothing is known of it but that it was mentioned."),
}
