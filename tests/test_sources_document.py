"""The document on sources is true: its configs can be read, and it tells of all that is read."""

from __future__ import annotations

import re

import pytest

from forensics.config import PRESETS
from forensics.configfile import read_config
from forensics.sources.kubernetes_events import MISSES, READ
from tests.checkout import ROOT

DOCUMENT = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
CONFIGS = [text for text in re.findall(r"```toml\n(.*?)```", DOCUMENT, flags=re.DOTALL) if "[[source]]" in text]


@pytest.mark.parametrize("text", CONFIGS, ids=lambda text: re.findall(r'kind = "([\w-]+)"', text)[0])
def test_config_of_the_document_can_be_read(text: str):
    config = read_config(text, "forensics.toml", lambda: ["acme-log"])
    assert config.sources
    assert [job.problem for job in config.jobs if job.problem] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_its_row_and_its_lanes(preset: str):
    (row,) = re.findall(rf"^\| `{preset}` \| ([\w ,]+) \|", DOCUMENT, flags=re.MULTILINE)
    assert re.findall(r"\w+", row.replace(" or ", " ")) == list(PRESETS[preset])


@pytest.mark.parametrize("reason", sorted({reason for _, reason in READ} | MISSES))
def test_every_event_that_is_read_is_told(reason: str):
    assert f"`{reason}`" in DOCUMENT


def test_every_link_of_the_document_leads_somewhere():
    linked = [target for target in re.findall(r"\]\(([^)#\s]+)\)", DOCUMENT) if ":" not in target]
    assert [target for target in linked if not (ROOT / "docs" / target).exists()] == []
