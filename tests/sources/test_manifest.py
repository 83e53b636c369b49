"""A manifest is believed only as far as it is one; whatever else it holds, nothing is raised."""

from __future__ import annotations

import json

import pytest

from forensics.sources.manifest import Packed, manifest_of

GOOD = {
    "schema": "night-watch-evidence/1",
    "collected": "2026-03-20T00:00:00.000000001Z",
    "files": [{"path": "a", "sha256": "12", "live": True, "how": "listing"}, {"path": "b", "fault": "foreign: a link"}],
    "unread": [{"path": "c", "why": "Permission denied"}],
}


def test_manifest_tells_files_and_what_was_not_read():
    found = manifest_of(json.dumps(GOOD).encode())
    assert found is not None
    assert found.collected == 1_773_964_800_000_000_001
    assert found.files == {"a": Packed("12", True, True, None), "b": Packed("", False, False, "foreign: a link")}
    assert found.unread == {"c": "Permission denied"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"schema": "night-watch-evidence/2", "collected": "2026-03-20T00:00:00Z"}',
        b'{"schema": "night-watch-evidence/1"}',
        b'{"schema": "night-watch-evidence/1", "collected": "some day"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_manifest_is_none(content: bytes):
    assert manifest_of(content) is None


@pytest.mark.parametrize("files", [None, {}, [None], [{"path": 1, "sha256": []}], "x"])
def test_odd_lists_hold_nothing(files: object):
    found = manifest_of(json.dumps({**GOOD, "files": files, "unread": files}).encode())
    assert found is not None
    assert set(found.files) <= {""}
