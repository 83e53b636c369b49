"""The evidence behind the window's runs, and what each run came to, as a timeline for Timesketch: JSON lines.

The form is that of https://timesketch.org/guides/user/import-from-json-csv/: ``message``, ``datetime`` and
``timestamp_desc`` in every line, any other field as it is. There is a line for each row of evidence that speaks
for a run of the window, and one for each run's verdict, in order of time; rows that belong to no run of the
window are left out. ``data_type`` tells the lines apart. ``job``, ``run_key`` and ``verdict`` are the run's, so
that all that speaks for it is found by one filter; the other fields are the evidence's own, left out where null,
and a message's text stands in ``message``.

Timesketch gives a field the type of its first value and turns away lines that do not fit it: so a field has one
type in all lines, and attributes are one text. ``timestamp`` is ``datetime`` in µs since the epoch, without
which Timesketch would work it out in floats. Every text was redacted, and is long at most ``LONGEST`` signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.frames import EVIDENCE
from forensics.evidence.paired import CLAIM_CODES, NAT, Ints, Links, Paired
from forensics.evidence.provenance import LANES
from forensics.evidence.result import Result
from forensics.evidence.schema import Frame, nanoseconds
from forensics.report.columns import INSTANTS, RunColumns, texts, window_runs
from forensics.report.machine_values import clean_all
from forensics.report.timesketch_lines import LONGEST, clean_texts, lines_of, moments, own_fields, picked
from forensics.report.view_pen import config_folder
from forensics.untrusted import clipped

PROOF_TIME, READ_TIME, NO_TIME = "Content Modification Time", "Recorded Time", "Unknown Time"
FIRST_KNOWN = (("due_at", "Run Due"), ("triggered_at", "Run Triggered"))
DETAILS = {"triggers": "command", "lifecycle": "command", "notifications": "text", "artifacts": "path", "beats": "path"}
DATA_TYPES = {
    "triggers": "nightwatch:trigger",
    "lifecycle": "nightwatch:lifecycle",
    "notifications": "nightwatch:notification",
    "artifacts": "nightwatch:artifact",
    "beats": "nightwatch:heartbeat",
}
VERDICT_TYPE = "nightwatch:verdict"
Fields = dict[str, list[Any]]


@dataclass(frozen=True)
class Events:
    """Events by column: ``at`` in ns, the fields with None where an event has none."""

    at: Ints
    fields: Fields


@dataclass(frozen=True)
class Night:
    """The window's runs: ``place`` maps a row of ``paired.runs`` to its place among them, -1 where it is not there.

    ``folder`` is the config's, from which the names of files below it are told.
    """

    result: Result
    runs: RunColumns
    place: Ints
    job: list[str | None]
    host: list[str | None]
    key: list[str | None]
    folder: str


def report_timesketch(result: Result) -> bytes:
    """Return the timeline as JSON lines in ASCII."""
    night = night_of(result)
    tables = [*(evidence_events(night, frame) for frame in EVIDENCE), verdict_events(night)]
    order = np.argsort(np.concatenate([table.at for table in tables]), kind="stable").tolist()
    lines = list(chain.from_iterable(lines_of(table.fields) for table in tables))
    return "".join([lines[row] for row in order]).encode("ascii")


def night_of(result: Result) -> Night:
    """Return what the events of a result have in common."""
    runs = window_runs(result)
    place = np.full(len(result.paired.runs), -1, dtype=np.int64)
    place[runs.row] = np.arange(len(runs))
    job, host, key = (clean_all(names) for names in (runs.job, runs.host, runs.key))
    return Night(result, runs, place, job, host, key, config_folder(result.config))


def links_of(paired: Paired, table: str) -> Links:
    """Return which rows of a table speak for which runs."""
    return {
        "triggers": paired.triggers,
        "lifecycle": paired.steps,
        "notifications": paired.claims,
        "artifacts": paired.proofs,
        "beats": paired.beats,
    }[table]


def evidence_events(night: Night, frame: Frame) -> Events:
    """Return an event for each row of a table that speaks for a run of the window; a message for each of its lines.

    A row without a time stands where its run begins, and says so.
    """
    links = links_of(night.result.paired, frame.name)
    chosen = np.flatnonzero(night.place[links.run] >= 0)
    chosen = chosen[np.argsort(links.row[chosen], kind="stable")]
    rows, runs = night.result.evidence.frame(frame.name).iloc[links.row[chosen]], links.run[chosen]
    fields = {**of_the_run(night, night.place[runs]), **where_read(night, rows, frame.name), **own_fields(frame, rows)}
    fields["host"] = filled(fields["host"], picked(night.host, night.place[runs]))
    if frame.name == "notifications":
        fields |= claims_of(night.result.paired, chosen)
    messages = sentences(fields["job"], happenings(frame.name, fields), fields[DETAILS[frame.name]])
    fields.pop("text", None)
    known = nanoseconds(rows["at"])
    at = np.where(known == NAT, night.result.paired.runs.start[runs], known)
    described = np.where(known == NAT, NO_TIME, np.array(meanings(frame.name, fields, night), dtype=object)).tolist()
    return Events(at, {**headings(messages, at, described, DATA_TYPES[frame.name]), **fields})


def filled(own: Sequence[str | None], other: Sequence[str | None]) -> list[str | None]:
    """Return a column with another's values where it has none."""
    return [first or second for first, second in zip(own, other, strict=True)]


