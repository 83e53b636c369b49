"""What to do next, as steps that can be taken: commands to type, a change to make, runs to run again, a lane to add.

Every name in a command is quoted for a shell; what shows a command must still treat it as untrusted text.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Job
from forensics.evidence.investigation import Contrast, NextStep
from forensics.evidence.paired import NAT, Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.diffs import FILE, Setting, setting_of, to_main
from forensics.investigate.words import counted, setting, subject
from forensics.timeline import NANOS, local_text

MINUTE = 60 * NANOS
UTC = ZoneInfo("UTC")
SHOWN_HUNKS = 5
COST = (
    "Runs are no longer kept apart: all share the main session and its context, one can hold up or mislead the next,"
    " and the settings of an isolated run (its own model, time limit and delivery) no longer apply."
    " A way round, not the mending: undo it when isolated boots come up again."
)
BY_COMMAND = (
    "its jobs stand in a database, so the gateway has to do it: first try it with one job, and read"
    " `openclaw cron edit --help`."
)
GATEWAY = "openclaw-gateway.service"


def rerun(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield the step that makes up for lost runs."""
    jobs = case.jobs(rows)
    if not len(rows):
        return
    since = local_text(int(case.columns.moment[rows].min()), case.zone)
    command = f"forensics investigate --rerun-list --since {shlex.quote(since)}"
    command += "".join(f" --job {shlex.quote(job)}" for job in jobs[:SHOWN_HUNKS]) if len(jobs) <= SHOWN_HUNKS else ""
    yield NextStep(
        "rerun",
        f"Make up for {counted(len(rows), 'lost run')} of {subject(jobs)}, where that day's work still matters."
        f"{beside(case, rows, jobs if len(jobs) <= SHOWN_HUNKS else ())}",
        command=command,
    )


