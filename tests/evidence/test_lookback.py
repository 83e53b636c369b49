"""The key of a trouble: stable, taken apart again, and without secrets."""

from __future__ import annotations

import pytest

from forensics.evidence.lookback import key_parts, trouble_key


def test_key_is_taken_apart_again():
    parts = ("failed", 'odd "job"\n\ud800', None, None)
    assert key_parts(trouble_key(*parts)) == parts


def test_key_tells_every_part():
    keys = {
        trouble_key("failed", "a", None, None),
        trouble_key("missed", "a", None, None),
        trouble_key("failed", "b", None, None),
        trouble_key("failed", "a", "web1", None),
        trouble_key("failed", None, None, "a"),
    }
    assert len(keys) == 5


def test_key_is_fit_for_any_file():
    assert trouble_key("failed", "\ud800é", None, None).isascii()


def test_secret_is_not_in_a_key():
    secret = f"xo{'x'}b-1234567890-abcdefghij"
    assert secret not in trouble_key("failed", f"job {secret}", f"host {secret}", f"about {secret}")


@pytest.mark.parametrize(
    "text", ["", "failed", "[]", "{}", "null", '["a", "b"]', "[1, null, null, null]", '["a", 1, 2, 3]', "[" * 9999]
)
def test_key_of_somebody_else_is_none(text):
    assert key_parts(text) is None
