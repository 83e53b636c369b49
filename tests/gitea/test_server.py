"""The habits of the real server that the rest of the tracker is written around; measured, not read in a manual.

A test here that fails after a change of ``go.mod`` says what the newer server does otherwise.
"""

from __future__ import annotations

import pytest

from tests.gitea.forge import Forge, Reply

ALL = {"state": "all", "type": "issues"}


def message(reply: Reply) -> str:
    return reply.body["message"]


def test_version_is_told_to_everybody(forge: Forge):
    assert forge.api("GET", "/version", token="").body["version"]


def test_repositories_of_two_tests_are_two(forge: Forge):
    assert forge.new_repo() != forge.new_repo()


def test_server_that_is_down_refuses_connections_and_comes_back_with_all_it_knew(forge: Forge):
    repo = forge.new_repo()
    forge.new_issue(repo, "still there")
    with forge.down(), pytest.raises(ConnectionRefusedError):
        forge.issues(repo)
    assert [issue["title"] for issue in forge.issues(repo)] == ["still there"]


def test_no_secret_shows_in_the_repr(forge: Forge):
    secrets = (forge.admin_token, forge.bot.token, forge.bot.password)
    assert [secret for secret in secrets if secret in repr(forge)] == []


# Lists


def test_a_page_holds_fifty_whatever_is_asked_for(forge: Forge):
    repo = forge.new_repo()
    forge.new_issues(repo, 51)
    page = forge.api("GET", f"/repos/{repo}/issues", token=forge.bot.token, limit=200, **ALL)
    assert (len(page.body), page.headers["x-total-count"]) == (50, "51")


def test_a_page_behind_the_last_is_empty(forge: Forge):
    page = forge.api("GET", f"/repos/{forge.new_repo()}/issues", page=9, limit=50, **ALL)
    assert (page.status, page.body) == (200, [])


def test_a_label_that_nothing_has_filters_nothing(forge: Forge):
    repo = forge.new_repo()
    forge.new_issues(repo, 3)
    assert len(forge.done("GET", f"/repos/{repo}/issues", token=forge.bot.token, labels="no-such-label")) == 3


def test_pull_requests_are_in_the_list_unless_only_issues_are_asked_for(forge: Forge):
    repo = forge.new_repo()
    pull = forge.new_pull(repo)["number"]
    everything = forge.done("GET", f"/repos/{repo}/issues", state="all")
    assert ([row["number"] for row in everything], forge.issues(repo)) == ([pull], [])


def test_unknown_creator_is_not_found_rather_than_an_empty_list(forge: Forge):
    assert forge.api("GET", f"/repos/{forge.new_repo()}/issues", created_by="no-such-user").status == 404


def test_comments_come_all_at_once_whatever_limit_and_page_say(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "talked about")["number"]
    path = f"/repos/{repo}/issues/{number}/comments"
    for count in range(51):
        forge.done("POST", path, payload={"body": f"{count}"})
    assert [len(forge.done("GET", path, limit=10, page=page)) for page in (1, 2)] == [51, 51]


# Tokens


def test_token_of_the_bot_lists_creates_edits_comments_and_labels(forge: Forge):
    repo, token = forge.new_repo(), forge.bot.token
    label = forge.done("POST", f"/repos/{repo}/labels", token=token, payload={"name": "heartbeat", "color": "#cc0000"})
    number = forge.new_issue(repo, "stale", token=token, labels=[label["id"]])["number"]
    path = f"/repos/{repo}/issues/{number}"
    statuses = [
        forge.api("GET", f"/repos/{repo}/issues", token=token).status,
        forge.api("PATCH", path, token=token, payload={"state": "closed"}).status,
        forge.api("POST", f"{path}/comments", token=token, payload={"body": "recovered"}).status,
        forge.api("POST", f"{path}/labels", token=token, payload={"labels": ["heartbeat"]}).status,
    ]
    assert statuses == [200, 201, 201, 200]


@pytest.mark.parametrize(("path", "scope"), [("/user", "read:user"), ("/repos/{repo}", "read:repository")])
def test_what_the_bot_may_not_read_answers_403_with_the_missing_scope(forge: Forge, path: str, scope: str):
    reply = forge.api("GET", path.format(repo=forge.new_repo()), token=forge.bot.token)
    assert (reply.status, f"required=[{scope}], token scope=write:issue" in message(reply)) == (403, True)


