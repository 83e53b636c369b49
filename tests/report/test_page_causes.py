"""An investigation on the page: causes, changes, layers and comparisons, told with their counts."""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.investigation import Group, Occasion
from forensics.evidence.result import Finding
from forensics.report.html import report_html
from forensics.report.page_causes import causes_of
from forensics.report.page_pen import page_pen
from tests.report.builders import at, result, run
from tests.report.page_builders import cause, change_point, contrast, depth, investigated, investigation
from tests.report.page_parser import read_page


def shown(**values):
    made = result([run()])
    found = causes_of(investigation(**values), page_pen(made))
    assert found is not None
    return found


def page_of(**values):
    return read_page(report_html(investigated(result([run("a", "failed")]), **values)))


def test_nothing_is_said_of_an_investigation_that_came_to_nothing():
    pen = page_pen(result())
    assert causes_of(None, pen) is None
    assert causes_of(investigation(), pen) is None
    assert "Looked at:" not in page_of().text


def test_cause_tells_for_and_against_apart_and_its_steps_in_order():
    text = page_of(
        causes=(cause(contradicts=("It was slow before.",), inferred="So it gives up.", unknown="Why is open."),)
    ).text
    places = [
        text.index(words)
        for words in (
            "Likely cause 1. It no longer boots",
            "Observed 12 of 12 stop.",
            "Against it It was slow before.",
            "Inferred So it gives up.",
            "Open Why is open.",
            "Do Set it back.",
            "forensics gate",
            "Cost: Slower.",
        )
    ]
    assert places == sorted(places)


def test_what_is_over_and_what_nothing_could_tell_is_no_likely_cause():
    found = (cause(), replace(cause(), kind="unseen"), replace(cause(), kind="jobs", detail={"is_over": True}))
    text = page_of(causes=found).text
    assert [name in text for name in ("Likely cause 1.", "Blind spot 2.", "Earlier trouble 3.")] == [True] * 3


def test_lines_of_a_diff_tell_what_is_added_and_what_goes():
    (likely,) = shown(causes=(cause(),)).likely
    assert [line.side for line in likely.steps[0].diff] == ["place", "place", "place", "same", "removed", "added"]
    page = page_of(causes=(cause(),))
    assert (
        next(text for tags, text in page.texts if tags[-1:] == ("del",)),
        next(text for tags, text in page.texts if tags[-1:] == ("ins",)),
    ) == ("-old", "+new")


def test_first_place_of_a_change_is_open_and_the_others_folded():
    diff = "--- a\n+++ a\n@@ -1 +1 @@ x\n-1\n+2\n@@ -9 +9 @@ y\n-1\n+2\n@@ -19 +19 @@ z\n-1\n+2"
    step = replace(cause().steps[0], diff=diff)
    (likely,) = shown(causes=(cause(steps=(step,)),)).likely
    assert [len(likely.steps[0].first), len(likely.steps[0].rest), likely.steps[0].places] == [5, 6, 2]
    assert "The same change in 2 more places" in page_of(causes=(cause(steps=(step,)),)).text


def test_secret_in_a_command_or_a_diff_is_masked():
    secret = "ghp_" + "a1B2" * 9
    step = replace(cause().steps[0], command=f"curl -H 'Authorization: token {secret}'", diff=f'+  "token": "{secret}"')
    assert secret not in page_of(causes=(cause(steps=(step,)),)).text


def test_change_tells_its_interval_its_counts_and_what_happened_in_it():
    text = page_of(
        change_points=(
            change_point(
                ("a", "b"),
                before=Group(1, 30, 2),
                occasions=(Occasion(at("05:00"), "upgrade", "gateway 2"),),
                controls=("c",),
            ),
        )
    ).text
    assert "the last good run 2026-03-18 07:00 and the first bad one 2026-03-19 07:00" in text
    assert "1 of 30 (3.3 %), 2 jobs before; 4 of 4 (100 %), 1 job after" in text
    assert "2026-03-19 05:00 upgrade gateway 2" in text
    assert "Not changed c" in text


