"""``forensics sources`` tells of every reader what it reads and what it cannot tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli_sources import WAYS, sources
from forensics.config import SOURCE_KINDS
from forensics.sources import SOURCES


def text() -> str:
    return CliRunner().invoke(sources, []).stdout


def numbers() -> dict[str, dict[str, Any]]:
    told = json.loads(CliRunner().invoke(sources, ["--format", "json"]).stdout)
    return {each["kind"]: each for each in told["sources"]}


@pytest.mark.parametrize("reader", SOURCES, ids=lambda reader: reader.kind)
def test_blind_spot_of_every_reader_is_told(reader):
    words = " ".join(text().split())
    assert " ".join(reader.blind_spot.split())[1:].rstrip(".") in words


def test_every_kind_of_a_config_is_told_to_be_read_or_not():
    assert set(numbers()) == set(SOURCE_KINDS)


def test_kind_without_a_reader_is_told_as_such():
    readable = {kind for kind, each in numbers().items() if each["readable"]}
    assert readable == {reader.kind for reader in SOURCES}


def test_every_kind_has_words_of_its_own():
    assert set(SOURCE_KINDS) == set(WAYS)


def test_lines_fit_a_terminal():
    assert max(map(len, text().splitlines())) <= 100


def test_live_sources_speak_up_to_now():
    live = {kind for kind, each in numbers().items() if each.get("live")}
    assert live == {reader.kind for reader in SOURCES if reader.is_live}