def test_token_that_may_only_read_issues_cannot_open_one(forge: Forge):
    token = forge.new_token(forge.bot, "read:issue")
    reply = forge.api("POST", f"/repos/{forge.new_repo()}/issues", token=token, payload={"title": "x"})
    assert (reply.status, "required=[write:issue], token scope=read:issue" in message(reply)) == (403, True)


def test_token_that_nobody_has_is_401(forge: Forge):
    assert forge.api("GET", f"/repos/{forge.new_repo()}/issues", token="0" * 40).status == 401


def test_search_for_what_we_created_tells_the_bot_who_it_is(forge: Forge):
    repo = forge.new_repo()
    forge.new_issue(repo, "ours", token=forge.bot.token)
    forge.new_issue(repo, "theirs")
    found = forge.done("GET", "/repos/issues/search", token=forge.bot.token, created="true", limit=50, **ALL)
    assert {issue["user"]["id"] for issue in found} == {forge.bot.id}


def test_search_for_what_we_created_is_empty_for_a_user_who_created_nothing(forge: Forge):
    newcomer = forge.new_account(f"newcomer-{forge.new_repo()[-10:]}", "write:issue")
    forge.new_issue(forge.new_repo(), "of somebody else")
    assert forge.done("GET", "/repos/issues/search", token=newcomer.token, created="true", **ALL) == []


def test_search_without_a_token_finds_what_others_created(forge: Forge):
    forge.new_issue(forge.new_repo(), "of somebody else")
    assert forge.done("GET", "/repos/issues/search", token="", created="true", **ALL)


# Writing


@pytest.mark.parametrize("body", ["one\ntwo\n", "one\r\ntwo\r\n", "  blanks  \n\n\n"], ids=["LF", "CRLF", "blanks"])
def test_bodies_come_back_as_they_were_sent(forge: Forge, body: str):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "quoted", body, token=forge.bot.token)["number"]
    assert forge.issue(repo, number)["body"] == body


def test_edit_with_an_unknown_assignee_is_500_after_the_other_fields_were_applied(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "before", token=forge.bot.token)["number"]
    wanted = {"title": "after", "assignees": [forge.colleague.name, "no-such-user"]}
    reply = forge.api("PATCH", f"/repos/{repo}/issues/{number}", token=forge.bot.token, payload=wanted)
    issue = forge.issue(repo, number)
    assert (reply.status, issue["title"], issue["assignees"]) == (500, "after", None)


def test_creation_with_an_unknown_assignee_is_422_and_creates_nothing(forge: Forge):
    repo = forge.new_repo()
    wanted = {"title": "x", "assignees": ["no-such-user"]}
    reply = forge.api("POST", f"/repos/{repo}/issues", token=forge.bot.token, payload=wanted)
    assert (reply.status, forge.issues(repo)) == (422, [])


def test_creation_with_an_unknown_label_is_201_and_drops_it(forge: Forge):
    assert forge.new_issue(forge.new_repo(), "x", token=forge.bot.token, labels=[999999])["labels"] == []


def test_second_label_of_one_name_is_made_without_complaint(forge: Forge):
    repo = forge.new_repo()
    for _ in range(2):
        forge.done("POST", f"/repos/{repo}/labels", token=forge.bot.token, payload={"name": "twin", "color": "#cc0000"})
    assert [label["name"] for label in forge.done("GET", f"/repos/{repo}/labels")] == ["twin", "twin"]


def test_bot_that_may_only_read_loses_labels_assignees_and_due_date_in_silence(forge: Forge):
    repo = forge.new_repo()
    forge.admit(repo, forge.bot, "read")
    label = forge.done("POST", f"/repos/{repo}/labels", payload={"name": "heartbeat", "color": "#cc0000"})
    wanted = {"labels": [label["id"]], "assignees": [forge.colleague.name], "due_date": "2030-01-01T00:00:00Z"}
    issue = forge.new_issue(repo, "x", token=forge.bot.token, **wanted)
    assert (issue["labels"], issue["assignees"], issue["due_date"]) == ([], None, None)


def test_edit_without_a_content_version_is_taken(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "x", token=forge.bot.token)["number"]
    assert forge.api("PATCH", f"/repos/{repo}/issues/{number}", payload={"body": "y"}).status == 201


