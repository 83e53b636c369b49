"""The blocker of one job's runs of one verdict: observed, inferred, next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from forensics.analyse.advice import next_step
from forensics.analyse.troubles import Trouble
from forensics.analyse.wording import listed, share, times
from forensics.evidence.columns import Columns
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Blocker
from forensics.timeline import local_text
from forensics.verdicts import MEANINGS, Claim, Flag, Verdict

Explain = Callable[[int], list[str]]
NOT_COVERED = "No trigger source covers "
SHOWN_OBSERVATIONS = 4
SHOWN_EARLIER = 6
OUTCOMES = frozenset({Claim.SUCCESS.value, Claim.FAILURE.value})
DARK_MEANING = "it was due, and nothing shows that it began: no trigger source covers that time"
UNPROVEN_MEANING = "a message says that it failed, and nothing could have shown otherwise"


def of_trouble(trouble: Trouble, columns: Columns, explain: Explain, provenance: Provenance, zone: ZoneInfo) -> Blocker:
    """Return the blocker of one job's runs of one verdict; its newest run stands for them."""
    newest = int(trouble.runs[-1])
    flags, cause = tuple(columns.texts["flags"][newest].split()), usual_cause(columns, trouble.runs)
    told = explain(newest)
    seen = [sentence for sentence in told if not is_inference(sentence)][:SHOWN_OBSERVATIONS]
    return Blocker(
        job=columns.texts["job"][newest],
        host=columns.texts["host"][newest],
        kind=trouble.verdict.value,
        since=known(int(columns.moment[trouble.streak[0]])),
        count=len(trouble.runs),
        text=trouble_text(trouble, columns, cause, zone, meaning_of(trouble.verdict, flags, told)),
        observed=(*together(trouble.runs, columns), *seen, *before(trouble, columns, provenance, zone)),
        inferred=" ".join(sentence for sentence in told if sentence.startswith("So ")),
        todo=next_step(trouble.verdict, cause, Flag.UNPROVEN in flags, trigger_log(trouble.verdict, told)),
        flags=flags,
        cause=cause,
        is_unseen=trigger_log(trouble.verdict, told) is not None,
    )


def meaning_of(verdict: Verdict, flags: Sequence[str], told: Sequence[str]) -> str:
    """Return what a verdict means for runs with such flags and reasons: no more than is known."""
    if Flag.UNPROVEN in flags:
        return UNPROVEN_MEANING
    return DARK_MEANING if trigger_log(verdict, told) is not None else MEANINGS[verdict]


def trigger_log(verdict: Verdict, told: Sequence[str]) -> str | None:
    """Return why no trigger source covers a missed run, by its reasons; None where one does, and for all others."""
    found = (sentence for sentence in told if sentence.startswith(NOT_COVERED))
    return next(found, None) if verdict is Verdict.MISSED else None


def is_inference(sentence: str) -> bool:
    """Return whether a reason is an inference or advice, and no observation."""
    return sentence.startswith(("So ", "Lane to add"))


def usual_cause(columns: Columns, rows: Ints) -> str | None:
    """Return the cause that most of some runs have, None where none is known."""
    known = Counter(cause for cause in columns.texts["cause"][rows].tolist() if cause is not None)
    return max(sorted(known), key=known.__getitem__) if known else None


def trouble_text(trouble: Trouble, columns: Columns, cause: str | None, zone: ZoneInfo, meaning: str) -> str:
    """Return a trouble in one sentence: what, how often, since when, what it means."""
    count, streak = len(trouble.runs), len(trouble.streak)
    since, last = (when(columns, int(row), zone) for row in (trouble.streak[0], trouble.runs[-1]))
    if streak == count == 1:
        often = f"once, {last}"
    elif streak < count:
        often = f"{times(count)}, last {last}"
    else:
        often = f"{times(streak)} in a row since {since}"
        often += f", {times(count)} in this window" if streak > count else ""
    head = trouble.verdict.value.replace("_", " ").capitalize()
    return f"{head} {often}: {meaning}{f' (cause {cause})' if cause else ''}."


def together(rows: Ints, columns: Columns) -> list[str]:
    """Return what several runs have in common, in numbers."""
    if len(rows) == 1:
        return []
    count, triggered, proven = len(rows), int(columns.is_triggered[rows].sum()), int(columns.is_executed[rows].sum())
    reported = sum(claim in OUTCOMES for claim in columns.texts["claim"][rows])
    return [f"Of these runs triggered {share(triggered, count)}, proven {proven:,}, reported {reported:,}."]


def before(trouble: Trouble, columns: Columns, provenance: Provenance, zone: ZoneInfo) -> list[str]:
    """Return the earlier runs of the same trouble, each with the first row that shows it."""
    earlier = sorted({*trouble.streak.tolist(), *trouble.runs.tolist()} - {int(trouble.runs[-1])}, reverse=True)
    if not earlier:
        return []
    told = [f"{when(columns, row, zone)}{first_place(provenance, row)}" for row in earlier[:SHOWN_EARLIER]]
    left = len(earlier) - len(told)
    return [f"The same before: {listed(told, SHOWN_EARLIER)}{f' and {left:,} more' if left else ''}."]


def first_place(provenance: Provenance, row: int) -> str:
    """Return where the first row of a run's evidence stands, in brackets."""
    places = provenance.of(row)
    return f" ({places[0]})" if places else ""


def when(columns: Columns, row: int, zone: ZoneInfo) -> str:
    """Return the moment of a run on the wall clock."""
    moment = int(columns.moment[row])
    return "at an unknown time" if moment == NAT else local_text(moment, zone)


def known(moment: int) -> int | None:
    """Return an instant, None where it is not known."""
    return None if moment == NAT else moment
