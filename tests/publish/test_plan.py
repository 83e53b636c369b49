"""The life of an issue: opened, kept up to date, closed, reopened, and left alone where a person says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forensics.evidence.concerns import Subject
from forensics.publish.marks import Standing, key_of, marked, parse
from tests.publish.memory_forge import BOT, PERSON, MemoryForge
from tests.publish.tracked import HOUR, START, concern, days, good, world
from tests.secrets_corpus import SECRETS, remains


@pytest.fixture
def host():
    with world() as made:
        yield made


def closed_by_hand(host, number=1):
    host.forge.tracker.change(number, is_open=False, closed_at=host.now)


def recovered(host, job="a"):
    host.sync(good(job))
    host.sync(good(job))


def test_trouble_is_filed_once_however_often_it_is_seen(host):
    for _ in range(3):
        host.sync(concern("a"))
    assert host.open_numbers == [1]


def test_title_is_the_words_own(host):
    host.sync(concern("a"))
    assert host.issue().title == "[test] a stale"


def test_body_begins_with_the_mark(host):
    host.sync(concern("a"))
    assert host.issue().body.startswith("<!-- nightwatch:job=a kind=stale -->\n")


def test_each_kind_of_trouble_of_a_job_has_its_own_issue(host):
    host.sync(concern("a", "stale"), concern("a", "missed"))
    assert host.open_numbers == [1, 2]


def test_same_text_is_not_written_again(host):
    host.sync(concern("a"))
    host.forge.forget_calls()
    host.sync(concern("a"))
    assert host.forge.writes == []


def test_new_figures_change_the_body_and_add_no_comment(host):
    host.sync(concern("a", text="silent for 2 h"))
    host.sync(concern("a", text="silent for 3 h"))
    assert "silent for 3 h" in host.issue().body
    assert host.said() == []


def test_what_people_wrote_below_stays(host):
    host.sync(concern("a", text="silent for 2 h"))
    host.forge.tracker.change(1, body=host.issue().body + "I am on it.\n")
    host.sync(concern("a", text="silent for 3 h"))
    assert host.issue().body.endswith("I am on it.\n")
    assert "silent for 3 h" in host.issue().body


def test_line_ends_of_a_web_form_are_no_edit(host):
    host.sync(concern("a", text="silent for 2 h"))
    host.forge.tracker.change(1, body=host.issue().body.replace("\n", "\r\n"))
    host.sync(concern("a", text="silent for 3 h"))
    assert "silent for 3 h" in host.issue().body


def test_text_that_a_person_edited_is_left_alone(host):
    host.sync(concern("a", text="silent for 2 h"))
    host.forge.tracker.change(1, body=host.issue().body.replace("silent", "quiet"))
    host.sync(concern("a", text="silent for 3 h"))
    assert "quiet for 2 h" in host.issue().body


def test_issue_whose_mark_was_edited_away_is_known_by_its_number(host):
    host.sync(concern("a"))
    host.forge.tracker.change(1, body="all mine now")
    host.sync(concern("a"))
    assert host.open_numbers == [1]
    assert host.issue().body == "all mine now"


def test_one_good_check_does_not_close(host):
    host.sync(concern("a"))
    host.sync(good("a"))
    assert host.issue().is_open


def test_second_good_check_in_a_row_closes_with_its_evidence(host):
    host.sync(concern("a"))
    recovered(host)
    assert not host.issue().is_open
    assert host.said() == ["closed: a beats again"]


def test_good_checks_apart_do_not_close(host):
    host.sync(concern("a"))
    for _ in range(3):
        host.sync(good("a"))
        host.sync(concern("a"))
    assert host.issue().is_open
    assert host.said() == []


def test_same_check_twice_counts_once(host):
    from forensics.publish.sync import sync

    host.sync(concern("a"))
    check = host.check(good("a"))
    sync(check, host.desk)
    sync(check, host.desk)
    assert host.issue().is_open


def test_check_that_could_not_have_seen_the_trouble_is_no_good_one(host):
    host.sync(concern("a"))
    for _ in range(4):
        host.sync(good("b"))
    assert host.issue().is_open


def test_good_check_of_another_kind_does_not_close(host):
    host.sync(concern("a", "missed"))
    for _ in range(4):
        host.sync(good("a", "stale"))
    assert host.issue().is_open


def test_trouble_that_is_soon_back_reopens_its_issue(host):
    host.sync(concern("a"))
    recovered(host)
    host.sync(concern("a"), hours=24 * 6)
    assert host.open_numbers == [1]
    assert host.said() == ["closed: a beats again", "reopened"]


def test_trouble_that_is_back_after_long_is_filed_anew(host):
    host.sync(concern("a"))
    recovered(host)
    host.sync(concern("a"), hours=24 * 8)
    assert host.open_numbers == [2]


def test_issue_that_a_person_closed_is_reopened_once(host):
    host.sync(concern("a"))
    closed_by_hand(host)
    host.sync(concern("a"))
    assert host.open_numbers == [1]
    assert host.said() == ["reopened, closed by hand"]


def test_issue_that_a_person_closed_twice_is_left_until_it_recovers(host):
    host.sync(concern("a"))
    closed_by_hand(host)
    host.sync(concern("a"))
    closed_by_hand(host)
    for _ in range(3):
        host.sync(concern("a"))
    assert host.open_numbers == []


def test_issue_that_was_left_alone_is_reopened_for_the_next_trouble(host):
    host.sync(concern("a"))
    closed_by_hand(host)
    host.sync(concern("a"))
    closed_by_hand(host)
    host.sync(concern("a"))
    recovered(host)
    host.sync(concern("a"))
    assert host.open_numbers == [1]


def test_closing_twice_is_known_without_a_memory(host):
    host.sync(concern("a"))
    closed_by_hand(host)
    host.sync(concern("a"))
    closed_by_hand(host)
    with world(host.forge) as other:
        other.sync(concern("a"))
    assert host.open_numbers == []


def test_held_issue_is_not_touched(host):
    host.sync(concern("a"))
    host.forge.tracker.change(1, labels=("hold",))
    host.forge.forget_calls()
    host.sync(concern("a", text="worse"))
    recovered(host)
    assert host.forge.writes == []


def test_locked_issue_gets_no_comment(host):
    host.sync(concern("a"))
    host.forge.tracker.change(1, is_locked=True)
    recovered(host)
    assert not host.issue().is_open
    assert host.said() == []


def test_title_that_a_person_changed_stays(host):
    host.sync(concern("a"))
    host.forge.tracker.change(1, title="db down again")
    host.sync(concern("a", text="worse"))
    assert host.issue().title == "db down again"


def test_deleted_issue_is_filed_anew_once(host):
    host.sync(concern("a"))
    host.forge.tracker.delete(1)
    host.sync(concern("a"))
    assert host.open_numbers == [2]
    host.forge.tracker.delete(2)
    host.sync(concern("a"))
    assert host.open_numbers == []


def test_muted_job_is_neither_filed_nor_closed_nor_updated(host):
    host.sync(concern("a"))
    host.forge.forget_calls()
    host.sync(concern("b"), good("a"), muted=("a", "b"))
    host.sync(good("a"), muted=("a",))
    assert host.forge.writes == []


def test_trouble_must_hold_before_it_is_filed():
    with world(settle=timedelta(hours=2)) as host:
        host.sync(concern("a"))
        host.sync(concern("a"))
        assert host.open_numbers == []
        host.sync(concern("a"))
        assert host.open_numbers == [1]


def test_time_that_evidence_tells_counts_for_settling():
    with world(settle=timedelta(hours=2)) as host:
        host.sync(concern("a", since=START - 5 * HOUR))
        assert host.open_numbers == [1]


def test_trouble_that_went_away_settles_anew():
    with world(settle=timedelta(hours=2)) as host:
        host.sync(concern("a"))
        host.sync(good("a"))
        host.sync(concern("a"))
        host.sync(concern("a"))
        assert host.open_numbers == []


def test_issue_of_another_author_is_never_touched(host):
    forged = host.forge.of(PERSON).open_issue("mine", "<!-- nightwatch:job=a kind=stale -->\nhello", ())
    host.sync(concern("a"))
    recovered(host)
    assert host.issue(forged.number).body.endswith("hello")
    assert host.issue(forged.number).is_open
    assert not host.issue(2).is_open


def test_own_issue_without_a_mark_is_never_touched(host):
    host.forge.open_issue("something else", "text", ())
    host.sync(concern("a"))
    recovered(host)
    assert host.issue(1).is_open


def test_mark_below_the_first_line_is_a_quotation(host):
    host.forge.open_issue("a quotation", "see:\n<!-- nightwatch:job=a kind=stale -->\n", ())
    host.sync(concern("a"))
    assert host.open_numbers == [1, 2]


@pytest.mark.parametrize("other", ["a1", "a.b", "A"])
def test_names_that_are_alike_are_told_apart(host, other):
    host.sync(concern("a"), concern(other))
    recovered(host)
    assert [host.issue(number).is_open for number in (1, 2)].count(True) == 1


def test_twins_are_folded_into_the_lowest(host):
    host.sync(concern("a"))
    body = host.issue().body
    host.forge.open_issue("[test] a stale", body, ())
    host.sync(concern("a"))
    assert host.open_numbers == [1]
    assert host.said(2) == ["twin of 1"]


def test_folded_twin_is_no_issue_that_a_person_closed(host):
    host.sync(concern("a"))
    host.forge.open_issue("[test] a stale", host.issue().body, ())
    host.sync(concern("a"))
    recovered(host)
    host.sync(concern("a"))
    assert host.open_numbers == [1]


def test_coming_and_going_is_told(host):
    for _ in range(3):
        host.sync(concern("a"))
        recovered(host)
    host.sync(concern("a"))
    assert "(flapping)" in host.issue().body


def test_one_reopening_is_no_coming_and_going(host):
    host.sync(concern("a"))
    recovered(host)
    host.sync(concern("a"))
    assert "(flapping)" not in host.issue().body


def test_reopening_is_not_told_again_within_a_day(host):
    for _ in range(4):
        host.sync(concern("a"))
        recovered(host)
    assert host.said().count("reopened") == 0


def test_lost_ledger_adopts_what_is_filed(host):
    host.sync(concern("a"))
    with world(host.forge) as other:
        other.sync(concern("a"))
        other.sync(good("a"))
        other.sync(good("a"))
    assert host.open_numbers == []


def test_edited_issue_that_we_closed_is_reopened_as_ours(host):
    host.sync(concern("a"))
    host.forge.tracker.change(1, body=host.issue().body.replace("hurts", "aches"))
    recovered(host)
    host.sync(concern("a"))
    assert host.said()[-1] != "reopened, closed by hand"
    assert host.open_numbers == [1]


def test_jobs_with_one_cause_are_one_issue(host):
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(5)))
    assert len(host.open_numbers) == 1
    assert host.issue().body.startswith("<!-- nightwatch:cause=host_down kind=rollup -->")


def test_four_jobs_with_one_cause_are_four_issues(host):
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(4)))
    assert len(host.open_numbers) == 4


def test_jobs_whose_cause_is_their_own_are_not_rolled_up(host):
    host.sync(*(concern(f"job{at}", "failed", cause="exit_code") for at in range(6)))
    assert len(host.open_numbers) == 6


def test_open_roll_up_keeps_its_last_members(host):
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(5)))
    host.sync(concern("job0", "missed", cause="host_down"), *(good(f"job{at}", "missed") for at in range(1, 5)))
    assert len(host.open_numbers) == 1


def test_roll_up_is_closed_when_every_member_is_well(host):
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(5)))
    for _ in range(2):
        host.sync(*(good(f"job{at}", "missed") for at in range(5)))
    assert host.open_numbers == []


def test_roll_up_stays_while_one_member_was_not_seen(host):
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(5)))
    for _ in range(3):
        host.sync(*(good(f"job{at}", "missed") for at in range(4)))
    assert len(host.open_numbers) == 1


def test_silent_heartbeats_of_a_host_that_is_down_join_it(host):
    down = [concern(f"job{at}", "missed", cause="host_down") for at in range(5)]
    host.sync(*down, concern("job3", "stale"))
    assert len(host.open_numbers) == 1


def test_member_with_an_issue_of_its_own_keeps_it(host):
    host.sync(concern("job0", "missed"))
    host.sync(*(concern(f"job{at}", "missed", cause="host_down") for at in range(5)))
    assert len(host.open_numbers) == 2


def test_dry_run_changes_nothing(host):
    host.plan(concern("a"))
    assert host.forge.writes == []
    assert host.memory.remembered() == {}


def test_dry_run_tells_what_would_be_done(host):
    assert [action.verb for action in host.plan(concern("a")).planned] == ["open"]


def test_text_with_an_end_mark_in_it_is_parsed_by_the_last_one():
    inner = marked("job=b kind=stale", "quoted", Standing())
    body = marked("job=a kind=stale", inner, Standing("open", 3, 1))
    found = parse(body)
    assert found is not None
    assert (found.key, found.is_ours, found.standing) == ("job=a kind=stale", True, Standing("open", 3, 1))


@pytest.mark.parametrize("name", ["--><script>", "a kind=stale", "ж", "x" * 200, "a--b", "\n"])
def test_no_name_breaks_out_of_a_mark(name):
    key = key_of(Subject("stale", name))
    found = parse(marked(key, "text", Standing()))
    assert found is not None
    assert found.key == key
    assert key.count("kind=") == 1


def test_numbers_of_other_issues_are_left_alone():
    forge = MemoryForge()
    for at in range(60):
        forge.of(PERSON).open_issue(f"other {at}", "text", ())
    with world(forge, reopen_within=days(7)) as host:
        host.sync(concern("a"))
        recovered(host)
    touched = {number for _, number in forge.writes}
    assert touched <= {61, None}
    assert forge.user == BOT


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_secret_stands_in_a_mark(text, secret):
    assert not remains(key_of(Subject("stale", text, text)), secret)
