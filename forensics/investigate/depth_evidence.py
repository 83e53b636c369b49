"""What shows that a run reached a layer, or where it was looked for in vain, in a few words with the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forensics.evidence.columns import Names, words
from forensics.evidence.investigation import LayerName
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Flags, Ints, Links
from forensics.evidence.provenance import Place
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.investigate.depth_layers import SENDERS, Reached
from forensics.timeline import duration_text, local_text, nanos_of

SHOWN_SOURCES = 3
EVENTS = {
    "started": "started",
    "boot_started": "boot begun",
    "booted": "up",
    "completed": "completed",
    "failed": "failed",
    "timed_out": "timed out",
    "interrupted": "interrupted",
    "ended": "ended",
}
# Which of the runner's words shows a layer best.
SHOWING: Mapping[LayerName, Sequence[str]] = {
    "boot_started": ("boot_started",),
    "booted": ("booted", "started", "completed"),
    "working": ("started", "completed", "failed", "timed_out", "interrupted", "ended"),
}
# How the reasons of a verdict begin that say what was not found, or could not have been.
ABSENCES: Mapping[LayerName, tuple[str, ...]] = {
    "triggered": ("No trigger",),
    "done": ("No file", "No marker", "No good end", "No completion", "No heartbeat", "The job declares no"),
    "reported": ("No message", "Its policy"),
}


@dataclass(frozen=True)
class Ground:
    """All runs and how far each got; what many witnesses ask for is made once."""

    studied: Result
    reached: Reached

    @cached_property
    def keys(self) -> Names:
        """Return the key of each run."""
        return words(self.studied.runs["key"])

    @cached_property
    def steps(self) -> ByRun:
        """Return the runner's records by run."""
        return ByRun(self.studied.paired.steps)

    @cached_property
    def claims(self) -> ByRun:
        """Return what messages say by run."""
        return ByRun(self.studied.paired.claims)

    @cached_property
    def taken_at(self) -> Ints:
        """Return when each of the scheduler's rows was written where it says that it took a run up, else NAT."""
        frame = self.studied.evidence.triggers
        return np.where(frame["event"].eq("accepted").to_numpy(dtype=np.bool_), nanoseconds(frame["at"]), NAT)

    @cached_property
    def proven_at(self) -> Ints:
        """Return when the work of each run was proven."""
        return nanoseconds(self.studied.runs["executed_at"])

    @cached_property
    def is_own_word(self) -> Flags:
        """Return which messages are known from who sent them alone."""
        kinds = np.array([source.kind in SENDERS for source in self.studied.evidence.sources], dtype=np.bool_)
        source: Ints = self.studied.evidence.notifications["source"].to_numpy()
        return kinds[source] if len(source) else np.zeros(0, dtype=np.bool_)


class ByRun:
    """The positions of a table's links, run by run, in the order in which they stand."""

    def __init__(self, links: Links) -> None:
        self._order = np.argsort(links.run, kind="stable")
        self._run = links.run[self._order]

    def of(self, run: int) -> list[int]:
        """Return the positions of one run's links."""
        begin, end = np.searchsorted(self._run, [run, run + 1])
        found: list[int] = self._order[begin:end].tolist()
        return found


