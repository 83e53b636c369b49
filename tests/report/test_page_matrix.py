"""Jobs by time: which rows and columns there are, in which order, and what a box says."""

from __future__ import annotations

from dataclasses import replace

from forensics.report.page_matrix import page_matrix
from forensics.report.page_pen import page_pen
from tests.report.builders import result, run
from tests.report.page_builders import event


def matrix(shown):
    found = page_matrix(shown, page_pen(shown))
    assert found is not None
    return found


def nights(*days, until="2026-03-20 00:00", **values):
    """Return a result over several days; each of the days is a list of runs without due times."""
    return result([each for day in days for each in day], since="2026-03-01 00:00", until=until, **values)


def signs(row):
    return ["" if cell is None else cell.mark.signs for cell in row.cells]


def on(day, job="a", verdict="confirmed", hour="07:00", **values):
    return run(job, verdict, f"2026-03-{day:02d} {hour}", **values)


def labels(found):
    return [column.month + column.label for column in found.columns]


def test_long_window_has_a_column_for_each_night_with_a_run():
    found = matrix(nights([on(17)], [on(19, verdict="failed")]))
    assert found.unit == "night"
    assert labels(found) == ["03-17", "03-19"]
    assert signs(found.rows[0]) == ["✓✓", "✗✗"]


def test_single_night_is_told_by_the_hour():
    found = matrix(result([run("a", due="01:10"), run("a", "failed", "01:50"), run("b", due="23:00")]))
    assert found.unit == "hour"
    assert labels(found) == ["01", "23"]
    assert (found.rows[0].cells[0].alike, found.rows[0].cells[0].runs) == (1, 2)


def test_hour_is_that_of_the_reports_clock():
    shown = result([run("a", due="03:10")], zone="Asia/Kolkata")
    assert labels(matrix(shown)) == ["08"]


def test_night_is_that_of_the_reports_clock():
    found = matrix(result([run("a", due="2026-03-18 18:20"), run("a", due="2026-03-18 18:40")], zone="Asia/Kolkata"))
    assert labels(found) == ["03-18", "03-19"]


def test_runs_that_were_studied_before_the_window_are_columns_of_it():
    runs = [on(17, in_window=False), on(18, in_window=False), on(19, verdict="failed")]
    shown = result(runs)
    found = matrix(replace(shown, studied=shown.runs.assign(in_window=True)))
    assert labels(found) == ["03-17", "03-18", "03-19"]
    assert [column.is_now for column in found.columns] == [False, False, True]


def test_runs_of_the_window_stand_as_the_report_judged_them():
    shown = result([on(18, in_window=False), on(19, verdict="failed")])
    studied = shown.runs.assign(in_window=True, verdict="confirmed")
    assert signs(matrix(replace(shown, studied=studied)).rows[0]) == ["✓✓", "✗✗"]


def test_jobs_that_the_window_does_not_speak_of_are_not_in_it():
    shown = result([on(18, "other", in_window=False), on(19, "mine")])
    found = matrix(replace(shown, studied=shown.runs.assign(in_window=True)))
    assert [row.job for row in found.rows] == ["mine"]


def test_worst_jobs_come_first_and_of_like_ones_those_longest_so():
    found = matrix(
        nights(
            [on(17, "calm"), on(17, "late"), on(17, "early", "failed"), on(17, "odd")],
            [on(18, "calm"), on(18, "late", "failed"), on(18, "early", "failed"), on(18, "odd", "missed")],
        )
    )
    assert [row.job for row in found.rows] == ["odd", "early", "late", "calm"]


def test_unproven_failure_comes_after_a_proven_one():
    found = matrix(result([run("a", "failed", flags="unproven"), run("b", "failed")]))
    assert [row.job for row in found.rows] == ["b", "a"]
    assert found.rows[1].cells[0].mark.look == "bad dashed"


def test_row_says_since_when_it_is_as_it_is_now():
    days = [on(16), on(17, verdict="failed"), on(18, verdict="failed"), on(19, verdict="failed")]
    assert matrix(nights(days)).rows[0].since == "03-17"


def test_row_says_no_since_of_one_night_or_of_a_good_end():
    assert matrix(nights([on(18), on(19, verdict="failed")])).rows[0].since is None
    assert matrix(nights([on(18, verdict="failed"), on(19)])).rows[0].since is None


def test_worst_run_of_a_night_is_its_box():
    found = matrix(nights([on(18)], [on(19), on(19, verdict="silent_failure", hour="08:00"), on(19, hour="09:00")]))
    cell = found.rows[0].cells[1]
    assert (cell.mark.signs, cell.alike, cell.runs) == ("✗-", 1, 3)


def test_over_60_jobs_those_always_confirmed_are_one_row():
    runs = [on(day, f"j{number}") for day in (18, 19) for number in range(60)]
    assert len(matrix(nights(runs)).rows) == 60
    found = matrix(nights([*runs, on(19, "bad", "failed")]))
    assert [row.job for row in found.rows] == ["bad"]
    assert found.calm == 60
    assert [cell.runs for cell in found.calm_cells] == [60, 60]


def test_only_the_newest_columns_and_the_worst_rows_are_shown_and_the_others_counted():
    runs = [
        run(f"j{number}", "failed", f"2026-0{1 + day // 28}-{1 + day % 28:02} 07:00")
        for day in range(40)
        for number in range(6)
    ]
    many = [run(f"k{number}", "failed", "2026-02-12 07:00") for number in range(210)]
    found = matrix(result([*runs, *many], since="2026-01-01 00:00", until="2026-03-01 00:00"))
    assert len(found.columns) == 31
    assert found.earlier == 9
    assert len(found.rows) == 200
    assert found.left == 16


def test_event_marks_the_column_in_which_it_lies():
    shown = replace(nights([on(17), on(18), on(19)]), events=(event("2026-03-18 06:00"),))
    found = matrix(shown)
    assert [column.has_event for column in found.columns] == [False, True, False]
    assert found.events[0][1] == "upgrade: gateway 2"


def test_event_between_two_nights_marks_the_one_after_it():
    shown = replace(nights([on(15), on(19)]), events=(event("2026-03-17 06:00"),))
    assert [column.has_event for column in matrix(shown).columns] == [False, True]


def test_event_beyond_the_columns_is_left_out():
    shown = replace(nights([on(18), on(19)]), events=(event("2026-03-10 06:00"),))
    assert matrix(shown).events == ()


def test_every_mark_and_verdict_in_it_is_explained():
    found = matrix(nights([on(18, verdict="unreported")], [on(19, verdict="failed")]))
    assert [sign for sign, _ in found.work_marks] == ["✗", "✓"]
    assert [sign for sign, _ in found.message_marks] == ["✗", "-"]
    assert [word for word, _ in found.meanings] == ["failed", "unreported"]


def test_no_run_makes_no_matrix():
    shown = result()
    assert page_matrix(shown, page_pen(shown)) is None
