"""Writes the runs of an OpenClaw as rows into the accounts of the files that tell of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_jobs import StoredJob, spoken_names
from forensics.sources.openclaw_runs import Run
from forensics.sources.openclaw_steps import Step, is_cut_off, steps_of, turn_steps
from forensics.sources.openclaw_told import TELLERS, Origin, Told
from forensics.sources.openclaw_transcripts import STEP, Turn

SILENT = frozenset({"NO_REPLY", "HEARTBEAT_OK"})
CLAIMS = {"ok": "success", "error": "failure", "skipped": "skipped"}
OUTCOMES = frozenset({"ok", "error", "lost"})
IDLE = "an event in the main session that nothing was done about"


@dataclass
class Rows:
    """Writes runs into the accounts of the files that tell of them."""

    jobs: Mapping[str, StoredJob]
    gone: Mapping[str, StoredJob]
    restarts: Sequence[int] = ()
    used: set[tuple[int, int]] = field(default_factory=set)
    sessions: Counter[str] = field(default_factory=Counter)
    names: Mapping[str, str] = field(default_factory=dict)

    def write(self, runs: Sequence[Run], strays: Sequence[Turn]) -> None:
        """Write all runs, and the turns of which no store tells; then account for what gave no row."""
        self.names = {**spoken_names(self.gone.values()), **spoken_names(self.jobs.values())}
        self.sessions.update(run.session or (run.turn.session if run.turn else "") for run in runs)
        self.sessions.update(turn.session for turn in strays)
        for run in runs:
            self._run(run)
        for turn in strays:
            self._stray(turn)
        for told in (each for run in runs for each in run.told):
            self._account(told)

    def _row(self, table: str, page: Page, record: int, at: int, **columns: Any) -> None:
        self.used.add((id(page), record))
        page.row(table, record, at, **columns)

    def _steps(self, steps: Iterable[Step], attributes: Mapping[str, Any], own: Mapping[str, str | None]) -> None:
        for step in steps:
            if step.is_a_step and (id(step.page), step.record) not in self.used:
                step.page.skipped[STEP] -= 1  # it was taken for a step between
            self._row(
                "lifecycle", step.page, step.record, step.at, time_text=step.time_text, event=step.event,
                duration_seconds=step.duration, status=step.status, attributes={**attributes, **step.told}, **own,
            )  # fmt: skip

    def _account(self, told: Told) -> None:
        key = id(told.page), told.record
        if key not in self.used and told.origin is not Origin.STATE:
            self.used.add(key)
            told.page.skip(f"a run of which {TELLERS[Origin.HISTORY]} tells too")

    def _run(self, run: Run) -> None:
        lead, job = run.told[0], self.jobs.get(run.job) or self.gone.get(run.job)
        own = {"job": self._called(run.job, run.turn), "run_id": self._run_id(run)}
        attributes = {**(job.attributes if job else {}), **lead.attributes, "jobId": run.job}
        if lead.run_id:
            attributes["runId"] = lead.run_id
        if lead.duration is not None:
            attributes["durationSeconds"] = lead.duration
        is_cut = is_cut_off(run, job, self.restarts)
        if is_cut:
            attributes["interruptedBy"] = "gateway restart"
        if not lead.sent and (lead.summary in SILENT or (run.turn and run.turn.said.strip() in SILENT)):
            attributes.setdefault("deliverySuppressionReason", "silent")
        event = "skipped" if lead.status == "skipped" else "accepted"
        self._row(
            "triggers", lead.page, lead.record, lead.start, time_text=lead.time_text, event=event,
            status=lead.status or None, attributes=attributes, **own,
        )  # fmt: skip
        others = (told.status for told in run.told if told.status in OUTCOMES and told.status != lead.status)
        word = next(others, lead.status)
        steps = (replace(step, status=word or None) for step in steps_of(run, job, is_cut))
        self._steps(steps, attributes, own)
        self._message(lead, job, attributes, own)

    def _message(
        self, lead: Told, job: StoredJob | None, attributes: Mapping[str, Any], own: Mapping[str, str | None]
    ) -> None:
        """Write what the sender says that it sent; whether anybody saw it, the channel's own log tells better."""
        claim = CLAIMS.get(lead.status) if lead.sent else "failure" if lead.sent_failure else None
        if claim is None:
            return
        at = lead.written or lead.end or lead.start
        word = {"witness": "the sender's own word", "isWeak": True}
        self._row(
            "notifications", lead.page, lead.record, at, time_text=str(at // 1_000_000), claim=claim,
            text=lead.summary or lead.error or None, author="openclaw", is_bot=True,
            channel=(job.channel if job else "") or None, attributes={**attributes, **word}, **own,
        )  # fmt: skip

    def _stray(self, turn: Turn) -> None:
        """Write a turn of which no store tells; one of the main session that came to nothing shows no run."""
        job = self.jobs.get(turn.job) or self.gone.get(turn.job)
        if turn.is_main and not turn.worked:
            turn.page.skip(IDLE)
            return
        run = Run(turn.job, [], turn)
        own = {"job": self._called(turn.job, turn), "run_id": self._run_id(run)}
        attributes = {**(job.attributes if job else {}), "jobId": turn.job, "session": turn.session}
        self._steps(turn_steps(turn, None), attributes, own)

    def _called(self, job: str, turn: Turn | None) -> str:
        return self.names.get(job) or (turn.name if turn else "") or job

    def _run_id(self, run: Run) -> str | None:
        """Return the id of a run: its session, where no other run shares it, else the id that was handed out."""
        turn = run.turn
        session = run.session or (turn.session if turn and not turn.is_main else "")
        if session and self.sessions[session] == 1:
            return session
        return next((told.run_id for told in run.told if told.run_id), None)
