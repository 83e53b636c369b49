"""What a check-up finds: what is observed, what follows, and the lines of config that mend it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from forensics.config import Job
from forensics.untrusted import safe_line

Section = Literal["top", "defaults", "job", "source", "new"]
PROBLEM, REMARK = "problem", "remark"


@dataclass(frozen=True)
class Mend:
    """Lines of a config: they take the place of lines of the same keys in a section, or stand there anew.

    ``name`` and ``host`` tell a job, ``number`` (from 1) a source. A ``new`` one is a section of its own, heading
    included.
    """

    section: Section
    lines: tuple[str, ...]
    name: str | None = None
    host: str | None = None
    number: int | None = None

    @property
    def place(self) -> str:
        """Return in words where the lines belong."""
        match self.section:
            case "job":
                return f"[[job]] {self.name}" + (f" on {self.host}" if self.host else "")
            case "source":
                return f"[[source]] number {self.number}" + (f" ({self.name})" if self.name else "")
            case "defaults":
                return "[defaults]"
            case "top":
                return "the lines before the first section"
            case "new":
                return "a new section at the end"


@dataclass(frozen=True)
class Lint:
    """Something to mend, or (``level`` remark) to know.

    ``observed`` are counts and places, ``inferred`` what follows from them, ``mends`` the text to write, ``todo`` what
    else there is to do. They may quote evidence: what shows them must treat them as untrusted text.
    """

    kind: str
    text: str
    jobs: tuple[str, ...] = ()
    level: str = PROBLEM
    observed: tuple[str, ...] = ()
    inferred: str = ""
    mends: tuple[Mend, ...] = ()
    todo: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def for_job(job: Job, **values: object) -> Mend:
    """Return the lines that set some keys of a job."""
    return Mend("job", tuple(toml_line(key, value) for key, value in values.items()), job.name, job.host)


def toml_line(key: str, value: object) -> str:
    """Return a key and its value as TOML on one line."""
    return f"{key} = {toml_value(value)}"


def toml_value(value: object) -> str:
    """Return a text, number, truth value, list or table as TOML on one line; no secret stands in its texts."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case Mapping():
            pairs = (f"{toml_key(str(key))} = {toml_value(each)}" for key, each in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case str():
            return toml_text(value)
        case Iterable():
            return f"[{', '.join(map(toml_value, value))}]"
    return toml_text(str(value))


def toml_key(key: str) -> str:
    """Return a key of a table, quoted where TOML asks for it."""
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else toml_text(key)


def toml_text(text: str) -> str:
    """Return a text in TOML's quotes."""
    return json.dumps(safe_line(text), ensure_ascii=False).replace("\x7f", "\\u007f")
