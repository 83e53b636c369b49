"""The words of an issue: its title, its text while the trouble holds and after, and the comments on a change.

Nothing in a text changes by the passing of time alone but in large steps, so an issue is edited when there is news.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from forensics.evidence.concerns import Concern, History, Recovery, Subject
from forensics.report.issue_titles import title
from forensics.report.issue_view import IssueView, Room, recovery_view, trouble_view
from forensics.report.markdown import BLANK_LINES, template
from forensics.report.view_public import PublicNames, dated, written_out

LONGEST_BODY = 15 << 10  # bytes; the marks around a text fit into the last KiB of 16
ROOMS = (Room(100, 6, 20, 300), Room(60, 4, 12, 200), Room(30, 3, 6, 120), Room(8, 2, 2, 80))


@dataclass(frozen=True)
class IssueWords:
    """The words of issues, with times in ``zone``.

    Paths below ``folder``, in which the config lies (with a slash at its end), are told relative to it.
    ``hold_label`` is the label that keeps the checker away.
    """

    zone: ZoneInfo
    folder: str = ""
    hold_label: str = "hold"

    def title(self, subject: Subject) -> str:
        """Return the title of an issue, the same as long as the issue lives; at most 120 characters."""
        return title(subject)

    def trouble(self, concern: Concern, history: History) -> str:
        """Return the text of an issue whose trouble holds."""
        near = self._near_concern(concern)
        return fitting(
            "issue", lambda names, room: trouble_view(near, history, self.zone, names, self.hold_label, room)
        )

    def recovered(self, recovery: Recovery, history: History) -> str:
        """Return the text of an issue whose trouble is over."""
        return self._of_recovery("issue_recovered", recovery, history)

    def closing(self, recovery: Recovery, history: History) -> str:
        """Return the comment on closing: what shows the recovery."""
        return self._of_recovery("issue_closing", recovery, history)

    def reopening(self, concern: Concern, history: History, was_closed_by_hand: bool) -> str:
        """Return the comment on opening an issue again."""
        near = self._near_concern(concern)
        closed = "" if was_closed_by_hand or not history.changes else dated(max(history.changes), self.zone)
        return fitting(
            "issue_reopening",
            lambda names, room: trouble_view(near, history, self.zone, names, self.hold_label, room),
            was_closed_by_hand=was_closed_by_hand,
            closed=closed,
        )

    def duplicate(self, number: int) -> str:
        """Return the comment on closing a twin: which issue goes on."""
        return template("issue_duplicate").render(number=int(number)).strip("\n")

    def _of_recovery(self, name: str, recovery: Recovery, history: History) -> str:
        near = replace(recovery, observed=tuple(self._near(each) for each in recovery.observed))
        return fitting(name, lambda names, room: recovery_view(near, history, self.zone, names, self.hold_label, room))

    def _near(self, text: str) -> str:
        return text.replace(self.folder, "") if self.folder else text

    def _near_concern(self, concern: Concern) -> Concern:
        blockers = (
            replace(
                each,
                text=self._near(each.text),
                observed=tuple(self._near(sentence) for sentence in each.observed),
                inferred=self._near(each.inferred),
                todo=self._near(each.todo),
            )
            for each in concern.blockers
        )
        return replace(concern, blockers=tuple(blockers))


def fitting(name: str, view: Callable[[PublicNames, Room], IssueView], **more: object) -> str:
    """Return a text with as much in it as fits: the first of the rooms in which it is short enough, else the last."""
    shown = ""
    for room in ROOMS:
        names = PublicNames()
        filled = view(names, room)
        filled = replace(filled, names=written_out(names, room.names, room.longest_name))
        shown = BLANK_LINES.sub("\n\n", template(name).render(issue=filled, **more)).strip("\n")
        if len(shown.encode()) <= LONGEST_BODY:
            break
    return shown
