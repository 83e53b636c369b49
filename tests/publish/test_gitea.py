from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from forensics.errors import PublishError
from forensics.publish.gitea import Gitea
from forensics.publish.http import Limits
from forensics.publish.issues import Forge, Issue
from tests.publish.scripted import Answer, Cut, Dropped, Reply, Script, in_turn, redirect, serving

TOKEN = "d41d8cd98f00b204e9800998ecf8427e5eb63bbb"
REPO = "/api/v1/repos/ops/night"
LIMITS = Limits(connect=2.0, whole=20.0, tries=3, first_wait=0.001, longest_wait=0.002)
BOT, PERSON = 2, 3
SCOPED = Reply(403, {"message": "token does not have at least one of required scope(s), required=[read:user]"})
ROW: dict[str, Any] = {
    "id": 17,
    "number": 5,
    "title": "T",
    "body": "text",
    "state": "open",
    "user": {"id": BOT, "login": "bot"},
    "original_author": "",
    "labels": [],
    "assets": [],
    "assignees": None,
    "is_locked": False,
    "closed_at": None,
    "due_date": None,
    "pull_request": None,
    "content_version": 4,
}


def row(number: int = 5, **changed: Any) -> dict[str, Any]:
    """Return an issue as Gitea writes it."""
    return {**ROW, "id": number + 1000, "number": number, **changed}


def told(script: Script | Answer, what: Callable[[Gitea], Any]) -> tuple[Any, list[Any]]:
    """Return what a call gives on a server that follows a script, and the requests that were made."""
    if not callable(script):
        script = in_turn([script])
    with serving(script) as server, Gitea(server.url, "ops/night", TOKEN, clock=time.monotonic, limits=LIMITS) as gitea:
        return what(gitea), server.requests


def failure(script: Script | Answer, what: Callable[[Gitea], Any]) -> PublishError:
    caught: list[PublishError] = []

    def attempt(gitea: Gitea) -> None:
        with pytest.raises(PublishError) as error:
            what(gitea)
        caught.append(error.value)

    told(script, attempt)
    return caught[0]


def paged(rows: list[dict[str, Any]], *, most: int = 50, total: bool = True, link: bool = True) -> Script:
    """Return the script of a server that gives a list in pages, with what its head tells of it."""

    def script(method: str, path: str, body: object) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        size, page = min(int(query["limit"]), most), int(query["page"])
        head = {"X-Total-Count": str(len(rows))} if total else {}
        if link and len(rows) > size:
            more = [f'<http://x/?page={page + 1}>; rel="next"'] if page * size < len(rows) else []
            head["Link"] = ",".join([*more, '<http://x/?page=1>; rel="first"'])
        return Reply(200, rows[(page - 1) * size : page * size], head)

    return script


def numbers(script: Script) -> list[int]:
    issues, _ = told(script, Gitea.issues)
    return [issue.number for issue in issues]


def test_it_is_a_forge():
    def of(forge: Forge) -> Forge:
        return forge

    with Gitea("http://127.0.0.1:1", "ops/night", TOKEN, clock=time.monotonic) as gitea:
        assert of(gitea) is gitea


def test_its_representation_tells_where_and_no_token():
    with Gitea("https://forge.example.org/git/", "ops/night", TOKEN, clock=time.monotonic) as gitea:
        assert repr(gitea) == "Gitea('https://forge.example.org/git', 'ops/night')"


@pytest.mark.parametrize(
    "repo", ["", "night", "ops/", "/night", "ops/../user", "../night", "ops/night?x", "ops/ni ght", "a/b/c"]
)
def test_a_repository_without_a_proper_name_is_refused(repo: str):
    with pytest.raises(PublishError, match=r"\[tracker\] repo"):
        Gitea("http://127.0.0.1:1", repo, TOKEN, clock=time.monotonic)


# Reading issues


def test_an_issue_is_read_in_full():
    content = row(
        body="one\r\ntwo\n",
        state="closed",
        closed_at="2026-11-21T12:09:57+09:00",
        is_locked=True,
        labels=[{"name": "heartbeat"}, {"name": "hold"}],
        assets=[{"name": "report.md"}],
    )
    issue, _ = told(Reply(200, content), lambda gitea: gitea.issue(5))
    assert issue == Issue(
        number=5,
        title="T",
        body="one\ntwo\n",
        is_open=False,
        author=BOT,
        labels=("heartbeat", "hold"),
        is_locked=True,
        closed_at=1_795_230_597_000_000_000,
        content_version=4,
        assets=("report.md",),
    )


