"""What the gate says: a table and a sentence for each regression, and the same numbers for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forensics.analyse.boot_words import rounded, span
from forensics.analyse.gate import Comparison, Outcome, Side, Terms
from forensics.analyse.wording import counted, percent
from forensics.timeline import local_text, utc_text
from forensics.untrusted import clipped, safe_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from forensics.evidence.paired import Window

SCHEMA = "night-watch-gate/1"
HEAD = ("Measure", "Group", "Before", "typical", "95 %", "After", "typical", "95 %", "Shift", "p", "Outcome")
LEFT = frozenset({0, 1, 10})
WORDS = {Outcome.REGRESSION: "REGRESSION", Outcome.NONE: "no regression", Outcome.TOO_FEW: "too few"}
NEVER = {"boot": "came up", "run": "got done"}
LONGEST_GROUP = 60
SHOWN_FEW = 5
QUIET, REGRESSED, INCOMPLETE = 0, 1, 3


@dataclass(frozen=True)
class Answer:
    """What a gate has to say: for people, for machines, the exit code, and the last word on it."""

    text: str
    numbers: dict[str, object]
    code: int
    closing: str


def code_of(found: Sequence[Comparison], *, is_incomplete: bool) -> int:
    """Return the exit code: the highest that applies; what could compare nothing has not been passed."""
    outcomes = {each.outcome for each in found}
    if is_incomplete or outcomes <= {Outcome.TOO_FEW}:
        return INCOMPLETE
    return REGRESSED if Outcome.REGRESSION in outcomes else QUIET


def comparison_text(
    found: Sequence[Comparison], terms: Terms, at: int, name: str | None, window: Window, zone: ZoneInfo
) -> str:
    """Return a comparison before and after a change for people."""
    change = f"{local_text(at, zone)} {zone}" + (f" ({safe_line(name)})" if name else "")
    lines = [
        f"Before and after {change}",
        f"Window {local_text(window.since, zone)} to {local_text(window.until, zone)}; {terms_text(terms)}",
        "",
        *body(found),
    ]
    return "\n".join(lines) + "\n"


def terms_text(terms: Terms) -> str:
    """Return what counts as a regression."""
    return (
        f"a regression is at least {100 * terms.min_shift:g} % longer, with p at most {terms.alpha:g}\n"
        "(rank test within each job, one-sided; Holm over the groups that are told apart)"
    )


def body(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield the table, then a sentence for each group that needs one."""
    if not found:
        yield "Nothing to compare: no boot and no run took a time that is known."
        return
    yield from table([HEAD, *map(row, found)])
    worse, thin = of(found, Outcome.REGRESSION), of(found, Outcome.TOO_FEW)
    if worse or thin:
        yield ""
        yield from map(regressed, worse)
        yield from map(too_few, thin[:SHOWN_FEW])
    if len(thin) > SHOWN_FEW:
        yield f"And {len(thin) - SHOWN_FEW} more with too few."


def of(found: Sequence[Comparison], outcome: Outcome) -> list[Comparison]:
    """Return the comparisons that came to an outcome."""
    return [each for each in found if each.outcome is outcome]


def row(each: Comparison) -> tuple[str, ...]:
    """Return a line of the table."""
    p_value = "" if each.p_adjusted is None else p_text(each.p_adjusted)
    return (
        each.measure,
        group_text(each),
        *side_cells(each.before),
        *side_cells(each.after),
        shift_text(each),
        p_value,
        WORDS[each.outcome],
    )


def group_text(each: Comparison) -> str:
    """Return a group's name as it may stand on a terminal."""
    return clipped(safe_line(each.group), LONGEST_GROUP)


def side_cells(side: Side) -> tuple[str, str, str]:
    """Return count, median and 95th percentile."""
    if not side.count:
        return "0", "", ""
    return str(side.count), known(side.typical), known(side.slow)


def known(seconds: float | None) -> str:
    """Return a duration, ``never`` for one without end."""
    return "never" if seconds is None else span(seconds)


