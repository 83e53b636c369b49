"""What changed since the last report, as it is told: in the first paragraph, with each blocker, and below them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.evidence.lookback import NIGHTLY, Audit, Change, Changes
from forensics.report.markdown import public_markdown, report_markdown
from forensics.report.slack_summary import summary_text
from tests.report.builders import at, blocker, missing_source, result, run
from tests.report.hostile import HOSTILE
from tests.report.test_markdown import cells, first_paragraph, headings, section
from tests.report.test_slack_summary import faults_of

LAST_NIGHT = at("2026-03-19 00:00")


def change(job="a", kind="failed", host=None, about=None, **more):
    return Change(kind, job, host, about, f"{kind} once", **more)


def night(blockers=(), since=LAST_NIGHT, **found):
    made = result([run()], blockers=blockers)
    return replace(made, changes=Changes(since, **{name: tuple(each) for name, each in found.items()}))


def shown(*args, **values):
    return report_markdown(night(*args, **values))


def said(*args, **values):
    """Return the line of the first paragraph that tells what changed."""
    lines = first_paragraph(shown(*args, **values)).split("\n")
    return next((line.removeprefix("> ").rstrip() for line in lines if "report" in line), None)


def test_report_without_an_earlier_one_says_nothing_of_changes():
    text = report_markdown(result([run()], blockers=[blocker()]))
    assert "new" not in text
    assert "report of" not in text


@pytest.mark.parametrize(
    ("new", "recurring", "resolved", "told"),
    [
        (2, 0, 1, "2 new, 1 resolved since last night's report"),
        (1, 3, 0, "1 new since last night's report, 3 as before"),
        (0, 2, 0, "nothing new since last night's report"),
        (0, 2, 1, "1 resolved since last night's report, 2 as before"),
    ],
)
def test_first_paragraph_counts_what_is_new_and_what_is_over(new, recurring, resolved, told):
    night = {"new": [change()] * new, "recurring": [change("b")] * recurring, "resolved": [change("c")] * resolved}
    assert said([blocker()], **night) == f"**Since when:** 2026-03-19 07:00; {told}."


def test_quiet_night_after_another_says_nothing_of_changes():
    assert said() is None


def test_resolved_trouble_is_told_on_a_quiet_night_too():
    assert said(resolved=[change()]) == "**Changes:** 1 resolved since last night's report."


@pytest.mark.parametrize(
    ("clock", "called"),
    [
        ("2026-03-19 12:00", "last night's report"),
        ("2026-03-18 12:00", "last night's report"),
        ("2026-03-18 11:59", "the report of 2026-03-18 11:59"),
        ("2026-03-19 12:01", "the report of 2026-03-19 12:01"),
    ],
)
def test_last_report_is_called_by_its_time_unless_it_is_last_nights(clock, called):
    assert said(resolved=[change()], since=at(clock)) == f"**Changes:** 1 resolved since {called}."


def test_blocker_is_marked_as_new_or_recurring():
    blockers = [blocker("a"), blocker("b"), blocker("c"), blocker("d")]
    again = [change("b"), change("c", first=at("2026-03-16 07:00"), reports=3)]
    heads = section(shown(blockers, new=[change("a")], recurring=again), "Blockers").strip().split("\n")
    assert [line for line in heads if line] == [
        "**1. ✗✗ `a`: failed once** (new)",
        "**2. ✗✗ `b`: failed once** (recurring)",
        "**3. ✗✗ `c`: failed once** (recurring: in 4 reports in a row, first 2026-03-16 07:00)",
        "**4. ✗✗ `d`: failed once**",
    ]


def test_source_is_marked_by_its_own_name():
    blockers = [blocker(None, "source", "x: gone", about="x"), blocker(None, "source", "y: gone", about="y")]
    text = shown(blockers, new=[change(None, "source", about="y")], recurring=[change(None, "source", about="x")])
    assert "x: gone** (recurring)" in text
    assert "y: gone** (new)" in text


def test_resolved_ones_are_listed_below_the_blockers():
    gone = [
        change("a", "silent_failure", "web1"),
        change(None, "source", about="cron.log"),
        change(None, "reporting"),
        change(None, "reporting", about=NIGHTLY),
    ]
    assert (
        section(shown([blocker("z")], resolved=gone), "Blockers")
        .strip()
        .endswith(
            "Resolved since last night's report: `a` on `web1` (silent failure), `cron.log` (source), reporting,"
            " reports that did not run."
        )
    )


def test_resolved_ones_are_listed_where_no_blocker_is_left():
    assert section(shown(resolved=[change()]), "Blockers").strip() == (
        "None: nothing that a person must act on.\n\nResolved since last night's report: `a` (failed)."
    )


def test_trouble_that_was_not_seen_again_is_not_called_resolved():
    text = section(shown(unseen=[change("weekly")]), "Blockers")
    assert "In last night's report, and neither seen again nor shown to be over: `weekly` (failed)." in text
    assert "Resolved" not in text


def test_job_that_is_in_another_trouble_now_is_not_told_twice():
    text = section(shown([blocker("a", "missed")], new=[change("a", "missed")], unseen=[change("a")]), "Blockers")
    assert "neither" not in text


def test_many_resolved_ones_are_counted():
    assert "and 488 more." in section(shown(resolved=[change(f"j{number}") for number in range(500)]), "Blockers")


def test_slack_hears_of_changes_in_a_line_and_which_are_new():
    told = summary_text(night([blocker("a"), blocker("b")], new=[change("a")], recurring=[change("b")]))
    assert "*Since when:* 2026-03-19 07:00; 1 new since last night's report, 1 as before." in told
    assert "• `a` failed, since 2026-03-19 07:00 (new)\n• `b` failed, since 2026-03-19 07:00\n" in told


UNWATCHED = Audit(unwatched=(at("2026-03-16 07:00"), at("2026-03-19 07:00")), missed=2, usual=86_400 * 10**9)
NO_REPORT = blocker(None, "reporting", "No report ran.", about=NIGHTLY)


def test_missing_reports_are_the_headline_where_nothing_else_is_wrong():
    lines = first_paragraph(report_markdown(replace(result([run()], blockers=[NO_REPORT]), audit=UNWATCHED))).split(
        "\n"
    )
    assert lines[:2] == [
        "> [!WARNING]",
        "> **No report ran from 2026-03-16 07:00 to 2026-03-19 07:00**: what went wrong then was told to nobody.  ",
    ]
    assert not any("messages wrong" in line for line in lines)


def test_source_that_was_not_read_is_still_named_beside_missing_reports():
    made = result([run()], blockers=[NO_REPORT], sources=[missing_source("gone.log")])
    assert "gone.log" in first_paragraph(report_markdown(replace(made, audit=UNWATCHED)))


def test_slack_hears_of_missing_reports_as_such():
    told = summary_text(replace(result([run()], blockers=[NO_REPORT]), audit=UNWATCHED))
    assert "• a report that was due did not run, since 2026-03-19 07:00" in told
    assert "cannot be believed" not in told


def hostile(text):
    each = change(text or "x", text or "x", text)
    gone = [each, replace(each, job=None, about=text), change(None, "source", about=text)]
    return night([blocker(text or "x", host=text)], new=[replace(each, kind="failed")], resolved=gone, unseen=gone)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_hostile_name_changes_no_heading_and_no_table(part):
    plain = report_markdown(hostile("x"))
    for text in HOSTILE[part::4]:
        told = report_markdown(hostile(text))
        assert headings(told) == headings(plain), text
        assert len(cells(told, "Runs")) == len(cells(plain, "Runs")), text
        assert faults_of(summary_text(hostile(text))) == [], text


def test_texts_of_earlier_blockers_are_not_told_to_others():
    gone = replace(change(), text='It said "Anna is ill".')
    made = night(new=[gone], recurring=[gone], resolved=[gone], unseen=[replace(gone, job="b")])
    assert "Anna" not in public_markdown(made) + summary_text(made)
