"""The Markdown report: its order, its first paragraph, its limits, and that nothing breaks out of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forensics.config import Config
from forensics.evidence.result import Finding, Heartbeat, ReportingCheck, Undelivered
from forensics.report.markdown import aligned, panel_markdown, public_markdown, report_markdown
from tests.report.builders import UTC, at, blocker, missing_source, result, run, source

HEADINGS = ["Blockers", "Heartbeat Panel", "Runs", "Reporting", "Findings", "Sources"]
SUSPECT = ReportingCheck("suspect", "said success 1 of 9 (11.1 %)", 0.8, 1, 9, 9, 9)
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("`|*_[]()<>!#@~\\&$\n\r\t \"'-+=.:/{}aZ0\u202e\u200b\0\x1b\x9b"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


def first_paragraph(shown):
    return shown.split("\n\n")[1]


def headings(shown):
    tokens = MarkdownIt("js-default").parse(shown)
    return [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]


def section(shown, title):
    return re.split(r"^## ", shown.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def cells(shown, title):
    lines = [line for line in section(shown, title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_section_comes_once_and_in_order():
    shown = report_markdown(result([run(), run("b", "missed")], blockers=[blocker()]))
    assert headings(shown) == ["Night Watch — 2026-03-19", *HEADINGS]


def test_sections_without_anything_say_so():
    shown = report_markdown(result())
    assert "None: nothing that a person must act on." in section(shown, "Blockers")
    assert "No heartbeat was read" in section(shown, "Heartbeat Panel")
    assert "No run was due or seen" in section(shown, "Runs")
    assert "None." in section(shown, "Findings")


def test_same_result_gives_the_same_bytes():
    runs = [run("b", "missed"), run("a", "false_alarm"), run()]
    assert report_markdown(result(runs)) == report_markdown(result(runs))


def test_footer_names_now_schema_and_inputs():
    assert report_markdown(result([run()])).endswith(
        "\nNow 2026-03-20 00:00 UTC; schema night-watch/1; inputs 9f2c61d4.\n"
    )


@pytest.mark.parametrize(
    ("since", "until", "title"),
    [
        ("2026-03-19 00:00", "2026-03-20 00:00", "2026-03-19"),
        ("2026-03-18 22:00", "2026-03-20 10:00", "2026-03-18"),
        ("2026-03-18 22:00", "2026-03-20 10:01", "2026-03-18 to 2026-03-20"),
        ("2026-03-15 00:00", "2026-03-19 00:00", "2026-03-15 to 2026-03-18"),
    ],
)
def test_title_is_a_range_when_the_window_is_longer_than_36_hours(since, until, title):
    assert headings(report_markdown(result(since=since, until=until)))[0] == f"Night Watch — {title}"


def test_title_is_the_date_in_the_reports_zone():
    shown = report_markdown(result(since="2026-03-18 15:00", until="2026-03-19 15:00", zone="Asia/Tokyo"))
    assert shown.startswith("# Night Watch — 2026-03-19\n")
    assert "Window 2026-03-19 00:00 to 24:00 Asia/Tokyo;" in first_paragraph(shown)


@pytest.mark.parametrize("kind", ["silent_failure", "missed", "interrupted", "false_success"])
def test_silent_blocker_makes_it_a_caution(kind):
    assert first_paragraph(
        report_markdown(result([run()], blockers=[blocker("a", "stale"), blocker(kind=kind)]))
    ).startswith("> [!CAUTION]\n")


@pytest.mark.parametrize("kind", ["stale", "failed", "skipped", "reporting", "source", "config"])
def test_other_blocker_makes_it_a_warning(kind):
    assert first_paragraph(report_markdown(result([run()], blockers=[blocker(kind=kind)]))).startswith("> [!WARNING]\n")


def test_quiet_night_is_a_note():
    shown = first_paragraph(report_markdown(result([run(), run("b")])))
    assert shown.startswith("> [!NOTE]\n> **All 2 runs confirmed.**")
    assert "1 of 1 source read" in shown


def test_zero_input_is_loud():
    shown = first_paragraph(report_markdown(result(sources=[])))
    assert shown.startswith("> [!CAUTION]\n> **Nothing was read.**")


def test_input_that_is_all_rejected_is_zero_input():
    shown = first_paragraph(report_markdown(result(sources=[source(rows=0, rejects=[("no time", "x")] * 2)])))
    assert "**Nothing was read.** 2 records came, 2 of them rejected" in shown


def test_missing_empty_and_truncated_sources_are_named_in_the_first_paragraph():
    sources = [
        source(),
        missing_source("gone.log"),
        source("empty.log", rows=0, covers=None),
        source("half.gz", faults=["half.gz: truncated"]),
    ]
    shown = first_paragraph(report_markdown(result([run()], sources=sources)))
    assert "**Not read:** `gone.log` (missing), `empty.log` (empty), `half.gz` (not to its end)" in shown
    assert "1 of 4 sources read" in shown


def test_source_that_saw_silence_was_read():
    shown = first_paragraph(report_markdown(result([run()], sources=[source(), source("slack", rows=0)])))
    assert "2 of 2 sources read" in shown


def test_false_alarms_are_told_first_when_most_failure_messages_are_wrong():
    runs = [run(f"job-{number}", "false_alarm") for number in range(8)] + [run("real", "failed")]
    blockers = [
        blocker("real", todo="Run it by hand; then read."),
        blocker(None, "reporting", "the messages are wrong"),
    ]
    lines = first_paragraph(report_markdown(result(runs, blockers=blockers, check=SUSPECT))).split("\n")
    assert (
        lines[1]
        == "> **8 of the 9 failure messages are false alarms: the work is proven.** Reporting broke, not the jobs.  "
    )
    assert lines[2] == "> **`real` really failed.**  "
    assert lines[4] == "> **Do now:** run it by hand (blocker 1); believe the files (blocker 2).  "
    assert len(lines) == 6


def test_first_paragraph_says_what_since_when_and_what_to_do():
    blockers = [blocker(name, "silent_failure", todo="Look. Then mend.", count=4) for name in ("a", "b", "c", "d")] + [
        blocker("e", "stale")
    ]
    lines = first_paragraph(report_markdown(result([run("a", "silent_failure")], blockers=blockers))).split("\n")
    assert lines[1:4] == [
        "> **4 jobs left nothing behind, and nobody was told** (16 runs): `a`, `b`, `c` and 1 more. Also: `e` (stale).  ",
        "> **Since when:** 2026-03-19 07:00.  ",
        "> **Do now:** look (blocker 1).  ",
    ]


def test_first_paragraph_says_from_when_on_runs_can_be_told():
    runs = [run("a", "unverifiable", "2026-03-19 05:00"), run("a", "unverifiable", "2026-03-19 06:00"), run("a")]
    assert "2 runs before 03-19 07:00 that nothing could prove." in first_paragraph(report_markdown(result(runs)))


def test_first_paragraph_names_no_beginning_where_runs_between_can_be_told():
    runs = [run("a", "unverifiable", "2026-03-19 05:00"), run("a"), run("a", "unverifiable", "2026-03-19 08:00")]
    assert "2 runs that nothing could prove." in first_paragraph(report_markdown(result(runs)))


def test_threshold_is_told_once():
    text = report_markdown(
        result([run()], check=ReportingCheck("ok", "said success, under the threshold of 80.0 %", 0.8, 1, 1, 1, 1))
    )
    assert text.lower().count("threshold") == 1


def test_first_paragraph_counts_runs_that_nothing_could_prove():
    runs = [run(), run("b", "unverifiable"), run("c", "failed", flags="unproven")]
    assert "3 jobs, 3 runs; 1 of 1 source read; 2 runs that nothing could prove." in first_paragraph(
        report_markdown(result(runs))
    )


def test_blocker_tells_fact_inference_and_advice_apart():
    shown = section(
        report_markdown(
            result(
                blockers=[
                    blocker(
                        "a",
                        text="Failed once.",
                        observed=("no `x/y.json`", "two"),
                        inferred="So it is.",
                        todo="Mend it.",
                    )
                ]
            )
        ),
        "Blockers",
    )
    assert shown.strip().split("\n") == [
        "**1. ✗✗ `a`: failed once**",
        "- Observed: no `x/y.json`",
        "- Observed: two",
        "- Inferred: So it is.",
        "- Do: Mend it.",
    ]


def test_blocker_is_at_most_six_lines():
    many = tuple(f"fact {number}" for number in range(9))
    shown = section(report_markdown(result(blockers=[blocker(observed=many, inferred="So.", todo="Do.")])), "Blockers")
    assert len(shown.strip().split("\n")) == 6
    assert "- Observed: fact 2 (6 more in `--format json`)" in shown


def test_eleventh_blocker_is_counted_and_named():
    shown = section(
        report_markdown(result(blockers=[blocker(f"job-{number}", "missed") for number in range(12)])), "Blockers"
    )
    assert "**10. ∅- `job-9`: failed once**" in shown
    assert "**11. " not in shown
    assert "**And 2 more, alike**" in shown
    assert "- 2 missed: `job-10`, `job-11`" in shown


def test_panel_keeps_its_order_and_its_signs():
    beats = [
        Heartbeat("db_backup", "stale", 0, 267_840.0, 86_400.0, 3.1),
        Heartbeat("cert", "missing"),
        Heartbeat("nightly", "late", 0, 90_000.0, 86_400.0, 1.04),
        Heartbeat("check", "ok", 0, 360.0, 900.0, 0.4),
    ]
    shown = report_markdown(result(heartbeats=beats))
    assert cells(shown, "Heartbeat Panel") == [
        ["Job", "Status", "Age", "Interval", "Ratio"],
        ["-----------------"[: len("db_backup")], "---------", "-------------:", "-------:", "----:"],
        ["db_backup", "- stale", "3 d 2 h 24 min", "24 h", "3.10"],
        ["cert", "- missing", "none", "unknown", ""],
        ["nightly", "+ late", "25 h", "24 h", "1.04"],
        ["check", "+ ok", "6 min", "15 min", "0.40"],
    ]


def test_panel_alone_is_the_heading_and_the_panel():
    shown = panel_markdown(result([run()], heartbeats=[Heartbeat("a", "ok", 0, 1.0, 2.0, 0.5)]))
    assert headings(shown) == ["Night Watch — 2026-03-19", "Heartbeat Panel"]


def test_reporting_tells_status_counts_and_threshold():
    check = ReportingCheck("suspect", "said success 2 of 29 (6.9 %)", 0.8, 2, 29, 27, 28, baseline=0.979)
    shown = section(report_markdown(result([run()], check=check)), "Reporting")
    assert "**Status: suspect.** Said success 2 of 29 (6.9 %).  \n" in shown
    assert "28 of 29 (96.6 %) could be checked. Threshold 80 %; usual 97.9 %." in shown


def test_finding_shows_its_kind_and_its_p():
    found = Finding(
        "contrast", "Only the isolated one is dead.", ("0 of 4",), "So it is that.", "Try.", p_value=0.00049
    )
    assert "**1. Only the isolated one is dead** (`contrast`, p = 0.00049)\n- Observed: 0 of 4" in report_markdown(
        result(findings=[found])
    )


def test_report_for_others_tells_of_rejected_records_without_their_text():
    each = source(rejects=[("no time in the line", "ann@example.org wrote this")])
    assert "ann@example.org" in report_markdown(result(sources=[each]))
    shown = public_markdown(result(sources=[each]))
    assert "no time in the line" in shown
    assert "ann@example.org" not in shown


def test_what_could_not_be_delivered_is_told_under_reporting():
    left = Undelivered("slack", "2026-03-18-0011aabb", at("01:00"), 3, "the tracker answered 502")
    shown = section(report_markdown(replace(result(), undelivered=(left,))), "Reporting")
    assert "2026-03-18-0011aabb for slack waits since 2026-03-19 01:00, 3 attempts: the tracker answered 502" in shown


def test_sources_tell_what_was_read_covered_and_rejected():
    each = source(rows=1107, rejects=[("no time in the line", "-- gone --")], covers=(at("2026-03-06 00:00"), None))
    shown = report_markdown(result(sources=[each]))
    assert cells(shown, "Sources")[2] == [
        "`cron.log`",
        "triggers",
        "1 file",
        "1,108",
        "1,107",
        "1",
        "03-06 00:00 to now",
    ]
    assert "```text\n/evidence/cron.log:1108: no time in the line: -- gone --\n```" in section(shown, "Sources")


def test_digests_are_as_sha256sum_writes_them():
    assert f"```text\n{'ab' * 32}  /evidence/cron.log\n```" in report_markdown(result())


def test_paths_below_the_configs_folder_are_told_relative_to_it():
    each = source(
        file="/srv/night/logs/cron.log", faults=["/srv/night/logs/cron.log: truncated"], rejects=[("odd", "x")]
    )
    shown = report_markdown(result(sources=[each], config=Config(file="/srv/night/forensics.toml", timezone=UTC)))
    assert "/srv/night" not in shown
    assert "  logs/cron.log" in shown


def test_names_that_cannot_stand_in_a_line_are_written_out_once():
    shown = report_markdown(
        result([run("back|up", "missed"), run("back|up", "missed", "08:00")], blockers=[blocker("back|up")])
    )
    assert len(re.findall(r"^back-up~[0-9a-f]{8} = back\|up$", shown, re.MULTILINE)) == 1


def test_ascii_report_holds_nothing_else():
    runs = [run("nämé", "failed"), run("b", "missed"), run("c", "skipped"), run("d", "pending")]
    shown = report_markdown(result(runs, reasons=["a → b", "日本"], blockers=[blocker("x")]), ascii_only=True)
    assert shown.isascii()
    assert [row[0] for row in cells(shown, "Runs")[-2:]] == ["0. missed", "-- failed"]


def test_table_columns_are_padded_to_one_width():
    assert (
        aligned("| a | b |\n|---|--:|\n| long cell | 7 |\n")
        == "| a         |   b |\n| --------- | --: |\n| long cell |   7 |\n"
    )


def test_report_stays_within_its_limits():
    verdicts = ["missed", "failed", "false_alarm", "unreported", "pending", "skipped", "unverifiable", "confirmed"]
    runs = [
        run(f"job-{number % 211}", verdicts[number % 8], f"2026-03-{1 + number % 19:02d} 07:00")
        for number in range(3000)
    ]
    shown = report_markdown(
        result(
            runs,
            since="2026-03-01 00:00",
            blockers=[
                blocker(f"j{number}", "missed", observed=("a", "b", "c", "d"), inferred="So.", todo="Do.")
                for number in range(500)
            ],
            heartbeats=[Heartbeat(f"h{number}", "stale", 0, 9.0, 1.0, 9.0, "odd") for number in range(500)],
            findings=[Finding("lint", f"finding {number}", ("a", "b", "c"), "So.", "Do.") for number in range(500)],
            sources=[source(f"s{number}", faults=["broken"], rejects=[("bad", "x|y")] * 30) for number in range(100)],
            streaks={row: 2 + row % 20 for row in range(3000)},
            reasons=[f"reason {number}" for number in range(20)],
        )
    )
    assert shown.count("\n") <= 400
    assert headings(shown)[1:] == HEADINGS
    for left in (
        "**And 490 more, alike**",
        "465 more heartbeats",
        "And 495 more findings",
        "85 more sources",
        "are not listed here",
    ):
        assert left in shown


def hostile_result(text, kind="job"):
    each = source(rejects=[(text, text)], faults=[text]) if kind == "read" else source()
    each = (text or "x", *each[1:]) if kind == "source" else each
    name = text or "x"
    shown = result(
        [
            run(name if kind == "job" else "a", "failed", host=text if kind == "host" else None),
            run("b", "false_alarm"),
            run("c", "missed"),
        ],
        sources=[each, source("slack", "slack-export", ("notifications",))],
        blockers=[
            blocker(
                name if kind == "job" else "a",
                text=text if kind == "text" else "failed",
                observed=(text,),
                inferred=text,
                todo=text,
            )
        ],
        heartbeats=[Heartbeat(name if kind == "beat" else "a", "corrupt", None, None, None, None, text)],
        findings=[Finding("lint", text if kind == "text" else "x", (text,), text, text)],
        reasons=[text, f"said `{text}`", f'said "{text}" at 07:00'],
    )
    return replace(shown, reporting=replace(shown.reporting, reason=text))


def skeleton(shown):
    """Return the report's structure: headings, tables, rows, cells, lists' depth, fences, in order; not the paragraphs of names."""
    counted = {"heading_open", "table_open", "tr_open", "td_open", "th_open", "html_block"}
    tokens = MarkdownIt("js-default").parse(shown.split("<summary>Names written out")[0])
    return [(token.type, token.tag) for token in tokens if token.type in counted]


KINDS = ("job", "host", "text", "beat", "source", "read")
BENIGN = {kind: skeleton(report_markdown(hostile_result("x", kind))) for kind in KINDS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(text=HOSTILE)
def test_hostile_text_changes_no_heading_and_no_table(kind, text):
    assert skeleton(report_markdown(hostile_result(text, kind))) == BENIGN[kind]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, kind=st.sampled_from(KINDS))
def test_hostile_text_brings_no_html_no_link_and_no_mention(text, kind):
    shown = report_markdown(hostile_result(text, kind))
    tokens = MarkdownIt("commonmark").enable("table").parse(shown)
    allowed = re.compile(r"(?:<details>\n<summary>[^<>&`@#]*</summary>\n?|</details>\n?)+")
    leaves = [leaf for token in tokens for leaf in token.children or []]
    assert all(allowed.fullmatch(token.content) for token in tokens if token.type == "html_block")
    assert {leaf.type for leaf in leaves} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "hardbreak",
        "softbreak",
    }
    said = "".join(leaf.content if leaf.type == "text" else " " for leaf in leaves)
    assert not re.search(r"@\w|#\d|!\d|://|www\.", said)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40), kind=st.sampled_from(KINDS))
def test_no_control_character_but_the_line_end_is_in_the_report(text, kind):
    shown = report_markdown(hostile_result(text.encode("utf-8", "replace").decode(), kind))
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "```\n</details>\n\n# x",
        "a\n\n| x |\n|---|\n| y |",
        "<script>alert(1)</script>",
        "![x](http://a.example/b.png)",
        "@alice closes #1 a/b#3 !4",
    ],
)
def test_known_payload_breaks_nothing(text):
    shown = report_markdown(
        replace(hostile_result("x"), findings=(Finding("lint", text, (text,), text, text),), explain=lambda row: [text])
    )
    assert skeleton(shown) == BENIGN["job"]
    shown.encode()


@pytest.mark.parametrize(
    ("each", "head"),
    [
        (blocker("a", text="`a`: Failed twice."), "**1. ✗✗ `a`: failed twice**"),
        (blocker("a", "stale", "a: heartbeat stale", host="h"), "**1. `a` on `h`: heartbeat stale**"),
        (blocker(None, "reporting", "Reporting suspect: 1 of 9."), "**1. Reporting suspect: 1 of 9**"),
        (blocker(None, "source", "cron.log: nothing is there"), "**1. Source: cron.log: nothing is there**"),
    ],
)
def test_blocker_is_headed_by_whom_it_concerns(each, head):
    assert section(report_markdown(result(blockers=[each])), "Blockers").strip().split("\n")[0] == head
