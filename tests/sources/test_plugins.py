"""Readers from elsewhere: found by their entry points, used by their kind, told by whose they are."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from forensics.cli import main
from forensics.config import SourceConfig
from forensics.configfile import read_config
from forensics.errors import ConfigError, SourceError
from forensics.evidence.records import FileRead
from forensics.sources.base import ReadOptions
from forensics.sources.plugins import foreign_source, foreign_sources, offered_kinds
from forensics.sources.reading import open_sources
from tests.checkout import ROOT
from tests.sources.plugins_builders import from_project, installed, offering

NOW = 1_773_964_800_000_000_000
DOCUMENT = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder of packages on the path; what was loaded from it is forgotten afterwards."""
    place = tmp_path / "packages"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    before = set(sys.modules)
    yield place
    for name in set(sys.modules) - before:
        if str(place) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def complaint(kind: str = "acme-log") -> str:
    with pytest.raises(SourceError) as caught:
        foreign_source(kind)
    return str(caught.value)


def fault(folder: Path, body: str) -> str:
    """Return the fault that a reader with some body of its read comes to."""
    offering(folder, body=body)
    source = foreign_source("acme-log")
    assert source is not None
    *_, last = source.read(folder / "x", ReadOptions(now=NOW))
    assert isinstance(last, FileRead)
    return last.fault or ""


def test_kind_that_nobody_offers_is_none():
    assert foreign_source("acme-log") is None


def test_kind_that_is_offered_can_be_named_in_a_config(folder: Path):
    offering(folder)
    config = read_config('[[source]]\nkind = "acme-log"\npath = "/a"', "forensics.toml", offered_kinds)
    assert [source.kind for source in config.sources] == ["acme-log"]


def test_misspelt_kind_is_told_the_nearest_of_all(folder: Path):
    offering(folder)
    with pytest.raises(ConfigError, match="did you mean `acme-log`"):
        read_config('[[source]]\nkind = "acme-lgo"\npath = "/a"', "forensics.toml", offered_kinds)


def test_nobody_is_asked_where_all_kinds_are_ours():
    def never() -> list[str]:
        raise AssertionError

    assert read_config('[[source]]\nkind = "syslog"\npath = "/a"', "forensics.toml", never).sources


def test_reader_is_not_loaded_before_its_kind_is_named(folder: Path):
    offering(folder, reader="raise RuntimeError('loaded')")
    assert "acme-log" in offered_kinds()


def test_report_names_whose_reader_it_was(folder: Path):
    offering(folder)
    (opened,) = open_sources([SourceConfig("acme-log", str(folder))])
    assert opened.name.endswith(" by acme-forensics 1.2")


def test_reader_of_ours_cannot_be_replaced(folder: Path):
    offering(folder, kind="syslog")
    assert foreign_source("syslog") is None
    assert foreign_sources()[1] == ['acme-forensics 1.2 offers a reader for "syslog", which is ours - it is left out']


def test_two_readers_of_one_kind_are_an_error_that_names_both(folder: Path):
    offering(folder)
    offering(folder, name="other-forensics")
    assert "acme-forensics 1.2 and other-forensics 1.2 both offer" in complaint()


@pytest.mark.parametrize(
    "reader",
    ["raise RuntimeError('boom')", "raise SystemExit", "import nothing_of_that_name", "def (", "x = 1"],
    ids=["raises", "exits", "imports nothing", "is no Python", "lacks the class"],
)
def test_reader_that_cannot_be_loaded_is_told_with_its_distribution(folder: Path, reader: str):
    offering(folder, reader=reader)
    assert "kind acme-log: the reader of acme-forensics 1.2 cannot be loaded" in complaint()


def test_reader_that_lacks_something_is_told_all_of_it(folder: Path):
    offering(folder, reader='class Reader:\n    kind = "other"\n    lanes = ("dreams",)\n')
    told = complaint()
    for wanted in ("`kind`", "`lanes`", "`blind_spot`", "`is_live`", "`is_log`", "`detect`", "`read`"):
        assert wanted in told


def test_reader_may_be_an_object(folder: Path):
    offering(folder)
    module = next(folder.glob("*.py"))
    module.write_text(module.read_text().replace("class Reader", "class Made") + "\nReader = Made()\n")
    assert foreign_source("acme-log") is not None


def test_distribution_without_metadata_is_still_named(folder: Path):
    offering(folder, reader="raise RuntimeError")
    next(folder.glob("*.dist-info/METADATA")).unlink()
    assert "a distribution without a name" in complaint()


def test_broken_entry_points_of_others_hurt_nobody(folder: Path):
    offering(folder)
    installed(folder, "broken", "1", "[console_scripts\nno sign of equality\n")
    assert foreign_source("acme-log") is not None


