"""A tracker in memory: what publishing does to one can be watched, and its faults be planned.

Several users may work on one: ``forge.of(user)`` is the same tracker through another's eyes, ``forge.tracker`` what
is on the server whoever looks. It does what was measured on a real server: numbers are never given twice, an unknown
label is dropped in silence, ``closed_at`` knows whole seconds, an edit of a text that changed meanwhile is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from forensics.errors import PublishError
from forensics.publish.issues import Issue

SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND
BOT, PERSON = 7, 42
WRITES = frozenset(
    "open_issue comment attach set_body set_open set_assignees set_due add_labels".split(),
)
TITLE_LENGTH = 255

When = Literal["before", "after"]


class Killed(BaseException):
    """The end of a run between two requests: nobody may catch it."""


@dataclass
class Clock:
    """A clock that stands still unless it is moved; ns since the epoch."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


@dataclass(frozen=True)
class Call:
    """A request as it came in: whose, what, of which issue (None where it is of none)."""

    user: int
    verb: str
    number: int | None = None

    @property
    def is_write(self) -> bool:
        return self.verb in WRITES


@dataclass
class Fault:
    """A planned fault.

    It strikes requests of ``verb`` (None: all; "write", "read": all of these) for ``number`` (None: any) by ``user``
    (None: anybody), from the ``skip``-th on, ``times`` times (None: from then on always). Without an error it is
    the one that a client would raise: uncertain for a write whose reply is lost.
    """

    verb: str | None
    when: When
    error: BaseException | None = None
    skip: int = 0
    times: int | None = 1
    number: int | None = None
    user: int | None = None

    def strikes(self, call: Call) -> bool:
        """Say whether a request is struck; a request that fits is counted."""
        fits = (
            self.verb in (None, call.verb, "write" if call.is_write else "read")
            and self.number in (None, call.number)
            and self.user in (None, call.user)
        )
        if not fits or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def raised(self, call: Call) -> BaseException:
        """Return what the request ends with."""
        is_lost = self.when == "after" and call.is_write
        return self.error or PublishError(f"{call.verb} failed", is_permanent=False, is_uncertain=is_lost)


@dataclass
class Tracker:
    """What is on the server. ``comments`` are (author, text), ``files`` (name, content), both oldest first.

    ``writers`` are the users who may label, assign, and speak in a locked issue (None: all).
    ``people`` are the names that can be assigned (None: any).
    """

    clock: Callable[[], int] = field(default_factory=Clock)
    rows: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    files: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    assignees: dict[int, tuple[str, ...]] = field(default_factory=dict)
    due: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    numbers_given: int = 0
    writers: frozenset[int] | None = None
    people: frozenset[str] | None = None
    is_archived: bool = False
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def may_write(self, user: int) -> bool:
        return self.writers is None or user in self.writers

    def next_number(self) -> int:
        """Return a number that nothing had before; a pull request takes one too."""
        self.numbers_given += 1
        return self.numbers_given

    def row(self, number: int) -> Issue:
        """Return an issue that must be there."""
        if number not in self.rows:
            raise PublishError(f"issue #{number} is not there (404) - it was deleted or moved", is_permanent=True)
        return self.rows[number]

    def change(self, number: int, **changes: object) -> None:
        """Change an issue behind everybody's back, as a person's click would: title, labels, is_locked, author…"""
        self.rows[number] = replace(self.row(number), **changes)  # type: ignore[arg-type]

    def delete(self, number: int) -> None:
        """Delete an issue; its number is not given again."""
        del self.rows[number]

    def open_numbers(self) -> list[int]:
        return [row.number for row in self.rows.values() if row.is_open]


