"""Evidence is read at addresses: through fsspec, and from web servers; what cannot be had is one fault, in one line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from forensics.config import SourceConfig
from forensics.configfile import read_config
from forensics.errors import ConfigError, ForensicsError
from forensics.sources import remote, web
from forensics.sources.reading import names, open_source, recognise_far
from tests.checkout import ROOT
from tests.sources.archive_builders import AT, LINE, faults, left_behind, member, read, tarred, zipped
from tests.sources.tree_builders import SECOND

BEAT = b"1773905460"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is asked of this machine on it, whatever the surroundings say of proxies."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give a folder of its own in fsspec's file system in memory."""
    place = f"/{abs(hash(request.node.nodeid))}"
    yield f"memory:/{place}"
    system = fsspec.filesystem("memory")
    if system.exists(place):
        system.rm(place, recursive=True)


def keep(place: str, **files: bytes) -> None:
    for name, content in files.items():
        fsspec.filesystem("memory").pipe(f"{place}/{name}".removeprefix("memory:/"), content)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serve a folder to this machine alone."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    yield from served(partial(Quiet, directory=str(tmp_path)))


def served(handler: object) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def answering(*answers: bytes) -> type[BaseHTTPRequestHandler]:
    """Return a handler that sends these bytes and closes the connection, answer by answer, the last one for ever."""
    left = list(answers)

    class Scripted(BaseHTTPRequestHandler):
        def handle(self) -> None:
            self.raw_requestline = self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            self.wfile.write(left.pop(0) if len(left) > 1 else left[0])

    return Scripted


# Through fsspec


def test_file_at_an_address_is_read_and_shown_by_its_address(memory: str):
    keep(memory, syslog=LINE.encode())
    found = read("syslog", f"{memory}/syslog")
    assert [row["at"] for row in found.rows] == [AT * SECOND]
    assert found.account.file == f"{memory}/syslog"


def test_pattern_fits_files_at_an_address_in_order(memory: str):
    keep(memory, **{"syslog": LINE.encode(), "syslog.1": LINE.encode(), "other": b""})
    found = read("syslog", f"{memory}/syslog*")
    assert [each.file.rpartition("/")[2] for each in found.reads] == ["syslog", "syslog.1"]


def test_tree_at_an_address_is_listed_and_not_fetched(memory: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote.Filesystem, "opened", lambda *_: pytest.fail("fetched"))
    keep(memory, **{"a.md": b"12345", "sub/b.md": b"1"})
    found = read("files", memory)
    assert [(row["path"], row["size"]) for row in found.rows] == [("a.md", 5), ("sub/b.md", 1)]
    assert found.account.covers == (None, None)
    assert found.is_balanced


def test_field_of_a_file_in_a_tree_at_an_address_is_read(memory: str):
    keep(memory, **{"state.json": b'{"last": "2026-03-19T07:31:00Z"}', "big": b"1" * 100})
    found = read("files", memory, fields=("state.json#last",))
    assert found.paths[-1] == "state.json#last"
    assert found.reads[-1].file == f"{memory}/state.json"


def test_folder_of_heartbeats_at_an_address_is_read(memory: str):
    keep(memory, **{"probe.last": BEAT})
    (row,) = read("heartbeats", memory).rows
    assert (row["job"], row["path"]) == ("probe", f"{memory}/probe.last")


def test_slack_export_at_an_address_is_read_as_a_folder_and_as_a_zip(memory: str):
    day = b'[{"type": "message", "ts": "1773905460.0", "text": "ok"}]'
    keep(memory, **{"export/metrics/2026-03-19.json": day, "slack.zip": zipped(("metrics/2026-03-19.json", day))})
    assert [row["text"] for row in read("slack-export", f"{memory}/export").rows] == ["ok"]
    assert [row["text"] for row in read("slack-export", f"{memory}/slack.zip").rows] == ["ok"]


def test_member_of_an_archive_at_an_address_is_read_in_either_spelling(memory: str):
    keep(memory, **{"e.tar.gz": tarred(member("logs/syslog")), "e.bin": zipped(("logs/syslog", LINE.encode()))})
    assert read("syslog", f"{memory}/e.tar.gz/logs/*").account.file == f"{memory}/e.tar.gz/logs/syslog"
    assert read("syslog", f"zip://logs/*::{memory}/e.bin").account.file == f"{memory}/e.bin/logs/syslog"


def test_address_of_this_disk_is_a_plain_path(tmp_path: Path):
    (tmp_path / "syslog").write_text(LINE)
    assert open_source(SourceConfig("syslog", f"file://{tmp_path}/sys*")).paths == (tmp_path / "syslog",)