@pytest.mark.parametrize(
    "absent", ["labels", "assets", "content_version", "is_locked", "closed_at", "original_author", "body"]
)
def test_an_older_server_may_leave_a_field_out(absent: str):
    content = {name: value for name, value in row().items() if name != absent}
    issue, _ = told(Reply(200, content), lambda gitea: gitea.issue(5))
    assert issue.number == 5


@pytest.mark.parametrize("changed", [{"user": None}, {"user": {"id": -1}}, {"original_author": "bot"}])
def test_what_nobody_here_wrote_is_nobody_s(changed: dict[str, Any]):
    issue, _ = told(Reply(200, row(**changed)), lambda gitea: gitea.issue(5))
    assert issue.author == -1


@pytest.mark.parametrize("status", [404, 410])
def test_an_issue_that_is_gone_is_none(status: int):
    assert told(Reply(status), lambda gitea: gitea.issue(5))[0] is None


def test_a_pull_request_is_no_issue():
    assert told(Reply(200, row(pull_request={"merged": False})), lambda gitea: gitea.issue(5))[0] is None


STRANGE = {
    "a list": [],
    "a text": "issue",
    "null": None,
    "nothing": b"",
    "no number": {"state": "open"},
    "number as text": {**ROW, "number": "5"},
    "number as truth": {**ROW, "number": True},
    "number zero": {**ROW, "number": 0},
    "body as number": row(body=7),
    "state unknown": row(state="merged"),
    "user as text": row(user="bot"),
    "user without id": row(user={"login": "bot"}),
    "labels as object": row(labels={}),
    "labels as texts": row(labels=["hold"]),
    "closed at some time": row(closed_at="soon"),
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE.keys())
def test_a_reply_of_another_shape_is_an_error_that_can_be_shown(content: Any):
    error = failure(Reply(200, content), lambda gitea: gitea.issue(5))
    assert "the reply is not understood" in str(error)
    assert not error.is_permanent


@pytest.mark.parametrize("content", [{}, "x", [7], [[]], [{"id": "7"}]], ids=repr)
def test_a_list_of_another_shape_is_an_error_that_can_be_shown(content: Any):
    assert "the reply is not understood" in str(failure(Reply(200, content), Gitea.issues))


# Pages


@pytest.mark.parametrize("headers", [{}, {"total": False}, {"link": False}, {"total": False, "link": False}], ids=repr)
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 200])
def test_all_pages_are_read(count: int, headers: dict[str, bool]):
    assert numbers(paged([row(number) for number in range(count, 0, -1)], **headers)) == list(range(1, count + 1))


@pytest.mark.parametrize("headers", [{}, {"total": False}, {"link": False}, {"total": False, "link": False}], ids=repr)
def test_a_server_may_give_shorter_pages_than_asked_for(headers: dict[str, bool]):
    assert len(numbers(paged([row(number) for number in range(1, 102)], most=30, **headers))) == 101


def test_the_list_is_asked_for_whole_and_by_no_text_or_label():
    _, asked = told(paged([row(1)]), Gitea.issues)
    assert asked[0].path == f"{REPO}/issues"
    assert asked[0].query == {"state": "all", "type": "issues", "limit": "50", "page": "1"}


def test_no_page_is_asked_for_beyond_the_last():
    _, asked = told(paged([row(number) for number in range(1, 101)]), Gitea.issues)
    assert len(asked) == 2


def test_pull_requests_are_left_out_and_do_not_end_the_list():
    rows = [row(number, pull_request={} if number <= 50 else None) for number in range(1, 102)]
    assert numbers(paged(rows, total=False, link=False)) == list(range(51, 102))


def test_an_issue_that_moves_to_the_next_page_is_read_once():
    rows = [row(number) for number in range(60, 0, -1)]
    serve = paged(rows, link=False)

    def growing(method: str, path: str, body: object) -> Answer:
        answer = serve(method, path, body)
        rows.insert(0, row(len(rows) + 1))
        return answer

    assert [number for number in numbers(growing) if number <= 60] == list(range(1, 61))


def test_a_list_that_shrinks_meanwhile_is_read_again():
    rows = [row(number) for number in range(60, 0, -1)]
    serve = paged(rows)

    def shrinking(method: str, path: str, body: object) -> Answer:
        answer = serve(method, path, body)
        if len(rows) == 60:
            del rows[0]
        return answer

    assert numbers(shrinking) == list(range(1, 60))


