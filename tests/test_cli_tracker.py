"""Where the ledger lies when nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.cli_tracker import ledger_path
from forensics.config import Config


@pytest.mark.parametrize(
    ("state", "place"),
    [("/s", "/s/forensics"), ("relative", "/h/.local/state/forensics"), ("", "/h/.local/state/forensics")],
)
def test_ledger_lies_in_the_users_state_and_never_in_the_working_directory(monkeypatch, state, place):
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("XDG_STATE_HOME", state)
    assert ledger_path(Config()) == Path(place, "ledger.db")


def test_ledger_lies_where_the_config_says():
    assert ledger_path(Config(ledger="/srv/ledger.db")) == Path("/srv/ledger.db")
