"""What is a slip of the finger, and what is another name."""

from __future__ import annotations

import pytest

from forensics.doctor.words import likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [("backup-db", "bakcup-db"), ("backup_db", "Backup DB"), ("db-backup", "backup-db"), ("reindex", "renidex"),
     ("morning-brief", "morningbrief"), ("inbox-digest", "inbox-digset"), ("report-eu", "report-ue")],
)  # fmt: skip
def test_slip_is_alike(one, other):
    assert likeness(one, other) >= 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [("report-eu", "report-us"), ("backup-1", "backup-2"), ("backup", "backup-db"), ("sync", "vacuum"),
     ("larry-post-0800", "larry-post-2100"), ("web1-backup", "web2-backup")],
)  # fmt: skip
def test_sibling_is_not(one, other):
    assert likeness(one, other) < 0.8
