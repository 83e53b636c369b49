"""journalctl as it is asked: with what words, within which limits, and what is said where it gives nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from forensics.evidence.records import FileRead
from forensics.sources.journal import Journal
from forensics.sources.journal_live import ABSENT, NO_JOURNAL, NOT_ALLOWED, Limits
from forensics.sources.paths import HERE
from tests.sources.journal_builders import Outcome, cron, entry, ns, outcome_of, written
from tests.sources.syslog_builders import OPTIONS

SINCE, NOW = ns("06:00:00"), ns("12:00:00")
QUIET = Limits(patience=60)


class Stub:
    """A program that takes the place of journalctl: it notes its arguments and environment, and prints what it is told."""

    def __init__(self, folder: Path, printed: bytes = b"", oldest: bytes | None = None, ending: str = "") -> None:
        self._folder = folder
        (folder / "printed").write_bytes(printed)
        (folder / "oldest").write_bytes(written(entry("01:00:00")) if oldest is None else oldest)
        script = f"""#!/bin/sh
case "$*" in
*--since*) echo "$@" > "{folder}/words"; env > "{folder}/environment"; cat "{folder}/printed"; {ending} ;;
*) cat "{folder}/oldest" ;;
esac
"""
        self.path = folder / "journalctl"
        self.path.write_text(script)
        self.path.chmod(0o755)

    def noted(self, name: str) -> str:
        return (self._folder / name).read_text()

    def read(self, limits: Limits = QUIET) -> Outcome:
        source = Journal(("/nowhere/journalctl", str(self.path)), limits)
        return outcome_of(list(source.read(Path(HERE), replace(OPTIONS, now=NOW, since=SINCE))))


def test_entries_that_journalctl_prints_are_read(tmp_path: Path) -> None:
    outcome = Stub(tmp_path, written(cron("07:00:01"), entry("08:00:00"))).read()
    assert len(outcome.triggers) == 1
    assert outcome.account.fault is None
    assert outcome.is_balanced


def test_live_journal_speaks_up_to_now(tmp_path: Path) -> None:
    assert Stub(tmp_path, written(cron("07:00:01"))).read().account.covers == (SINCE, None)


def test_live_journal_does_not_speak_for_what_is_kept_no_longer(tmp_path: Path) -> None:
    outcome = Stub(tmp_path, written(cron("09:00:01")), written(entry("08:00:00"))).read()
    assert outcome.account.covers == (ns("08:00:00"), None)


def test_only_the_wanted_stretch_is_asked_for_as_json(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    stub.read()
    words = stub.noted("words").split()
    assert {"--output=json", "--no-pager", f"--since=@{SINCE // 10**9}", f"--until=@{NOW // 10**9 + 1}"} <= set(words)


def test_no_setting_of_a_user_reaches_journalctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMD_PAGER", "evil")
    monkeypatch.setenv("FORENSICS_SLACK_TOKEN", "xoxb-secret")
    stub = Stub(tmp_path)
    stub.read()
    assert "evil" not in stub.noted("environment")
    assert "xoxb" not in stub.noted("environment")


def test_journalctl_that_is_not_there_is_a_fault_that_says_what_to_do() -> None:
    (account,) = Journal(("/nowhere/journalctl",)).read(Path(HERE), OPTIONS)
    assert isinstance(account, FileRead)
    assert account.fault == ABSENT
    assert account.covers is None


@pytest.mark.parametrize(
    "said",
    [
        "Hint: You are currently not seeing messages from other users and the system.",
        "No journal files were opened due to insufficient permissions.",
    ],
)
def test_part_that_may_not_be_read_is_a_fault_though_journalctl_is_content(tmp_path: Path, said: str) -> None:
    outcome = Stub(tmp_path, written(cron("07:00:01")), ending=f"echo '{said}' >&2").read()
    assert outcome.account.fault == NOT_ALLOWED
    assert outcome.account.covers is None


def test_journal_that_holds_nothing_at_all_does_not_speak_for_a_silent_night(tmp_path: Path) -> None:
    account = Stub(tmp_path, oldest=b"").read().account
    assert (account.fault, account.covers) == (NO_JOURNAL, None)


def test_night_without_an_entry_in_a_journal_that_is_kept_is_covered(tmp_path: Path) -> None:
    account = Stub(tmp_path).read().account
    assert (account.fault, account.covers) == (None, (SINCE, None))


def test_exit_code_of_journalctl_is_told_with_its_own_words(tmp_path: Path) -> None:
    fault = Stub(tmp_path, ending="echo 'unrecognized option' >&2; exit 1").read().account.fault
    assert fault == "it failed with exit code 1: unrecognized option"


def test_journal_beyond_the_budget_is_abandoned_and_speaks_for_what_was_read(tmp_path: Path) -> None:
    first = written(cron("07:00:01"))
    outcome = Stub(tmp_path, first + written(cron("08:00:01"))).read(replace(QUIET, budget=len(first) + 5))
    assert outcome.account.fault is not None
    assert outcome.account.fault.startswith("abandoned")
    assert len(outcome.triggers) == 1
    assert outcome.account.covers == (SINCE, ns("07:00:01"))


def test_journalctl_that_hangs_is_given_up(tmp_path: Path) -> None:
    outcome = Stub(tmp_path, written(cron("07:00:01")), ending="exec sleep 600").read(Limits(patience=0.5))
    assert "took longer" in str(outcome.account.fault)
    assert len(outcome.triggers) == 1


def test_program_that_cannot_be_started_is_a_fault(tmp_path: Path) -> None:
    stub = Stub(tmp_path)
    stub.path.chmod(0o644)
    (account,) = Journal((str(stub.path),)).read(Path(HERE), OPTIONS)
    assert isinstance(account, FileRead)
    assert "cannot be started" in str(account.fault)


def test_word_of_journalctl_among_the_entries_is_no_reject(tmp_path: Path) -> None:
    outcome = Stub(tmp_path, b"-- No entries --\n" + json.dumps(cron("07:00:01")).encode() + b"\n").read()
    assert outcome.rejects == []
    assert outcome.is_balanced
