"""What is to be done with the issues: the difference between what holds, what is filed, and what is remembered.

All of it is decided here, before anything is sent; ``--dry-run`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forensics.config import Tracker
from forensics.evidence.concerns import Check, Concern, History, Recovery
from forensics.ledger.rows import Intent, Remembered
from forensics.publish.actions import Action, Plan, Verb, rank
from forensics.publish.filed import Filed, adopted, by_key, caught_up, is_by_hand, is_over
from forensics.publish.issues import Issue
from forensics.publish.marks import Body, Standing, key_of, marked, named, note_of, noted, parse
from forensics.publish.rollups import news, rolled, rollup_recoveries
from forensics.publish.words import Words
from forensics.timeline import NANOS, nanos_of

CHANGES_KEPT = 40
# Openings and closings within the time in which issues are reopened, from which on a trouble comes and goes.
FLAPPING = 5
QUIET = 24 * 3600 * NANOS


@dataclass(frozen=True)
class Case:
    """One subject: what holds, what is filed, what is remembered."""

    key: str
    concern: Concern | None
    recovery: Recovery | None
    filed: Filed
    known: Remembered | None
    is_muted: bool


@dataclass(frozen=True)
class Planner:
    """Decides case by case; ``check_id`` tells one check from the next."""

    check: Check
    settings: Tracker
    words: Words

    @property
    def check_id(self) -> str:
        """Return what stands for this check."""
        return f"{self.check.now} {self.check.inputs}"

    def decide(self, case: Case) -> tuple[Action | None, Remembered | None]:
        """Return what is to be done, and what is to be remembered even if it cannot be."""
        if case.is_muted:
            return self._left(case, "its job is muted"), case.known
        if case.concern is not None:
            troubled = self._in_trouble(case, case.concern)
            return self._of_trouble(case, case.concern, troubled), troubled
        if case.recovery is not None:
            well = self._in_order(case)
            return self._of_recovery(case, case.recovery, well), well
        if case.filed.issue is None or not case.filed.issue.is_open:
            return None, case.known
        return self._left(case, "nothing that was read could have shown whether it is over"), case.known

    def _in_trouble(self, case: Case, concern: Concern) -> Remembered:
        """Return what is remembered of a trouble that holds; one that is over begins anew."""
        now, known, issue = self.check.now, case.known, case.filed.issue
        members = tuple(sorted({blocker.job or "" for blocker in concern.blockers})) if concern.subject.cause else ()
        if known is None and issue is not None:
            known = adopted(case.key, issue, now)
        if known is None or is_over(known):
            title = known.title if known else self.words.title(concern.subject)
            before = known or Remembered(case.key, title, now)
            return replace(
                before, first_seen=now, since=concern.since, good=0, overruled=0, members=members, checked=self.check_id
            )
        since = min((at for at in (known.since, concern.since) if at is not None), default=None)
        return replace(known, since=since, good=0, members=members, checked=self.check_id)

    def _in_order(self, case: Case) -> Remembered | None:
        """Return what is remembered after a good check; the same check counts once."""
        known, issue = case.known, case.filed.issue
        if known is None and issue is not None:
            known = adopted(case.key, issue, self.check.now)
        if known is None or issue is None:
            return None
        if issue.is_open:
            good = known.good + (known.checked != self.check_id)
            return replace(known, good=good, checked=self.check_id, number=issue.number)
        return replace(known, is_open=False, good=0, overruled=0, number=issue.number)

    def _of_trouble(self, case: Case, concern: Concern, known: Remembered) -> Action | None:
        issue = case.filed.issue
        if issue is not None and self.settings.hold_label in issue.labels:
            return self._left(case, f"it carries the label {self.settings.hold_label}")
        if issue is None:
            return self._missing(case, concern, known)
        if issue.is_open:
            return self._updated(case, issue, concern, known)
        return self._closed(case, issue, concern, known)

    def _missing(self, case: Case, concern: Concern, known: Remembered) -> Action:
        """Return the action for a trouble of which there is no issue."""
        if known.number is not None and known.is_open:
            if known.overruled:
                return self._silent("leave", case, known, "its issue was deleted again; left alone until it recovers")
            return self._opened(case, concern, replace(known, overruled=1), "its issue was deleted")
        return self._settling(case, known) or self._opened(case, concern, known, "the trouble holds")

    def _settling(self, case: Case, known: Remembered) -> Action | None:
        """Return that a trouble is too young to be filed, None where it is not."""
        held = self.check.now - min(known.first_seen, known.since or known.first_seen)
        if held >= nanos_of(self.settings.settle):
            return None
        return self._silent("wait", case, known, f"it has not yet held for {self.settings.settle}")

    def _opened(self, case: Case, concern: Concern, known: Remembered, why: str) -> Action:
        after = self._changed(replace(known, is_open=True, is_dressed=False, commented_at=None, number=None))
        text = self.words.trouble(concern, self._history(after))
        body = marked(case.key, text, Standing("open", len(after.changes), after.overruled))
        return Action("open", case.key, known.title, why, body=body, remembered=after)

    def _updated(self, case: Case, issue: Issue, concern: Concern, known: Remembered) -> Action | None:
        """Return the action for an open issue whose trouble holds: its text brought up to date."""
        written = parse(issue.body)
        after = replace(known, number=issue.number, is_open=True)
        if written is None or not written.is_ours:
            return Action(
                "leave", case.key, issue.title, "its text was edited by a person", issue.number, remembered=after
            )
        standing = written.standing
        if standing.state != "open" or known.overruled > standing.overruled:
            after = after if known.is_open else self._changed(after)
            standing = Standing("open", standing.changes + 1, max(known.overruled, standing.overruled))
        body = marked(case.key, self.words.trouble(concern, self._history(after)), standing, written.below)
        if body == issue.body.replace("\r\n", "\n") and after.is_dressed:
            return Action("leave", case.key, issue.title, "it says all that is known", issue.number, remembered=after)
        return Action("update", case.key, issue.title, "the trouble goes on", issue.number, body, remembered=after)

    def _closed(self, case: Case, issue: Issue, concern: Concern, known: Remembered) -> Action:
        """Return the action for a closed issue whose trouble holds."""
        written = parse(issue.body)
        by_hand = is_by_hand(written, case.known)
        overruled = max(known.overruled, written.standing.overruled if written and by_hand else 0)
        if by_hand and overruled:
            return self._silent("leave", case, known, "a person closed it again; left alone until it recovers")
        if not by_hand:
            if waiting := self._settling(case, known):
                return waiting
            if self.check.now - closed_at(issue, case.known) > nanos_of(self.settings.reopen_within):
                return self._opened(case, concern, known, "its last issue was closed too long ago to be reopened")
        after = self._changed(replace(known, number=issue.number, is_open=True, overruled=int(by_hand)))
        why = "a person closed it while the trouble holds" if by_hand else "the trouble is back"
        return self._reopened(case, issue, concern, after, why, written)

    def _reopened(
        self, case: Case, issue: Issue, concern: Concern, after: Remembered, why: str, written: Body | None
    ) -> Action:
        by_hand, history = bool(after.overruled), self._history(after)
        count = written.standing.changes if written else len(after.changes) - 1
        note = note_of(case.key, "reopened", count)
        spoke_lately = after.commented_at is not None and self.check.now - after.commented_at < QUIET
        says = not issue.is_locked and (by_hand or not spoke_lately)
        body = None
        if written is not None and written.is_ours:
            standing = Standing("open", count + 1, after.overruled)
            body = marked(case.key, self.words.trouble(concern, history), standing, written.below)
        return Action(
            "reopen",
            case.key,
            issue.title,
            why,
            issue.number,
            body,
            noted(self.words.reopening(concern, history, by_hand), note) if says else None,
            note,
            replace(after, commented_at=self.check.now) if says else after,
        )

    def _of_recovery(self, case: Case, recovery: Recovery, known: Remembered | None) -> Action | None:
        issue = case.filed.issue
        if known is None or issue is None or not issue.is_open:
            return None
        if self.settings.hold_label in issue.labels:
            return self._left(case, f"it carries the label {self.settings.hold_label}")
        if known.good < self.settings.close_after:
            return self._silent("wait", case, known, f"good check {known.good} of {self.settings.close_after}")
        return self._ended(case, issue, recovery, known)

    def _ended(self, case: Case, issue: Issue, recovery: Recovery, known: Remembered) -> Action:
        written = parse(issue.body)
        after = self._changed(replace(known, is_open=False, good=0, overruled=0, commented_at=self.check.now))
        history = self._history(after)
        count = written.standing.changes if written else len(after.changes) - 1
        if written and written.standing.state == "over":  # a text that was changed, and an issue that was not
            count -= 1
        body = None
        if written is not None and written.is_ours:
            text = self.words.recovered(recovery, history)
            body = marked(case.key, text, Standing("over", count + 1), written.below)
        note = note_of(case.key, "closed", count)
        comment = None if issue.is_locked else noted(self.words.closing(recovery, history), note)
        why = f"{known.good} good checks in a row" if known.good > 1 else "a good check"
        return Action("close", case.key, issue.title, why, issue.number, body, comment, note, after)

    def folds(self, case: Case) -> Iterator[Action]:
        """Yield the closing of every open twin of an issue."""
        if case.filed.issue is None:
            return
        for twin in case.filed.twins:
            if self.settings.hold_label not in twin.labels:
                yield folded(case.key, twin, case.filed.issue.number, self.words)

    def _changed(self, known: Remembered) -> Remembered:
        return replace(known, changes=(*known.changes, self.check.now)[-CHANGES_KEPT:])

    def _history(self, known: Remembered) -> History:
        recent = [at for at in known.changes if self.check.now - at <= nanos_of(self.settings.reopen_within)]
        return History(self.check.now, known.first_seen, known.since, known.changes, len(recent) >= FLAPPING)

    def _left(self, case: Case, why: str) -> Action | None:
        """Return that an issue is left alone, None where there is none."""
        issue = case.filed.issue
        return None if issue is None else Action("leave", case.key, issue.title, why, issue.number)

    def _silent(self, verb: Verb, case: Case, known: Remembered, why: str) -> Action:
        number = case.filed.issue.number if case.filed.issue else None
        return Action(verb, case.key, known.title, why, number)


def plan(
    check: Check,
    issues: Sequence[Issue],
    own_id: int | None,
    memory: Mapping[str, Remembered],
    settings: Tracker,
    words: Words,
    intents: Sequence[Intent] = (),
) -> Plan:
    """Return what is to be done so that the issues say what holds.

    Of ``issues`` only those count that ``own_id`` opened and that carry a mark, or are remembered by number. Of
    ``intents`` no answer is known: whether they were carried out, the issues show.
    """
    filed = by_key(issues, own_id, memory)
    are_open = {key for key, each in filed.items() if each.issue is not None and each.issue.is_open}
    held = rolled(news(check, memory, are_open), are_open, settings.rollup_at)
    concerns = {key_of(concern.subject): concern for concern in held}
    recoveries = {key_of(recovery.subject): recovery for recovery in check.recoveries}
    recoveries |= rollup_recoveries(check, memory, are_open)
    planner = Planner(check, settings, words)
    actions: list[Action] = []
    remembered: list[Remembered] = []
    forgotten = []
    muted = {f"job={named(job)}" for job in check.muted_jobs}
    begun = {intent.key: intent.at for intent in intents if intent.verb in ("open", "reopen")}
    for key in sorted({*concerns, *are_open, *memory}):
        is_muted = key.split(" ", 1)[0] in muted
        ours = filed.get(key, Filed(None))
        known = caught_up(memory.get(key), ours.issue, begun.get(key))
        case = Case(key, concerns.get(key), recoveries.get(key), ours, known, is_muted)
        action, after = planner.decide(case)
        actions += [action] if action else []
        actions += planner.folds(case)
        if after is not None:
            remembered.append(after)
        elif key in memory:
            forgotten.append(key)
    return Plan(tuple(sorted(actions, key=rank)), tuple(remembered), tuple(forgotten))


def closed_at(issue: Issue, known: Remembered | None) -> int:
    """Return when we closed an issue, by our own clock where we remember it."""
    return known.changes[-1] if known is not None and known.changes else issue.closed_at or 0


def folded(key: str, twin: Issue, number: int, words: Words) -> Action:
    """Return the closing of a twin of another issue."""
    text = words.duplicate(number)
    body = parse(twin.body)
    count = body.standing.changes if body else 0
    note = note_of(key, f"twin {twin.number} of {number}", count)
    after = None
    if body is not None and body.is_ours:
        after = marked(key, text, Standing("twin", count), body.below)
    comment = None if twin.is_locked else noted(text, note)
    return Action("fold", key, twin.title, f"issue {number} is about the same", twin.number, after, comment, note)
