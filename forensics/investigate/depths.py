"""How far bad runs got: due, triggered, accepted, booted, at work, done, reported, delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.investigation import Depth, LayerName, LayerSeen
from forensics.evidence.paired import NAT, Flags, Ints
from forensics.evidence.result import Result
from forensics.investigate.depth_evidence import Ground, Witness
from forensics.investigate.depth_layers import LAYERS, reached
from forensics.investigate.outcomes import reporting, work

# Layers that good runs are asked for too: what a runner records of every run.
RECORDED: tuple[LayerName, ...] = ("accepted", "boot_started", "booted", "working")
DONE = LAYERS.index("done")


def depths(studied: Result, focus: frozenset[str]) -> tuple[Depth, ...]:
    """Return for each job how far its bad runs got, those with most of them first; ``focus`` are the jobs to look at.

    Of a job whose newest bad run was done, how far the runs got that were told wrongly or not at all.
    """
    columns, code = Columns(studied.runs), studied.paired.runs.job
    undone, mistold, good = work(columns).bad, reporting(columns).bad, work(columns).good
    is_asked = np.array([job.name in focus for job in studied.paired.jobs], dtype=np.bool_)
    fails = newest(code, columns.moment, undone, len(is_asked)) >= newest(code, columns.moment, mistold, len(is_asked))
    bad = np.where(fails[code], undone, mistold) & is_asked[code]
    if not bad.any():
        return ()
    ground = Ground(studied, reached(studied))
    usual = good_counts(ground, good)
    found = (depth(ground, rows, columns.moment, usual) for rows in by_job(code, bad, columns.moment))
    return tuple(sorted(found, key=lambda each: (-each.runs, each.job, each.host or "")))


def newest(code: Ints, moment: Ints, chosen: Flags, jobs: int) -> Ints:
    """Return when the newest chosen run of each job was, the smallest int where there is none."""
    found = np.full(jobs, NAT)
    np.maximum.at(found, code[chosen], moment[chosen])
    return found


def good_counts(ground: Ground, good: Flags) -> dict[LayerName, Ints]:
    """Return for each layer that a runner records in how many good runs of each job it is seen; ``done``: in all."""
    code, count = ground.studied.paired.runs.job, len(ground.studied.paired.jobs)
    seen = ground.reached.seen
    return {layer: np.bincount(code[good & seen[layer]], minlength=count) for layer in (*RECORDED, "done")}


def by_job(code: Ints, bad: Flags, moment: Ints) -> Iterator[Ints]:
    """Yield the bad runs of each job, in order of time."""
    rows = np.flatnonzero(bad)
    rows = rows[np.lexsort((moment[rows], code[rows]))]
    yield from np.split(rows, np.flatnonzero(np.diff(code[rows])) + 1)


def depth(ground: Ground, rows: Ints, moment: Ints, usual: Mapping[LayerName, Ints]) -> Depth:
    """Return how far some runs of one job got."""
    studied, witness = ground.studied, Witness(ground, int(rows[-1]))
    code = int(studied.paired.runs.job[rows[0]])
    layers = [layer_seen(layer, witness, rows, code, usual) for layer in ground.reached.layers(code)]
    return Depth(
        job=studied.paired.jobs[code].name,
        host=studied.paired.jobs[code].host,
        runs=len(rows),
        since=int(moment[rows[0]]),
        until=int(moment[rows[-1]]),
        layers=tuple(layers),
        stops_at=stop(layers, len(rows)),
        keys=tuple(ground.keys[rows].tolist()),
    )


def layer_seen(layer: LayerName, witness: Witness, rows: Ints, code: int, usual: Mapping[LayerName, Ints]) -> LayerSeen:
    """Return in how many runs a layer was seen; the evidence is the newest run's, and of good runs how many show it."""
    seen, could = witness.ground.reached.seen[layer][rows], witness.ground.reached.could[layer][rows]
    text, good = witness.text(layer), int(usual["done"][code])
    if layer in RECORDED and good and could[-1] and not seen[-1]:
        text += f"; seen in {usual[layer][code]:,} of {good:,} good runs of this job"
    count, runs = int(could.sum()), len(rows)
    if could.any() and 2 * count < runs:  # what could be seen of a few runs alone says nothing of how far all got
        return LayerSeen(layer, None, f"only {count:,} of {runs:,} runs could have shown it; {int(seen.sum()):,} did")
    return LayerSeen(layer, int(seen.sum()) if could.any() else None, text)


def stop(layers: Sequence[LayerSeen], runs: int) -> LayerName | None:
    """Return the first layer that fewer than half of some runs reached, None where there is none.

    A layer that later ones went past is no stop: its rows are missing, the run went on. That something was said of a
    run does not show that it got so far.
    """
    known = [each for each in layers if each.seen is not None]
    passed = [place for place, each in enumerate(known) if LAYERS.index(each.layer) <= DONE and is_reached(each, runs)]
    after = known[passed[-1] + 1 if passed else 0 :]
    return next((each.layer for each in after if not is_reached(each, runs)), None)


def is_reached(layer: LayerSeen, runs: int) -> bool:
    """Return whether at least half of some runs reached a layer."""
    return layer.seen is not None and layer.seen * 2 >= runs
