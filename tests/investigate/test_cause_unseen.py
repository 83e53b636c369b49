"""Where nothing was read, the cause is that, and the step is to mend the paths."""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.intake import SourceRead
from forensics.evidence.result import Result
from tests.investigate.cases import days, found, kinds, world

GONE = SourceRead("syslog nope.log", "syslog", ("triggers",), faults=("nope.log: nothing is there",))


def read(*sources: SourceRead) -> Result:
    made = world(days("a", "unverifiable"))
    return replace(made, evidence=replace(made.evidence, sources=sources))


def test_nothing_read_is_the_only_cause() -> None:
    (cause,) = found(read(GONE))
    assert (cause.kind, cause.title) == ("unread", "Nothing was read: nothing came from 1 of 1 sources")
    assert cause.supports == ("`syslog nope.log`: nope.log: nothing is there.",)


def test_paths_of_what_is_missing_are_to_be_mended() -> None:
    steps = found(read(GONE))[0].steps
    assert steps[0].text.startswith("Mend the path of `syslog nope.log` in the config")


def test_no_source_at_all_asks_for_one() -> None:
    (cause,) = found(read())
    assert cause.title == "Nothing was read: no source is named"
    assert cause.steps[0].command == "forensics init"


def test_source_that_read_and_saw_nothing_is_no_blindness() -> None:
    assert kinds(found(read(SourceRead("syslog cron.log", "syslog", ("triggers",), covers=(0, 1))))) == ["unseen"]


def test_one_source_of_two_is_no_blindness() -> None:
    log = SourceRead("syslog cron.log", "syslog", ("triggers",), rows={"triggers": 4})
    assert kinds(found(read(GONE, log))) == ["unseen"]