def test_change_for_the_better_says_that_it_is_over():
    text = page_of(change_points=(change_point(is_better=True),)).text
    assert "Over: the work was not done" in text
    assert "the last bad run 2026-03-18 07:00 and the first good one" in text


def test_changes_of_one_kind_are_one_table_the_first_to_come_first():
    later = change_point(("b",), controls=("c",))
    sooner = change_point(("a",), first_bad=at("2026-03-18 09:00"), controls=("c", "d"))
    (turn,) = shown(change_points=(later, sooner)).turns
    assert [each.names for each in turn.changes] == ["`a`", "`b`"]
    assert turn.controls == "`c`"
    page = page_of(change_points=(later, sooner))
    assert "2 changes" in page.text
    assert [row[0] for table in page.tables if table[0][0] == "First bad run" for row in table[1:]] == [
        "2026-03-18 09:00",
        "2026-03-19 07:00",
    ]


def test_changes_for_the_better_come_last_and_each_kind_apart():
    points = (change_point(("a",), is_better=True), change_point(("b",)), change_point(("c",), about="reporting"))
    found = [(turn.is_better, turn.changes[0].names) for turn in shown(change_points=points).turns]
    assert found == [(False, "`b`"), (False, "`c`"), (True, "`a`")]


def test_what_happened_between_is_told_of_each_change_of_a_table():
    upgrade = (Occasion(at("05:00"), "upgrade", "gateway 2"),)
    text = page_of(change_points=(change_point(("a",), occasions=upgrade), change_point(("b",)))).text
    assert "In between" in text
    assert "upgrade gateway 2" in text
    assert "nothing that was read" in text


def test_runs_that_came_to_the_end_are_folded():
    page = page_of(depths=(depth("a"), depth("d", None)))
    assert [text for tags, text in page.texts if "summary" in tags and "bad runs" in text]
    assert page.text.count("This is where they stopped.") == 1


def test_what_is_ruled_out_is_named_and_the_same_not_twice():
    both = (contrast("same", "delivery", "mail"), contrast("same", "delivery", "mail", about="reporting"))
    text = page_of(contrasts=both).text
    assert text.count("Ruled out, as bad runs have it no more and no less than good ones: delivery = mail.") == 1
    assert text.count("Ruled out: the same as above.") == 1


def test_finding_that_the_investigation_shows_in_full_is_folded_unless_it_asks_for_something():
    told = (Finding("contrast", "All have x", ("seen",)), Finding("ruled_out", "Not y", ("seen",), "", "Do z"))
    shown = result([run("a", "failed")], findings=list(told))
    page = read_page(report_html(investigated(shown, contrasts=(contrast(),))))
    assert "1 pattern that the parts above tell of, too" in page.text
    assert page.text.index("Not y") < page.text.index("1 pattern that") < page.text.index("All have x")
    assert "parts above" not in read_page(report_html(shown)).text


def test_layers_say_where_runs_stopped_and_which_nothing_shows():
    (ladder,) = shown(depths=(depth(),)).ladders
    assert [rung.state for rung in ladder.rungs] == ["reached", "partly", "stopped", "after", "dark"]
    assert [rung.seen for rung in ladder.rungs] == ["4 of 4", "2 of 4", "0 of 4", "0 of 4", "cannot tell"]
    assert page_of(depths=(depth(),)).text.count("This is where they stopped.") == 1


def test_layer_that_some_runs_reached_says_how_many_stopped_there():
    text = page_of(depths=(depth(stops_at="accepted"),)).text
    assert "a: 4 bad runs, 2 of them came to accepted" in text
    assert "This is where 2 stopped." in text
    assert "a: 4 bad runs, none came to booted" in page_of(depths=(depth(),)).text


def test_single_run_is_told_as_one():
    one = depth()
    seen = tuple(replace(each, seen=each.seen and 1) for each in one.layers)
    text = page_of(depths=(replace(one, runs=1, layers=seen),)).text
    assert "a: 1 bad run, it never came to booted" in text
    assert "This is where it stopped." in text