@dataclass(frozen=True)
class Witness:
    """One run and the rows that speak for it; ``row`` is its row in the frame of runs."""

    ground: Ground
    row: int

    @property
    def studied(self) -> Result:
        """Return the result that the run stands in."""
        return self.ground.studied

    def text(self, layer: LayerName) -> str:
        """Return what shows a layer of the run, or what was searched for it."""
        if not self.ground.reached.seen[layer][self.row]:
            return self.absence(layer)
        match layer:
            case "due":
                due = local_text(int(self.studied.paired.runs.due[self.row]), self.studied.config.timezone)
                return f"due {due}{self.schedule}"
            case "triggered" | "accepted":
                return self.start(layer)
            case "boot_started" | "booted" | "working":
                return self.step(layer) or self.file() or "shown by what came after it"
            case "done":
                return self.proof()
            case _:
                return self.message(layer)

    def clock(self, at: int) -> str:
        """Return an instant on the report's wall clock, with its date where that is not the run's own."""
        zone, runs = self.studied.config.timezone, self.studied.paired.runs
        text, day = local_text(at, zone, seconds=True), local_text(int(runs.start[self.row]), zone)[:10]
        return text[11:] if text.startswith(day) else text

    @property
    def schedule(self) -> str:
        """Return by what the run's job is due."""
        job = self.studied.paired.jobs[int(self.studied.paired.runs.job[self.row])]
        if job.schedule:
            return f", `{job.schedule}` {job.timezone.key}"
        return f", every {duration_text(job.interval.total_seconds())}" if job.interval else ""

    @cached_property
    def places(self) -> dict[str, list[Place]]:
        """Return the run's rows by table, in order of time."""
        found: dict[str, list[Place]] = {}
        for place in self.studied.provenance.of(self.row):
            found.setdefault(place.table, []).append(place)
        return found

    def start(self, layer: LayerName) -> str:
        """Return what the scheduler recorded, and when."""
        places, at = self.places.get("triggers", []), int(self.studied.paired.runs.triggered[self.row])
        if layer == "accepted":
            places = [each for each in places if self.ground.taken_at[each.row] != NAT]
            at = int(self.ground.taken_at[places[0].row]) if places else at
        return f"{layer} {self.clock(at)}{bracketed(places)}"

    def step(self, layer: LayerName) -> str:
        """Return the runner's record that shows a layer, empty where none does."""
        steps, places = self.studied.paired.steps, {each.row: each for each in self.places.get("lifecycle", [])}
        positions = self.ground.steps.of(self.row)
        for word in SHOWING[layer]:
            for position in positions:
                if steps.event[position] == EVENT_CODES.index(word):
                    place = places.get(int(steps.row[position]))
                    return f"{EVENTS[word]} {self.clock(int(steps.at[position]))}{bracketed([place] if place else [])}"
        return ""

    def file(self) -> str:
        """Return a file or a heartbeat of the run, empty where it left none."""
        for table in ("artifacts", "beats"):
            for place in self.places.get(table, [])[:1]:
                path = self.studied.evidence.frame(table)["path"].iloc[place.row]
                return f"`{path}`{bracketed([place])}"
        return ""

    def proof(self) -> str:
        """Return what proves the work, and since when."""
        at = int(self.ground.proven_at[self.row])
        shown = self.file() or self.step("working")
        return ", ".join(part for part in ("" if at == NAT else f"proven {self.clock(at)}", shown) if part)

    def message(self, layer: LayerName) -> str:
        """Return the last message that says how the run went."""
        claims = self.studied.paired.claims
        for position in reversed(self.ground.claims.of(self.row)):
            row, word = int(claims.row[position]), CLAIM_CODES[claims.claim[position]]
            is_own_word = bool(self.ground.is_own_word[row])
            if word in ("success", "failure") and not (layer == "delivered" and is_own_word):
                places = [each for each in self.places.get("notifications", []) if each.row == row]
                who = "the sender" if is_own_word else "a message"
                return f"{who} said {word} {self.clock(int(claims.at[position]))}{bracketed(places[:1])}"
        return ""

    @cached_property
    def reasons(self) -> list[str]:
        """Return the reasons of the run's verdict."""
        return self.studied.explain(self.row)

    def absence(self, layer: LayerName) -> str:
        """Return where a layer was looked for in vain, or that no lane could have shown it."""
        said = ABSENCES.get("reported" if layer == "delivered" else layer, ())
        for reason in self.reasons if said else ():
            if reason.startswith(said):
                return reason.removesuffix(".")
        if not self.ground.reached.could[layer][self.row]:
            return "no lane that was read could show it"
        if layer not in SHOWING:
            return "none"
        return f"none up to {self.clock(self.searched_until)} in {self.runners}"

    @property
    def searched_until(self) -> int:
        """Return up to when the run's own records were looked for."""
        runs, now = self.studied.paired.runs, self.studied.window.now
        job = self.studied.paired.jobs[int(runs.job[self.row])]
        return max(int(runs.start[self.row]), min(int(runs.own_end[self.row]) + nanos_of(job.clock_tolerance), now))

    @property
    def runners(self) -> str:
        """Return the names of the sources that hold runners' records."""
        named = [each.name for each in self.studied.evidence.sources if "lifecycle" in each.lanes]
        left = len(named) - SHOWN_SOURCES
        return ", ".join(named[:SHOWN_SOURCES]) + (f" and {left} more" if left > 0 else "")


def bracketed(places: Sequence[Place]) -> str:
    """Return where the first of some rows stands, in brackets; empty of none."""
    return f" ({places[0]})" if places else ""
