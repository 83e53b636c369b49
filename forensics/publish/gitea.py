"""Gitea's issues, and those of Forgejo, which has the same API: paths and fields, and what a reply must show.

Traps that were met on a real server, and are why some of this is as it is:

- a filter by a label that nobody has filters nothing, so no list here is filtered by more than its type;
- what the token's user may not change is left out with a yes all the same, so replies are checked;
- an unknown assignee is answered with 500 after all else was changed, so a call changes one thing;
- in an archived repository issues can still be changed, but nothing can be added.

Reference: ``/swagger.v1.json`` of any server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from forensics.errors import PublishError
from forensics.publish import fields
from forensics.publish.fields import Fields
from forensics.publish.http import Exchange, Limits, Request
from forensics.publish.issues import Issue
from forensics.publish.pages import SIZES, all_of
from forensics.publish.refusals import Failed
from forensics.publish.replies import Reply
from forensics.untrusted import clipped, safe_line

T = TypeVar("T")
API = "/api/v1"
LABEL_COLOUR = "#d73a4a"
REPO = re.compile(r"(?!\.+/)[A-Za-z0-9._-]{1,100}/(?!\.+$)[A-Za-z0-9._-]{1,100}")


class Gitea:
    """One repository on a server, seen with one token. Every method raises PublishError."""

    def __init__(
        self,
        url: str,
        repo: str,
        token: str,
        *,
        clock: Callable[[], float],
        limits: Limits | None = None,
        ca_file: str | None = None,
    ) -> None:
        if not REPO.fullmatch(repo):
            raise PublishError(
                f"the repository has no such name - [tracker] repo: {clipped(safe_line(repo), 90)} - write owner/name",
                is_permanent=True,
            )
        self._repo = f"{API}/repos/{repo}"
        self._name = repo
        self._exchange = Exchange(url, token, clock=clock, limits=limits, ca_file=ca_file)

    def __repr__(self) -> str:
        return f"Gitea({self._exchange.base!r}, {self._name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._exchange.close()

    def is_token_wide(self) -> bool:
        """Return whether the token opens more than issues; False where that cannot be told."""
        try:
            self._get(f"{API}/user")
        except PublishError:
            return False
        return True

    def own_id(self) -> int | None:
        """Return the id of the token's own user, None as long as that user has opened no issue.

        A token for issues alone may not ask who it is. It may ask for the issues that its user opened: a server that
        refuses the first because of a scope knows that filter, which is younger than none of them.
        """
        try:
            return self._get(f"{API}/user").read(lambda content: fields.positive(fields.fields(content), "id"))
        except Failed as failed:
            if failed.status != 403:
                raise
        query: dict[str, str | int] = {"created": "true", "type": "issues", "state": "all", "limit": SIZES[0]}
        reply = self._get(f"{API}/repos/issues/search", query)
        authors = {author for author in reply.read(fields.each_by(fields.author)) if author > 0}
        if len(authors) > 1:
            raise Failed(
                f"the tracker does not tell whose the token is - {reply.where} - add the scope read:user to the token",
                is_permanent=True,
            )
        return authors.pop() if authors else None

    def issues(self) -> list[Issue]:
        """Return all issues of the repository, open and closed, in the order of their numbers."""
        found = self._listed(f"{self._repo}/issues", {"state": "all", "type": "issues"}, fields.issue_or_none)
        return sorted((issue for issue in found if issue is not None), key=lambda issue: issue.number)

    def issue(self, number: int) -> Issue | None:
        """Return one issue, None where there is none."""
        try:
            return self._get(self._issue(number)).read(fields.issue_or_none)
        except Failed as failed:
            if failed.status in (404, 410):
                return None
            raise

    def comments(self, number: int) -> list[tuple[int, str]]:
        """Return author and text of all comments of an issue, oldest first."""
        found = self._listed(f"{self._issue(number)}/comments", {}, fields.comment)
        return [(author, text) for _, author, text in sorted(found)]

    def label_ids(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the ids of labels by name; those that are missing are made. Of twins the older one counts."""
        known: dict[str, int] = {}
        if names:
            for name, label in self._listed(f"{self._repo}/labels", {}, fields.label):
                known[name] = min(label, known.get(name, label))
        for name in names:
            if name not in known:
                known[name] = self._new_label(name)
        return tuple(known[name] for name in names)

    def open_issue(self, title: str, body: str, labels: tuple[int, ...]) -> Issue:
        """Open an issue and return it as the server has it; never sent twice. Labels may be missing from it."""
        return self._post(f"{self._repo}/issues", {"title": title, "body": body, "labels": labels}).read(fields.issue)

    def comment(self, number: int, text: str) -> None:
        """Add a comment; never sent twice."""
        self._post(f"{self._issue(number)}/comments", {"body": text})

    def attach(self, number: int, name: str, content: bytes) -> None:
        """Attach a file; never sent twice."""
        self._exchange.ask(
            Request("POST", f"{self._issue(number)}/assets", query={"name": name}, file=("attachment", content))
        )

    def set_body(self, issue: Issue, body: str) -> None:
        """Change the text of an issue, unless somebody changed it since it was read (where the server can tell)."""
        version = {} if issue.content_version is None else {"content_version": issue.content_version}
        try:
            self._patch(issue.number, {"body": body, **version})
        except Failed as failed:
            if failed.status != 409 or not self._says(issue.number, body):
                raise

    def set_open(self, number: int, is_open: bool) -> None:
        """Close an issue, or open it again."""
        reply = self._patch(number, {"state": "open" if is_open else "closed"})
        if reply.read(fields.issue).is_open != is_open:
            self._left_out(f"the issue was not {'opened' if is_open else 'closed'}", reply)

    def set_assignees(self, number: int, names: tuple[str, ...]) -> None:
        """Assign people."""
        wanted = "the issue cannot be assigned to " + ", ".join(clipped(safe_line(name), 60) for name in names)
        request = Request("PATCH", self._issue(number), fields={"assignees": names}, once=True)
        try:
            reply = self._exchange.ask(request)
        except Failed as failed:
            if failed.status != 500:
                raise
            where = f"{request.method} {self._exchange.base}{request.path}"
            advice = "check [tracker] assignees: one name is unknown there"
            raise Failed(f"{wanted} (500) - {where} - {advice}", is_permanent=True, status=500) from None
        assigned = reply.read(lambda content: fields.names(fields.fields(content), "assignees", "login"))
        if not {name.casefold() for name in names} <= {name.casefold() for name in assigned}:
            self._left_out(wanted, reply)

    def set_due(self, number: int, day: str) -> None:
        """Set the day, as ``YYYY-MM-DD``, by which an issue is due."""
        reply = self._patch(number, {"due_date": f"{day}T00:00:00Z"})
        if not reply.read(lambda content: fields.text(fields.fields(content), "due_date")):
            self._left_out("the day by which the issue is due was not set", reply)

    def add_labels(self, number: int, labels: tuple[int, ...]) -> None:
        """Add labels to an issue that came back without them."""
        reply = self._post(f"{self._issue(number)}/labels", {"labels": labels})
        if not set(labels) <= {label for _, label in reply.read(fields.each_by(fields.label))}:
            self._left_out("not all labels were added", reply)

    def _issue(self, number: int) -> str:
        return f"{self._repo}/issues/{number}"

    def _get(self, path: str, query: Mapping[str, str | int] | None = None) -> Reply:
        return self._exchange.ask(Request("GET", path, query=query or {}))

    def _post(self, path: str, content: Mapping[str, object]) -> Reply:
        return self._exchange.ask(Request("POST", path, fields=content))

    def _patch(self, number: int, content: Mapping[str, object]) -> Reply:
        return self._exchange.ask(Request("PATCH", self._issue(number), fields=content))

    def _listed(self, path: str, query: Mapping[str, str | int], read: Callable[[Fields], T]) -> list[T]:
        return all_of(lambda page, size: self._get(path, {**query, "limit": size, "page": page}), read)

    def _new_label(self, name: str) -> int:
        reply = self._post(f"{self._repo}/labels", {"name": name, "color": LABEL_COLOUR})
        return reply.read(lambda content: fields.label(fields.fields(content)))[1]

    def _says(self, number: int, body: str) -> bool:
        """Return whether an issue has a text: an attempt may have been carried out and its reply lost."""
        issue = self.issue(number)
        return issue is not None and issue.body == body.replace("\r\n", "\n")

    def _left_out(self, what: str, reply: Reply) -> NoReturn:
        """Raise that a server said yes, and did not do it."""
        raise Failed(
            f"{what}, although the tracker said yes - {reply.where} - give the token's user the right to write issues",
            is_permanent=True,
        )
