"""The words of an issue: what a tired person needs, in that order, and nothing that a forge would act on."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from forensics.analyse.blockers import beat_text
from forensics.evidence.concerns import Subject
from forensics.evidence.result import Heartbeat
from forensics.publish.words import Words
from forensics.report.issue import IssueWords
from forensics.timeline import NANOS
from tests.cases_builder import bad, job, night, reported, says, trigger
from tests.report.builders import at
from tests.report.hostile import HOSTILE
from tests.report.issue_builders import (
    BEGAN,
    NOW,
    TOKYO,
    WORDS,
    blocked,
    concern,
    history,
    recovery,
    trouble,
)
from tests.report.scanner import faults_of, kind_of, plain_texts, sightings, tokens_of
from tests.secrets_corpus import remains, spellings

PARTS = 8
DAY = 86_400 * NANOS
LIMIT = 16 << 10


def first_sentence(shown):
    return shown.split("\n")[1].removeprefix("> ").removesuffix("  ")


def facts(shown):
    table = shown.split("\n\n")[1].split("\n")
    return dict(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table[2:])


def observed(shown):
    return [line for line in shown.split("\n") if line.startswith("- Observed")]


def test_issue_words_are_what_publishing_asks_for():
    words: Words = IssueWords(TOKYO)
    assert words.title(Subject("stale", "db_backup")) == "[heartbeat-checker] db_backup is stale"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (Subject("stale", "db_backup"), "[heartbeat-checker] db_backup is stale"),
        (Subject("stale", "db_backup", "web1"), "[heartbeat-checker] db_backup on web1 is stale"),
        (Subject("failed", "a.b-c"), "[night-watch] a.b-c failed"),
        (Subject("false_success", "a"), "[night-watch] a claims success without proof"),
        (Subject("silent_failure", "a"), "[night-watch] a failed silently"),
        (Subject("missed", "a", "web1"), "[night-watch] a on web1 was missed"),
        (Subject("interrupted", "a"), "[night-watch] a was interrupted"),
        (Subject("skipped", "a"), "[night-watch] a was skipped again and again"),
        (Subject("config", "a"), "[night-watch] a cannot be scheduled as configured"),
        (Subject("reporting"), "[night-watch] the reporting cannot be believed"),
        (Subject("source"), "[night-watch] some evidence cannot be read"),
        (Subject("missed", cause="host_down"), "[night-watch] several jobs: host down"),
        (Subject("missed", "", "web1", "host_down"), "[night-watch] several jobs: host down on web1"),
        (Subject("stale", "", "web1", "host_down"), "[heartbeat-checker] several jobs: host down on web1"),
    ],
)
def test_title_says_who_and_what(subject, title):
    assert WORDS.title(subject) == title


def test_odd_name_stands_in_a_title_as_slug_and_hash():
    shown = WORDS.title(Subject("failed", "back|up closes #1", "@web"))
    assert re.fullmatch(r"\[night-watch\] back-up-closes-1~[0-9a-f]{8} on web~[0-9a-f]{8} failed", shown)


@pytest.mark.parametrize(("name", "other"), [("a" * 64, "a" * 63 + "b"), ("x" * 3000, "x" * 2999)])
def test_long_names_are_told_apart_in_titles_of_120_characters(name, other):
    titles = {WORDS.title(Subject("skipped", each, host)) for each in (name, other) for host in ("h" * 64, "h" * 65)}
    assert len(titles) == 4
    assert max(map(len, titles)) <= 120


def test_text_tells_what_to_do_the_facts_and_what_they_rest_on_in_this_order():
    each = blocked(
        "post",
        "failed",
        observed=("Due 07:45 (cron.log:211).", "No file fits `posts/2026.md`."),
        inferred="So it is.",
        todo="Run it.",
    )
    shown = trouble(each)
    places = [
        shown.index(part)
        for part in (
            "> [!WARNING]\n> **`post` has failed since 2026-03-16 13:36 Asia/Tokyo**: a message says that it failed",
            "> **Do now:** Run it.",
            "| Fact ",
            "- Observed: Due 07:45 (cron.log:211).",
            "- Observed: No file fits `posts/2026.md`.",
            "- Inferred: So it is.",
            "The checker keeps this text up to date",
        )
    ]
    assert places == sorted(places)


def test_facts_are_a_table_with_the_zone():
    each = blocked("post", "failed", host="web1", cause="exit_code", count=3)
    assert facts(trouble(each, host="web1")) == {
        "Job": "`post`",
        "Host": "`web1`",
        "Kind": "failed",
        "Since": "2026-03-16 13:36 Asia/Tokyo (UTC+09:00)",
        "Count": "3 runs",
        "First seen by the checker": "2026-03-18 16:00 Asia/Tokyo (UTC+09:00)",
        "Cause": "exit code",
    }


def test_hour_that_comes_twice_is_told_by_its_offset():
    words, first = IssueWords(ZoneInfo("Europe/Berlin")), at("2026-10-25 00:30")
    shown = [
        facts(words.trouble(concern(blocked(since=each)), history(since=each, now=first + 2 * DAY)))["Since"]
        for each in (first, first + 3600 * NANOS)
    ]
    assert shown == ["2026-10-25 02:30 Europe/Berlin (UTC+02:00)", "2026-10-25 02:30 Europe/Berlin (UTC+01:00)"]


@pytest.mark.parametrize("kind", ["silent_failure", "missed", "interrupted", "false_success"])
def test_silent_trouble_is_a_caution(kind):
    assert trouble(blocked(kind=kind)).startswith("> [!CAUTION]\n")


@pytest.mark.parametrize("kind", ["stale", "failed", "skipped", "config", "reporting", "source"])
def test_other_trouble_is_a_warning(kind):
    assert trouble(blocked(None if kind in ("reporting", "source") else "a", kind)).startswith("> [!WARNING]\n")


def test_stale_job_is_told_with_its_ratio_and_for_how_long():
    shown = trouble()
    assert (
        first_sentence(shown)
        == "**`db_backup` has given no sign of life since 2026-03-16 13:36 Asia/Tokyo**, for over 3 days."
    )
    assert observed(shown) == ["- Observed: Heartbeat stale: silent for at least 3 × its interval of 24 h."]


@pytest.mark.parametrize("minutes", [0, 1, 15, 45, 200, 600])
def test_text_of_a_stale_job_does_not_change_with_every_check(minutes):
    later = NOW + minutes * 60 * NANOS
    beat = Heartbeat("db_backup", "stale", BEGAN, (later - BEGAN) / NANOS, 86_400.0, (later - BEGAN) / NANOS / 86_400)
    assert trouble(blocked(text=beat_text(beat)), now=later) == trouble(now=NOW)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("missing", "has no heartbeat file in the folders that were read"),
        ("corrupt", "has a heartbeat that cannot be read"),
        ("future", "has a heartbeat that lies in the future"),
        ("foreign", "has a heartbeat that need not be its own"),
    ],
)
def test_heartbeat_that_is_not_stale_but_bad_is_told_as_what_it_is(status, sentence):
    text = beat_text(Heartbeat("db_backup", status, reason="owned by uid 7"))
    shown = first_sentence(trouble(blocked(text=text, since=None), since=None))
    assert shown == f"**`db_backup` {sentence}, first seen 2026-03-18 16:00 Asia/Tokyo**."


def test_earliest_onset_that_is_known_counts():
    assert "since 2026-03-15 13:36" in first_sentence(trouble(since=BEGAN - DAY))
    assert "since 2026-03-16 13:36" in first_sentence(trouble(since=None))


def test_unproven_failure_is_told_apart():
    shown = trouble(blocked("a", "failed", flags=("unproven",)))
    assert "has said of itself that it failed" in shown
    assert facts(shown)["Kind"] == "failed (unproven)"


def test_flapping_is_told_with_its_number_and_since_when():
    changes = (BEGAN - 3 * DAY, BEGAN - 2 * DAY, BEGAN)
    line = "**It comes and goes:** 3 changes (opened, closed, opened again) since 2026-03-13 13:36 Asia/Tokyo."
    assert line in trouble(changes=changes, is_flapping=True)
    assert "comes and goes" not in trouble(changes=changes)


def test_joint_trouble_lists_who_the_first_to_fall_first():
    jobs = [blocked(name, "missed", since=BEGAN + late * NANOS, cause="host_down") for late, name in enumerate("cab")]
    shown = trouble(*reversed(jobs), cause="host_down", host="web1")
    assert (
        first_sentence(shown)
        == "**3 jobs on `web1` have been missed since 2026-03-16 13:36 Asia/Tokyo at the earliest**, with one cause: host down."
    )
    assert re.findall(r"^\| `(\w)` +\| missed \| 2026-03-16 13:36 Asia/Tokyo \|$", shown, re.MULTILINE) == [
        "c",
        "a",
        "b",
    ]


def test_joint_trouble_is_the_same_in_whatever_order_it_comes():
    jobs = [blocked(f"job-{number}", "missed", observed=(f"fact {number}",)) for number in range(30)]
    shuffled = random.Random(7).sample(jobs, len(jobs))
    assert trouble(*jobs, cause="host_down") == trouble(*shuffled, cause="host_down")


def test_after_a_hundred_members_the_rest_is_counted():
    shown = trouble(*(blocked(f"job-{number:03d}", "missed") for number in range(260)), cause="host_down")
    assert len(re.findall(r"^\| `job-", shown, re.MULTILINE)) == 100
    assert "\n160 more.\n" in shown
    assert facts(shown)["Jobs"] == "260"


@pytest.mark.slow
def test_text_stays_under_16_kib_whatever_comes():
    odd = "".join(f"@n{number} #1 |<b> \u200b日本" for number in range(400))
    jobs = [
        blocked(f"{number} {odd}", "missed", host=f"{odd}{number}", observed=(odd,) * 50, inferred=odd, todo=odd)
        for number in range(2000)
    ]
    for joint in (jobs, jobs[:1]):
        shown = trouble(*joint, cause="host_down" if len(joint) > 1 else "")
        assert len(shown.encode()) <= LIMIT - 1024
        assert faults_of(shown) == []
        assert "The checker keeps this text up to date" in shown


def test_name_that_is_not_allowed_is_written_out_once_in_a_fence():
    shown = trouble(blocked("back|up", "missed", observed=("No file of back|up.",)))
    fences = [token.content for token in tokens_of(shown) if token.type == "fence"]
    assert len(fences) == 1
    assert re.fullmatch(r"back-up~[0-9a-f]{8} = back\|up\n(back-up.~[0-9a-f]{8} = .*\n)?", fences[0])


def test_paths_below_the_configs_folder_are_told_relative_to_it():
    each = blocked(kind="missed", observed=("No file fits `/srv/night/posts/a.md` in syslog /srv/night/cron.log.",))
    shown = IssueWords(TOKYO, "/srv/night/").trouble(concern(each), history())
    assert "/srv/night" not in shown
    assert "`posts/a.md`" in shown


def test_label_that_holds_is_named():
    assert "put the label `leave-it` on it" in IssueWords(TOKYO, hold_label="leave-it").trouble(concern(), history())


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ('Message "Anna is ill (3rd day)" at 07:46 (a.json:16).', "Message (left out) at 07:46 (`a.json:16`)."),
        ("foreign: written for 'Anna is ill'.", "foreign: written for (left out)."),
        ("foreign: written for 'other_job'.", "foreign: written for `other_job`."),
        ('It said "Anna is ill', "It said (left out)"),
        ("He said 'Anna is ill", "He said (left out)"),
        ("It said “Anna is ill”.", "It said (left out)."),
        ("The run's own time, 'Anna' is ill; the jobs' end.", "The run's own time, `Anna` is ill; the jobs' end."),
        ('No file fits `it\'s "x".md` here.', "No file fits `it-s-x-.md~"),
    ],
)
def test_quotation_does_not_leave_the_house_unless_it_is_a_name(sentence, shown):
    assert shown.replace(" (`a.json:16`)", " (a.json:16)") in trouble(blocked(kind="missed", observed=(sentence,)))


def test_texts_of_messages_reach_no_issue(tmp_path):
    given = night(
        trigger(),
        trigger(job="post"),
        bad(),
        says("❌ post failed: Anna is ill, see Confidential-77", "07:06"),
        says("Anna is ill, said nobody", "07:07", is_bot=False),
        jobs=(job(), job("post", artifacts=["post.md"])),
    )
    blockers = reported(given, tmp_path).blockers
    assert {each.job for each in blockers} >= {"backup", "post"}
    for each in blockers:
        told = trouble(each) + WORDS.reopening(concern(each), history(), was_closed_by_hand=True)
        assert "Anna" not in told
        assert "Confidential" not in told


def test_error_texts_of_a_source_stay_in_the_report():
    each = blocked(None, "source", "cron.log: not JSON: it begins with 'Anna'.", observed=("not JSON: 'Anna'",))
    shown = trouble(each)
    assert "Anna" not in shown
    assert facts(shown)["Source"] == "`cron.log`"


def test_recovery_is_told_with_its_evidence_and_how_long_it_lasted():
    shown = WORDS.recovered(recovery(host="web1"), history())
    assert shown.startswith(
        "> [!NOTE]\n> **`db_backup` on `web1` has recovered, seen 2026-03-19 16:00 Asia/Tokyo.**"
        " Before, it had given no sign of life since 2026-03-16 13:36 Asia/Tokyo.\n"
    )
    assert observed(shown) == ["- Observed: A heartbeat came 2026-03-19 15:59 (`db_backup.last:1`)."]
    assert facts(shown)["Lasted at most"] == "3 d 2 h 24 min"


def test_closing_comment_names_what_shows_the_recovery():
    assert WORDS.closing(recovery(), history()) == (
        "**Recovered:** `db_backup`, seen 2026-03-19 16:00 Asia/Tokyo.  \n"
        "The trouble began 2026-03-16 13:36 Asia/Tokyo and lasted at most 3 d 2 h 24 min.\n\n"
        "- Observed: A heartbeat came 2026-03-19 15:59 (`db_backup.last:1`)."
    )


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ({"kind": "reporting", "job": ""}, "**Recovered:** the messages about the jobs can be believed again, seen"),
        (
            {"kind": "missed", "job": "", "cause": "host_down", "host": "web1"},
            "**Recovered:** Several jobs on `web1`, seen",
        ),
    ],
)
def test_recovery_of_no_single_job_has_words_too(subject, sentence):
    assert WORDS.closing(recovery("2 of 2.", **subject), history()).startswith(sentence)


def test_reopening_says_whether_a_person_had_closed_it():
    by_hand = WORDS.reopening(concern(), history(), was_closed_by_hand=True)
    by_us = WORDS.reopening(concern(), history(changes=(BEGAN, BEGAN + 3 * DAY)), was_closed_by_hand=False)
    assert "closed by hand, and the trouble lasts" in by_hand
    assert "close it again, and it stays closed" in by_hand
    assert "the trouble is back, after it was closed 2026-03-19 13:36 Asia/Tokyo." in by_us
    assert "by hand" not in by_us


def test_twin_points_to_the_one_that_goes_on_and_to_no_other():
    assert re.findall(r"#[0-9]+", WORDS.duplicate(12)) == ["#12"]
    assert not re.search(r"(?i)(clos|fix|resolv|reopen)\w*:? #12", WORDS.duplicate(12))


def all_texts(text):
    """Return every text of an issue in which one hostile text plays every part, alone and together with others."""
    each = blocked(
        text or "x",
        "missed",
        host=text,
        text=text,
        observed=(text, f"No file fits `{text}` here ({text}:1).", f'said "{text}" twice'),
        inferred=f"So {text}.",
        todo=text,
        cause=text or None,
    )
    alone, joint = concern(each, host=text), concern(each, replace(each, job="y"), cause=text or "z", host=text)
    beat = concern(replace(each, kind="stale", text=f"Heartbeat foreign: {text}."))
    over = recovery(text, f"A file `{text}` came.", job=text or "x", host=text)
    words = IssueWords(TOKYO, hold_label=text or "hold")
    yield from (words.trouble(one, history()) for one in (alone, joint, beat))
    yield words.recovered(over, history(is_flapping=True))
    yield words.closing(over, history())
    yield words.reopening(alone, history(), was_closed_by_hand=True)


def test_corpus_is_large_and_each_text_would_do_harm_in_the_open():
    assert len(HOSTILE) >= 200
    assert sum(bool(faults_of(f"x\n\n{text}\n\ny")) for text in HOSTILE) >= 200


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_text_does_nothing_in_an_issue(part):
    for text in HOSTILE[part::PARTS]:
        for shown in all_texts(text):
            assert faults_of(shown) == [], text
            assert len(shown.encode()) <= LIMIT


@pytest.mark.slow
def test_hostile_text_changes_no_block_of_an_issue():
    def outline(shown):
        return [token.type for token in tokens_of(re.split("Names written out|The checker", shown)[0])]

    calm = [outline(shown) for shown in all_texts("x")]
    for text in HOSTILE[::3]:
        if text.strip():
            assert [outline(shown) for shown in all_texts(text)] == calm, text


def test_plain_text_of_an_issue_is_ours_alone():
    shown = trouble(blocked("marker|name @x", "missed", observed=("No file fits `marker|path @x` (marker@x.log:1).",)))
    assert not any("marker|" in text or "@x" in text for text in plain_texts(tokens_of(shown)))


@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_name_does_nothing_in_a_title(part):
    for text in HOSTILE[part::PARTS]:
        for subject in (
            Subject("skipped", text or "x", text),
            Subject("missed", "", text, text or "x"),
            Subject(text or "x"),
        ):
            shown = WORDS.title(subject)
            assert re.fullmatch(r"\[(?:night-watch|heartbeat-checker)\] [A-Za-z0-9._~: -]+", shown), text
            assert len(shown) <= 120
            assert [each for each in sightings(shown) if not each.startswith(("hash", "address: ' www."))] == []


def test_no_secret_is_in_any_text():
    for text, secret in spellings():
        for shown in (
            *all_texts(text),
            *all_texts(f"of {text} here"),
            WORDS.title(Subject("failed", text, text, text)),
        ):
            assert remains(shown, secret) == [], text


def test_secret_that_is_an_allowed_name_is_masked_too():
    secret = "gh" + "p_abcdefghij0123456789"
    assert all(secret not in shown for shown in (*all_texts(secret), WORDS.title(Subject("failed", secret, secret))))


def test_blocks_are_those_of_our_own_words():
    kinds = {kind_of(token) for token in tokens_of(trouble(blocked("a b", "missed", observed=("x",))))}
    assert kinds == {
        "blockquote", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item", "fence",
    }  # fmt: skip