def test_edit_with_a_stale_content_version_is_409_and_changes_nothing(forge: Forge):
    repo = forge.new_repo()
    issue = forge.new_issue(repo, "before", token=forge.bot.token)
    path = f"/repos/{repo}/issues/{issue['number']}"
    forge.done("PATCH", path, token=forge.colleague.token, payload={"body": "a person's words"})
    wanted = {"state": "closed", "title": "after", "body": "ours", "content_version": issue["content_version"]}
    reply = forge.api("PATCH", path, token=forge.bot.token, payload=wanted)
    now = forge.done("GET", path)
    seen = (reply.status, now["state"], now["title"], now["body"])
    assert seen == (409, "open", "before", "a person's words")


def test_content_version_counts_changes_of_the_body_only(forge: Forge):
    repo = forge.new_repo()
    path = f"/repos/{repo}/issues/{forge.new_issue(repo, 'x', token=forge.bot.token)['number']}"
    versions = []
    for change in ({"title": "y"}, {"state": "closed"}, {"assignees": [forge.colleague.name]}, {"body": "z"}):
        forge.done("PATCH", path, token=forge.bot.token, payload=change)
        versions.append(forge.done("GET", path)["content_version"])
    assert versions == [0, 0, 0, 1]


# What people do


@pytest.mark.parametrize("path", ["", "/1/comments"], ids=["issue", "comment"])
def test_archived_repository_refuses_new_words_with_423(forge: Forge, path: str):
    repo = forge.new_repo()
    forge.new_issue(repo, "x", token=forge.bot.token)
    forge.archive(repo)
    reply = forge.api("POST", f"/repos/{repo}/issues{path}", token=forge.bot.token, payload={"title": "x", "body": "x"})
    assert (reply.status, message(reply)) == (423, f"{repo} is archived")


def test_archived_repository_takes_edits_all_the_same(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "x", token=forge.bot.token)["number"]
    forge.archive(repo)
    forge.done("PATCH", f"/repos/{repo}/issues/{number}", token=forge.bot.token, payload={"state": "closed"})
    assert forge.issue(repo, number)["state"] == "closed"


def test_deleted_issue_is_404_to_read_and_edit_and_500_to_comment_on(forge: Forge):
    repo = forge.new_repo()
    path = f"/repos/{repo}/issues/{forge.new_issue(repo, 'x', token=forge.bot.token)['number']}"
    forge.done("DELETE", path)
    replies = [
        forge.api("GET", path, token=forge.bot.token),
        forge.api("PATCH", path, token=forge.bot.token, payload={"body": "x"}),
        forge.api("POST", f"{path}/comments", token=forge.bot.token, payload={"body": "x"}),
    ]
    assert [reply.status for reply in replies] == [404, 404, 500]


def test_number_of_a_deleted_issue_is_not_given_again(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "x")["number"]
    forge.done("DELETE", f"/repos/{repo}/issues/{number}")
    assert forge.new_issue(repo, "y")["number"] > number


def test_locked_issue_takes_words_of_a_bot_that_may_write(forge: Forge):
    repo = forge.new_repo()
    path = f"/repos/{repo}/issues/{forge.new_issue(repo, 'x', token=forge.bot.token)['number']}"
    forge.done("PUT", f"{path}/lock", payload={"lock_reason": "resolved"})
    assert forge.api("POST", f"{path}/comments", token=forge.bot.token, payload={"body": "x"}).status == 201


def test_renamed_repository_answers_with_a_redirect_to_its_new_name(forge: Forge):
    repo = forge.new_repo()
    renamed = f"{repo}-renamed"
    forge.done("PATCH", f"/repos/{repo}", payload={"name": renamed.partition("/")[2]})
    reply = forge.api("POST", f"/repos/{repo}/issues", token=forge.bot.token, payload={"title": "x"})
    assert (reply.status, reply.headers["location"]) == (301, f"/api/v1/repos/{renamed}/issues")


def test_mention_notifies_and_reference_leaves_a_line_in_the_other_issue(forge: Forge):
    repo = forge.new_repo()
    other = forge.new_issue(repo, "other")["number"]
    forge.new_issue(repo, "loud", f"@{forge.colleague.name}, see #{other}", token=forge.bot.token)
    assert [event["type"] for event in forge.timeline(repo, other)] == ["issue_ref"]
    assert [notice["subject"]["title"] for notice in forge.notifications(forge.colleague, repo)] == ["loud"]


def test_marker_in_a_comment_of_the_body_shows_on_no_page(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "marked", "<!-- nightwatch:job=a -->\nwords", token=forge.bot.token)["number"]
    assert "<!-- nightwatch" not in forge.page(f"/{repo}/issues/{number}")
