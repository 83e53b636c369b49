"""The report for machines as JSON, member by member as the contract has it.

Every text was redacted. Times are UTC. Floats are rounded, and none is NaN.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

import numpy as np

from forensics.evidence.intake import SourceRead
from forensics.evidence.provenance import LANES, Place
from forensics.evidence.result import Blocker, Finding, Heartbeat, Result
from forensics.report.columns import INSTANTS, RunColumns, texts, window_runs
from forensics.report.machine_lookback import audit, changes
from forensics.report.machine_values import clean, clean_all, instant, plain, rounded
from forensics.report.view_pen import config_folder
from forensics.report.view_sources import lanes_of
from forensics.timeline import utc_text, utc_texts

SCHEMA = "night-watch/1"
COLUMNS = (
    "key job host configured run_id due_at triggered_at started_at executed_at reported_at claim exit_code"
    " duration_seconds evidence verdict flags cause"
).split()
FREE_TEXTS = ("key", "job", "host", "run_id")
ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False)  # ASCII: no sign in it can steer a terminal


def report_json(result: Result) -> bytes:
    """Return the whole result as JSON; a run, a blocker or a source a line.

    Paths below the config's folder are told relative to it, as the config tells them.
    """
    folder = ENCODER.encode(config_folder(result.config))[1:-1]
    text = "{\n" + ",\n".join(members(result)) + "\n}\n"
    return (text.replace(folder, "") if folder else text).encode("ascii")


def members(result: Result) -> Iterator[str]:
    """Yield the members of the outermost object, in the contract's order."""
    window = result.window
    yield member("schema", SCHEMA)
    yield member("now", utc_text(window.now))
    yield member("window", {"since": utc_text(window.since), "until": utc_text(window.until)})
    yield member("timezone", str(result.config.timezone))
    yield member("exit", {"code": result.exit_code, "blockers": bool(result.blockers)})
    yield member("summary", summary(result))
    yield member("reporting", reporting(result))
    yield lines("blockers", map(blocker, result.blockers))
    yield lines("heartbeats", map(heartbeat, result.heartbeats))
    yield lines("runs", runs(result))
    yield lines("findings", map(finding, result.findings))
    yield lines("sources", sources(result))
    yield member("tracker", tracker(result))
    yield member("changes", None if result.changes is None else changes(result.changes))


def tracker(result: Result) -> dict[str, list[dict[str, object]]]:
    """Return what was to be done in the tracker, what was done, and what waits."""
    filed = result.filed
    return {
        name: [plain(action) for action in actions]
        for name, actions in (("planned", filed.planned), ("done", filed.done), ("pending", filed.pending))
    }


def member(name: str, value: object) -> str:
    """Return one member on a line."""
    return f"  {ENCODER.encode(name)}: {ENCODER.encode(value)}"


def lines(name: str, values: Iterable[object]) -> str:
    """Return a member that is a list, one value a line."""
    encoded = ",\n    ".join(map(ENCODER.encode, values))
    return f"  {ENCODER.encode(name)}: [\n    {encoded}\n  ]" if encoded else f"  {ENCODER.encode(name)}: []"


def summary(result: Result) -> dict[str, object]:
    """Return the counts."""
    counts = result.summary
    return {
        "jobs": counts.jobs,
        "runs": counts.runs,
        "evidence": dict(counts.evidence),
        "verdicts": dict(counts.verdicts),
        "reported_success_rate": rounded(counts.reported_success_rate),
        "executed_rate": rounded(counts.executed_rate),
    }


def reporting(result: Result) -> dict[str, object]:
    """Return whether the reporting can be believed, with the counts behind it."""
    check = result.reporting
    return {
        "status": check.status,
        "reason": clean(check.reason),
        "threshold": check.threshold,
        "baseline": rounded(check.baseline),
        "baseline_runs": check.usual_owed,
        "baseline_nights": check.usual_nights,
        "said_success": check.said_success,
        "owed": check.owed,
        "proven": check.proven,
        "checkable": check.checkable,
        "parts": [{**asdict(each), "name": clean(each.name)} for each in check.parts],
        "unlike": [{**asdict(each), "job": clean(each.job), "host": clean(each.host)} for each in check.unlike],
        "audit": audit(result),
    }