def test_broken_entry_points_of_ours_are_listed(folder: Path):
    installed(folder, "broken", "1", "[forensics.sources]\nno sign of equality\n")
    assert any("broken 1" in each for each in foreign_sources()[1])


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("        raise KeyError('lost')\n        yield", "failed with KeyError"),
        ("        return iter(())", "gave no account"),
        ("        yield 7", "a int, not a Batch"),
        (
            "        from forensics.evidence.records import Batch\n        yield Batch('triggers', 'x', {})",
            "none of its lanes",
        ),
        (
            "        from forensics.evidence.records import Batch\n        yield Batch('lifecycle', 'x', {'record': [1]})",
            "without the column at, event",
        ),
        (
            "        from forensics.evidence.records import Batch\n"
            "        yield Batch('lifecycle', 'x', {'record': [1], 'at': ['noon'], 'event': ['completed']})",
            "lifecycle.at holds str",
        ),
        (
            "        from forensics.evidence.records import Batch\n"
            "        yield Batch('lifecycle', 'x', {'record': [1, 2], 'at': [1], 'event': ['completed']})",
            "differ in length",
        ),
        (
            "        from forensics.evidence.records import Batch\n"
            "        yield Batch('lifecycle', 'x', {'record': [1], 'at': [1], 'event': ['done']})",
            'holds "done"',
        ),
        (
            "        from forensics.evidence.records import Batch\n"
            "        yield Batch('lifecycle', 'x', {'record': [0], 'at': [1], 'event': ['completed']})",
            "a number below 1",
        ),
    ],
)
def test_what_a_reader_does_wrong_is_a_fault_of_the_file(folder: Path, body: str, wanted: str):
    told = fault(folder, body)
    assert wanted in told
    assert "the reader acme-log of acme-forensics 1.2" in told


def test_rows_before_a_fault_are_kept_and_accounted_for(folder: Path):
    good = (
        "        from forensics.evidence.records import Batch\n"
        "        yield Batch('lifecycle', 'x', {'record': [1, 2], 'at': [1, 2], 'event': ['completed'] * 2})\n"
        "        raise ValueError\n"
    )
    offering(folder, body=good)
    source = foreign_source("acme-log")
    assert source is not None
    batch, account = source.read(folder / "x", ReadOptions(now=NOW))
    assert (len(batch), account.records) == (2, 2)  # type: ignore[arg-type,union-attr]


def test_path_that_cannot_be_opened_is_the_callers_to_tell(folder: Path):
    offering(folder, body="        yield open(str(path) + '/absent')\n")
    source = foreign_source("acme-log")
    assert source is not None
    with pytest.raises(OSError, match="absent"):
        list(source.read(folder / "x", ReadOptions(now=NOW)))


def written_out(place: Path) -> dict[str, str]:
    """Write the files that the document shows into a folder, and return them."""
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", DOCUMENT, flags=re.DOTALL))
    for name, text in files.items():
        (place / name).write_text(text.rstrip("\n") if name.endswith(".log") else text)
    return files


def test_worked_example_gives_what_the_document_shows(folder: Path, monkeypatch: pytest.MonkeyPatch):
    place = folder.parent / "acme"
    place.mkdir()
    files = written_out(place)
    from_project(folder, files["pyproject.toml"], acme_forensics=files["acme_forensics.py"])
    monkeypatch.chdir(place)
    (console,) = re.findall(r"<!-- report -->\n```console\n\$ forensics (.*?)\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    ended = CliRunner().invoke(main, console[0].split())
    assert ended.exit_code == 1  # media failed, and nobody was told
    assert [line for line in console[1].splitlines() if line not in ended.output and line != "…"] == []


def test_broken_reader_ends_a_report_in_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch):
    offering(folder, reader="raise RuntimeError('boom')")
    (folder.parent / "forensics.toml").write_text('[[source]]\nkind = "acme-log"\npath = "a"\n')
    monkeypatch.chdir(folder.parent)
    ended = CliRunner().invoke(main, ["report", "--no-ledger"])
    assert (ended.exit_code, "Traceback" in ended.output) == (2, False)
    assert "acme-forensics 1.2" in ended.output


def test_reader_that_fails_leaves_the_report_and_exit_code_3(folder: Path, monkeypatch: pytest.MonkeyPatch):
    offering(folder, body="        raise RuntimeError('boom')\n        yield\n")
    (folder.parent / "a").write_text("")
    (folder.parent / "forensics.toml").write_text('[[source]]\nkind = "acme-log"\npath = "a"\n')
    monkeypatch.chdir(folder.parent)
    ended = CliRunner().invoke(main, ["report", "--no-ledger", "--now", "2026-03-20"])
    assert ended.exit_code == 3
    assert "acme-forensics 1.2" in ended.output


def test_readers_from_elsewhere_are_listed_with_their_origin(folder: Path):
    offering(folder)
    offering(folder, kind="syslog", name="late-forensics")
    told = json.loads(CliRunner().invoke(main, ["sources", "--format", "json"]).stdout)
    assert {each["kind"]: each.get("origin") for each in told["sources"]}["acme-log"] == "acme-forensics 1.2"
    assert ["late-forensics 1.2" in each for each in told["unusable"]] == [True]


def test_list_for_people_tells_of_readers_from_elsewhere_too(folder: Path):
    offering(folder)
    offering(folder, kind="syslog", name="late-forensics")
    words = " ".join(CliRunner().invoke(main, ["sources"]).stdout.split())
    assert "a reader of acme-forensics 1.2" in words
    assert "late-forensics 1.2 offers a reader" in words