def headings(messages: list[str], at: Ints, described: list[str], data_type: str) -> Fields:
    """Return the fields that every line has."""
    return {
        "message": messages,
        "datetime": moments(at),
        "timestamp": (at // 1000).tolist(),
        "timestamp_desc": described,
        "data_type": [data_type] * len(at),
    }


def of_the_run(night: Night, place: Ints) -> Fields:
    """Return the job, key and verdict of the run that each event speaks for, by its place in the window."""
    runs: dict[str, Sequence[Any]] = {"job": night.job, "run_key": night.key, "verdict": night.runs.verdict}
    return {name: picked(values, place) for name, values in runs.items()}


def where_read(night: Night, rows: pd.DataFrame, table: str) -> Fields:
    """Return where rows of evidence stand."""
    evidence = night.result.evidence
    sources = clean_all([source.name.removeprefix(night.folder) for source in evidence.sources])
    files = clean_all([name.removeprefix(night.folder) for name in texts(evidence.files["name"])])
    return {
        "lane": [LANES[table]] * len(rows),
        "source": picked(sources, rows["source"].to_numpy()),
        "file": picked(files, rows["file"].to_numpy()),
        "record": rows["record"].tolist(),
    }


def claims_of(paired: Paired, chosen: Ints) -> Fields:
    """Return what messages were understood to claim, and in which of their lines; 0 is all of it."""
    return {
        "claim": picked([code or None for code in CLAIM_CODES], paired.claims.claim[chosen]),
        "line": [line or None for line in paired.claims.line[chosen].tolist()],
    }


def happenings(table: str, fields: Fields) -> list[str]:
    """Return in a few words what each row of evidence says."""
    match table:
        case "triggers":
            return [f"trigger {event}" for event in fields["event"]]
        case "lifecycle":
            ends = zip(fields["event"], fields["exit_code"], strict=True)
            return [
                f"run {spaced(event)}" + ("" if code is None else f" with exit code {code}") for event, code in ends
            ]
        case "notifications":
            return [f"message claims {claim}" if claim else "message" for claim in fields["claim"]]
        case "artifacts":
            return ["folder" if is_folder else "file" for is_folder in fields["is_folder"]]
        case _:
            states = zip(fields["fault"], fields["status"], strict=True)
            return [f"heartbeat {fault or status or ''}".rstrip() for fault, status in states]


def spaced(word: str) -> str:
    """Return a word of ours as people write it."""
    return word.replace("_", " ")


def meanings(table: str, fields: Fields, night: Night) -> list[str]:
    """Return what the time of each row of evidence is the time of."""
    match table:
        case "triggers" | "lifecycle":
            what = "Trigger" if table == "triggers" else "Run"
            return [f"{what} {spaced(event).title()}" for event in fields["event"]]
        case "notifications":
            return ["Message Sent"] * len(fields["job"])
        case "artifacts":
            inside = fields_read(night.result.paired)
            return [READ_TIME if path.endswith(inside) else PROOF_TIME for path in fields["path"]]
        case _:
            return ["Heartbeat"] * len(fields["job"])


def fields_read(paired: Paired) -> tuple[str, ...]:
    """Return how paths end whose time was read from inside the file: ``#`` and one of the fields that jobs name."""
    split = [pattern.text.partition("#") for pattern in paired.patterns]
    return tuple(f"#{field}" for _, _, field in split if field)


def sentences(jobs: Sequence[str], happened: Sequence[str], details: Sequence[str | None]) -> list[str]:
    """Return events in words; all parts were redacted."""
    parts = zip(jobs, happened, details, strict=True)
    return [clipped(f"{job}: {what}: {detail}" if detail else f"{job}: {what}", LONGEST) for job, what, detail in parts]


def verdict_events(night: Night) -> Events:
    """Return an event for each run of the window, when it was due, else triggered, else first seen; it says why."""
    runs = night.runs
    at, described = first_known(night)
    reasons = list(reasons_of(night))
    names = ("configured", "evidence", "claim", "cause", "exit_code", "duration_seconds")
    fields: Fields = {
        **of_the_run(night, np.arange(len(runs))),
        "host": night.host,
        "run_id": clean_all(runs.run_id),
        **{name: getattr(runs, name) for name in names},
        "flags": [flags or None for flags in runs.flags],
        **{name: moments(np.array(getattr(runs, name), dtype=np.int64)) for name in INSTANTS},
    }
    messages = sentences(fields["job"], [f"judged {spaced(verdict)}" for verdict in runs.verdict], reasons)
    return Events(at, {**headings(messages, at, described, VERDICT_TYPE), **fields})


def first_known(night: Night) -> tuple[Ints, list[str]]:
    """Return the instant of each run in ns, and what it is the time of."""
    at = night.result.paired.runs.start[night.runs.row]
    described = np.full(len(at), "Run First Seen", dtype=object)
    for name, meaning in reversed(FIRST_KNOWN):
        known = np.array(getattr(night.runs, name), dtype=np.int64)
        at, described = np.where(known == NAT, at, known), np.where(known == NAT, described, meaning)
    return at, described.tolist()


def reasons_of(night: Night) -> Iterator[str]:
    """Yield the reasons of each run as one text."""
    told = [" ".join(night.result.explain(row)) for row in night.runs.row]
    near = pd.Series([text.replace(night.folder, "") if night.folder else text for text in told], dtype=object)
    yield from (text or "" for text in clean_texts(near))
