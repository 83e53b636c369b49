"""What an investigation came to, in plain values: causes, since when, how far runs got, what differs, what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.investigation import (
    LAYERS,
    Cause,
    Depth,
    Investigation,
    NextStep,
)
from forensics.report.page_changes import SHOWN_CHANGES, Turn, names, turns
from forensics.report.page_compared import STANDINGS, Compared, Comparison, looked_at, standing
from forensics.report.view_pen import Pen
from forensics.untrusted import clipped, safe_text

SHOWN_CAUSES, SHOWN_LADDERS, SHOWN_STEPS = 5, 4, 6
LONGEST_DIFF, LONGEST_COMMAND = 4_000, 2_000
SIDES = {"+": "added", "-": "removed", "@": "place"}
PLACE = "@@ "
# What stands among the causes without being one: its name, and its colour.
OF_KIND = {"over": ("earlier trouble", "calm"), "unseen": ("blind spot", "unsure")}


@dataclass(frozen=True)
class Line:
    """A line of a diff: ``side`` is added, removed, place or same."""

    side: str
    text: str


@dataclass(frozen=True)
class Step:
    """One thing to do; ``command`` is for a shell, ``diff`` for a config."""

    kind: str
    text: str
    command: str
    diff: tuple[Line, ...]
    cost: str

    @property
    def first(self) -> tuple[Line, ...]:
        """Return the diff up to the end of its first place."""
        return self.diff[: self._second]

    @property
    def rest(self) -> tuple[Line, ...]:
        """Return the other places of the diff."""
        return self.diff[self._second :]

    @property
    def places(self) -> int:
        """Return how many places the rest has."""
        return sum(line.text.startswith(PLACE) for line in self.rest)

    @property
    def _second(self) -> int:
        starts = [at for at, line in enumerate(self.diff) if line.text.startswith(PLACE)]
        return starts[1] if len(starts) > 1 else len(self.diff)


@dataclass(frozen=True)
class Likely:
    """A likely cause; ``names`` are the jobs that it concerns.

    ``label`` is what it is called: what is over by now, and what nothing could tell, is no cause of what lasts.
    """

    number: int
    label: str
    tone: str
    title: str
    names: str
    supports: tuple[str, ...]
    contradicts: tuple[str, ...]
    inferred: str
    unknown: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Rung:
    """One layer: in how many runs it was seen, and where; ``state`` is reached, partly, stopped, after or dark."""

    name: str
    state: str
    seen: str
    evidence: str


@dataclass(frozen=True)
class Ladder:
    """How far the bad runs of a job got, of which so many ``stopped``; ``alike`` names others that did so there."""

    job: str
    runs: int
    stops_at: str | None
    stopped: int
    rungs: tuple[Rung, ...]
    alike: str


@dataclass(frozen=True)
class Causes:
    """An investigation in plain values; the counts of what is ``left`` are told with each list."""

    looked_at: str
    likely: tuple[Likely, ...]
    likely_left: int
    turns: tuple[Turn, ...]
    changes_left: int
    ladders: tuple[Ladder, ...]
    ladders_left: int
    differs: tuple[Compared, ...]
    same: tuple[Compared, ...]
    unknown: tuple[Compared, ...]
    contrasts_left: int

    @property
    def comparisons(self) -> list[Comparison]:
        """Return what was compared, question by question."""
        standings = (self.differs, self.same, self.unknown)
        asked = dict.fromkeys(each.about for some in standings for each in some)
        return [
            Comparison(about, *(tuple(each for each in some if each.about == about) for some in standings))
            for about in asked
        ]

    @property
    def has_diff(self) -> bool:
        """Whether a change of a config is among what to do."""
        return any(step.diff for cause in self.likely for step in cause.steps)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that could be shown."""
        return not (self.likely or self.turns or self.ladders or self.differs or self.same or self.unknown)


