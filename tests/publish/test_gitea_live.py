"""The client against a real server: what the scripted one takes for granted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from forensics.errors import PublishError
from forensics.publish.gitea import Gitea
from tests.gitea.forge import Forge


def gitea(forge: Forge, repo: str, token: str | None = None) -> Gitea:
    return Gitea(forge.url, repo, forge.bot.token if token is None else token, clock=time.monotonic)


def failure(client: Gitea, what: Callable[[Gitea], Any]) -> str:
    with client, pytest.raises(PublishError) as caught:
        what(client)
    assert caught.value.is_permanent
    return str(caught.value)


def test_an_issue_lives_its_whole_life(forge: Forge):
    with gitea(forge, forge.new_repo()) as client:
        opened = client.open_issue("a job is stale", "one\n", client.label_ids(("heartbeat",)))
        client.set_body(opened, "two\n")
        client.comment(opened.number, "it goes on")
        client.attach(opened.number, "report é.md", b"# report\n")
        client.set_due(opened.number, "2026-12-24")
        client.set_assignees(opened.number, (forge.colleague.name,))
        client.set_open(opened.number, False)
        closed = client.issue(opened.number)
        client.set_open(opened.number, True)
        again = client.issue(opened.number)
        comments = client.comments(opened.number)
    assert (opened.is_open, opened.author, opened.labels) == (True, forge.bot.id, ("heartbeat",))
    assert closed is not None
    assert (closed.is_open, closed.body, closed.assets) == (False, "two\n", ("report é.md",))
    assert closed.closed_at is not None
    assert again is not None
    assert (again.is_open, again.closed_at) == (True, None)
    assert comments == [(forge.bot.id, "it goes on")]


@pytest.mark.parametrize("count", [0, 49, 50, 51, 101])
def test_every_issue_is_read_and_no_pull_request(forge: Forge, count: int):
    repo = forge.new_repo()
    opened = [issue["number"] for issue in forge.new_issues(repo, count)]
    forge.new_pull(repo)
    with gitea(forge, repo) as client:
        assert [issue.number for issue in client.issues()] == opened


def test_a_token_for_issues_alone_tells_its_user_by_that_user_s_issues(forge: Forge):
    repo = forge.new_repo()
    newcomer = forge.new_account(f"newcomer-{secrets.token_hex(4)}", "write:issue")
    forge.new_issue(repo, "somebody else's", token=forge.colleague.token)
    with gitea(forge, repo, newcomer.token) as client:
        before = client.own_id()
        client.open_issue("mine", "", ())
        forge.new_issue(repo, "somebody else's again", token=forge.colleague.token)
        assert (before, client.own_id()) == (None, newcomer.id)


def test_a_wide_token_is_told_from_one_for_issues(forge: Forge):
    repo = forge.new_repo()
    with gitea(forge, repo) as narrow, gitea(forge, repo, forge.colleague.token) as wide:
        assert (narrow.is_token_wide(), wide.is_token_wide()) == (False, True)
        assert wide.own_id() == forge.colleague.id


def test_a_token_without_the_scope_is_told_which(forge: Forge):
    client = gitea(forge, forge.new_repo(), forge.new_token(forge.bot, "read:issue"))
    assert "required=[write:issue]" in failure(client, lambda client: client.open_issue("T", "", ()))


def test_a_bad_token_a_missing_repository_and_an_archived_one_are_told(forge: Forge):
    repo = forge.new_repo()
    forge.archive(repo)
    bad = "0" * 40
    assert "does not know the token (401)" in failure(gitea(forge, repo, bad), Gitea.issues)
    assert "no such thing (404)" in failure(gitea(forge, f"{forge.owner}/nowhere"), Gitea.issues)
    assert "is archived" in failure(gitea(forge, repo), lambda client: client.open_issue("T", "", ()))


def test_a_text_changed_by_a_person_meanwhile_is_left(forge: Forge):
    repo = forge.new_repo()
    with gitea(forge, repo) as client:
        opened = client.open_issue("T", "ours", ())
        forge.done("PATCH", f"/repos/{repo}/issues/{opened.number}", payload={"body": "a person's"})
        with pytest.raises(PublishError, match="changed meanwhile"):
            client.set_body(opened, "ours again")
    assert forge.issue(repo, opened.number)["body"] == "a person's"


def test_labels_are_made_once_and_found_again(forge: Forge):
    repo = forge.new_repo()
    with gitea(forge, repo) as client:
        first = client.label_ids(("heartbeat", "Heartbeat"))
        assert client.label_ids(("Heartbeat", "heartbeat")) == first[::-1]
    assert len(forge.listed(f"/repos/{repo}/labels")) == 2


def test_what_a_user_without_rights_could_not_do_is_told(forge: Forge):
    repo = forge.new_repo()
    guest = forge.new_account(f"guest-{secrets.token_hex(4)}", "write:issue")
    with gitea(forge, repo) as ours:
        label = ours.label_ids(("heartbeat",))
    with gitea(forge, repo, guest.token) as client:
        opened = client.open_issue("T", "", label)
        assert opened.labels == ()
        for what in (
            lambda: client.add_labels(opened.number, label),
            lambda: client.set_due(opened.number, "2026-12-24"),
            lambda: client.set_assignees(opened.number, (forge.colleague.name,)),
        ):
            with pytest.raises(PublishError, match="right to write issues"):
                what()


def test_an_unknown_assignee_is_told(forge: Forge):
    repo = forge.new_repo()
    number = forge.new_issue(repo, "T")["number"]
    told = failure(gitea(forge, repo), lambda client: client.set_assignees(number, ("nobody-at-all",)))
    assert "cannot be assigned to nobody-at-all (500)" in told


def test_a_renamed_repository_is_told_and_not_followed(forge: Forge):
    repo = forge.new_repo()
    forge.done("PATCH", f"/repos/{repo}", payload={"name": f"{repo.split('/')[1]}-moved"})
    assert f"{repo}-moved" in failure(gitea(forge, repo), Gitea.issues)