def blocker(each: Blocker) -> dict[str, object]:
    """Return a blocker."""
    return {
        "job": clean(each.job),
        "host": clean(each.host),
        "kind": each.kind,
        "since": instant(each.since),
        "count": each.count,
        "text": clean(each.text),
        **statement(each),
        "flags": list(each.flags),
        "about": clean(each.about),
    }


def statement(each: Blocker | Finding) -> dict[str, object]:
    """Return fact, inference and advice."""
    return {"observed": list(map(clean, each.observed)), "inferred": clean(each.inferred), "todo": clean(each.todo)}


def heartbeat(each: Heartbeat) -> dict[str, object]:
    """Return a line of the panel."""
    return {
        "job": clean(each.job),
        "status": each.status,
        "last": instant(each.last),
        "age_seconds": rounded(each.age_seconds),
        "interval_seconds": rounded(each.interval_seconds),
        "ratio": rounded(each.ratio),
        "reason": clean(each.reason),
    }


def finding(each: Finding) -> dict[str, object]:
    """Return a finding; a p-value keeps three digits."""
    p_value = None if each.p_value is None or not math.isfinite(each.p_value) else float(f"{each.p_value:.3g}")
    return {
        "kind": each.kind,
        "text": clean(each.text),
        "p_value": p_value,
        "detail": plain(each.detail),
        **statement(each),
    }


def runs(result: Result) -> Iterator[dict[str, object]]:
    """Yield the runs of the window."""
    columns = window_runs(result)
    shown: dict[str, list[Any]] = {name: getattr(columns, name) for name in COLUMNS}
    shown |= {name: instants(columns, name) for name in INSTANTS}
    shown |= {name: clean_all(getattr(columns, name)) for name in FREE_TEXTS}
    shown["flags"] = [flags.split() for flags in columns.flags]
    reasons = all_reasons(result, columns)
    for row, told, values in zip(columns.row, reasons, zip(*shown.values(), strict=True), strict=True):
        yield {**dict(zip(shown, values, strict=True)), "reasons": told, "provenance": places(result, row)}


def instants(columns: RunColumns, name: str) -> list[str | None]:
    """Return a column of instants as UTC texts."""
    return utc_texts(np.array(getattr(columns, name), dtype=np.int64))


def all_reasons(result: Result, columns: RunColumns) -> list[list[str | None]]:
    """Return the reasons of every run."""
    told = [result.explain(row) for row in columns.row]
    done = iter(clean_all([reason for reasons in told for reason in reasons]))
    return [list(islice(done, len(reasons))) for reasons in told]


def places(result: Result, row: int) -> list[dict[str, object]]:
    """Return where a run's evidence stands; ``line`` where a message speaks of several jobs."""
    return [place_entry(place) for place in result.provenance.of(row)]


def place_entry(place: Place) -> dict[str, object]:
    """Return where one row of evidence stands."""
    entry: dict[str, object] = {"lane": place.lane, "source": clean(place.source)}
    entry |= {"file": clean(place.file), "record": place.record}
    return entry | {"line": place.line} if place.line > 0 else entry


def sources(result: Result) -> Iterator[dict[str, object]]:
    """Yield each source once for each lane that it fills.

    What is counted by file and not by lane stands with the first of them, so that sums over all are right.
    """
    for at, source in enumerate(result.evidence.sources):
        digests = digests_of(result, at)
        for nth, lane in enumerate(lanes_of(source) or [None]):
            yield source_entry(source, lane, nth == 0, digests)


def source_entry(source: SourceRead, lane: str | None, is_first: bool, digests: dict[str, str]) -> dict[str, object]:
    """Return a source and one of its lanes."""
    return {
        "name": clean(source.name),
        "kind": source.kind,
        "lane": lane,
        "files": source.files * is_first,
        "records": source.records * is_first,
        "rows": sum(count for table, count in source.rows.items() if LANES[table] == lane),
        "rejected": source.rejected * is_first,
        "skipped": sum(source.skipped.values()) * is_first,
        "coverage": None if source.covers is None else [instant(end) for end in source.covers],
        "sha256": digests,
        "faults": list(map(clean, source.faults)),
    }


def digests_of(result: Result, source: int) -> dict[str, str]:
    """Return the digests of a source's files by name."""
    files = result.evidence.files
    chosen = files[(files["source"] == source).to_numpy() & files["sha256"].notna().to_numpy()]
    return {
        str(clean(name)): digest for name, digest in zip(texts(chosen["name"]), texts(chosen["sha256"]), strict=True)
    }