def beside(case: Case, rows: Ints, asked: Sequence[str]) -> str:
    """Return in a sentence what a list of lost runs holds beside some; ``asked`` are its jobs, none for all."""
    columns = case.columns
    listed_ = (
        case.work.bad & (columns.moment != NAT) & (columns.moment >= columns.moment[rows].min() // MINUTE * MINUTE)
    )
    if asked:
        listed_ &= case.named(asked)
    found = np.flatnonzero(listed_)
    if len(found) <= len(rows):
        return ""
    return f" The list names all {counted(len(found), 'lost run')} of {subject(case.jobs(found))} since then."


def to_main_session(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield the change that carries jobs past a boot that does not come up, where their scheduler has such a way."""
    codes, jobs = case.codes(rows), case.studied.paired.jobs
    settings = [each for code in codes if (each := setting_of(jobs[code].name, case.attributes[code]))]
    if not settings or len(settings) < len(codes):
        return
    left, file = len(settings) - SHOWN_HUNKS, file_of(case, settings)
    more = f" The same for {counted(left, 'more job')}." if left > 0 else ""
    change = (
        f"Set `sessionTarget` of {subject([each.name for each in settings])} to `main`, `payload.kind` to"
        " `systemEvent`, and rename `message` to `text`;"
    )
    if not file.endswith((".json", ".json5")):
        yield NextStep("change", f"{change} {BY_COMMAND}{more}", command=edit_command(case, settings), cost=COST)
        return
    yield NextStep(
        "change",
        f"{change} the gateway reads its jobs again by itself. Make it by hand: the diff shows of each job only the"
        f" lines that it is about.{more}",
        diff=to_main(settings[:SHOWN_HUNKS], file),
        cost=COST,
    )


def edit_command(case: Case, settings: Sequence[Setting]) -> str:
    """Return the commands that change jobs which no file holds, a line each."""
    found = []
    for each in settings[:SHOWN_HUNKS]:
        told = case.told_jobs.get(each.name.casefold())
        called = next((name for name in (told.aliases if told else ()) if is_id(name)), each.name)
        found.append(f"openclaw cron edit {shlex.quote(called)} --session main --system-event TEXT-OF-ITS-MESSAGE")
    return "\n".join(found)


def is_id(name: str) -> bool:
    """Return whether a name has the form of the ids that OpenClaw gives its jobs."""
    return len(name) == 36 and name.count("-") == 4


def file_of(case: Case, settings: Sequence[Setting]) -> str:
    """Return the file in which jobs are set up, by its usual name where no source tells."""
    told = case.told_jobs.get(settings[0].name.casefold())
    return told.file.replace("\\", "/") if told else FILE


def gate(case: Case, at: int, event: str | None, attribute: str | None) -> NextStep:
    """Return the comparison of boots before and after a change."""
    known = {event.name for event in case.studied.config.events}
    moment = (
        f"--event {shlex.quote(event)}"
        if event in known and event
        else f"--at {shlex.quote(local_text(at, case.zone))}"
    )
    by = f" --by {shlex.quote(attribute)}" if attribute else ""
    return NextStep(
        "command",
        "Compare boots before and after the change, now and before the next upgrade.",
        command=f"forensics gate {moment}{by} --measure boot",
    )


def stretch(begin: int, end: int) -> str:
    """Return a stretch of time as journalctl's options, the same on hosts of all zones."""
    told = (shlex.quote(f"{local_text(at, UTC)} UTC") for at in (begin, end))
    return "--since {} --until {} --no-pager".format(*told)


def own_log(case: Case, job: Job, row: int) -> Iterator[NextStep]:
    """Yield where to read what a job itself, or its scheduler, has to say of a run."""
    at = case.at(row)
    if at == NAT:
        return
    around = stretch(at - MINUTE, at + 15 * MINUTE)
    match job.scheduler:
        case "openclaw":
            yield NextStep(
                "command",
                "Read what the gateway wrote around that run.",
                command=f"journalctl --user -u {GATEWAY} {around}",
            )
        case "systemd":
            unit = shlex.quote(f"{job.name}.service")
            yield NextStep(
                "command",
                "Read what the unit wrote around that run.",
                command=f"journalctl -u {unit} {around}",
            )
        case "kubernetes":
            yield NextStep(
                "command",
                "See which pods of it failed, and why.",
                command=f"kubectl get jobs,pods --sort-by=.metadata.creationTimestamp | grep {shlex.quote(job.name)}",
            )
        case _:
            yield NextStep(
                "command",
                "Read what cron and the job wrote around that run.",
                command=f"journalctl -t CRON -t {shlex.quote(job.name)} {around}",
            )


def registry(case: Case, job: Job) -> Iterator[NextStep]:
    """Yield the question to the registry, where it was read and knows of such runs."""
    if any(source.kind == "registry" for source in case.studied.evidence.sources):
        yield NextStep(
            "command",
            "Ask the registry what became of its last run, stage by stage.",
            command=f"forensics runs show --job {shlex.quote(job.name)} --last",
        )


def history(case: Case, job: Job) -> Iterator[NextStep]:
    """Yield the question to a job's own scheduler, by the id by which that knows it."""
    told = case.told_job(job)
    known = [name for name in (told.aliases if told else ()) if is_id(name)]
    if job.scheduler == "openclaw":
        called = shlex.quote(known[0]) if known else "JOB-ID"
        first = "" if known else " The id stands in `openclaw cron list`."
        yield NextStep(
            "command",
            f"Read what the scheduler itself keeps of its runs.{first}",
            command=f"openclaw cron runs --id {called}",
        )


def schedulers_table(job: Job, since: str) -> NextStep:
    """Return how to see whether a job still stands in its scheduler's table."""
    commands = {
        "openclaw": "openclaw cron list",
        "systemd": "systemctl list-timers --all --no-pager",
        "kubernetes": "kubectl get cronjobs --all-namespaces",
    }
    command = commands.get(job.scheduler, "crontab -l; cat /etc/crontab /etc/cron.d/*")
    return NextStep(
        "command",
        f"See whether `{job.name}` still stands in its scheduler's table, and is switched on{since}.",
        command,
    )


def scheduler_log(job: Job, begin: int, end: int) -> NextStep:
    """Return how to see whether a scheduler was at work at a time."""
    unit = {"openclaw": f"--user -u {GATEWAY}", "kubernetes": "-u kubelet"}.get(job.scheduler, "-u cron -u crond")
    if job.scheduler == "systemd":
        unit = f"-u {shlex.quote(job.name + '.timer')}"
    return NextStep(
        "command",
        "See whether the scheduler was at work at that time.",
        command=f"journalctl {unit} {stretch(begin, end)}",
    )


def older_evidence(begin: str) -> NextStep:
    """Return what to do about runs that are older than all that was read."""
    return NextStep(
        "look",
        f"Ask from then on: `--since '{begin}'`. Or add what is older, as far as it was kept: rotated logs, an earlier "
        "export.",
    )


def settings_to_compare(contrast: Contrast) -> NextStep:
    """Return the look at what sets runs apart."""
    pair = setting(contrast.attribute, contrast.value)
    return NextStep("look", f"Look at what {pair} changes for a run; try one such job with another value.")
