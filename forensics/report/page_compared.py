"""What was compared over bad and good runs, in plain values: what differs, what is ruled out, what cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.evidence.investigation import Contrast, Group, Investigation
from forensics.report.view_blockers import p_text
from forensics.report.view_pen import Pen
from forensics.report.wording import counted, percent, share

SHOWN_CONTRASTS, SHOWN_ALONGSIDE = 20, 8
STANDINGS = ("differs", "same", "unknown")
ABOUT = {"work": "the work was not done", "reporting": "the work was done, and told wrongly or not at all"}


@dataclass(frozen=True)
class Compared:
    """One attribute: bad runs with it and without it, and what can be said of that."""

    name: str
    about: str
    within: str
    others: str
    effect: str
    p_value: str
    reason: str
    alongside: str


@dataclass(frozen=True)
class Comparison:
    """What was compared for one question; ``about`` says what a bad run is."""

    about: str
    differs: tuple[Compared, ...]
    same: tuple[Compared, ...]
    unknown: tuple[Compared, ...]

    @property
    def ruled_out(self) -> str:
        """Return the attributes that do not tell bad runs from good ones, for a sentence."""
        return ", ".join(each.name for each in self.same)


def standing(word: str, contrasts: Sequence[Contrast], pen: Pen) -> tuple[Compared, ...]:
    """Return what was compared and came to one standing, of each question only the first so many."""
    often: Counter[str] = Counter()
    shown = []
    for each in contrasts:
        often[each.about] += each.standing == word
        if each.standing == word and often[each.about] <= SHOWN_CONTRASTS:
            shown.append(compared(each, pen))
    return tuple(shown)


def compared(each: Contrast, pen: Pen) -> Compared:
    """Return what was compared."""
    chance = each.adjusted if each.adjusted is not None else each.p_value
    return Compared(
        name=attribute(each.attribute, each.value, pen),
        about=ABOUT[each.about],
        within=group_text(each.within),
        others=group_text(each.others),
        effect=points(each.effect),
        p_value="" if chance is None else p_text(chance),
        reason=pen.sentence(each.reason),
        alongside=", ".join(attribute(*pair, pen) for pair in each.alongside[:SHOWN_ALONGSIDE]),
    )


def attribute(name: str, value: str, pen: Pen) -> str:
    """Return an attribute and its value."""
    return f"{pen.sentence(name)} = {pen.names.code(value)}" if value else pen.sentence(name)


def points(effect: float) -> str:
    """Return a difference of two rates in points of percent, with its sign."""
    return "none" if effect == 0 else f"{'+' if effect > 0 else '-'}{percent(abs(effect)).removesuffix(' %')} points"


def group_text(group: Group) -> str:
    """Return the bad runs of a group: the count and its base first, one job said aloud."""
    return f"{share(group.bad, group.runs)}, {counted(group.jobs, 'job')}"


def looked_at(found: Investigation, runs: int, pen: Pen) -> str:
    """Return which runs were looked at, and which of them the comparisons count; ``runs`` are all, 0 where not known.

    Jobs are compared over the days since the first bad run, and single runs beside others of the same job.
    """
    begin, end = pen.full(found.since), pen.full(found.until)
    whose = f"{counted(runs, 'run')} " if runs else ""
    text = f"Looked at: {whose}from {begin} to {end}."
    told = [
        f"{whom} with each other over {many}{f', {which}' if which and not many.startswith('all ') else ''}"
        for level, whom, which in (
            ("job", "jobs", "from the day of the first bad one on"),
            ("run", "the runs of one job", ""),
        )
        if (many := reach(found.contrasts, level, runs))
    ]
    return f"{text} Compared: {'; '.join(told)}." if told else text


def reach(contrasts: Sequence[Contrast], level: str, runs: int) -> str:
    """Return over how many runs at most the comparisons of a level go, question by question; empty without any."""
    most: dict[str, int] = {}
    for each in contrasts:
        if each.level == level and each.others.runs:
            most[each.about] = max(most.get(each.about, 0), each.within.runs + each.others.runs)
    first, *others = most.values() or (0,)
    told = f"all {first:,}" if first == runs else f"up to {first:,}"
    return f"{told}{f' (for messages {others[0]:,})' if others and others[0] != first else ''}" if first else ""
