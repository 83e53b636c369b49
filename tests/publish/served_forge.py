"""The tracker in memory behind Gitea's API, on loopback: so that the real client can be disturbed at any request.

It speaks as much of the API as our client uses, as the real server was measured to (formats/gitea.md): lists in
pages of 50, newest first; a token for issues alone that may not ask who it is; pull requests are left to the client.

    served = ServedForge(Tracker())
    with serving(served) as server, Gitea(server.url, REPO, TOKEN, …) as forge: …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from forensics.errors import PublishError
from forensics.publish.issues import Issue
from tests.publish.memory_forge import SECOND, MemoryForge, Tracker
from tests.publish.scripted import Answer, Reply

REPO = "ops/night"
TOKEN = "d41d8cd98f00b204e9800998ecf8427e5eb63bbb"
MOST = 50
SCOPED = Reply(403, {"message": "token does not have at least one of required scope(s), required=[read:user]"})
MISSING = Reply(404, {"message": "The target couldn't be found."})
STATUS = re.compile(r"\(([0-9]{3})\)")

CarryOut = Callable[[], Reply]
Disturbance = Callable[[int, CarryOut], Answer]


@dataclass(frozen=True)
class Asked:
    """A request that came in; ``body`` is JSON, or bytes where it is none."""

    method: str
    path: str
    body: Any

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


def undisturbed(at: int, carry_out: CarryOut) -> Answer:
    """Answer as a healthy server does."""
    return carry_out()


@dataclass
class ServedForge:
    """The script of a server. ``disturb`` gets each request's number, counted from 0, and what would carry it out."""

    tracker: Tracker
    disturb: Disturbance = undisturbed
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: Any) -> Answer:
        self.asked.append(Asked(method, path, body))
        return self.disturb(len(self.asked) - 1, lambda: self.reply(method, path, body))

    def reply(self, method: str, path: str, body: Any) -> Reply:
        """Carry a request out, and return the answer."""
        address = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        for verb, pattern, carry_out in ROUTES:
            found = re.fullmatch(pattern, address.path.removeprefix("/api/v1"))
            if found and verb == method:
                try:
                    return carry_out(MemoryForge(self.tracker), tuple(map(int, found.groups())), query, body)
                except PublishError as error:
                    refused = STATUS.search(str(error))
                    return Reply(int(refused[1]) if refused else 500, {"message": str(error)})
        return MISSING

    @property
    def writes(self) -> list[Asked]:
        return [each for each in self.asked if each.is_write]

    @property
    def sent_twice(self) -> list[Asked]:
        """Return the requests that add something and came more than once."""
        adding = [each for each in self.asked if each.method == "POST"]
        return [each for at, each in enumerate(adding) if each in adding[:at]]


def issue_row(tracker: Tracker, issue: Issue) -> dict[str, Any]:
    """Return an issue as Gitea writes it."""
    ids = {name: label for label, name in tracker.labels.items()}
    due = tracker.due.get(issue.number)
    return {
        "id": issue.number + 1000,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": "open" if issue.is_open else "closed",
        "user": {"id": issue.author, "login": f"user{issue.author}"},
        "original_author": "",
        "labels": [{"id": ids.get(name, 0), "name": name} for name in issue.labels],
        "assets": [{"name": name} for name in issue.assets],
        "assignees": [{"login": name} for name in tracker.assignees.get(issue.number, ())] or None,
        "is_locked": issue.is_locked,
        "closed_at": None if issue.closed_at is None else utc(issue.closed_at),
        "due_date": f"{due[:10]}T23:59:59Z" if due else None,
        "pull_request": None,
        "content_version": issue.content_version,
    }


