"""A measured command, and how it compares with an earlier measurement."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from forensics.analyse.boot_words import span
from forensics.analyse.gate import Comparison, Sample, Side, Terms, compare, sample_of, side_of
from forensics.analyse.timings import BOOT, RUN
from forensics.analyse.wording import counted
from forensics.cli_gate_told import (
    NEVER,
    QUIET,
    REGRESSED,
    SCHEMA,
    Answer,
    body,
    closing,
    code_of,
    numbers,
    side_numbers,
    terms_text,
)
from forensics.cli_measure import BOOT_TIMEOUT, COMPLETED, OUTCOMES, UP, Attempt, Trial, attempts_of
from forensics.cli_outputs import say
from forensics.errors import ForensicsError
from forensics.redaction import redact

GROUP = "the command"
LARGEST = 8 << 20


def candidate(trial: Trial, against: str | None, measures: Sequence[str], terms: Terms, *, is_quiet: bool) -> Answer:
    """Return the numbers of a command, and how they compare with those of an earlier measurement.

    Raises:
        ForensicsError: the command cannot be started, or the earlier measurement cannot be read.
    """
    earlier = None if against is None else earlier_attempts(Path(against))
    done = list(attempts_of(trial))
    bad = sum(each.outcome not in (COMPLETED, UP) for each in done)
    found: tuple[Comparison, ...] = ()
    if earlier is None:
        code = REGRESSED if bad else QUIET
        last = f"exit {code}, " + (f"{bad} of {counted(len(done), 'attempt')} failed" if bad else "measured")
    else:
        found = compare(list(samples_of(earlier, done, measures)), terms)
        code = code_of(found, is_incomplete=False)
        last = closing(found, code, is_incomplete=False)
        if bad and not is_quiet:
            say(f"{bad} of {counted(len(done), 'attempt')} failed")
    return Answer(
        text=measurement_text(done, None if earlier is None else found, terms),
        numbers=measurement_numbers(trial, done, None if earlier is None else found, terms, code),
        code=code,
        closing=last,
    )


def earlier_attempts(path: Path) -> list[Attempt]:
    """Return the attempts that an earlier ``--output`` holds.

    Raises:
        ForensicsError: it cannot be read, or holds none.
    """
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(LARGEST))
    except OSError as error:
        raise ForensicsError(f"--against {path}: cannot be read - {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ForensicsError(f"--against {path}: this is no JSON - name what gate --command --output wrote") from error
    try:
        attempts = [Attempt(**each) for each in found["attempts"]]
        is_ours = bool(attempts) and found["schema"] == SCHEMA and all(map(is_sound, attempts))
    except (TypeError, KeyError):
        is_ours = False
    if not is_ours:
        raise ForensicsError(f"--against {path}: it holds no measurement - name what gate --command --output wrote")
    return attempts


def is_sound(attempt: Attempt) -> bool:
    """Return whether an attempt out of a file is one that could have been made."""
    return attempt.outcome in OUTCOMES and is_span(attempt.boot_seconds) and is_span(attempt.run_seconds)


def is_span(value: object) -> bool:
    """Return whether a value is a number of seconds, or none."""
    return value is None or (isinstance(value, int | float) and 0 <= value < math.inf)


def samples_of(before: Sequence[Attempt], after: Sequence[Attempt], measures: Sequence[str]) -> Iterator[Sample]:
    """Yield boots and runs of two measurements; boots only where some was ever up, or given up."""
    boots = any(each.boot_seconds is not None or each.outcome == BOOT_TIMEOUT for each in [*before, *after])
    ways = {**({BOOT: boot_seconds} if boots else {}), RUN: run_seconds}
    for measure, way in ways.items():
        if not measures or measure in measures:
            yield sample_of(measure, GROUP, list(map(way, before)), list(map(way, after)))


def boot_seconds(attempt: Attempt) -> float:
    """Return how long an attempt took to be up, infinite where it never was."""
    return math.inf if attempt.boot_seconds is None else attempt.boot_seconds


def run_seconds(attempt: Attempt) -> float:
    """Return how long an attempt took, infinite where it failed, NaN where it was ended once it was up."""
    if attempt.outcome == COMPLETED and attempt.run_seconds is not None:
        return attempt.run_seconds
    return math.nan if attempt.outcome == UP else math.inf


def sides(done: Sequence[Attempt]) -> dict[str, Side]:
    """Return the numbers of a measurement by what was measured."""
    samples = [(sample.timings.measure, sample.timings.seconds) for sample in samples_of([], done, ())]
    return {measure: side_of(seconds) for measure, seconds in samples if len(seconds)}


def measurement_text(done: Sequence[Attempt], found: Sequence[Comparison] | None, terms: Terms) -> str:
    """Return a measurement for people, compared with an earlier one where there is one."""
    if found is not None:
        head = f"Before: the earlier measurement; after: {counted(len(done), 'attempt')}; {terms_text(terms)}"
        return "\n".join([head, "", *body(found)]) + "\n"
    lines = [f"{measure:<4}  {side_text(measure, side)}" for measure, side in sides(done).items()]
    return "\n".join(lines) + "\n"


def side_text(measure: str, side: Side) -> str:
    """Return how often something was measured, how long it took, and how often it never came to its end."""
    text, end = counted(side.count, "time"), f"{side.never} of {side.count} never {NEVER[measure]}"
    if side.typical is not None:
        text += f", typically {span(side.typical)}"
    if side.slow is not None:
        text += f", 95 % within {span(side.slow)}"
    return f"{text}, {end}" if side.never else text


def measurement_numbers(
    trial: Trial, done: Sequence[Attempt], found: Sequence[Comparison] | None, terms: Terms, code: int
) -> dict[str, object]:
    """Return a measurement for machines; spans in seconds."""
    return {
        "schema": SCHEMA,
        "kind": "measurement",
        "command": redact(" ".join(trial.command)),
        "attempts": [asdict(each) for each in done],
        **{measure: side_numbers(side) for measure, side in sides(done).items()},
        "terms": {"alpha": terms.alpha, "min_shift": terms.min_shift},
        "comparisons": None if found is None else [numbers(each) for each in found],
        "exit": {"code": code},
    }
