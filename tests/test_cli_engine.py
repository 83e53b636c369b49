"""``--engine``: wherever a report is worked out, it says the same."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from forensics.cli import main
from tests.checkout import ROOT

pytestmark = pytest.mark.slow

NIGHT = ("--since", "2026-03-19", "--until", "2026-03-20", "--now", "2026-03-20T00:00:00+09:00", "--no-ledger")
CONFIG = ("--config", str(ROOT / "sample_data" / "slack-cried-wolf" / "forensics.toml"))


def shown(command: str, engine: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [command, *CONFIG, *NIGHT, "--engine", engine, "--quiet"])
    return done.exit_code, done.stdout


@pytest.mark.parametrize("command", ["report", "investigate"])
@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_every_engine_gives_the_same_bytes(command: str, engine: str):
    told = shown(command, engine)
    assert told == shown(command, "local")
    assert told[0] == 1


def test_an_unknown_engine_is_refused():
    assert shown("report", "cloud")[0] == 2
