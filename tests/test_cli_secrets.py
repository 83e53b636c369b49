"""Secrets come from a variable or a file that only its owner can read, and stand in no message."""

from __future__ import annotations

import os

import pytest

from forensics.cli_secrets import from_file, from_variable, token_of
from forensics.config import Tracker
from forensics.errors import ForensicsError

SECRET = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def test_token_comes_from_its_variable(monkeypatch):
    monkeypatch.setenv("GITEA_TOKEN", f" {SECRET}\n")
    assert token_of(Tracker("http://127.0.0.1", "a/b")) == SECRET


def test_variable_is_gone_afterwards(monkeypatch):
    monkeypatch.setenv("MINE", SECRET)
    from_variable("MINE", "a token", "key")
    assert "MINE" not in os.environ


@pytest.mark.parametrize("value", ["", "  "])
def test_empty_variable_is_told_by_name(monkeypatch, value):
    monkeypatch.setenv("MINE", value)
    with pytest.raises(ForensicsError, match=r"\$MINE is not set: it holds the tracker's token - export it"):
        from_variable("MINE", "the tracker's token", "[tracker] token_env")


def test_token_comes_from_its_file(file):
    assert token_of(Tracker("http://127.0.0.1", "a/b", token_file=str(file))) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_file_that_others_can_use_is_refused(file, mode):
    file.chmod(mode)
    with pytest.raises(ForensicsError, match="others may read it - run chmod 600"):
        from_file(file)


def test_missing_file_is_told_with_its_path(tmp_path):
    with pytest.raises(ForensicsError, match=r"gone cannot be read: No such file"):
        from_file(tmp_path / "gone")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_plain_file_is_refused(tmp_path, make):
    make(tmp_path / "token", 0o600)
    with pytest.raises(ForensicsError, match=r"no plain file|Is a directory"):
        from_file(tmp_path / "token")


@pytest.mark.parametrize("content", ["", "two words", "line\nline", "x" * 5000, "tökén", "a\x1bb"])
def test_what_is_no_token_is_refused_without_showing_it(file, content):
    file.write_text(content)
    with pytest.raises(ForensicsError, match="is no token") as told:
        from_file(file)
    assert not content or content not in str(told.value)