def causes_of(found: Investigation | None, pen: Pen, runs: int = 0) -> Causes | None:
    """Return what an investigation of so many runs came to, None where there was none or it came to nothing."""
    if found is None:
        return None
    ladders = list(ladders_of(found.depths, pen))
    differs, same, unknown = (standing(word, found.contrasts, pen) for word in STANDINGS)
    shown = Causes(
        looked_at=looked_at(found, runs, pen),
        likely=tuple(likely(number, cause, pen) for number, cause in enumerate(found.causes[:SHOWN_CAUSES], 1)),
        likely_left=max(0, len(found.causes) - SHOWN_CAUSES),
        turns=tuple(turns(found.change_points[:SHOWN_CHANGES], pen)),
        changes_left=max(0, len(found.change_points) - SHOWN_CHANGES),
        ladders=tuple(ladders[:SHOWN_LADDERS]),
        ladders_left=max(0, len(ladders) - SHOWN_LADDERS),
        differs=differs,
        same=same,
        unknown=unknown,
        contrasts_left=len(found.contrasts) - len(differs) - len(same) - len(unknown),
    )
    return None if shown.is_empty else shown


def likely(number: int, cause: Cause, pen: Pen) -> Likely:
    """Return one cause."""
    label, tone = OF_KIND.get("over" if cause.detail.get("is_over") else cause.kind, ("likely cause", "bad"))
    return Likely(
        number=number,
        label=label,
        tone=tone,
        title=pen.sentence(cause.title).rstrip("."),
        names=names(cause.jobs, pen),
        supports=sentences(cause.supports, pen),
        contradicts=sentences(cause.contradicts, pen),
        inferred=pen.sentence(cause.inferred),
        unknown=pen.sentence(cause.unknown),
        steps=tuple(step(each, pen) for each in cause.steps[:SHOWN_STEPS]),
    )


def sentences(texts: Sequence[str], pen: Pen) -> tuple[str, ...]:
    """Return sentences that may quote evidence."""
    return tuple(pen.sentence(text) for text in texts if text.strip())


def step(each: NextStep, pen: Pen) -> Step:
    """Return one thing to do."""
    return Step(
        kind=each.kind,
        text=pen.sentence(each.text),
        command=clipped(safe_text(each.command.strip("\n")), LONGEST_COMMAND),
        diff=tuple(diff_lines(each.diff)),
        cost=pen.sentence(each.cost),
    )


def diff_lines(diff: str) -> Iterator[Line]:
    """Yield the lines of a unified diff; the two that name files are no change."""
    for text in clipped(safe_text(diff.rstrip("\n")), LONGEST_DIFF).split("\n") if diff.strip() else ():
        yield Line("place" if text.startswith(("+++ ", "--- ")) else SIDES.get(text[:1], "same"), text)


def ladders_of(depths: Sequence[Depth], pen: Pen) -> Iterator[Ladder]:
    """Yield how far runs got, jobs that stopped at the same layer together."""
    alike: dict[str | None, list[Depth]] = {}
    for depth in depths:
        alike.setdefault(depth.stops_at, []).append(depth)
    for stop in sorted(alike, key=lambda name: LAYERS.index(name) if name else len(LAYERS)):
        first, *others = alike[stop]
        yield Ladder(
            job=pen.job_code(first.job, first.host),
            runs=first.runs,
            stops_at=stop and layer_text(stop),
            stopped=first.runs - next((each.seen or 0 for each in first.layers if each.layer == stop), first.runs),
            rungs=tuple(rungs(first, pen)),
            alike=names([each.job for each in others], pen, [each.host for each in others]),
        )


def rungs(depth: Depth, pen: Pen) -> Iterator[Rung]:
    """Yield the layers of a job's bad runs."""
    has_stopped = False
    for each in depth.layers:
        is_stop = each.layer == depth.stops_at
        has_stopped = has_stopped or is_stop
        seen = "cannot tell" if each.seen is None else f"{each.seen:,} of {depth.runs:,}"
        state = "stopped" if is_stop else "dark" if each.seen is None else "after" if has_stopped else "reached"
        if state == "reached" and each.seen is not None and each.seen < depth.runs:
            state = "partly"
        yield Rung(layer_text(each.layer), state, seen, pen.sentence(each.evidence))


def layer_text(layer: str) -> str:
    """Return the name of a layer in words."""
    return layer.replace("_", " ")