@dataclass
class MemoryForge:
    """A tracker as one user's client sees it; implements ``Forge``."""

    tracker: Tracker = field(default_factory=Tracker)
    user: int = BOT

    def of(self, user: int) -> MemoryForge:
        """Return the same tracker as another user sees it."""
        return MemoryForge(self.tracker, user)

    # Planning faults, and looking back.

    def fail(
        self,
        verb: str | None = None,
        when: When = "before",
        error: BaseException | None = None,
        *,
        skip: int = 0,
        times: int | None = 1,
        number: int | None = None,
    ) -> None:
        """Plan a fault for this user: before a request is carried out, or after it (the reply is lost)."""
        self.tracker.faults.append(Fault(verb, when, error, skip, times, number, self.user))

    def kill_at(self, request: int, when: When = "before") -> None:
        """Plan the end of the run at its n-th request from now, counted from 0."""
        self.fail(None, when, Killed(), skip=request)

    def heal(self) -> None:
        """Forget all planned faults."""
        self.tracker.faults.clear()

    @property
    def calls(self) -> list[Call]:
        """Return this user's requests, those that failed too."""
        return [call for call in self.tracker.calls if call.user == self.user]

    @property
    def writes(self) -> list[tuple[str, int | None]]:
        """Return verb and issue of this user's requests that change something."""
        return [(call.verb, call.number) for call in self.calls if call.is_write]

    def forget_calls(self) -> None:
        self.tracker.calls.clear()

    @contextmanager
    def asked(self, verb: str, number: int | None = None) -> Iterator[None]:
        """Note a request, and let it fail where that is planned; around what carries it out."""
        call = Call(self.user, verb, number)
        self.tracker.calls.append(call)
        struck = [fault for fault in self.tracker.faults if fault.strikes(call)]
        raise_first(struck, "before", call)
        if call.is_write and self.tracker.is_archived:
            raise PublishError("the repository is archived (423) - unarchive it", is_permanent=True)
        yield
        raise_first(struck, "after", call)

    # What Forge promises.

    def own_id(self) -> int | None:
        with self.asked("own_id"):
            return self.user if any(row.author == self.user for row in self.tracker.rows.values()) else None

    def issues(self) -> list[Issue]:
        with self.asked("issues"):
            return [self.tracker.rows[number] for number in sorted(self.tracker.rows)]

    def issue(self, number: int) -> Issue | None:
        with self.asked("issue", number):
            return self.tracker.rows.get(number)

    def comments(self, number: int) -> list[tuple[int, str]]:
        with self.asked("comments", number):
            self.tracker.row(number)
            return list(self.tracker.comments.get(number, ()))

    def label_ids(self, names: tuple[str, ...]) -> tuple[int, ...]:
        with self.asked("label_ids"):
            return tuple(self._label_id(name) for name in names)

    def _label_id(self, name: str) -> int:
        known = {known: number for number, known in reversed(self.tracker.labels.items())}
        if name not in known:
            known[name] = len(self.tracker.labels) + 1
            self.tracker.labels[known[name]] = name
        return known[name]

    def _label_names(self, labels: tuple[int, ...]) -> tuple[str, ...]:
        """Return the names of labels, without those that nobody knows or that the user may not set."""
        if not self.tracker.may_write(self.user):
            return ()
        return tuple(self.tracker.labels[label] for label in labels if label in self.tracker.labels)

    def open_issue(self, title: str, body: str, labels: tuple[int, ...]) -> Issue:
        with self.asked("open_issue"):
            if not title.strip():
                raise PublishError("the title is empty (422)", is_permanent=True)
            number = self.tracker.next_number()
            self.tracker.rows[number] = Issue(
                number=number,
                title=title[:TITLE_LENGTH],
                body=body.replace("\r\n", "\n"),
                is_open=True,
                author=self.user,
                labels=self._label_names(labels),
                content_version=0,
            )
            return self.tracker.rows[number]

    def comment(self, number: int, text: str) -> None:
        with self.asked("comment", number):
            if self.tracker.row(number).is_locked and not self.tracker.may_write(self.user):
                raise PublishError(f"issue #{number} is locked (403) - unlock it", is_permanent=True)
            self.tracker.comments.setdefault(number, []).append((self.user, text))

    def attach(self, number: int, name: str, content: bytes) -> None:
        with self.asked("attach", number):
            row = self.tracker.row(number)
            self.tracker.files.setdefault(number, []).append((name, content))
            self.tracker.change(number, assets=(*row.assets, name))

    def set_body(self, issue: Issue, body: str) -> None:
        with self.asked("set_body", issue.number):
            row = self.tracker.row(issue.number)
            if issue.content_version is not None and issue.content_version != row.content_version:
                raise PublishError(f"issue #{row.number} changed meanwhile (409) - try again", is_permanent=False)
            version = (row.content_version or 0) + 1
            self.tracker.change(row.number, body=body.replace("\r\n", "\n"), content_version=version)

    def set_open(self, number: int, is_open: bool) -> None:
        with self.asked("set_open", number):
            row = self.tracker.row(number)
            if is_open == row.is_open:
                return
            closed_at = None if is_open else self.tracker.clock() // SECOND * SECOND
            self.tracker.change(number, is_open=is_open, closed_at=closed_at)

    def set_assignees(self, number: int, names: tuple[str, ...]) -> None:
        with self.asked("set_assignees", number):
            self.tracker.row(number)
            if self.tracker.people is not None and not self.tracker.people.issuperset(names):
                raise PublishError(f"assignees of issue #{number}: no such user (500)", is_permanent=False)
            if self.tracker.may_write(self.user):
                self.tracker.assignees[number] = names

    def set_due(self, number: int, day: str) -> None:
        with self.asked("set_due", number):
            self.tracker.row(number)
            self.tracker.due[number] = day

    def add_labels(self, number: int, labels: tuple[int, ...]) -> None:
        with self.asked("add_labels", number):
            row = self.tracker.row(number)
            new = [name for name in self._label_names(labels) if name not in row.labels]
            self.tracker.change(number, labels=(*row.labels, *new))


def raise_first(struck: list[Fault], when: When, call: Call) -> None:
    """Raise what the first fault of a time says."""
    for fault in struck:
        if fault.when == when:
            raise fault.raised(call)
