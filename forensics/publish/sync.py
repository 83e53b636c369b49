"""Carries a plan out: action by action, remembering each as soon as the tracker has answered.

A run may be cut off between any two requests. What was about to be sent stands in the ledger before; the next run
finds by their marks the issues and comments that were made all the same, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from forensics.config import Tracker
from forensics.errors import PublishError
from forensics.evidence.concerns import Check, Concern
from forensics.ledger.rows import Remembered
from forensics.ledger.tracker import TrackerMemory
from forensics.publish.actions import Action, Plan
from forensics.publish.filed import by_key
from forensics.publish.issues import Forge, Issue
from forensics.publish.marks import is_noted, key_of
from forensics.publish.plan import folded, plan
from forensics.publish.rollups import rolled
from forensics.publish.words import Words
from forensics.timeline import local_text, nanos_of

FAILURES_IN_A_ROW = 3


@dataclass(frozen=True)
class Outcome:
    """What a sync came to. ``troubles`` say why something is pending; ``notes`` what else a person should know.

    ``is_away``: the tracker could not even be asked what is there.
    """

    planned: tuple[Action, ...] = ()
    done: tuple[Action, ...] = ()
    pending: tuple[Action, ...] = ()
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_away: bool = False


@dataclass(frozen=True)
class Desk:
    """What a sync works with. Due days are counted in ``zone``."""

    forge: Forge
    memory: TrackerMemory
    settings: Tracker
    words: Words
    zone: ZoneInfo


def planned(check: Check, desk: Desk) -> Outcome:
    """Return what a sync would do; nothing is changed, neither there nor here."""
    try:
        issues, own = desk.forge.issues(), desk.forge.own_id()
    except PublishError as error:
        return away(check, desk, error)
    memory = desk.memory
    found = plan(check, issues, own, memory.remembered(), desk.settings, desk.words, memory.intents())
    return Outcome(planned=found.actions)


def sync(check: Check, desk: Desk) -> Outcome:
    """Bring the issues in line with what holds, and return what became of it; raises nothing of the tracker's."""
    try:
        issues, own = desk.forge.issues(), desk.forge.own_id()
    except PublishError as error:
        outcome = away(check, desk, error)
        keep_first_seen(check, desk, outcome)
        return outcome
    memory = desk.memory
    found = plan(check, issues, own, memory.remembered(), desk.settings, desk.words, memory.intents())
    keep(found, desk)
    round_ = Round(desk, check.now, {issue.number: issue for issue in issues}, own)
    return round_.carry_out(found)


def keep(found: Plan, desk: Desk) -> None:
    """Remember what is known whatever the tracker answers; the list of issues has settled what was uncertain."""
    desk.memory.remember(*found.remembered)
    desk.memory.forget(*found.forgotten)
    desk.memory.settled(*(intent.id for intent in desk.memory.intents()))  # last: what they show is remembered by now


def away(check: Check, desk: Desk, error: PublishError) -> Outcome:
    """Return what waits while the tracker cannot be asked."""
    memory = desk.memory.remembered()
    pending = tuple(waiting(concern, memory, desk) for concern in still_rolled(check, memory, desk))
    return Outcome(planned=pending, pending=pending, troubles=(str(error),), is_away=True)


def still_rolled(check: Check, memory: Mapping[str, Remembered], desk: Desk) -> list[Concern]:
    """Return the concerns, rolled up as far as memory tells what is filed."""
    are_open = {key for key, known in memory.items() if known.is_open}
    return rolled(check.concerns, are_open, desk.settings.rollup_at)


def waiting(concern: Concern, memory: Mapping[str, Remembered], desk: Desk) -> Action:
    """Return what is meant for a concern once the tracker is back."""
    key = key_of(concern.subject)
    known = memory.get(key)
    title = known.title if known else desk.words.title(concern.subject)
    is_filed = known is not None and known.is_open
    return Action("update" if is_filed else "open", key, title, "the tracker was away", known.number if known else None)


def keep_first_seen(check: Check, desk: Desk, outcome: Outcome) -> None:
    """Remember since when a trouble holds that could not be filed."""
    memory = desk.memory.remembered()
    for concern, action in zip(still_rolled(check, memory, desk), outcome.pending, strict=True):
        if action.key not in memory:
            desk.memory.remember(Remembered(action.key, action.title, check.now, concern.since))


