"""An incident's dossier for machines: the report's JSON, and what the investigation came to.

Beside the members of ``report.machine`` there are

- ``investigation``: null where there was none, else an object with ``since`` and ``until`` of the runs that were
  compared, and four lists, the most telling first. ``contrasts``, ``change_points``, ``depths`` and ``causes`` hold
  objects with the fields of the values of those names in ``evidence.investigation``; a group of runs is
  ``{"bad", "runs", "jobs"}``, an occasion ``{"at", "kind", "name"}``, a layer ``{"layer", "seen", "evidence"}``,
  what stands ``alongside`` ``{"attribute", "value"}``, a step ``{"kind", "text", "command", "diff", "cost"}``.
- ``rerun``: the runs whose work was not done, in order of time: ``{"job", "due_at", "key"}``; ``due_at`` is when the
  run was first seen where it was never due.

Instants are UTC, every text was redacted, p-values keep three digits, and null is what is not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from forensics.evidence.investigation import ChangePoint, Contrast, Depth, Group, Investigation, Occasion
from forensics.evidence.result import Result
from forensics.report.machine import ENCODER, lines, member, members
from forensics.report.machine_values import clean, fraction, instant, plain
from forensics.report.view_pen import config_folder

INSTANTS = frozenset({"at", "since", "until", "last_good", "first_bad", "latest"})
CHANCES = frozenset({"p_value", "adjusted"})
Lost = tuple[str, int, str]


def dossier_json(result: Result, rerun: Sequence[Lost]) -> bytes:
    """Return the whole result as JSON, with the investigation; ``rerun`` are (job, ns, key) of the runs to run again.

    Paths below the config's folder are told relative to it, as the config tells them.
    """
    folder = ENCODER.encode(config_folder(result.config))[1:-1]
    text = "{\n" + ",\n".join([*members(result), *own_members(result, rerun)]) + "\n}\n"
    return (text.replace(folder, "") if folder else text).encode("ascii")


def own_members(result: Result, rerun: Sequence[Lost]) -> Iterator[str]:
    """Yield the members that a dossier has beside those of a report."""
    yield member("investigation", investigation(result.investigation))
    yield lines("rerun", ({"job": clean(job), "due_at": instant(at), "key": clean(key)} for job, at, key in rerun))


def investigation(found: Investigation | None) -> dict[str, object] | None:
    """Return what an investigation came to, None where there was none."""
    return None if found is None else of(found)


def of(value: object) -> dict[str, object]:
    """Return one of the values of an investigation, field by field."""
    return {field.name: known(field.name, getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]


def known(name: str, value: Any) -> object:
    """Return a field as JSON has it."""
    if name in INSTANTS:
        return instant(value)
    if name in CHANCES:
        return None if value is None or not math.isfinite(value) else float(f"{value:.3g}")
    match value:
        case float():
            return fraction(value, 4)
        case tuple() if name == "alongside":
            return [{"attribute": clean(attribute), "value": clean(held)} for attribute, held in value]
        case tuple():
            return [of(each) if hasattr(each, "__dataclass_fields__") else plain(each) for each in value]
        case Group() | Occasion() | Contrast() | ChangePoint() | Depth():
            return of(value)
        case _:
            return plain(value)
