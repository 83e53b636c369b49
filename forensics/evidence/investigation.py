"""What an investigation comes to: why runs went wrong, since when, how far each got, and what to do next.

Frozen values that ``investigate`` fills and ``report`` shows. Instants are int ns since the epoch (UTC). Texts may
quote evidence: what shows them must treat them as untrusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# How far a run can get, in order: the first layer that shows nothing is where to look.
LAYERS = ("due", "triggered", "accepted", "boot_started", "booted", "working", "done", "reported", "delivered")
LayerName = Literal[
    "due", "triggered", "accepted", "boot_started", "booted", "working", "done", "reported", "delivered"
]


@dataclass(frozen=True)
class Group:
    """Runs that share something: how many of ``runs`` are ``bad``, of how many ``jobs``."""

    bad: int
    runs: int
    jobs: int

    @property
    def rate(self) -> float | None:
        """Return the share of bad runs, None of no runs."""
        return self.bad / self.runs if self.runs else None


@dataclass(frozen=True)
class Contrast:
    """What the runs with one value of an attribute come to, against all others.

    ``about`` tells what a bad run is: ``work`` (not done) or ``reporting`` (done, and told wrongly or not at all).
    ``level`` is ``job`` for what a job has in all its runs (compared over jobs), ``run`` for what changes from run to
    run (compared within jobs). ``effect`` is the difference of the two rates, ``adjusted`` the p-value after Holm's
    correction over all attributes tried. ``standing``: ``differs`` (it tells bad from good), ``same`` (ruled out),
    ``unknown`` (too little to tell); ``reason`` says why in a clause. ``alongside`` are (attribute, value) pairs that
    split the runs in the very same way, so that nothing can tell them apart.
    """

    attribute: str
    value: str
    about: Literal["work", "reporting"]
    level: Literal["job", "run"]
    within: Group
    others: Group
    effect: float
    p_value: float | None
    adjusted: float | None
    standing: Literal["differs", "same", "unknown"]
    reason: str = ""
    alongside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Occasion:
    """An event beside a change: ``upgrade``, ``restart``, ``deploy``, ``reboot``, ``dst``, or a kind of a config's."""

    at: int
    kind: str
    name: str


@dataclass(frozen=True)
class ChangePoint:
    """Since when it goes wrong: most likely from ``first_bad`` on, somewhere after ``last_good`` and up to ``latest``.

    All are moments of runs (ns); no ``latest`` is ``first_bad``. Any instant before or after is twenty times less
    likely than the likeliest one, fifty times where several jobs share it. ``jobs`` are those that changed, one for a
    change of its own, ``hosts`` theirs; only their runs with ``among`` (``node = n1``), empty for all of them.
    ``before`` and ``after`` are these runs on both sides of ``first_bad``. ``occasions`` lie in between, what fits best
    first, changes before mere restarts; ``controls`` are jobs with runs on both sides that did not change.
    ``is_better``: it ended there, rather than began.
    """

    about: Literal["work", "reporting"]
    jobs: tuple[str, ...]
    hosts: tuple[str | None, ...]
    last_good: int
    first_bad: int
    before: Group
    after: Group
    p_value: float
    occasions: tuple[Occasion, ...] = ()
    controls: tuple[str, ...] = ()
    is_better: bool = False
    latest: int | None = None
    among: str = ""

    @property
    def until(self) -> int:
        """The last instant at which it may have happened, as a moment of a run (ns)."""
        return self.first_bad if self.latest is None else self.latest


@dataclass(frozen=True)
class LayerSeen:
    """One layer of some runs: in how many it was ``seen``, None where no lane could have shown it.

    ``evidence`` names a row of the newest run, or what was searched.
    """

    layer: LayerName
    seen: int | None
    evidence: str


@dataclass(frozen=True)
class Depth:
    """How far the bad runs of a job got, whose ``keys`` these are.

    ``stops_at`` is the first layer that some lane covers and none of them reached.
    """

    job: str
    host: str | None
    runs: int
    since: int
    until: int
    layers: tuple[LayerSeen, ...]
    stops_at: LayerName | None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class NextStep:
    """One thing to do: a ``command`` to type, a ``change`` of a config as ``diff``, runs or a lane.

    ``cost`` says what the step costs or risks, empty where nothing.
    """

    kind: Literal["command", "change", "rerun", "lane", "look"]
    text: str
    command: str = ""
    diff: str = ""
    cost: str = ""


@dataclass(frozen=True)
class Cause:
    """A likely cause: ``supports`` and ``contradicts`` are observations, ``inferred`` follows, ``unknown`` is open."""

    kind: str
    title: str
    supports: tuple[str, ...]
    contradicts: tuple[str, ...] = ()
    inferred: str = ""
    unknown: str = ""
    jobs: tuple[str, ...] = ()
    steps: tuple[NextStep, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """One line of an incident's timeline: a row of evidence, a due time, or an event.

    ``lane`` is that of the row, else ``due`` or ``event``. ``run`` is the key of the run that it speaks for.
    """

    at: int
    lane: str
    job: str | None
    host: str | None
    text: str
    run: str | None = None
    source: str | None = None
    file: str | None = None
    record: int | None = None


@dataclass(frozen=True)
class Investigation:
    """All of it, over the runs from ``since`` to ``until``; causes come with the likeliest first."""

    since: int
    until: int
    contrasts: tuple[Contrast, ...] = ()
    change_points: tuple[ChangePoint, ...] = ()
    depths: tuple[Depth, ...] = ()
    causes: tuple[Cause, ...] = ()