def shift_text(each: Comparison) -> str:
    """Return how much longer those after took."""
    if each.shift is None:
        return ""
    return f"{100 * (each.shift.ratio - 1):+.1f} %" if math.isfinite(each.shift.ratio) else "never"


def p_text(p_value: float) -> str:
    """Return a p-value as people write it."""
    return f"{p_value:.2g}" if p_value >= 0.0001 else "< 0.0001"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns set to one width; numbers to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for each in rows:
        cells = [
            cell.ljust(width) if at in LEFT else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(each, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def regressed(each: Comparison) -> str:
    """Return a regression in a sentence."""
    shift = each.shift
    head = f"REGRESSION: {each.measure} of {group_text(each)}:"
    lost = f"{each.after.never} of {each.after.count} never {NEVER[each.measure]}"
    lost += f", before {each.before.never} of {each.before.count}"
    if shift is None or not math.isfinite(shift.ratio):
        return f"{head} {lost}; those before took {known(each.before.typical)}, typically."
    chance = f"in {percent(shift.superiority, 1)} of all pairs the one after took longer"
    return (
        f"{head} {span(shift.seconds)} ({shift_text(each)}) longer, typically; {chance}"
        + (f"; {lost}" if each.after.never else "")
        + "."
    )


def too_few(each: Comparison) -> str:
    """Return in a sentence that a group cannot be judged."""
    sizes = f"{each.before.count} before and {each.after.count} after"
    why = (
        f"{sizes}, and no job on both sides" if each.p_value is None else f"{sizes} cannot show one as surely as asked"
    )
    return f"Too few: {each.measure} of {group_text(each)}: {why}."


def closing(found: Sequence[Comparison], code: int, *, is_incomplete: bool) -> str:
    """Return the last word: the exit code, and why."""
    worse, thin = (len(of(found, outcome)) for outcome in (Outcome.REGRESSION, Outcome.TOO_FEW))
    counts = f"{counted(worse, 'regression')} in {counted(len(found), 'comparison')}"
    counts += f", {thin} with too few to tell" if thin else ""
    if is_incomplete:
        return f"exit {code}, a source was not read to its end; {counts}"
    if len(found) == thin:
        return f"exit {code}, there is too little to compare"
    return f"exit {code}, {counts}"


def comparison_numbers(
    found: Sequence[Comparison], terms: Terms, at: int, name: str | None, window: Window, code: int
) -> dict[str, object]:
    """Return a comparison before and after a change for machines; spans in seconds."""
    return {
        "schema": SCHEMA,
        "kind": "comparison",
        "change": {"at": utc_text(at), "name": name},
        "window": {"since": utc_text(window.since), "until": utc_text(window.until)},
        "terms": {"alpha": terms.alpha, "min_shift": terms.min_shift},
        "comparisons": [numbers(each) for each in found],
        "exit": {"code": code},
    }


def numbers(each: Comparison) -> dict[str, object]:
    """Return one comparison; a shift to what never ends is null."""
    shift = each.shift
    return {
        "measure": each.measure,
        "group": each.group,
        "jobs": list(each.jobs),
        "left_out": list(each.left_out),
        "before": side_numbers(each.before),
        "after": side_numbers(each.after),
        "outcome": each.outcome.value,
        "p_value": rounded(each.p_value),
        "p_adjusted": rounded(each.p_adjusted),
        "shift_seconds": None if shift is None else rounded(shift.seconds),
        "shift_ratio": None if shift is None else rounded(shift.ratio),
        "superiority": None if shift is None else rounded(shift.superiority),
        "cliffs_delta": None if shift is None else rounded(shift.delta),
    }


def side_numbers(side: Side) -> dict[str, object]:
    """Return one side; a median or percentile that never ended is null."""
    return {
        "count": side.count,
        "never": side.never,
        "typical": rounded(side.typical),
        "slow": rounded(side.slow),
    }
