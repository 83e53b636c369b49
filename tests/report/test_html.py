"""The report as a page: what it may hold, that nothing breaks out of it, and that it tells what the Markdown tells."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forensics.evidence.result import Finding, Heartbeat, ReportingCheck
from forensics.report import charts
from forensics.report.html import report_html
from forensics.report.markdown import report_markdown
from forensics.report.page_view import page
from tests.report.builders import at, blocker, missing_source, result, run, source
from tests.report.hostile import HOSTILE
from tests.report.page_builders import cause, depth, hostile, investigated
from tests.report.page_parser import read_page

pytestmark = pytest.mark.slow

SECTIONS = ["summary", "blockers", "panel", "runs", "reporting", "findings", "sources"]
SUSPECT = ReportingCheck("suspect", "said success 1 of 9 (11.1 %)", 0.8, 1, 9, 9, 9)


def page_of(shown):
    return read_page(report_html(shown))


def night():
    """Return a night with something in every section."""
    return result(
        [
            run("backup", "failed"),
            run("mail", "silent_failure", "06:00"),
            run("sync", "false_alarm", "05:00"),
            run("news", "unverifiable", flags="unproven"),
            run("clean", "confirmed", "04:00"),
            run("tidy", "confirmed", "03:00"),
        ],
        blockers=[
            blocker("backup", observed=("Due 07:00.", "None found."), inferred="So it failed.", todo="Run it once."),
            blocker("mail", "silent_failure", "silent once", flags=("unproven",)),
            blocker(None, "reporting", "Reporting suspect: 1 of 9."),
        ],
        heartbeats=[
            Heartbeat("backup", "stale", at("03:00"), 75600, 3600, 21.0),
            Heartbeat("sync", "ok", at("05:00"), 900, 3600, 0.25, "a remark"),
        ],
        findings=[Finding("streak", "3 in a row", ("a", "b"), "So much.", "Look.", 0.012)],
        sources=[source(rejects=[("no time", "???")]), missing_source("gone.log")],
        check=SUSPECT,
    )


def without_drawings(monkeypatch):
    monkeypatch.setattr(charts, "can_draw", lambda: False)


# what a page may hold


def test_policy_lets_the_page_use_its_own_style_and_nothing_else():
    page = page_of(night())
    (style,) = [text for tags, text in page.texts if tags[-1:] == ("style",)]
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    own = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{own}'; base-uri 'none'; form-action 'none'"


def test_style_loads_nothing():
    (style,) = [text for tags, text in page_of(night()).texts if tags[-1:] == ("style",)]
    assert not re.search(r"url\(|@import|@font-face|</", style)


def test_page_holds_known_elements_and_attributes_only():
    shown = investigated(night(), causes=(cause(jobs=("backup",)),), depths=(depth(),))
    assert page_of(shown).faults == []


def test_links_lead_to_places_on_the_page():
    page = page_of(investigated(night(), causes=(cause(jobs=("backup",)),)))
    ids = [given["id"] for _, given in page.elements if "id" in given]
    links = [given["href"].removeprefix("#") for given in page.all("a")]
    assert len(links) > 7
    assert set(links) <= set(ids)
    assert len(ids) == len(set(ids))


def test_labels_name_what_is_there():
    page = page_of(investigated(night(), causes=(cause(jobs=("backup",)),)))
    ids = {given["id"] for _, given in page.elements if "id" in given}
    labels = [given["aria-labelledby"] for _, given in page.elements if "aria-labelledby" in given]
    assert labels
    assert {each for label in labels for each in label.split()} <= ids


@pytest.mark.parametrize("text", [*HOSTILE[::16], *(pytest.param(text, marks=pytest.mark.slow) for text in HOSTILE)])
def test_hostile_text_brings_no_element_and_no_attribute(text, monkeypatch):
    without_drawings(monkeypatch)
    html = report_html(hostile(text))
    page = read_page(html)
    assert page.faults == []
    assert [given["href"] for given in page.all("a") if not re.fullmatch(r"#[a-z]+(-[0-9]+)?", given["href"])] == []
    assert not [sign for sign in html.decode() if not sign.isprintable() and sign != "\n"]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_brings_no_element_and_no_attribute(text):
    with pytest.MonkeyPatch.context() as monkeypatch:
        without_drawings(monkeypatch)
        assert read_page(report_html(hostile(text))).faults == []


def test_nothing_is_escaped_twice(monkeypatch):
    without_drawings(monkeypatch)
    text = "a < b & c > d `x<y` \"q'"
    page = page_of(hostile(text))
    assert not re.search(r"&(?:amp|lt|gt|quot|#[0-9]+);", page.text)
    assert "a < b & c > d" in page.text


def test_markdown_in_evidence_stays_text(monkeypatch):
    without_drawings(monkeypatch)
    page = page_of(hostile("**bold** ![x](http://evil.example/x.png) <b>x</b>"))
    assert "http://evil.example/x.png" in page.text
    assert not page.all("img")
    assert {each["href"][0] for each in page.all("a")} == {"#"}


def test_signs_that_tell_instants_do_not_come_out_of_evidence(monkeypatch):
    without_drawings(monkeypatch)
    page = page_of(hostile('\x01x" onclick="y\x02z\x03'))
    assert page.faults == []
    assert not [each for each in page.all("time") if "onclick" in each["datetime"]]


# what it tells


def test_sections_come_once_and_in_order():
    page = page_of(night())
    assert [given["id"] for given in page.all("section")] == SECTIONS


def test_headings_skip_no_level():
    shown = investigated(night(), causes=(cause(),), depths=(depth(),))
    levels = [int(tag[1]) for tag, _ in page_of(shown).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_sections_without_anything_say_so():
    text = page_of(result()).text
    for words in (
        "None: nothing that a person must act on.",
        "No heartbeat was read",
        "No run was due or seen",
        "None.",
    ):
        assert words in text


def test_same_result_gives_the_same_bytes():
    assert report_html(night()) == report_html(night())


def test_title_is_the_date_and_the_headline():
    page = page_of(night())
    (title,) = ["".join(text for tags, text in page.texts if tags[-2:] == ("head", "title"))]
    assert title == "Night Watch 2026-03-19: backup failed. Also: mail (silent failure unproven)."


@pytest.mark.parametrize(("kind", "tone"), [("silent_failure", "caution"), ("failed", "warning")])
def test_answer_is_as_loud_as_its_worst_blocker(kind, tone):
    page = page_of(result([run()], blockers=[blocker(kind=kind)]))
    assert f"answer {tone}" in [given.get("class") for given in page.all("div")]


def test_runs_of_which_nothing_can_tell_are_counted_apart_from_those_that_need_a_look():
    runs = [run("a", "failed"), run("b", "unverifiable"), run("c", "unverifiable")]
    assert "1 run that needs a look, and 2 runs of which nothing can tell" in page_of(result(runs)).text
    assert "Not confirmed, worst first 2 runs of which nothing can tell" in page_of(result(runs[1:])).text


def test_quiet_night_is_a_note():
    assert "answer note" in [given.get("class") for given in page_of(result([run()])).all("div")]


def test_instants_tell_their_utc():
    shown = result([run("a", "failed", "2026-03-19 07:00")], zone="Asia/Tokyo", blockers=[blocker("a")])
    times = {(given["datetime"]) for given in page_of(shown).all("time")}
    assert {"2026-03-19T07:00:00Z", "2026-03-20T00:00:00Z"} <= times


def test_date_that_stands_for_two_instants_tells_no_utc():
    shown = result(
        [run("a", "failed", "2026-10-25 00:30"), run("b", "failed", "2026-10-25 01:30")],
        zone="Europe/Berlin",
        since="2026-10-24 22:00",
        until="2026-10-25 23:00",
        now="2026-10-26 00:00",
        blockers=[blocker("a", since=at("2026-10-25 00:30")), blocker("b", "missed", since=at("2026-10-25 01:30"))],
    )
    html = report_html(shown).decode()
    assert '<span class="date">2026-10-25 02:30</span>' in html
    assert '<time datetime="2026-10-25T00:30:00Z">2026-10-25 02:30</time>' not in html


def test_blocker_of_which_the_same_follows_refers_to_the_first():
    same = {"inferred": "So it went silent.", "todo": "Read its log."}
    page = page_of(result([run()], blockers=[blocker("a", **same), blocker("b", **same), blocker("c", todo="Else.")]))
    assert page.text.count("Read its log.") == 1
    assert "as for blocker 1" in page.text
    assert "Else." in page.text


def test_blocker_tells_first_what_the_likely_cause_of_its_job_asks_for():
    page = page_of(
        investigated(
            result([run()], blockers=[blocker("z", todo="Wait."), blocker("a", todo="Look.")]),
            causes=(cause("One", ("x",)), cause("Two", ("a", "b"))),
        )
    )
    assert "Do Set it back. Why, and how: likely cause 2 Else: Look." in page.text
    assert "Do Wait." in page.text


def test_cause_of_wrong_messages_is_not_behind_work_that_was_not_done():
    messages = replace(cause("Reporting broke", ("a",)), kind="reporting")
    shown = result([run()], blockers=[blocker("a", todo="Look."), blocker(None, "reporting", "Suspect.", todo="Wait.")])
    page = page_of(investigated(shown, causes=(messages,)))
    assert "Do Look." in page.text
    assert "Do Set it back. Why, and how: likely cause 1 Else: Wait." in page.text


def test_cause_of_what_was_never_started_is_not_behind_a_claim_without_work():
    why = cause("Never started", ("a",))
    shown = investigated(
        result([run("a", "missed")], blockers=[blocker("a", "false_success"), blocker("a", "missed")]),
        causes=(replace(why, kind="never_triggered"),),
    )
    assert [each.cause is not None for each in page(shown).troubles] == [False, True]


def test_column_that_would_be_empty_is_left_out():
    def headings(**values):
        return page_of(result([run("a", "failed", **values)])).text

    assert "Cause, flags" not in headings()
    assert "Cause, flags" in headings(cause="exit_code")
    assert "As now since" not in headings()


def test_look_that_a_cause_asks_for_comes_after_what_the_blocker_asks_for():
    look = replace(cause("Two", ("a",)), steps=(replace(cause().steps[0], kind="look", text="Compare."),))
    page = page_of(investigated(result([run()], blockers=[blocker("a", todo="Look.")]), causes=(look,)))
    assert "Do Look. More: likely cause 1" in page.text


def test_answer_leads_to_the_likeliest_cause():
    page = page_of(investigated(result([run()]), causes=(cause(),)))
    assert [given["href"] for given in page.all("a")].count("#cause-1") == 1
    assert "#cause-1" not in [given["href"] for given in page_of(result([run()])).all("a")]


def test_what_was_left_out_is_said_with_where_it_is():
    runs = [run(f"j{number}", "failed", f"{number % 24:02}:{number // 24:02}") for number in range(300)]
    text = page_of(result(runs, blockers=[blocker(f"j{number}") for number in range(12)])).text
    assert "And 2 more, alike; all of them in --format json" in text
    assert "275 more runs of 275 jobs are not listed here; all are in --format json and --format csv." in text
    assert "Not shown: 100 jobs" in text


def test_large_report_stays_small():
    runs = [
        run(
            f"job-with-a-name-{number % 400}",
            ("failed", "confirmed", "false_alarm")[number % 3],
            f"2026-03-{1 + number // 400:02} 07:00",
        )
        for number in range(10_000)
    ]
    html = report_html(result(runs, since="2026-03-01 00:00", until="2026-03-26 00:00", now="2026-03-26 00:00"))
    assert len(html) < 5 * 2**20


# the same numbers as the Markdown


def markdown_tables(shown):
    tables, tokens = [], MarkdownIt("js-default").parse(shown)
    for at_token, token in enumerate(tokens):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1].append(plain(tokens[at_token + 1].content))
    return tables


def plain(text):
    return " ".join(text.replace("`", "").replace("_", " ").split())


def page_tables(page):
    return [[[plain(cell) for cell in row] for row in table] for table in page.tables]


def cells(rows):
    return [[cell for cell in row if cell] for row in rows]


def test_panel_rows_are_those_of_the_markdown():
    shown = night()
    (there,) = [table for table in markdown_tables(report_markdown(shown)) if table[0][0] == "Job"]
    (here,) = [table for table in page_tables(page_of(shown)) if table[0][:2] == ["Job", "Status"]]
    assert cells(here) == cells(there)


def test_rows_of_runs_are_those_of_the_markdown():
    shown = night()
    (there,) = [table for table in markdown_tables(report_markdown(shown)) if table[0][0] == "Verdict"]
    (here,) = [table for table in page_tables(page_of(shown)) if table[0][0] == "Verdict"]
    filled = [number for number in range(len(there[0])) if any(row[number] for row in there[1:])]
    assert here == [[row[number] for number in filled] for row in there]


def test_counts_of_work_by_message_are_those_of_the_markdown():
    shown = night()
    (there,) = [table for table in markdown_tables(report_markdown(shown)) if table[0][1] == "said success"]
    (here,) = [table for table in page_tables(page_of(shown)) if table[0][1:2] == ["said success"]]
    numbers = [re.findall("[0-9]+", " ".join(row)) for row in there]
    merged = {"work": numbers[1], "not": [number for row in numbers[2:-1] for number in row], "all": numbers[-1]}
    assert sorted(re.findall("[0-9]+", " ".join(here[1]))) == sorted(merged["work"])
    assert sorted(re.findall("[0-9]+", " ".join(here[2]))) == sorted(merged["not"])
    assert re.findall("[0-9]+", " ".join(here[3])) == merged["all"]


def test_rows_of_sources_are_those_of_the_markdown():
    shown = night()
    (there,) = [table for table in markdown_tables(report_markdown(shown)) if table[0][0] == "Source"]
    (here,) = [table for table in page_tables(page_of(shown)) if table[0][0] == "Source"]
    assert here == there


def sentences(markdown):
    """Return what stands in the lines of a section, without the marks of Markdown."""
    words = re.sub(r"[`*>]|^- |^#+ |\\|<[^>]*>", "", markdown, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in words.split("\n") if line.strip() and "|" not in line]


@pytest.mark.parametrize("start", ["Observed", "Inferred", "Do"])
def test_every_statement_of_the_markdown_is_on_the_page(start):
    shown = night()
    text = page_of(shown).text
    told = [
        line.removeprefix(f"{start}: ") for line in sentences(report_markdown(shown)) if line.startswith(f"{start}: ")
    ]
    assert told
    assert [each for each in told if each not in text] == []


def test_first_paragraph_is_that_of_the_markdown():
    shown = night()
    text = page_of(shown).text
    lines = sentences(report_markdown(shown).split("\n\n")[1].split("\n", 1)[1])
    assert len(lines) >= 4
    assert [line for line in lines if line not in text] == []


def test_reporting_says_what_the_markdown_says():
    shown = night()
    text = page_of(shown).text
    section = re.split("^## ", report_markdown(shown).split("\n## Reporting\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    assert [line for line in sentences(section) if line not in text] == []


def test_figures_at_the_top_are_the_counts_of_the_runs_and_of_the_messages():
    text = page_of(night()).text
    assert "Work proven 3 of 6 50.0 %" in text
    assert "Said success 1 of 9 11.1 %" in text
    assert "Could not be checked 1 of 6" in text
    assert "Sources read 1 of 2" in text


def test_run_that_was_left_out_on_purpose_is_no_missing_proof():
    runs = [run("a"), run("b", "skipped"), run("c", "pending"), run("d", "missed", flags="muted")]
    assert "Work proven 1 of 1 100 %, 3 more not counted" in page_of(result(runs)).text


def test_days_are_those_of_the_markdown():
    runs = [
        run("a", verdict, f"2026-03-{day} 07:00")
        for day, verdict in ((17, "false_alarm"), (18, "confirmed"), (19, "failed"))
    ]
    shown = result(runs, since="2026-03-17 00:00", until="2026-03-20 00:00")
    (there,) = [table for table in markdown_tables(report_markdown(shown)) if table[0][0] == "Day"]
    (here,) = [table for table in page_tables(page_of(shown)) if table[0][:2] == ["Day", "Said success"]]
    assert [row[:4] for row in here] == [row[:4] for row in there]


def test_without_what_draws_the_numbers_are_there_and_the_page_says_so(monkeypatch):
    without_drawings(monkeypatch)
    runs = [run("a", "false_alarm", f"2026-03-{day} 07:00") for day in range(10, 20)]
    shown = replace(result(runs, since="2026-03-10 00:00"), exit_code=1)
    page = page_of(shown)
    assert "needs the extra charts" in page.text
    assert not [given for given in page.all("svg") if given.get("role") == "img"]


def test_drawings_come_wide_and_narrow_with_their_numbers():
    pytest.importorskip("altair")
    runs = [run("a", "false_alarm", f"2026-03-{day} 07:00") for day in range(10, 20)]
    page = page_of(result(runs, since="2026-03-10 00:00"))
    assert page.faults == []
    classes = [given.get("class") for given in page.all("div")]
    assert classes.count("full") == classes.count("narrow") == len(page.all("figure")) > 0
    assert page.text.count("The same as numbers") == len(page.all("figure"))