def utc(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page_of(rows: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> Reply:
    """Return one page of a list, with what its head tells of the rest."""
    size, at = min(int(query.get("limit", "30")), MOST), int(query.get("page", "1"))
    head = {"X-Total-Count": str(len(rows))}
    if at * size < len(rows):
        head["Link"] = f'<http://127.0.0.1/?page={at + 1}>; rel="next"'
    return Reply(200, rows[(at - 1) * size : at * size], head)


Carried = Callable[[MemoryForge, tuple[int, ...], Mapping[str, str], Any], Reply]


def issues(forge: MemoryForge, _: object, query: Mapping[str, str], body: object) -> Reply:
    return page_of([issue_row(forge.tracker, each) for each in reversed(forge.issues())], query)


def own_issues(forge: MemoryForge, _: object, query: Mapping[str, str], body: object) -> Reply:
    mine = [each for each in forge.issues() if each.author == forge.user]
    return page_of([issue_row(forge.tracker, each) for each in reversed(mine)], query)


def issue(forge: MemoryForge, at: tuple[int, ...], _: object, body: object) -> Reply:
    found = forge.issue(at[0])
    return MISSING if found is None else Reply(200, issue_row(forge.tracker, found))


def open_issue(forge: MemoryForge, _: object, query: object, body: Any) -> Reply:
    return Reply(201, issue_row(forge.tracker, forge.open_issue(body["title"], body["body"], tuple(body["labels"]))))


def change(forge: MemoryForge, at: tuple[int, ...], _: object, body: Any) -> Reply:
    number = at[0]
    if "body" in body:
        version = body.get("content_version")
        forge.set_body(replace(forge.tracker.row(number), content_version=version), body["body"])
    if "state" in body:
        forge.set_open(number, is_open=body["state"] == "open")
    if "assignees" in body:
        forge.set_assignees(number, tuple(body["assignees"]))
    if "due_date" in body:
        forge.set_due(number, body["due_date"][:10])
    return Reply(201, issue_row(forge.tracker, forge.tracker.row(number)))


def comments(forge: MemoryForge, at: tuple[int, ...], _: object, body: object) -> Reply:
    told = enumerate(forge.comments(at[0]), 1)
    rows = [{"id": at[0] * 1000 + nth, "user": {"id": author}, "body": text} for nth, (author, text) in told]
    return Reply(200, rows, {"X-Total-Count": str(len(rows))})  # all at once, whatever page is asked for


def comment(forge: MemoryForge, at: tuple[int, ...], _: object, body: Any) -> Reply:
    forge.comment(at[0], body["body"])
    return Reply(201, {"id": 1, "body": body["body"]})


def attach(forge: MemoryForge, at: tuple[int, ...], query: Mapping[str, str], body: Any) -> Reply:
    forge.attach(at[0], query["name"], body)
    return Reply(201, {"id": 1, "name": query["name"]})


def labels(forge: MemoryForge, _: object, query: Mapping[str, str], body: object) -> Reply:
    return page_of([{"id": label, "name": name} for label, name in forge.tracker.labels.items()], query)


def new_label(forge: MemoryForge, _: object, query: object, body: Any) -> Reply:
    label = len(forge.tracker.labels) + 1  # also where the name is taken: the real server makes a second one
    forge.tracker.labels[label] = body["name"]
    return Reply(201, {"id": label, "name": body["name"]})


def add_labels(forge: MemoryForge, at: tuple[int, ...], _: object, body: Any) -> Reply:
    forge.add_labels(at[0], tuple(body["labels"]))
    return Reply(200, issue_row(forge.tracker, forge.tracker.row(at[0]))["labels"])


IN_REPO = f"/repos/{REPO}"
ROUTES: tuple[tuple[str, str, Carried], ...] = (
    ("GET", "/user", lambda *_: SCOPED),
    ("GET", "/repos/issues/search", own_issues),
    ("GET", f"{IN_REPO}/issues", issues),
    ("POST", f"{IN_REPO}/issues", open_issue),
    ("GET", f"{IN_REPO}/issues/([0-9]+)", issue),
    ("PATCH", f"{IN_REPO}/issues/([0-9]+)", change),
    ("GET", f"{IN_REPO}/issues/([0-9]+)/comments", comments),
    ("POST", f"{IN_REPO}/issues/([0-9]+)/comments", comment),
    ("POST", f"{IN_REPO}/issues/([0-9]+)/assets", attach),
    ("POST", f"{IN_REPO}/issues/([0-9]+)/labels", add_labels),
    ("GET", f"{IN_REPO}/labels", labels),
    ("POST", f"{IN_REPO}/labels", new_label),
)
