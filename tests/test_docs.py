"""The README is kept true by the code it speaks of."""

from __future__ import annotations

import re
from functools import cache

import click
import pytest

from forensics import config_jobs, configfile
from forensics.cli import main
from forensics.sources import SOURCES
from forensics.verdicts import MEANINGS
from tests.checkout import ROOT

CONTEXT = click.Context(main)
SECTIONS = {
    "top": configfile.TOP,
    "source": configfile.SOURCE,
    "job": config_jobs.OWN,
    "match": config_jobs.GROUP,
    "event": configfile.EVENT,
    "mute": configfile.MUTE,
    "heartbeats": configfile.HEARTBEATS,
    "reporting": configfile.REPORTING,
    "tracker": configfile.TRACKER,
}


@cache
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def chapter(title: str) -> str:
    """Return what stands under a heading of the README."""
    return re.split(r"^## ", readme().split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def table_below(title: str) -> list[str]:
    return [line for line in chapter(title).splitlines() if line.startswith("|")]


def named_in(text: str) -> set[str]:
    """Return the words that a text sets as code, or as the keys of its TOML."""
    spans = re.findall(r"`([^`\n]+)`", text)
    words = {word for span in spans for word in re.findall(r"\w+", span)}
    return words | set(re.findall(r"^(\w+) *=", text, flags=re.MULTILINE))


def test_verdict_table_is_the_codes_own():
    rows = [f"| `{verdict}` | {meaning} |" for verdict, meaning in MEANINGS.items()]
    assert table_below("Verdicts") == ["| verdict | meaning |", "|---|---|", *rows]


def test_every_exit_code_has_its_row():
    assert re.findall(r"^\| (\d) \|", chapter("Exit codes"), flags=re.MULTILINE) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("command", main.list_commands(CONTEXT))
def test_every_command_is_told(command):
    assert f"`forensics {command}" in chapter("Commands")


@pytest.mark.parametrize("command", main.list_commands(CONTEXT))
def test_every_command_has_help(command):
    assert main.get_command(CONTEXT, command).help


@pytest.mark.parametrize("section", SECTIONS)
def test_every_config_key_is_told(section):
    assert sorted(set(SECTIONS[section]) - named_in(chapter("Config"))) == []


def test_config_example_can_be_read():
    (example,) = re.findall(r"```toml\n(.*?)```", chapter("Config"), flags=re.DOTALL)
    assert [job.problem for job in configfile.read_config(example, "forensics.toml").jobs] == [None]


@pytest.mark.parametrize("kind", sorted(source.kind for source in SOURCES))
def test_every_source_kind_has_its_row(kind):
    first_cells = [row.split("|")[1] for row in table_below("Sources")]
    assert any(f"`{kind}`" in cell for cell in first_cells)


def test_every_source_row_is_a_kind_that_is_read():
    told = {kind for row in table_below("Sources")[2:] for kind in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert told == {source.kind for source in SOURCES}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_every_make_target_that_is_told_exists(document):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    text = (ROOT / document).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", text)) <= targets


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_every_link_between_documents_leads_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#\s]+)\)", text) if ":" not in target]
    assert [target for target in linked if not (ROOT / target).exists()] == []


def test_report_that_the_readme_shows_is_the_real_one():
    (shown,) = re.findall(r"<!-- report.*?-->\n```text\n(.*?)\n```", readme(), flags=re.DOTALL)
    real = (ROOT / "tests" / "golden" / "slack-cried-wolf.md").read_text(encoding="utf-8").splitlines()
    assert shown.split("\n") == [line.rstrip() for line in real[: shown.count("\n") + 1]]
