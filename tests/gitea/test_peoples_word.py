"""What people do to our issues on the server, and how the next syncs respect it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.publish.marks import key_in, parse
from tests.gitea.forge import Forge
from tests.gitea.hosts import Host, host
from tests.publish.tracked import concern, good

OURS = "job=a kind=stale"


@pytest.fixture
def checker(forge: Forge, tmp_path: Path) -> Iterator[Host]:
    """Give a checker that has filed one issue."""
    with host(forge, tmp_path / "ledger.db") as ours:
        ours.sync(concern("a"))
        assert ours.marked() == [(OURS, 1)]
        yield ours


# Closed by hand


def test_issue_closed_by_hand_while_the_trouble_lasts_is_opened_once_more(checker: Host):
    checker.edit(state="closed")
    checker.sync(concern("a"))
    assert (checker.did, checker.issue()["state"]) == (["reopen"], "open")


def test_opening_over_a_persons_word_is_explained(checker: Host):
    checker.edit(state="closed")
    checker.sync(concern("a"))
    (comment,) = checker.said()
    assert "closed by hand" in comment or "person" in comment


def test_issue_closed_by_hand_again_is_left(checker: Host):
    for _ in range(2):
        checker.edit(state="closed")
        checker.sync(concern("a"))
    checker.sync(concern("a"))
    assert (checker.did, checker.issue()["state"], len(checker.marked())) == ([], "closed", 1)


def test_issue_that_was_left_is_opened_for_the_next_trouble(checker: Host):
    for _ in range(2):
        checker.edit(state="closed")
        checker.sync(concern("a"))
    checker.sync(good("a"))
    checker.sync(concern("a"))
    assert (checker.issue()["state"], len(checker.marked())) == ("open", 1)


def test_two_checkers_open_again_what_a_person_closed_once_between_them(checker: Host, tmp_path: Path):
    checker.edit(state="closed")
    checker.sync(concern("a"))
    checker.edit(state="closed")
    with host(checker.forge, tmp_path / "other.db", checker.repo) as other:
        other.sync(concern("a"))
        assert (other.did, checker.issue()["state"]) == ([], "closed")


# Held


def test_issue_with_the_hold_label_is_left_alone(checker: Host):
    label = checker.forge.done("POST", f"/repos/{checker.repo}/labels", payload={"name": "hold", "color": "#ff0000"})
    checker.forge.done("POST", f"/repos/{checker.repo}/issues/1/labels", payload={"labels": [label["id"]]})
    before = checker.issue()
    for told in (concern("a"), good("a"), good("a"), good("a")):
        checker.sync(told, hours=30)
    assert checker.issue() == before


# Edited


def test_edited_text_is_not_written_over(checker: Host):
    checker.edit(body=checker.issue()["body"].replace("sign of life", "sign of hope"))
    before = checker.issue()["body"]
    checker.sync(concern("a"), hours=100)
    assert checker.issue()["body"] == before


def test_issue_whose_text_was_edited_is_closed_all_the_same(checker: Host):
    checker.edit(body=checker.issue()["body"].replace("a person", "me"))
    checker.edit(body="just my words")
    for _ in range(2):
        checker.sync(good("a"))
    assert (checker.issue()["state"], checker.issue()["body"]) == ("closed", "just my words")


def test_words_below_our_text_outlive_it(checker: Host):
    checker.edit(body=checker.issue()["body"] + "\nBob looks into it, see @alice.\n")
    checker.sync(concern("a", since=checker.now - 10**15), hours=100)
    body = checker.issue()["body"]
    assert (checker.did, parse(body).below) == (["update"], "\nBob looks into it, see @alice.\n")


def test_issue_whose_mark_was_taken_out_is_known_by_its_number(checker: Host):
    checker.edit(body="rewritten")
    checker.sync(concern("a"))
    assert (checker.did, len(checker.forge.issues(checker.repo))) == ([], 1)


def test_title_that_a_person_changed_stays(checker: Host):
    checker.edit(title="the backup of Bob")
    checker.sync(concern("a"), hours=100)
    for _ in range(2):
        checker.sync(good("a"))
    assert (checker.issue()["title"], checker.issue()["state"]) == ("the backup of Bob", "closed")


def test_labels_and_assignees_that_a_person_took_away_stay_away(forge: Forge, tmp_path: Path):
    settings = {"labels": ("heartbeat",), "assignees": (forge.colleague.name,)}
    with host(forge, tmp_path / "ledger.db", **settings) as checker:
        checker.sync(concern("a"))
        checker.edit(assignees=[])
        forge.done("DELETE", f"/repos/{checker.repo}/issues/1/labels", token=forge.colleague.token)
        checker.sync(concern("a", since=checker.now - 10**15), hours=100)
        issue = checker.issue()
        assert (checker.did, issue["labels"], issue["assignees"]) == (["update"], [], None)


# Locked


def test_locked_issue_is_closed_without_a_comment(checker: Host):
    checker.forge.done("PUT", f"/repos/{checker.repo}/issues/1/lock", payload={"lock_reason": "resolved"})
    for _ in range(2):
        checker.sync(good("a"))
    assert (checker.issue()["state"], checker.said(), checker.troubles) == ("closed", [], ())


# Deleted


def test_deleted_issue_is_filed_once_more(checker: Host):
    checker.forge.done("DELETE", f"/repos/{checker.repo}/issues/1")
    checker.sync(concern("a"))
    checker.sync(concern("a"))
    assert checker.marked() == [(OURS, 2)]


def test_issue_deleted_twice_is_left_until_it_recovers(checker: Host):
    for number in (1, 2):
        checker.forge.done("DELETE", f"/repos/{checker.repo}/issues/{number}")
        checker.sync(concern("a"))
    assert checker.marked() == []


def test_issue_deleted_after_its_end_is_no_reason_to_file_it(checker: Host):
    for _ in range(2):
        checker.sync(good("a"))
    checker.forge.done("DELETE", f"/repos/{checker.repo}/issues/1")
    checker.sync(good("a"))
    assert (checker.marked(), checker.troubles) == ([], ())


def test_trouble_after_a_deletion_and_a_recovery_is_filed(checker: Host):
    for number in (1, 2):
        checker.forge.done("DELETE", f"/repos/{checker.repo}/issues/{number}")
        checker.sync(concern("a"))
    checker.sync(good("a"))
    checker.sync(concern("a"))
    assert checker.marked() == [(OURS, 3)]


# A job that is gone


def test_closed_issue_of_a_job_that_is_gone_is_not_told_of_for_ever(checker: Host):
    for _ in range(2):
        checker.sync(good("a"))
    assert checker.sync().planned == ()


def test_open_issue_of_a_job_that_is_gone_is_left_and_told(checker: Host):
    assert [action.verb for action in checker.sync().planned] == ["leave"]
    assert checker.issue()["state"] == "open"


# A lost ledger


def test_checker_that_lost_its_ledger_adopts_its_issue(checker: Host, tmp_path: Path):
    with host(checker.forge, tmp_path / "new.db", checker.repo) as again:
        again.sync(concern("a"))
        for _ in range(2):
            again.sync(good("a"))
        assert again.marked() == [(OURS, 1)]
        assert checker.issue()["state"] == "closed"


def test_issue_of_somebody_else_with_our_mark_is_not_ours(checker: Host):
    forged = checker.forge.new_issue(checker.repo, "x", checker.issue()["body"], token=checker.forge.colleague.token)
    for told in (concern("a"), good("a"), good("a")):
        checker.sync(told)
    assert key_in(forged["body"]) == OURS
    assert checker.issue(forged["number"]) == forged


# Twins


def test_twin_that_a_person_opened_again_is_closed_with_a_word(checker: Host):
    body = checker.issue()["body"]
    twin = checker.forge.new_issue(checker.repo, "x", body, token=checker.forge.bot.token)["number"]
    checker.sync(concern("a"))
    assert (checker.did, checker.issue(twin)["state"], checker.issue()["state"]) == (["fold"], "closed", "open")
    assert "#1" in checker.said(twin)[0]
