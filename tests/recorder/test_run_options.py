"""The words of ``forensics run``."""

from __future__ import annotations

import pytest

from forensics.recorder.heartbeat import Refused
from forensics.recorder.run_options import READERS, USAGE, Asked, parse, span
from forensics.recorder.run_record import Options

SECOND = 10**9


def test_all_options_are_read():
    words = (
        "--job db --interval 15m --timeout=90s --boot-timeout 1.5s --kill-after 500ms --retries 2 --retry-on 75,111"
        " --marker m --no-overlap --attribute version=1=2 --attribute target=main --keep 10d -- cmd --job x"
    )
    assert parse(words.split()) == Asked(
        "db",
        ("cmd", "--job", "x"),
        Options(
            interval=900 * SECOND,
            timeout=90 * SECOND,
            boot_timeout=SECOND * 3 // 2,
            kill_after=SECOND // 2,
            retries=2,
            retry_on=(75, 111),
            marker="m",
            overlap=False,
            keep=864_000 * SECOND,
            attributes=(("version", "1=2"), ("target", "main")),
        ),
    )


def test_first_plain_word_begins_the_command():
    assert parse(["--job", "db", "cmd", "--", "-x"]).command == ("cmd", "--", "-x")


def test_last_value_counts():
    assert parse(["--job", "a", "--job", "b", "--", "true"]).job == "b"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--job", "x", "--help"]])
def test_help_needs_no_command(words):
    assert parse(words).command == ()


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--",
        "--job",
        "--job db",
        "--job= -- true",
        "--nojob x -- true",
        "--no-overlap=yes -- true",
        "--timeout 0 -- true",
        "--timeout -1s -- true",
        "--timeout 1e9 -- true",
        "--timeout nan -- true",
        "--timeout ٣s -- true",
        "--timeout 9999999999999 -- true",
        "--timeout 5000d -- true",
        "--timeout 5x -- true",
        "--timeout .5s -- true",
        "--retries 1.5 -- true",
        "--retries 101 -- true",
        "--retry-on 0 -- true",
        "--retry-on 256 -- true",
        "--retry-on 1,,2 -- true",
        "--marker= -- true",
        "--attribute version -- true",
        "--attribute =1 -- true",
        "--interval 1.5h -- true",
        "--job a/b -- true",
        "--job .. -- true",
        "/usr/bin/[",
    ],
)
def test_wrong_words_are_refused_in_one_line(words):
    with pytest.raises(Refused) as refused:
        parse(words.split(" ") if words else [])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["", ".", "x" * 65, "x\n", "а", "-rf", "a b"])
def test_job_that_is_no_name_is_refused(name):
    with pytest.raises(Refused):
        parse(["--job", name, "--", "true"])


@pytest.mark.parametrize(
    ("text", "nanos"), [("1", SECOND), ("90s", 90 * SECOND), ("2h", 7200 * SECOND), ("250ms", SECOND // 4)]
)
def test_span_is_read(text, nanos):
    assert span(text) == nanos


def test_help_names_every_option():
    assert [name for name in READERS if f"  {name} " not in USAGE] == []
