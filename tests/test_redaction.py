"""Secrets are masked whatever surrounds, splits or colours them, and ordinary words are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.redaction import MASK, redact, redact_all
from tests.secrets_corpus import HEX40, SECRETS

ORDINARY = [
    "larry-post-morning-ja failed (6th consecutive)",
    "authorization failed: no route to host",
    "bearer authentication failed",
    "basic maintenance done",
    "renew-token failed 3 times",
    "token expired",
    "max_tokens=4096",
    "no file `larry/posts/2026-03-19-morning-ja/` up to 08:25 (cron.log:1107, 2,316 files searched)",
    "linuxapp-2-restart ok",
    f"sha256 {HEX40}",
    "see https://forge.example.org:8080/x and a@b",
    "secret: none given",
    "Asia/Tokyo, risk-assessment-report-of-the-night",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS, ids=[str(number) for number in range(len(SECRETS))])
def test_secret_is_masked(text, secret):
    assert secret not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize(("text", "secret"), SECRETS, ids=[str(number) for number in range(len(SECRETS))])
def test_secret_is_masked_amid_other_text(text, secret):
    assert secret not in redact(f"job said: {text}\nand went on")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_stay(text):
    assert redact(text) == text


@pytest.mark.parametrize("split", ["\x1b[0m", "\x1b[1;31m", "\n", "\r\n", "\u200b", "\0", "\x9b1m", "\x1b]8;;x\x07"])
@pytest.mark.parametrize("at", [2, 4, 6, 9])
def test_secret_that_is_split_is_masked_whole(split, at):
    token = f"xo{'x'}b-1234567890-secret"
    shown = redact(f"said {token[:at]}{split}{token[at:]} loudly")
    assert "1234567890" not in shown
    assert "secret" not in shown
    assert shown.startswith("said REDACTED-slack-token-")
    assert shown.endswith(" loudly")


def test_mask_tells_the_kind_and_which_one_of_two():
    first, second = redact("password=hunter2"), redact("password=hunter3")
    assert first.startswith("password=REDACTED-named-secret-")
    assert first != second
    assert redact("pwd=hunter2").rpartition("-")[2] == first.rpartition("-")[2]


def test_colour_inside_does_not_change_the_mask():
    assert redact("password=hun\x1b[1mter2") == redact("password=hunter2")


def test_secret_cut_short_is_masked_too():
    assert redact(f"xo{'x'}b-12") == redact(f"xo{'x'}b-12 ").rstrip()
    assert "12" not in redact(f"tail xo{'x'}b-12").split("-token-")[0]


@given(st.lists(st.sampled_from([shape for shape, _ in SECRETS] + ORDINARY + ["\n", "\x1b[0m", " "]), max_size=4))
def test_masking_twice_is_masking_once(parts):
    once = redact(" ".join(parts))
    assert redact(once) == once


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from([shape for shape, _ in SECRETS] + ORDINARY)), max_size=20)
)
def test_many_texts_are_masked_like_each_of_them(texts):
    assert redact_all(texts) == [redact(text) for text in texts]


@given(st.text(max_size=200))
def test_text_without_secrets_is_left_alone(text):
    shown = redact(text)
    assert shown == text or MASK in shown


@pytest.mark.parametrize(
    "start", ["-----BEGIN PRIVATE KEY", "://a:", "token", "eyJ", "bearer ", "basic ", "password: "]
)
def test_long_hostile_text_comes_to_an_end(start):
    assert redact(start * 3000)