def test_jobs_that_stopped_at_the_same_layer_are_told_once():
    ladders = shown(depths=(depth("a"), depth("b", "done"), depth("c"), depth("d", None))).ladders
    assert [(ladder.job, ladder.alike) for ladder in ladders] == [("`a`", "`c`"), ("`b`", ""), ("`d`", "")]


def test_what_differs_what_is_ruled_out_and_what_is_not_known_stand_apart():
    found = shown(
        contrasts=(
            contrast("same", "delivery", "announce", effect=0.0, adjusted=None, p_value=None),
            contrast("differs", alongside=(("payload", "turn"),)),
            contrast("unknown", "hour", "7"),
        )
    ).comparisons[0]
    assert [each.name for each in (*found.differs, *found.same, *found.unknown)] == [
        "target = `isolated`",
        "delivery = `announce`",
        "hour = `7`",
    ]
    assert found.differs[0].alongside == "payload = `turn`"
    assert found.differs[0].within == "12 of 12 (100 %), 3 jobs"
    assert found.differs[0].effect == "+100 points"
    assert (found.same[0].effect, found.same[0].p_value) == ("none", "")


def test_work_and_reporting_are_compared_apart():
    found = shown(
        contrasts=(contrast("same", about="reporting"), contrast("same"), contrast("unknown", about="reporting"))
    )
    assert [(len(each.same), len(each.unknown)) for each in found.comparisons] == [(1, 1), (1, 0)]
    assert "Bad: the work was not done" in page_of(contrasts=(contrast(),)).text


def test_corrected_p_is_the_one_that_is_told():
    assert shown(contrasts=(contrast(p_value=0.001, adjusted=0.012),)).comparisons[0].differs[0].p_value == "p = 0.012"


def test_nothing_that_differs_is_said_aloud():
    assert "Nothing that was compared tells them apart." in page_of(contrasts=(contrast("same"),)).text


def test_what_is_not_shown_is_counted():
    found = shown(
        causes=tuple(cause(str(number)) for number in range(7)),
        change_points=tuple(change_point((str(number),)) for number in range(9)),
        contrasts=tuple(contrast("same", str(number)) for number in range(23)),
    )
    assert (found.likely_left, found.changes_left, found.contrasts_left) == (2, 1, 3)


def test_what_was_compared_is_counted_beside_what_was_looked_at():
    over_jobs = contrast("differs")
    over_runs = contrast("same", "hour", "7", level="run", within=Group(9, 60, 1), others=Group(9, 40, 1))
    found = causes_of(investigation(contrasts=(over_jobs, over_runs)), page_pen(result([run()])), 112)
    assert found is not None
    assert found.looked_at == (
        "Looked at: 112 runs from 2026-03-18 07:00 to 2026-03-20 00:00. Compared: jobs with each other over up to 20,"
        " from the day of the first bad one on; the runs of one job with each other over up to 100."
    )


def test_runs_compared_for_messages_are_counted_apart():
    of_messages = contrast("same", about="reporting", within=Group(1, 3, 1), others=Group(1, 4, 1))
    told = shown(contrasts=(contrast("differs"), of_messages)).looked_at
    assert "over up to 20 (for messages 7), from the day" in told


def test_attribute_that_all_jobs_have_counts_nothing_as_compared():
    assert "Compared:" not in shown(contrasts=(contrast("same", others=Group(0, 0, 0)),)).looked_at


def test_long_evidence_for_a_cause_stands_after_what_to_do():
    text = page_of(causes=(cause(supports=tuple(f"fact {number}." for number in range(5))),)).text
    places = [
        text.index(words) for words in ("fact 2.", "Do Set it back.", "2 more observations", "fact 3.", "fact 4.")
    ]
    assert places == sorted(places)


def test_change_tells_by_when_at_the_latest_and_which_runs():
    late = change_point(latest=at("2026-03-19 09:00"), among="node = n1")
    text = " ".join(page_of(change_points=(late,)).text.split())
    assert "a, runs with node = n1" in text
    assert "the first bad one 2026-03-19 07:00 (2026-03-19 09:00 at the latest)" in text