def test_file_whose_time_nobody_tells_is_not_taken_for_fresh(memory: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote, "TIMES", ())
    keep(memory, syslog=LINE.encode())
    assert read("syslog", f"{memory}/syslog").account.modified is None


def test_nothing_is_left_of_what_was_fetched(memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    keep(memory, syslog=LINE.encode())
    read("syslog", f"{memory}/syslog")
    assert left_behind() == set()


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("s3://bucket/syslog", "s3:// needs another package: Install s3fs to access S3"),
        ("nosuch://bucket/syslog", "cannot be reached: Protocol not known: nosuch"),
        ("memory://absent/syslog", "nothing is there"),
        ("memory://absent/sys*", "nothing fits this pattern"),
        ("http://127.0.0.1:1/syslog", "the server cannot be reached: "),
        ("zip://syslog::memory://absent/e.zip", "nothing is there"),
    ],
)
@pytest.mark.parametrize("kind", ["syslog", "files"])
def test_what_cannot_be_had_is_one_fault_that_says_why(kind: str, address: str, fault: str):
    found = read(kind, address)
    assert [each[: len(fault)] for each in faults(found)] == [fault]
    assert all("\n" not in each for each in faults(found))
    assert found.rows == []


def test_plain_paths_import_nothing_that_reaches_out(tmp_path: Path):
    (tmp_path / "syslog").write_text(LINE)
    code = (
        "import sys\nfrom forensics.config import SourceConfig\nfrom forensics.sources.base import ReadOptions\n"
        "from forensics.sources.reading import open_source\n"
        f"list(open_source(SourceConfig('syslog', {str(tmp_path / 'syslog')!r})).read(ReadOptions(now=0)))\n"
        "print(sorted({'fsspec', 'httpx', 'html.parser', 'email.utils', 'ssl'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert found.stdout == "[]\n"


# Web servers


def test_file_on_a_web_server_is_read_with_the_time_that_it_tells(server: str, tmp_path: Path):
    (tmp_path / "syslog").write_text(LINE)
    os.utime(tmp_path / "syslog", (AT + 5, AT + 5))
    found = read("syslog", f"{server}/syslog")
    assert (found.account.file, found.account.modified) == (f"{server}/syslog", (AT + 5) * SECOND)
    assert len(found.rows) == 1


def test_pattern_fits_what_an_index_page_lists(server: str, tmp_path: Path):
    for name in ("web1", "web2", "db1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "syslog é").write_text(LINE)
        (tmp_path / name / "other").write_text(LINE)
    found = read("syslog", f"{server}/web*/sys*")
    assert [each.file.partition("1:")[2].partition("/")[2] for each in found.reads] == [
        "web1/syslog%20%C3%A9",
        "web2/syslog%20%C3%A9",
    ]


def test_tree_on_a_web_server_is_listed_by_its_index_pages(server: str, tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.md").write_text("12345")
    os.utime(tmp_path / "sub" / "a.md", (AT, AT))
    (row,) = read("files", f"{server}/").rows
    assert (row["path"], row["at"], row["size"]) == ("sub/a.md", AT * SECOND, 5)


def test_one_file_that_a_web_server_does_not_give_leaves_the_rest_of_its_tree(server: str, tmp_path: Path):
    (tmp_path / "a.md").write_text("1")
    (tmp_path / "gone").symlink_to("absent")
    found = read("files", server + "/")
    assert found.paths == ["a.md"]
    assert [(reject.text, reject.reason) for reject in found.rejects] == [("gone", "nothing tells when it was written")]


def test_member_of_an_archive_on_a_web_server_is_read(server: str, tmp_path: Path):
    (tmp_path / "e.tar.gz").write_bytes(tarred(member("logs/syslog")))
    assert len(read("syslog", f"{server}/e.tar.gz/logs/*").rows) == 1
    assert len(read("syslog", f"tar://logs/*::{server}/e.tar.gz").rows) == 1


def test_file_that_is_not_there_says_what_the_server_answered(server: str):
    assert faults(read("syslog", f"{server}/absent")) == ["the server answers 404 File not found"]


def test_redirection_is_followed(tmp_path: Path):
    moved = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    there = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(LINE), LINE.encode())
    for address in served(answering(moved, there)):
        found = read("syslog", f"{address}/syslog")
    assert len(found.rows) == 1
    assert found.account.file.endswith("/syslog")


def test_endless_redirection_ends():
    moved = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    for address in served(answering(moved)):
        found = read("syslog", f"{address}/syslog")
    assert faults(found) == ["the server redirects more than 5 times"]


def test_answer_that_breaks_off_keeps_what_came(tmp_path: Path):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n" + LINE.encode()
    for address in served(answering(answer)):
        found = read("syslog", f"{address}/syslog")
    assert len(found.rows) == 1
    assert faults(found)[0].startswith(f"cut off after {len(LINE)} bytes")


def test_server_that_takes_too_long_is_given_up_and_what_came_is_kept(monkeypatch: pytest.MonkeyPatch):
    class AtOnce(threading.Timer):
        def start(self) -> None:
            self.function()

    monkeypatch.setattr(web, "Timer", AtOnce)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n" + LINE.encode()
    for address in served(answering(answer)):
        found = read("syslog", f"{address}/syslog")
    assert len(found.rows) == 1
    assert faults(found) == [f"abandoned after {len(LINE)} bytes: the server took longer than 1800 s"]


def test_times_of_http_are_read_and_others_are_not_guessed():
    assert web.instant("Thu, 19 Mar 2026 07:30:01 GMT") == AT * SECOND
    assert [web.instant(odd) for odd in (None, "", "yesterday", "Thu, 39 Mar 2026 07:30:01 GMT")] == [None] * 4


# Addresses in a config and in options


SECRETS = [
    "https://user:hunter2@example.org/syslog",
    "https://hunter2@example.org/syslog",
    "https://example.org/syslog?token=hunter2",
    "https://example.org/syslog?X-Amz-Signature=hunter2",
    "https://example.org/syslog?sv=1&sig=hunter2",
    "zip://syslog::https://user:hunter2@example.org/e.zip",
    "sftp://user:hunter2@example.org/syslog",
]


@pytest.mark.parametrize("address", SECRETS)
def test_address_with_a_secret_is_refused_and_the_secret_not_shown(address: str):
    with pytest.raises(ConfigError) as refused:
        read_config(f'[[source]]\nkind = "syslog"\npath = "{address}"\n', "/etc/f.toml")
    assert "[[source]] number 1 (syslog): path: an address with a secret - an address without a name" in str(
        refused.value
    )
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("address", SECRETS)
def test_option_with_a_secret_is_refused_and_the_secret_not_shown(address: str):
    from forensics.cli_inputs import named_sources

    with pytest.raises(ForensicsError) as refused:
        named_sources({"triggers": [f"syslog:{address}"]})
    assert str(refused.value).startswith("--triggers an address with a secret - write an address without")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/logs/syslog*?version=3",
        "s3://bucket/logs/**/syslog*",
        "sftp://reader@example.org/var/log/syslog",
        "abfs://container@account.dfs.core.windows.net/logs",
        "zip://posts/*::https://example.org/e.zip",
        "memory://x",
    ],
)
def test_address_survives_a_config_as_it_was_written(address: str):
    config = read_config(f'[[source]]\nkind = "syslog"\npath = "{address}"\n', "/etc/f.toml")
    assert config.sources[0].path == address