@dataclass
class Round:
    """One carrying out of a plan; ``issues`` are those that were listed before, by number."""

    desk: Desk
    now: int
    issues: Mapping[int, Issue]
    own: int | None
    done: list[Action] = field(default_factory=list)
    pending: list[Action] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_unlabelled: bool = False

    def carry_out(self, found: Plan) -> Outcome:
        """Do all actions of a plan, as far as the tracker lets us."""
        labels = self.labels() if any(self.wants_labels(action) for action in found.actions) else ()
        opened: dict[str, int] = {}
        failures = 0
        for action in (action for action in found.actions if action.is_sent):
            if failures >= FAILURES_IN_A_ROW:
                self.pending.append(action)
                continue
            try:
                number = self.open(action, labels) if action.verb == "open" else self.change(action, labels)
            except PublishError as error:
                failures = failures if error.is_permanent else failures + 1
                self.pending.append(action)
                self.troubles.append(f"{action.title}: {error}")
                continue
            failures = 0
            self.done.append(replace(action, number=number))
            opened |= {action.key: number} if action.verb == "open" else {}
        self.fold_doubles(opened)
        return Outcome(found.actions, tuple(self.done), tuple(self.pending), once(self.troubles), once(self.notes))

    def wants_labels(self, action: Action) -> bool:
        """Return whether labels are to be put on an issue: on a new one, and on one that went without until now."""
        issue, known = self.issues.get(action.number or 0), action.remembered
        if not action.is_sent or action.verb == "close" or known is None or known.is_dressed:
            return False
        return issue is None or self.lacks_labels(issue)

    def lacks_labels(self, issue: Issue) -> bool:
        """Return whether an issue does not carry all configured labels."""
        return not set(self.desk.settings.labels) <= set(issue.labels)

    def labels(self) -> tuple[int, ...]:
        """Return the ids of the configured labels; without them an issue is better than none."""
        try:
            return self.desk.forge.label_ids(self.desk.settings.labels)
        except PublishError as error:
            self.is_unlabelled = not error.is_permanent
            self.notes.append(f"issues are opened without labels: {error}")
            return ()

    def open(self, action: Action, labels: tuple[int, ...]) -> int:
        """Open an issue, remember it, and see that labels, people and due day are on it."""
        memory = self.desk.memory
        intent = memory.intend(action.key, "open", self.now)
        try:
            issue = self.desk.forge.open_issue(action.title, action.body or "", labels)
        except PublishError as error:
            if not error.is_uncertain:
                memory.settled(intent)
            raise
        self.own = issue.author
        known = replace(action.remembered or Remembered(action.key, action.title, self.now), number=issue.number)
        memory.remember(known)
        memory.settled(intent)
        self.dress(issue, known, labels)
        return issue.number

    def dress(self, issue: Issue, known: Remembered, labels: tuple[int, ...]) -> None:
        """Label an issue, assign people and set the due day, once in its life; a fault is told, not tried for ever."""
        settings, forge, number = self.desk.settings, self.desk.forge, issue.number
        is_done = not (self.is_unlabelled and self.lacks_labels(issue))
        if labels and self.lacks_labels(issue):  # they are dropped in silence where the user may not set them
            is_done &= self.dressed(f"issue {number} is without its labels", lambda: forge.add_labels(number, labels))
        if settings.assignees:
            people = settings.assignees
            is_done &= self.dressed(f"issue {number} is not assigned", lambda: forge.set_assignees(number, people))
        if settings.due_in is not None:
            filed_at = known.changes[-1] if known.changes else self.now
            day = local_text(filed_at + nanos_of(settings.due_in), self.desk.zone)[:10]
            is_done &= self.dressed(f"issue {number} has no due day", lambda: forge.set_due(number, day))
        if is_done:
            self.desk.memory.remember(replace(known, is_dressed=True))

    def dressed(self, lack: str, put_on: Callable[[], None]) -> bool:
        """Return whether one more attempt would be in vain; tell what is lacking."""
        try:
            put_on()
        except PublishError as error:
            self.notes.append(f"{lack}: {error}")
            return error.is_permanent
        return True

    def change(self, action: Action, labels: tuple[int, ...] = ()) -> int:
        """Comment on, write, close or open an issue, in the order in which a cut leaves no lie behind."""
        if action.number is None:
            raise PublishError(f"{action.title}: no issue to {action.verb}", is_permanent=True)
        number, forge = action.number, self.desk.forge
        if action.comment is not None:
            self.speak(number, action)
        intent = None
        if action.verb == "reopen":
            intent = self.desk.memory.intend(action.key, "reopen", self.now)
            forge.set_open(number, is_open=True)
        if action.body is not None and action.body != self.issues[number].body:
            forge.set_body(self.issues[number], action.body)
        if action.verb in ("close", "fold"):
            forge.set_open(number, is_open=False)
        if action.remembered is not None:
            self.desk.memory.remember(action.remembered)
        if intent is not None:
            self.desk.memory.settled(intent)
        if action.remembered is not None and not action.remembered.is_dressed and action.verb != "close":
            self.dress(self.issues[number], action.remembered, labels)
        return number

    def speak(self, number: int, action: Action) -> None:
        """Add a comment, unless an earlier attempt did and only its answer was lost."""
        if any(author == self.own and is_noted(text, action.note) for author, text in self.desk.forge.comments(number)):
            return
        memory = self.desk.memory
        intent = memory.intend(action.key, "comment", self.now)
        self.desk.forge.comment(number, action.comment or "")
        if action.remembered is not None:  # at once, so that a cut leads to no other comment on the same day
            known = memory.remembered().get(action.key, action.remembered)
            memory.remember(replace(known, commented_at=action.remembered.commented_at))
        memory.settled(intent)

    def fold_doubles(self, opened: Mapping[str, int]) -> None:
        """Close what we opened where another host did the same a moment before: the lowest number goes on."""
        if not opened:
            return
        try:
            filed = by_key(self.desk.forge.issues(), self.own, {})
            for key, number in opened.items():
                lowest = filed[key].issue if key in filed else None
                mine = next((twin for twin in (filed[key].twins if lowest else ()) if twin.number == number), None)
                if lowest is None or mine is None:
                    continue
                self.issues = {**self.issues, number: mine}
                self.change(folded(key, mine, lowest.number, self.desk.words))
                known = self.desk.memory.remembered()[key]
                self.desk.memory.remember(replace(known, number=lowest.number))
        except PublishError as error:
            self.troubles.append(f"whether another host opened the same issues is not known: {error}")


def once(lines: Iterable[str]) -> tuple[str, ...]:
    """Return lines, each once, in order."""
    return tuple(dict.fromkeys(lines))


def listed(actions: Sequence[Action]) -> tuple[dict[str, object], ...]:
    """Return actions as plain values for JSON."""
    names = ("key", "number", "title", "why")
    return tuple({"action": action.verb, **{name: getattr(action, name) for name in names}} for action in actions)
