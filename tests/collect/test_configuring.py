"""A rewritten config reads as the old one did, but for its sources, and but for what would act on the world."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forensics.collect.configuring import rewritten
from forensics.config import SourceConfig
from forensics.configfile import read_config

TEXT = """# a comment that stays
timezone = "Asia/Tokyo"
ledger = "ledger.db"

[[source]]
kind = "jsonl"
lane = "triggers"
path = "a.jsonl"
timezone = "UTC"
columns = { time = "ts", job = "dag" }
events = { SUCCESS = "started" }
coverage = ["2026-03-19T00:00:00+09:00", "2026-03-20T00:00:00+09:00"]

[[job]]
name = "backup"
schedule = "0 7 * * *"

[tracker]
kind = "gitea"
url = "https://forge.example.org"
repo = "ops/nightwatch"

[publish.slack]
webhook_env = "HOOK"
"""


def again(text: str, beats: tuple[str, ...] = ()) -> tuple[object, object]:
    config = read_config(text, "/etc/f.toml")
    moved = [replace(source, path=source.path.replace("/etc/", "sources/01/")) for source in config.sources]
    return config, read_config(rewritten(text, config, moved, beats), "/e.tar/forensics.toml")


def test_all_but_the_sources_paths_is_as_it_was():
    before, after = again(TEXT)
    (source,) = after.sources
    assert source == replace(before.sources[0], path="/e.tar/sources/01/a.jsonl")
    assert (after.jobs, after.timezone, after.layers) == (before.jobs, before.timezone, before.layers)


def test_what_acts_on_the_world_is_left_out_and_comments_stay():
    _, after = again(TEXT)
    assert (after.tracker, after.ledger, after.slack_webhook_env) == (None, None, None)
    assert rewritten(TEXT, read_config(TEXT, "/f.toml"), [], []).startswith("# a comment that stays\n")


def test_zone_of_an_option_is_written_down():
    config = replace(read_config(TEXT, "/f.toml"), timezone=read_config('timezone = "UTC"', "/f").timezone)
    assert str(read_config(rewritten(TEXT, config, [], []), "/f.toml").timezone) == "UTC"
    empty = replace(config, timezone=read_config(TEXT, "/f").timezone)
    assert str(read_config(rewritten("", empty, [], []), "/f.toml").timezone) == "Asia/Tokyo"


def test_sources_that_options_named_make_a_config_of_their_own():
    config = read_config("", "/f.toml")
    text = rewritten("", config, [SourceConfig("syslog", "sources/01/var/log/syslog*", host="web1")], [])
    assert read_config(text, "/e.tar/f.toml").sources == (
        SourceConfig("syslog", "/e.tar/sources/01/var/log/syslog*", host="web1"),
    )


def test_heartbeat_folders_are_those_of_the_archive_and_hooks_are_gone():
    text = '[heartbeats]\ndirs = ["/var/lib/x"]\nstale_after = 3\non_stale = ["/bin/true"]\n'
    _, after = again(text, ("sources/02/var/lib/x",))
    assert (after.heartbeats.dirs, after.heartbeats.stale_after, after.heartbeats.on_stale) == (
        ("/e.tar/sources/02/var/lib/x",),
        3,
        (),
    )


def test_signs_in_a_path_are_written_so_that_they_are_read_back(tmp_path: Path):
    odd = SourceConfig("syslog", 'sources/01/a "b"\\c/ü*[!x]')
    config = read_config("", "/f.toml")
    assert read_config(rewritten("", config, [odd], []), "/e.tar/f.toml").sources[0].path == f"/e.tar/{odd.path}"