def test_archive_in_a_chain_is_relative_to_the_config():
    config = read_config('[[source]]\nkind = "syslog"\npath = "zip://syslog::e.zip"\n', "/etc/night/f.toml")
    assert config.sources[0].path == "zip://syslog::/etc/night/e.zip"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/logs/syslog?version=3", "syslog logs/syslog"),
        ("zip://logs/syslog::/srv/e.zip", "syslog logs/syslog"),
        ("zip://syslog::https://example.org/e.zip", "syslog e.zip/syslog"),
    ],
)
def test_source_at_an_address_is_called_by_its_last_parts(address: str, name: str):
    assert names([SourceConfig("syslog", address)]) == [name]


def test_kind_of_what_lies_at_an_address_is_recognised(memory: str, tmp_path: Path):
    day = b'[{"type": "message", "ts": "1773905460.0", "text": "ok"}]'
    keep(memory, **{"syslog": LINE.encode(), "slack/metrics/2026-03-19.json": day, "posts/a.md": b"1"})
    (tmp_path / "e.tar").write_bytes(tarred(member("logs/syslog"), member("posts/a.md"), mode="w"))
    found = {
        path: getattr(recognise_far(path, lane), "kind", None)
        for path, lane in [
            (f"{memory}/syslog", "triggers"),
            (f"{memory}/slack", "notifications"),
            (f"{memory}/posts", "artifacts"),
            (f"{tmp_path}/e.tar/logs/*", "triggers"),
            (f"{tmp_path}/e.tar/posts", "artifacts"),
            (f"{tmp_path}/e.tar", "artifacts"),
            (f"{memory}/absent", "triggers"),
        ]
    }
    assert list(found.values()) == ["syslog", "slack-export", "files", "syslog", "files", "files", None]


def test_error_names_the_address_and_not_the_private_copy(memory: str):
    keep(memory, text=b"only words\n")
    with pytest.raises(ForensicsError, match=f"^{memory}/text: no reader recognises"):
        recognise_far(f"{memory}/text", "triggers")
