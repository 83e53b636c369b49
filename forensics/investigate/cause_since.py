"""What of the findings before speaks for or against a cause: since when, what sets its runs apart, how far they got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forensics.evidence.investigation import ChangePoint, Contrast, Depth
from forensics.evidence.paired import Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.words import (
    between,
    chance,
    counted,
    happening,
    listed,
    of_runs,
    of_those,
    setting,
    share,
    went_wrong,
    when,
)

SHOWN_CHANGES, SHOWN_CONTRASTS = 2, 3
# What a run gets through, in the words of "in how many it was seen".
LAYER_WORDS = {
    "due": "due",
    "triggered": "triggered",
    "accepted": "accepted by the scheduler",
    "boot_started": "boot begun",
    "booted": "booted",
    "working": "at work",
    "done": "work proven",
    "reported": "reported",
    "delivered": "delivered",
}


def dated(changes: Sequence[ChangePoint], case: Case) -> Iterator[str]:
    """Yield since when it goes wrong, and what happened then."""
    for change in changes[:SHOWN_CHANGES]:
        yield change_text(change, case)
    if len(changes) > SHOWN_CHANGES:
        yield f"{counted(len(changes) - SHOWN_CHANGES, 'more change')} of the same kind."


def change_text(change: ChangePoint, case: Case) -> str:
    """Return a change in a sentence: its interval, the runs on both sides, and what lies in between."""
    whose = of_those(listed(change.jobs), change.among)
    went = went_wrong(change.about)
    counts = f"before {of_runs(change.before, went)}, after {of_runs(change.after, went)}"
    within = "; ".join(f"{happening(each)}, {when(each.at, case.zone)}" for each in change.occasions[:2])
    return (
        f"{whose} began to go wrong {between(change, case.zone)}: {counts} ({chance(change.p_value)})."
        f" {f'In between: {within}' if within else 'Nothing that was read tells of an event in between'}."
    )


def telling(case: Case, rows: Ints, about: str) -> list[Contrast]:
    """Return what tells jobs like those of some runs from all others: attributes that all of these jobs share."""
    mine = set(case.codes(rows))
    return [
        contrast
        for contrast in case.contrasts
        if contrast.about == about
        and contrast.standing == "differs"
        and contrast.effect > 0
        and mine <= case.having(contrast.attribute, contrast.value)
    ]


def contrast_text(contrast: Contrast) -> str:
    """Return a contrast in a sentence, with the values that cannot be told from it."""
    went = went_wrong(contrast.about)
    same = " or ".join(setting(name, value) for name, value in contrast.alongside[:2])
    same = f" (or {same}, which splits the runs alike)" if same else ""
    adjusted = chance(contrast.adjusted)
    return (
        f"{setting(contrast.attribute, contrast.value)}{same}: {of_runs(contrast.within, went)}"
        f" ({counted(contrast.within.jobs, 'job')}); all others {share(contrast.others.bad, contrast.others.runs)}"
        f" ({counted(contrast.others.jobs, 'job')}){f', {adjusted} after correction' if adjusted else ''}."
    )


def since_then(case: Case, contrast: Contrast, changes: Sequence[ChangePoint]) -> Iterator[str]:
    """Yield how runs with a value and those without it went since a change: same time, other fate."""
    codes = case.having(contrast.attribute, contrast.value)
    outcome = case.work if contrast.about == "work" else case.reporting
    if not changes or not codes or contrast.level != "job":
        return
    after = outcome.known & (case.columns.moment >= changes[0].first_bad)
    having = case.runs_of(codes)
    counts = [(int((outcome.bad & after & side).sum()), int((after & side).sum())) for side in (having, ~having)]
    (bad, runs), (other_bad, other_runs) = counts
    if runs and other_runs and (bad, runs) != (contrast.within.bad, contrast.within.runs):
        yield (
            f"Since {when(changes[0].first_bad, case.zone)}: of runs with it {share(bad, runs)}"
            f" {went_wrong(contrast.about)}, of all others {share(other_bad, other_runs)}."
        )


def stopping(case: Case, jobs: Sequence[str]) -> list[Depth]:
    """Return how far the bad runs of some jobs got, where that is known."""
    return [depth for depth in case.depths if depth.job in jobs and depth.stops_at]


def depth_text(depths: Sequence[Depth]) -> Iterator[str]:
    """Yield where runs of several jobs stop, if all do at the same layer."""
    if not depths or len({depth.stops_at for depth in depths}) != 1:
        return
    runs = sum(depth.runs for depth in depths)
    seen = {layer: layer_sum(depths, layer) for layer in LAYER_WORDS}
    known = [f"{LAYER_WORDS[layer]} {share(count, runs)}" for layer, count in seen.items() if count is not None]
    stops = LAYER_WORDS[str(depths[0].stops_at)]
    upto = known[: 1 + next(at for at, text in enumerate(known) if text.startswith(f"{stops} "))]
    yield f"How far bad runs of these jobs got: {', '.join(upto[-4:])}."


def layer_sum(depths: Sequence[Depth], layer: str) -> int | None:
    """Return in how many runs a layer was seen, None where no lane could have shown it for all of them."""
    seen = [each.seen for depth in depths for each in depth.layers if each.layer == layer]
    known = [count for count in seen if count is not None]
    return sum(known) if known and len(known) == len(depths) else None
