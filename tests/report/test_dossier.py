"""The dossier: what it says, in which order, and that hostile text cannot leave its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Contrast, Depth, Group, Investigation, LayerSeen, Moment, NextStep
from forensics.report.dossier import dossier_markdown
from tests.investigate.cases import change, contrast, days, depth, world
from tests.report.builders import at, blocker

CAUSE = Cause(
    kind="boot",
    title="The runner does not come up",
    supports=("Triggered 2 of 2 (cron.log:1).",),
    contradicts=("Boots were slow before.",),
    inferred="The upgrade most likely set it off.",
    unknown="Why it hangs.",
    jobs=("a",),
    steps=(
        NextStep(
            "change", "Set `sessionTarget` of `a` to `main`.", diff="--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b", cost="Much."
        ),
        NextStep("command", "Read the log.", command="journalctl -u a.service"),
    ),
    detail={"runs": 2},
)


def written(moments: Any = (), **found: Any) -> str:
    result = world(days("a", "confirmed", "silent_failure"))
    found = {"causes": (CAUSE,), **found}
    told = Investigation(at("2026-03-06 00:00"), at("2026-03-20 00:00"), **found)
    result = replace(result, blockers=(blocker("a", "silent_failure"),), investigation=told)
    return dossier_markdown(result, moments)


def moment(number: int = 0, **values: Any) -> Moment:
    return Moment(**{"at": at("07:00") + number * 10**9, "lane": "triggers", "job": "a", "host": None,
                     "text": f"row {number}", "file": "/x/cron.log", "record": number, **values})  # fmt: skip


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_sections_come_with_the_answer_first_and_the_proof_last() -> None:
    titles = [line[3:] for line in written().split("\n") if line.startswith("## ")]
    assert titles == [
        "Likely causes",
        "Did it get through the door?",
        "What tells bad runs from good ones",
        "Since when",
        "What to do",
        "Timeline",
        "Sources",
    ]


def test_observation_and_inference_are_kept_apart() -> None:
    lines = section(written(), "Likely causes").split("\n")
    assert "- For: Triggered 2 of 2 (`cron.log:1`)." in lines or "- For: Triggered 2 of 2 (cron.log:1)." in lines
    assert "- Against: Boots were slow before." in lines
    assert "- Inferred: The upgrade most likely set it off." in lines
    assert "- Open: Why it hangs." in lines


def test_diff_stands_in_a_fence_with_its_cost() -> None:
    told = section(written(), "What to do")
    assert "   ```diff\n   --- f\n   +++ f\n   @@ -1 +1 @@\n   -a\n   +b\n   ```" in told
    assert "   Cost: Much." in told


def test_command_stands_in_a_fence() -> None:
    assert "   ```sh\n   journalctl -u a.service\n   ```" in section(written(), "What to do")


def test_command_cannot_leave_its_fence() -> None:
    evil = replace(CAUSE, steps=(NextStep("command", "Read.", command="x\n```\n# @everyone"),))
    told = section(written(causes=(evil,)), "What to do")
    assert "   ````sh\n   x\n   ```\n   # @everyone\n   ````" in told


def test_hostile_title_mentions_nobody() -> None:
    evil = replace(CAUSE, title="closes #1 @everyone ![x](http://evil)", supports=("<script>",))
    told = section(written(causes=(evil,)), "Likely causes")
    assert "@everyone" not in told.replace("`", "")
    assert "<script>" not in told
    assert "](http" not in told


def test_first_layer_that_fails_is_bold() -> None:
    told = section(written(depths=(depth("a"),)), "Did it get through the door?")
    assert "stops at **booted**" in told
    assert "**0 of 2**" in told


def test_layer_that_no_lane_could_show_is_said() -> None:
    dark = Depth("a", None, 2, 0, 1, (LayerSeen("due", 2, ""), LayerSeen("working", None, "no lane")), None)
    assert "no lane" in section(written(depths=(dark,)), "Did it get through the door?")


def test_what_is_the_same_is_told_as_ruled_out() -> None:
    same = contrast("channel", "metrics", standing="same", others=Group(0, 0, 0), reason="all 4 jobs have it")
    told = section(written(contrasts=(contrast(), same)), "What tells bad runs from good ones")
    assert "| sessionTarget = `isolated` |" in told
    assert "- channel = `metrics`: all 4 jobs have it" in told.split("**Ruled out:**")[1]


def test_two_questions_are_told_apart() -> None:
    both: tuple[Contrast, ...] = (contrast(), contrast("template", "new", about="reporting"))
    told = section(written(contrasts=both), "What tells bad runs from good ones")
    assert [line for line in told.split("\n") if line.startswith("### ")] == [
        "### Bad: the work was not done",
        "### Bad: the work was done, and told wrongly or not at all",
    ]


def test_change_is_told_with_its_interval_event_and_controls() -> None:
    told = section(written(change_points=(change("a", controls=("c",)),)), "Since when")
    assert "**2026-03-12 07:00 to 2026-03-13 07:00**" in told
    assert "upgrade gateway 2026.3.14" in told
    assert "Not changed: `c`" in told


def test_long_timeline_is_cut_in_the_middle_and_says_so() -> None:
    told = section(written([moment(number) for number in range(100)]), "Timeline")
    assert "row 0 " in told
    assert "row 50 " not in told
    assert "row 99 " in told
    assert "64 more lines in between" in told


def test_timeline_names_the_row_without_its_folder() -> None:
    assert "(cron.log:0)" in section(written([moment()]), "Timeline")


def test_row_cannot_break_its_line_or_its_fence() -> None:
    told = section(written([moment(text="a\n```\n# b\x1b[31m")]), "Timeline")
    assert "a / ``` / # b\\u001b[31m" in told
    assert "````text" in told


def test_quiet_time_says_so() -> None:
    told = written(causes=())
    assert "None: nothing that was read went wrong" in told
    assert section(told, "What to do").strip() == "Nothing."


def test_answer_points_to_no_blocker() -> None:
    assert "(blocker" not in written()


def test_ascii_output_is_ascii() -> None:
    result = world(days("a", "confirmed"))
    assert dossier_markdown(result, [moment(text="✅ done")], ascii_only=True).isascii()
