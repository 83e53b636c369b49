"""Secrets are masked whatever surrounds, splits or colours them, and ordinary words are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.redaction import MASK, redact, redact_all

HEX40 = "0123456789abcdef0123456789abcdef01234567"
# Put together here, so that no scanner of repositories takes them for leaked ones. In each pair: text, what must go.
SHAPES = [
    (f"xo{'x'}b-123456789012-abcdefGHIJ", "123456789012"),
    (f"xo{'x'}p-1-2-3-abcdef", "1-2-3-abcdef"),
    (f"xo{'x'}a-2-abcdef", "2-abcdef"),
    (f"xo{'x'}r-abcdef123", "abcdef123"),
    (f"xo{'x'}s-abcdef123", "abcdef123"),
    (f"xo{'x'}e.xo{'x'}p-1-Mi0yLTEyMw", "Mi0yLTEyMw"),
    (f"xa{'p'}p-1-A0123-4567-deadbeef", "A0123"),
    (f"XO{'X'}B-99-UPPER", "99-UPPER"),
    ("https://hooks.slack.com/services/T000/B000/XXXXYYYY", "T000/B000"),
    ("hooks.slack.com/workflows/T1/A1/22/abc", "T1/A1"),
    ("https://chat.example.org/api/webhooks/12345678/abcdefgh", "12345678"),
    ("Authorization: Bearer abc123.def-456_ghi", "abc123"),
    ("bearer=ABCdef123456", "ABCdef123456"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("curl -H 'basic dXNlcjpwYXNzd29yZA=='", "dXNlcjpwYXNzd29yZA"),
    ('"authorization": "token-without-a-scheme"', "without-a-scheme"),
    ("https://user:hunter2@forge.example.org/x", "hunter2"),
    ("postgres://app:p%40ss@db/app", "p%40ss"),
    ("https://0123456789abcdef0123@forge.example.org/x", "0123456789abcdef0123"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC\nabc=\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKC"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEcut", "MIIEcut"),
    ("-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1r", "b3BlbnNzaC1r"),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("ASIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s1gn", "eyJzdWIiOiIxIn0"),
    (f"token {HEX40}", HEX40),
    (f"token is: {HEX40}", HEX40),
    (f"{HEX40} was the old token", HEX40),
    ("gh" + "p_abcdefghij0123456789", "abcdefghij"),
    ("github" + "_pat_11ABCDEFG0abcdef", "11ABCDEFG0"),
    ("gl" + "pat-abcdefghij0123456789", "abcdefghij"),
    ("np" + "m_abcdefghij0123456789abcd", "abcdefghij"),
    ("sk" + "_live_abcdefgh12345678", "abcdefgh"),
    ("s" + "k-abcdefghij0123456789abcdef", "abcdefghij"),
    ("AI" + "zaSyA0123456789abcdefghijklmnopqrstuv", "SyA0123456789"),
    ("S" + "G.abcdefghijklmnop.qrstuvwxyz0123456789", "abcdefghijklmnop"),
    ("ya" + "29.a0AfH6SMBabcdef", "a0AfH6SMB"),
    ("1234567890:AA" + "abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnop"),
    ("hv" + "s.abcdefghij0123456789abcd", "abcdefghij"),
    ("dop_" + "v1_0123456789abcdef0123456789abcdef", "0123456789abcdef"),
    ("AGE-SECRET-KEY-1" + "QQPQYRQ9ABCDEFGH", "QQPQYRQ9"),
    ("https://blob.example.org/x?sig=abcdefghij0123456789%3D", "abcdefghij"),
    ("password=hunter2", "hunter2"),
    ("DB_PASSWORD='correct horse'", "correct"),
    ('"client_secret": "abc123def456"', "abc123def456"),
    ("api-key: 0123abcd4567", "0123abcd4567"),
    ("mysql --password hunter22 db", "hunter22"),
]
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


@pytest.mark.parametrize(("text", "secret"), SHAPES, ids=[str(number) for number in range(len(SHAPES))])
def test_secret_is_masked(text, secret):
    assert secret not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize(("text", "secret"), SHAPES, ids=[str(number) for number in range(len(SHAPES))])
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


@given(st.lists(st.sampled_from([shape for shape, _ in SHAPES] + ORDINARY + ["\n", "\x1b[0m", " "]), max_size=4))
def test_masking_twice_is_masking_once(parts):
    once = redact(" ".join(parts))
    assert redact(once) == once


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from([shape for shape, _ in SHAPES] + ORDINARY)), max_size=20)
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
