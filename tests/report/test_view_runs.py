"""The section of the runs: the matrix, the table worst first, and what is folded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.evidence.memory import Memory
from forensics.report.columns import window_runs
from forensics.report.view_pen import pen_for
from forensics.report.view_runs import SHOWN_ROWS, runs_view
from forensics.verdicts import Verdict
from tests.report.builders import at, result, run


def runs_of(runs, **values):
    made = result(runs, **values)
    return runs_view(made, window_runs(made), pen_for(made, ascii_only=False))


def rows(runs, **values):
    return [(row.marks, row.verdict, row.job) for row in runs_of(runs, **values).rows]


def proof(verdict, **values):
    patterns = values.pop("patterns", True)
    (row,) = runs_of([run("a", verdict, **values)], patterns=patterns).rows
    return row.proof.state, row.proof.at


def test_only_runs_of_the_window_are_shown():
    assert rows([run("a", "missed"), run("b", "missed", in_window=False)]) == [("∅-", "missed", "a")]


def test_worst_come_first_then_earlier_ones():
    shown = rows(
        [
            run("c", "failed", "06:00"),
            run("b", "missed", "09:00"),
            run("a", "missed", "08:00"),
            run("d", "false_success", "10:00"),
        ]
    )
    assert [job for _, _, job in shown] == ["d", "a", "b", "c"]


def test_failed_that_nothing_could_prove_stands_after_failed():
    shown = rows([run("a", "failed", "06:00", flags="unproven"), run("b", "failed", "08:00")])
    assert shown == [("✗✗", "failed", "b"), ("?✗", "failed", "a")]


@pytest.mark.parametrize(
    ("verdict", "claim", "marks"),
    [
        ("false_success", "success", "✗✓"),
        ("silent_failure", None, "✗-"),
        ("missed", None, "∅-"),
        ("interrupted", None, "~-"),
        ("interrupted", "failure", "~✗"),
        ("failed", "failure", "✗✗"),
        ("unverifiable", "success", "?✓"),
        ("false_alarm", "failure", "✓✗"),
        ("unreported", None, "✓-"),
        ("pending", None, "⋯-"),
        ("skipped", "skipped", "»-"),
        ("confirmed", "success", "✓✓"),
        ("confirmed", None, "✓-"),
    ],
)
def test_marks_tell_the_work_then_the_message(verdict, claim, marks):
    assert pen_for(result(), ascii_only=False).marks(verdict, claim) == marks


@pytest.mark.parametrize("verdict", list(Verdict))
def test_ascii_marks_are_two_ascii_signs(verdict):
    marks = pen_for(result(), ascii_only=True).marks(verdict, None)
    assert marks.isascii()
    assert len(marks) == 2


def test_matrix_counts_work_by_message():
    shown = runs_of(
        [
            run(),
            run("b", "false_alarm"),
            run("c", "failed"),
            run("d", "failed", flags="unproven"),
            run("e", "missed"),
            run("f", "unreported"),
        ]
    ).matrix
    assert shown.totals == {True: (1, 1, 1), False: (0, 2, 1)}
    failed = [(each.count, each.verdict, each.is_unproven, each.marks) for each in shown.cells[False][1]]
    assert failed == [(1, "failed", False, "✗✗"), (1, "failed", True, "?✗")]


def test_matrix_line_holds_one_verdict_a_cell():
    lines = runs_of([run("a", "missed"), run("b", "silent_failure"), run("c", "failed")]).matrix.lines(False)
    assert [[each.verdict if each else None for each in line] for line in lines] == [
        [None, "failed", "silent_failure"],
        [None, None, "missed"],
    ]


def test_started_or_skip_message_says_nothing_of_the_outcome():
    assert runs_of([run("a", "interrupted", claim="started")]).matrix.totals[False] == (0, 0, 1)


def test_verdicts_that_need_nobody_are_folded():
    shown = runs_of(
        [run(verdict, verdict) for verdict in ("false_alarm", "unreported", "pending", "skipped", "confirmed")]
    )
    assert shown.rows == ()
    assert [fold.verdict for fold in shown.folds] == ["false_alarm", "unreported", "pending", "skipped"]
    assert shown.confirmed == 1


def test_false_alarms_are_listed_by_the_streak_that_their_messages_count():
    runs = [run(name, "false_alarm") for name in ("a", "b", "c")]
    (fold,) = runs_of(runs, streaks={0: 3, 1: 7, 2: 3}).folds
    assert [(streak.number, streak.names) for streak in fold.streaks] == [
        (7, ("`b` 07:04:00",)),
        (3, ("`a` 07:04:00", "`c` 07:04:00")),
    ]


def test_job_with_several_runs_alike_is_named_once():
    (fold,) = runs_of([run("a", "pending", f"{hour:02d}:00") for hour in range(5)]).folds
    assert (fold.runs, fold.jobs, fold.streaks[0].names) == (5, 1, ("`a` ×5",))


def test_runs_that_fit_the_table_stand_one_by_one():
    assert len(runs_of([run("a", "missed", f"{hour:02d}:00") for hour in range(SHOWN_ROWS)]).rows) == SHOWN_ROWS


def test_runs_of_a_job_that_came_to_the_same_become_one_row_where_they_are_many():
    runs = [run("a", "missed", f"{number // 4:02d}:{number % 4 * 15:02d}") for number in range(SHOWN_ROWS + 1)]
    shown = runs_of([*runs, run("b", "missed", "23:00")])
    assert [(row.job, row.count, row.instead, row.until) for row in shown.rows] == [
        ("a", 26, "00:00", "06:15"),
        ("b", 1, "23:00", None),
    ]
    assert shown.left_runs == 0


def test_what_does_not_fit_the_table_is_counted():
    shown = runs_of([run(f"job-{number:02d}", "missed", host="h") for number in range(SHOWN_ROWS + 7)])
    assert (len(shown.rows), shown.left_runs, shown.left_jobs) == (SHOWN_ROWS, 7, 7)


def test_proof_is_told_with_its_time():
    assert proof("silent_failure", executed_at=at("07:04:10"), flags="partial") == ("proven", "07:04:10")


def test_proof_at_no_known_time_is_told_as_such():
    assert proof("interrupted", evidence="executed") == ("untimed", None)


def test_absent_proof_tells_until_when_it_was_looked_for():
    assert proof("missed") == ("none", "07:31")


def test_search_ends_where_judging_does():
    (row,) = runs_of([run("a", "missed", "23:50")]).rows
    assert row.proof.at == "03-20 00:00"


def test_job_that_declares_nothing_could_leave_no_proof():
    assert proof("unverifiable", patterns=False) == ("undeclared", None)


def test_proof_out_of_reach_cannot_be_told():
    assert proof("unverifiable") == ("unseen", None)


def test_run_that_was_never_due_is_told_by_its_trigger():
    (row,) = runs_of([run("a", "silent_failure", due=None)]).rows
    assert (row.due, row.instead) == (None, "03:00")


def test_times_carry_their_date_where_the_report_is_about_several():
    (row,) = runs_of([run("a", "missed")], since="2026-03-15 00:00").rows
    assert row.due == "03-19 07:00"


def test_reasons_are_asked_for_the_newest_run_of_each_job_and_verdict_only():
    asked = []
    made = result(
        [
            run("a", "missed", "07:00"),
            run("a", "missed", "08:00"),
            run("b", "failed"),
            run("c"),
            run("d", "false_alarm"),
        ]
    )
    object.__setattr__(made, "explain", lambda row: asked.append(row) or ["reason"])
    runs_view(made, window_runs(made), pen_for(made, ascii_only=False))
    assert sorted(asked) == [1, 2]


def test_flags_and_classes_are_counted():
    shown = runs_of([run("a", flags="late untriggered"), run("b", flags="late")])
    assert shown.flags == (("late", 2), ("untriggered", 1))
    assert shown.classes == (("both", 2), ("executed", 0), ("reported", 0), ("neither", 0))


def test_legend_holds_the_marks_that_are_used():
    shown = runs_of([run("a"), run("b", "missed")])
    assert [sign for sign, _ in shown.work_marks] == ["✓", "∅"]
    assert [sign for sign, _ in shown.message_marks] == ["✓", "-"]


def test_many_runs_of_one_verdict_hide_no_other():
    runs = [run(f"a{number}", "false_success") for number in range(60)] + [
        run(f"b{number}", "failed") for number in range(3)
    ]
    shown = runs_of([*runs, run("c", "unverifiable")]).rows
    assert len(shown) == SHOWN_ROWS
    assert [row.job for row in shown][-4:] == ["b0", "b1", "b2", "c"]


def test_job_with_the_most_runs_stands_first_among_its_verdict():
    runs = [run("a", "missed", f"{hour:02d}:00") for hour in range(3)] + [
        run("b", "missed", f"{hour:02d}:00") for hour in range(24)
    ]
    assert [(row.job, row.count) for row in runs_of(runs).rows] == [("b", 24), ("a", 3)]


def test_reasons_of_each_verdict_are_shown():
    runs = [run(f"a{number}", "missed") for number in range(9)] + [run("b", "failed")]
    assert [why.job for why in runs_of(runs).why] == ["`a0`", "`a1`", "`a2`", "`b`"]


def pending_before(runs, *keys, **values):
    made = replace(result(runs, **values), memory=Memory(pending=dict.fromkeys(keys, 1)))
    return runs_view(made, window_runs(made), pen_for(made, ascii_only=False))


def test_runs_that_were_pending_come_first_and_are_marked():
    runs = [run("a", "missed"), run("b", "failed"), run("c", "unverifiable")]
    shown = pending_before(runs, "b/07:00", "c/07:00").rows
    assert [(row.job, row.flags) for row in shown] == [
        ("b", ("pending last night",)),
        ("c", ("pending last night",)),
        ("a", ()),
    ]


def test_runs_that_were_pending_come_first_where_the_table_is_too_short_for_all():
    runs = [run("many", "missed", f"2026-03-19 {number:02d}:{minute}") for number in range(24) for minute in (10, 40)]
    shown = pending_before([*runs, run("once", "failed")], "once/07:00").rows
    assert [(row.job, row.count) for row in shown] == [("once", 1), ("many", 48)]


def test_what_became_of_pending_runs_is_told_whatever_it_is():
    runs = [run("a"), run("b", "failed"), run("c"), run("d", "pending"), run("e", "missed")]
    shown = pending_before(runs, *(f"{name}/07:00" for name in "abcd"), "gone/07:00").again
    assert [(each.verdict, each.count, each.names) for each in shown] == [
        ("failed", 1, "`b`"),
        ("pending", 1, "`d`"),
        ("confirmed", 2, "`a`, `c`"),
    ]


def test_pending_run_outside_the_window_is_not_told():
    assert pending_before([run("a", in_window=False)], "a/07:00").again == ()
