"""The summary for Slack: the answer, the worst blockers, where the rest is, and no markup but our own."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from forensics.report.slack_summary import summary_text
from tests.report.builders import blocker, result, run, source
from tests.report.hostile import HOSTILE
from tests.report.test_markdown import SUSPECT
from tests.secrets_corpus import remains, spellings

pytestmark = pytest.mark.slow

PARTS = 4
LIMIT = 3000
CODE = re.compile(r"`[^`\n]*`")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
FOUND_BY_ITSELF = re.compile(r"(?i)://|www\.|(?<!\w)@\w|(?<!\w)#\w|[a-z0-9]\.[a-z]{2,}|:[a-z_+]+:|mailto")


def faults_of(shown):
    """Return whatever Slack would make more of than text, bold and code."""
    open_text = CODE.sub(" ", shown)
    return [
        *re.findall(r"[<>]", shown),
        *ENTITY.findall(shown),
        *FOUND_BY_ITSELF.findall(open_text.replace(":warning:", "")),
        *re.findall(r"[`_~]", open_text),
        *(sign for sign in shown if not sign.isprintable() and sign != "\n"),
    ]


def cried_wolf():
    runs = [run(f"job-{number}", "false_alarm") for number in range(8)] + [run("real", "failed")]
    blockers = [
        blocker("real", todo="Run it by hand; then read."),
        blocker("db_backup", "stale", "Heartbeat stale: silent for 3 h, 3.00 × its 1 h.", host="web1"),
        blocker(None, "reporting", "the messages are wrong"),
        *(blocker(f"j{number}", "missed", since=None) for number in range(4)),
    ]
    return result(runs, blockers=blockers, check=SUSPECT)


def test_summary_tells_the_answer_the_worst_five_and_where_the_rest_is():
    assert summary_text(cried_wolf(), "https://forge.example.org/ops/watch/issues/7").split("\n") == [
        "*Night Watch 2026-03-19* :warning:",
        "*8 of the 9 failure messages are false alarms: the work is proven.* Reporting broke, not the jobs.",
        "*`real` really failed.* Also: 1 job (stale), 4 jobs (missed).",
        "*Since when:* `real` since 2026-03-19 07:00; messages wrong since 2026-03-19 07:00.",
        "*Do now:* run it by hand (blocker 1); believe the files (blocker 3).",
        "Window 2026-03-19 00:00 to 24:00 UTC; 9 jobs, 9 runs; 1 of 1 source read; every run could be checked.",
        "• `real` failed, since 2026-03-19 07:00",
        "• `db_backup` on `web1` is stale, since 2026-03-19 07:00",
        "• the reporting cannot be believed, since 2026-03-19 07:00",
        "• `j0` was missed",
        "• `j1` was missed",
        "• and 2 more blockers",
        "Whole report: <https://forge.example.org/ops/watch/issues/7>",
    ]


def test_quiet_night_is_told_without_a_warning_sign():
    shown = summary_text(result([run(), run("b")]))
    assert shown.startswith("*Night Watch 2026-03-19*\n*All 2 runs confirmed.*")
    assert "•" not in shown


def test_source_that_was_not_read_is_told():
    shown = summary_text(result([run()], sources=[source(), source("half.gz", faults=["half.gz: truncated"])]))
    assert "*Not read:* `half.gz` (not to its end)" in shown


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("report/2026-03-19.md", "`report/2026-03-19.md`"),
        ("https://forge.example.org/a/b", "<https://forge.example.org/a/b>"),
        ("", "`forensics report --since 2026-03-19T00:00:00Z --until 2026-03-20T00:00:00Z --now 2026-03-20T00:00:00Z`"),
    ],
)
def test_last_line_says_where_the_report_is(where, shown):
    assert summary_text(result([run()]), where).split("\n")[-1] == f"Whole report: {shown}"


@pytest.mark.parametrize("where", ["https://x.example/|<!channel>", "https://x.example/ <@U1>", "<!here>"])
def test_place_that_is_no_plain_address_is_no_link(where):
    assert faults_of(summary_text(result([run()]), where)) == []


@pytest.mark.parametrize(
    ("kind", "text", "flags", "said"),
    [
        ("failed", "x", ("unproven",), "said that it failed, and nothing can tell"),
        ("stale", "Heartbeat foreign: owned by uid 7.", (), "has a heartbeat that is foreign"),
        ("silent_failure", "x", (), "failed silently"),
    ],
)
def test_blocker_is_told_in_the_words_of_a_title(kind, text, flags, said):
    shown = summary_text(result(blockers=[blocker("a", kind, text, flags=flags)]))
    assert f"\n• `a` {said}, since 2026-03-19 07:00\n" in shown


NIGHT = result([run(), run("b", "missed")])


def hostile_night(text):
    """Return a night whose blockers are made of a text."""
    each = blocker(text or "x", "failed", text, host=text, observed=(text,), todo=f"Do {text}; then mend.")
    return replace(NIGHT, blockers=(each, replace(each, job=None, kind="source"), replace(each, kind="stale")))


@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_text_does_nothing_in_slack(part):
    for text in HOSTILE[part::PARTS]:
        shown = summary_text(hostile_night(text))
        assert faults_of(shown) == [], text
        assert len(shown) <= LIMIT


@pytest.mark.slow
def test_hostile_name_of_a_source_does_nothing_in_slack():
    names = [text.encode("utf-8", "backslashreplace").decode() for text in HOSTILE]
    for start in range(0, len(names), 6):
        sources = [source(name or "x", file="a", faults=["broken"]) for name in names[start : start + 6]]
        assert faults_of(summary_text(result([run()], sources=sources))) == []


def test_texts_of_messages_do_not_leave_the_house():
    said = blocker("a", todo='Answer "Anna is ill" first.', text='It said "Anna is ill".', observed=("'Anna is ill'",))
    assert "Anna" not in summary_text(result(blockers=[said]))


def test_summary_stays_within_3000_characters():
    long = [f"{'n' * 180}/{number}.{'&' * number}" for number in range(90)]
    shown = summary_text(
        result(
            [run(name, "failed") for name in long],
            sources=[source(name, faults=["broken"]) for name in long],
            blockers=[blocker(name, kind, host=name) for name in long for kind in ("failed", "missed", "stale")],
        )
    )
    assert len(shown) <= LIMIT
    assert faults_of(shown) == []
    assert "Whole report: " in shown


def test_what_does_not_fit_is_said_to_be_missing():
    wide = [f"{'n' * 190}/{number}" for number in range(9)]
    shown = summary_text(
        result(
            sources=[source(name, faults=["broken"]) for name in wide],
            blockers=[blocker(name, "failed", host=name) for name in wide],
        )
    )
    assert shown.split("\n")[-2] == "…and more, in the whole report."


def test_no_secret_is_in_the_summary():
    for text, secret in spellings():
        assert remains(summary_text(hostile_night(text), text), secret) == [], text
        assert remains(summary_text(hostile_night(f"of {text} here")), secret) == [], text
