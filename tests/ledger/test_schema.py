"""What a ledger holds stays as it was made: a file of last year is still a ledger."""

from __future__ import annotations

import hashlib

import pytest

from forensics.database.kind import objects_of
from forensics.ledger.schema import LEDGER

# Of kind, name and SQL, white space included. A version that is out has its line here for ever.
OUT = [
    "b0c0f10c6ba24bf6bfa8d86e77df8b7c04f36e144edf0a2a831c67e59b26559f",
    "c4bc260f5c4d81f936dcd0ec05bf7df2b8ac3f17552c36dbe11bd6f43ff6e506",
    "ebdc4d1897b8c2c206a2b1162dac187caaf6570b2ae1355c8c9d7bd919d7e178",
]


@pytest.mark.parametrize(("version", "fingerprint"), list(enumerate(OUT, start=1)))
def test_version_that_is_out_is_never_altered(version, fingerprint):
    found = repr(sorted(objects_of(LEDGER, version))).encode()
    assert hashlib.sha256(found).hexdigest() == fingerprint, "make a step of its own instead"


def test_every_version_is_pinned():
    assert len(OUT) == LEDGER.newest


def test_ledger_is_told_from_other_databases_by_its_mark():
    assert LEDGER.mark == b"NWLG"