def test_a_list_that_keeps_shrinking_is_left_to_the_next_run():
    rows = [row(number) for number in range(900, 0, -1)]
    serve = paged(rows)

    def shrinking(method: str, path: str, body: object) -> Answer:
        answer = serve(method, path, body)
        del rows[0]
        return answer

    error = failure(shrinking, Gitea.issues)
    assert "grows shorter while it is read" in str(error)
    assert not error.is_permanent


def test_pages_without_end_are_an_error():
    asked: list[str] = []

    def endless(method: str, path: str, body: object) -> Answer:
        asked.append(path)
        return Reply(200, [row(1)])

    error = failure(endless, Gitea.issues)
    assert "no end within 200 pages" in str(error)
    assert error.is_permanent
    assert len(asked) == 200


def test_pages_that_are_too_long_are_read_by_shorter_ones():
    rows = [row(number, body="x" * 30_000) for number in range(1, 61)]
    limits = replace(LIMITS, reply=200_000)
    with (
        serving(paged(rows)) as server,
        Gitea(server.url, "ops/night", TOKEN, clock=time.monotonic, limits=limits) as gitea,
    ):
        assert [issue.number for issue in gitea.issues()] == list(range(1, 61))
    assert [request.query["limit"] for request in server.requests] == ["50", *["5"] * 12]


def test_a_page_that_fails_for_good_fails_the_list():
    serve = paged([row(number) for number in range(1, 101)])
    error = failure(
        lambda method, path, body: serve(method, path, body) if "page=1" in path else Reply(500), Gitea.issues
    )
    assert "trouble of its own (500)" in str(error)


# Who we are


def users(searched: Answer, named: Answer = SCOPED) -> Script:
    return lambda method, path, body: named if path == "/api/v1/user" else searched


def test_a_token_for_issues_alone_is_known_by_the_issues_that_it_opened():
    found, asked = told(users(Reply(200, [row(9), row(5)])), Gitea.own_id)
    assert found == BOT
    assert asked[-1].path == "/api/v1/repos/issues/search"
    assert asked[-1].query == {"created": "true", "type": "issues", "state": "all", "limit": "50"}


def test_who_has_opened_nothing_yet_is_not_known():
    assert told(users(Reply(200, [])), Gitea.own_id)[0] is None


def test_a_token_that_may_ask_who_it_is_does():
    found, asked = told(users(Reply(200, [row(5, user={"id": PERSON})]), Reply(200, {"id": BOT})), Gitea.own_id)
    assert (found, len(asked)) == (BOT, 1)


def test_a_server_that_lists_the_issues_of_others_is_not_believed():
    error = failure(users(Reply(200, [row(9), row(5, user={"id": PERSON})])), Gitea.own_id)
    assert "does not tell whose the token is" in str(error)
    assert error.is_permanent


def test_issues_that_were_brought_from_elsewhere_tell_nothing():
    assert told(users(Reply(200, [row(9, original_author="someone")])), Gitea.own_id)[0] is None


@pytest.mark.parametrize("status", [401, 404, 500])
def test_who_we_are_is_not_guessed_where_the_server_fails(status: int):
    assert f"({status})" in str(failure(users(Reply(200, [row(5)]), Reply(status)), Gitea.own_id))


@pytest.mark.parametrize(("named", "is_wide"), [(Reply(200, {"id": BOT}), True), (SCOPED, False), (Dropped(), False)])
def test_a_token_that_opens_more_than_issues_is_told(named: Answer, is_wide: bool):
    assert told(users(Reply(200, []), named), Gitea.is_token_wide)[0] is is_wide


# Labels


