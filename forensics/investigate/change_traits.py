"""The attributes by whose values jobs, or runs, may have changed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from forensics.evidence.columns import Columns, words
from forensics.evidence.paired import Ints
from forensics.evidence.result import Result
from forensics.evidence.run_hosts import hosts_of_runs
from forensics.investigate.change_groups import Trait, Traits
from forensics.investigate.contrast_attributes import Attribute, of_words
from forensics.investigate.contrast_jobs import of_hosts, of_names, of_settings
from forensics.investigate.contrast_messages import messages_of
from forensics.investigate.contrast_moments import of_moments
from forensics.investigate.contrast_told import of_rows
from forensics.investigate.outcomes import Outcomes

PART_OF_THE_DAY = "part of the day"


def traits_of(studied: Result, columns: Columns, outcomes: Outcomes, row: Ints) -> Traits:
    """Return what jobs are set to and called, and what the evidence tells of runs; ``row`` is that of each run."""
    paired = studied.paired
    homes = (each for each in hosts(studied) if each.level == "job")
    of_jobs = [trait(each, row) for each in (*of_settings(paired), *homes, *of_names(paired)) if len(each.values) > 1]
    return Traits(of_jobs, partial(run_traits, studied, columns, outcomes, row))


def run_traits(studied: Result, columns: Columns, outcomes: Outcomes, row: Ints) -> tuple[Trait, ...]:
    """Return the attributes of runs that change within jobs, and of the others those that nobody set."""
    return tuple(trait(each, row) for each in told_of_runs(studied, columns) if len(each.values) > 1)


def told_of_runs(studied: Result, columns: Columns) -> Iterator[Attribute]:
    """Yield where runs were, what rows and messages tell of them, and the part of the day."""
    yield from (each for each in hosts(studied) if each.level == "run")
    yield from of_rows(studied.paired, studied.evidence)
    sent, notifications = messages_of(studied.paired), studied.evidence.notifications
    if sent.known.any():
        for name, column in (("channel", "channel"), ("author of the message", "author")):
            yield of_words(name, sent.picked(words(notifications[column])))
    yield from (each for each in of_moments(columns.moment, studied.config.timezone) if each.name == PART_OF_THE_DAY)


def hosts(studied: Result) -> Iterable[Attribute]:
    """Return on which hosts jobs run always, or now and then."""
    return of_hosts(hosts_of_runs(studied.paired, studied.evidence), studied.paired.runs.job)


def trait(attribute: Attribute, row: Ints) -> Trait:
    """Return an attribute as the search takes it."""
    return Trait(attribute.name, attribute.values, attribute.codes[row])