class Labels:
    """The labels of a repository; a name may be there twice."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def __call__(self, method: str, path: str, body: Any) -> Answer:
        if method == "POST":
            self.names.append(body["name"])
            return Reply(201, {"id": len(self.names), "name": body["name"]})
        rows = [{"id": at, "name": name} for at, name in enumerate(self.names, 1)]
        return paged(rows[::-1])(method, path, body)


def test_labels_are_found_on_later_pages_too():
    labels = Labels("heartbeat", *(f"label {at}" for at in range(120)))
    assert told(labels, lambda gitea: gitea.label_ids(("heartbeat", "label 60")))[0] == (1, 62)


def test_labels_that_are_there_are_not_made():
    _, asked = told(Labels("heartbeat"), lambda gitea: gitea.label_ids(("heartbeat",)))
    assert [request.method for request in asked] == ["GET"]


def test_a_missing_label_is_made_once():
    labels = Labels("heartbeat")
    found, _ = told(labels, lambda gitea: gitea.label_ids(("new", "heartbeat", "new")))
    assert (found, labels.names) == ((2, 1, 2), ["heartbeat", "new"])


def test_a_label_is_known_by_its_exact_name():
    labels = Labels("Heartbeat", "heartbeats")
    assert told(labels, lambda gitea: gitea.label_ids(("heartbeat",)))[0] == (3,)


@pytest.mark.parametrize("ids", [(2, 3), (3, 2)])
def test_of_labels_with_one_name_the_older_one_counts(ids: tuple[int, int]):
    script = paged([{"id": label, "name": "heartbeat"} for label in ids])
    assert told(script, lambda gitea: gitea.label_ids(("heartbeat",)))[0] == (2,)


def test_no_label_is_asked_for_where_none_is_wanted():
    assert told(Labels(), lambda gitea: gitea.label_ids(())) == ((), [])


# Opening and adding


def test_an_issue_is_opened_as_the_server_has_it():
    content = row(labels=[{"id": 1, "name": "heartbeat"}])
    issue, asked = told(Reply(201, content), lambda gitea: gitea.open_issue("T", "text", (1,)))
    assert (issue.number, issue.labels) == (5, ("heartbeat",))
    assert asked[0].body == {"title": "T", "body": "text", "labels": [1]}


def test_labels_that_were_dropped_are_missing_from_what_was_opened():
    issue, _ = told(Reply(201, row(labels=[])), lambda gitea: gitea.open_issue("T", "text", (1,)))
    assert issue.labels == ()


ADDING: dict[str, Callable[[Gitea], Any]] = {
    "open_issue": lambda gitea: gitea.open_issue("T", "text", ()),
    "comment": lambda gitea: gitea.comment(5, "text"),
    "attach": lambda gitea: gitea.attach(5, "report.md", b"# text"),
    "add_labels": lambda gitea: gitea.add_labels(5, (1,)),
}
adding = pytest.mark.parametrize("call", ADDING.values(), ids=ADDING.keys())


@adding
@pytest.mark.parametrize("fault", [Dropped(), Reply(500), Reply(502), Cut(Reply(201, row()))], ids=repr)
def test_nothing_is_added_twice_and_whether_it_was_is_uncertain(call: Callable[[Gitea], Any], fault: Answer):
    done: list[str] = []

    def script(method: str, path: str, body: object) -> Answer:
        done.append(method)
        return fault

    assert failure(script, call).is_uncertain
    assert done == ["POST"]


@adding
def test_an_archived_repository_is_told(call: Callable[[Gitea], Any]):
    error = failure(Reply(423, {"message": "ops/night is archived"}), call)
    assert "takes no changes (423): ops/night is archived" in str(error)
    assert (error.is_permanent, error.is_uncertain) == (True, False)


@pytest.mark.parametrize("content", [[], {}, "x", row(state="x")], ids=repr)
def test_an_issue_that_was_opened_and_not_shown_is_uncertain(content: Any):
    assert failure(Reply(201, content), ADDING["open_issue"]).is_uncertain


def test_a_repository_that_moved_is_told():
    error = failure(redirect("/api/v1/repos/ops/night2/issues", 301), Gitea.issues)
    assert "/api/v1/repos/ops/night2/issues" in str(error)
    assert error.is_permanent


def test_a_comment_is_sent():
    _, asked = told(Reply(201, {"id": 1}), lambda gitea: gitea.comment(5, "text"))
    assert (asked[0].path, asked[0].body) == (f"{REPO}/issues/5/comments", {"body": "text"})


def test_a_file_is_attached_with_its_name():
    _, asked = told(Reply(201, {"id": 1}), lambda gitea: gitea.attach(5, "report é.md", b"# text\n\xff"))
    assert (asked[0].path, asked[0].query) == (f"{REPO}/issues/5/assets", {"name": "report é.md"})
    assert asked[0].headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="attachment"' in asked[0].raw
    assert b"\r\n\r\n# text\n\xff\r\n" in asked[0].raw


def test_labels_are_added():
    _, asked = told(
        Reply(200, [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]), lambda gitea: gitea.add_labels(5, (2,))
    )
    assert (asked[0].path, asked[0].body) == (f"{REPO}/issues/5/labels", {"labels": [2]})


def test_labels_that_were_not_added_are_told():
    error = failure(Reply(200, [{"id": 1, "name": "x"}]), lambda gitea: gitea.add_labels(5, (1, 2)))
    assert "not all labels were added" in str(error)
    assert error.is_permanent


def test_comments_come_oldest_first_with_their_authors():
    rows = [
        {"id": 9, "user": {"id": BOT}, "body": "later\r\n"},
        {"id": 7, "user": {"id": PERSON}, "body": "first"},
        {"id": 8, "user": {"id": BOT}, "body": "brought along", "original_author": "bot"},
    ]
    found, _ = told(Reply(200, rows, {"X-Total-Count": "3"}), lambda gitea: gitea.comments(5))
    assert found == [(PERSON, "first"), (-1, "brought along"), (BOT, "later\n")]


# Changing


def issue(version: int | None = 4) -> Issue:
    return Issue(5, "T", "old", is_open=True, author=BOT, content_version=version)


@pytest.mark.parametrize(("version", "sent"), [(4, {"content_version": 4}), (0, {"content_version": 0}), (None, {})])
def test_a_text_is_changed_as_long_as_it_is_the_one_that_was_read(version: int | None, sent: dict[str, int]):
    _, asked = told(Reply(201, row()), lambda gitea: gitea.set_body(issue(version), "new"))
    assert (asked[0].method, asked[0].path, asked[0].body) == ("PATCH", f"{REPO}/issues/5", {"body": "new", **sent})


CONFLICT = Reply(409, {"message": "the issue is already changed"})


def test_a_text_that_somebody_changed_meanwhile_is_left():
    script = in_turn([CONFLICT, Reply(200, row(body="somebody's"))])
    error = failure(script, lambda gitea: gitea.set_body(issue(), "new"))
    assert "changed meanwhile (409)" in str(error)
    assert not error.is_permanent


def test_a_refused_text_is_not_taken_for_a_changed_one():
    script = in_turn([Reply(422), Reply(200, row(body="new"))])
    assert "(422)" in str(failure(script, lambda gitea: gitea.set_body(issue(), "new")))


def test_a_text_whose_change_was_carried_out_and_its_reply_lost_is_changed():
    script = in_turn([Dropped(), CONFLICT, Reply(200, row(body="new"))])
    _, asked = told(script, lambda gitea: gitea.set_body(issue(), "new"))
    assert [request.method for request in asked] == ["PATCH", "PATCH", "GET"]


@pytest.mark.parametrize(("is_open", "state"), [(True, "open"), (False, "closed")])
def test_an_issue_is_closed_and_opened(is_open: bool, state: str):
    _, asked = told(Reply(201, row(state=state)), lambda gitea: gitea.set_open(5, is_open))
    assert (asked[0].method, asked[0].body) == ("PATCH", {"state": state})


def test_an_issue_that_stays_open_is_told():
    error = failure(Reply(201, row(state="open")), lambda gitea: gitea.set_open(5, False))
    assert "the issue was not closed, although the tracker said yes" in str(error)
    assert error.is_permanent


def test_people_are_assigned_whatever_the_case_of_their_names():
    reply = Reply(201, row(assignees=[{"login": "Ann"}, {"login": "bob"}]))
    _, asked = told(reply, lambda gitea: gitea.set_assignees(5, ("ann", "bob")))
    assert asked[0].body == {"assignees": ["ann", "bob"]}


def test_an_unknown_assignee_is_named_and_not_tried_again():
    asked: list[str] = []

    def script(method: str, path: str, body: object) -> Answer:
        asked.append(method)
        return Reply(500, {"message": ""})

    error = failure(script, lambda gitea: gitea.set_assignees(5, ("ann", "nobody\x1b")))
    assert "cannot be assigned to ann, nobody\\u001b (500)" in str(error)
    assert "[tracker] assignees" in str(error)
    assert error.is_permanent
    assert asked == ["PATCH"]


def test_a_gateway_s_trouble_is_not_the_assignees_fault():
    error = failure(Reply(502), lambda gitea: gitea.set_assignees(5, ("ann",)))
    assert "assignees" not in str(error)
    assert not error.is_permanent


def test_an_assignee_who_was_left_out_is_told():
    error = failure(Reply(201, row(assignees=None)), lambda gitea: gitea.set_assignees(5, ("ann",)))
    assert "cannot be assigned to ann, although the tracker said yes" in str(error)


def test_a_due_day_is_set():
    _, asked = told(Reply(201, row(due_date="2026-12-24T23:59:59Z")), lambda gitea: gitea.set_due(5, "2026-12-24"))
    assert asked[0].body == {"due_date": "2026-12-24T00:00:00Z"}


def test_a_due_day_that_was_left_out_is_told():
    error = failure(Reply(201, row(due_date=None)), lambda gitea: gitea.set_due(5, "2026-12-24"))
    assert "was not set, although the tracker said yes" in str(error)
