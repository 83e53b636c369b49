"""What each source can speak for, and for which jobs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forensics.config import Job, SourceConfig
from forensics.evidence.coverage import ALWAYS, EVER, Coverage, Reach, Span, coverage_of
from forensics.evidence.intake import Evidence, SourceRead
from forensics.match.names import NameIndex, short_host
from forensics.match.own_word import SENDERS, later_starts, own_reaches, without_outranked, without_senders
from forensics.match.resolve import Resolved
from forensics.match.spans import Ints
from forensics.verdicts import Lane

TELLING_ENDS = ("completed", "failed", "timed_out", "interrupted")
# Sources that show one scheduler's starts alone.
OWN_SCHEDULERS = {"syslog": "cron", "kubernetes": "kubernetes", "openclaw": "openclaw"}
# Which scheduler it is that a journal shows at work: cron's lines are taken, services are started.
JOURNAL_EVENTS = {"accepted": "cron", "started": "systemd", "skipped": "systemd"}
# How OpenClaw says that it sends to some channel of Slack, or to the one that spoke to it last.
WAYS = frozenset({"slack", "last"})
FRESH = 86_400 * 1_000_000_000


def span_of(account: SourceRead, config: SourceConfig | None, is_log: bool, now: int) -> Span | None:
    """Return what a source can speak for: as declared, else up to its newest record, or to now where it is live."""
    if account.covers is None:
        return None
    start, end = account.covers
    if config is not None and config.coverage is not None:
        return EVER if start is None else start, ALWAYS if end is None else end
    is_live = config.live if config is not None and config.live is not None else is_log and is_fresh(account, now)
    return EVER if start is None else start, ALWAYS if end is None or is_live else end


def is_fresh(account: SourceRead, now: int) -> bool:
    """Return whether a log is still written: its newest line and its file's mtime are both within a day of now."""
    stamps_known = [stamp for stamp in (account.newest, account.modified) if stamp is not None]
    return len(stamps_known) == 2 and all(abs(now - stamp) <= FRESH for stamp in stamps_known)


def coverage(
    evidence: Evidence, configs: Sequence[SourceConfig | None], logs: Sequence[bool], resolved: Resolved, now: int
) -> Coverage:
    """Return what every lane can speak for, job by job; one config and one "is a log" for each source."""
    reaches: list[Reach] = []
    for position, (account, config, is_log) in enumerate(zip(evidence.sources, configs, logs, strict=True)):
        span = span_of(account, config, is_log, now)
        is_by_job = account.job_spans and account.kind not in SENDERS
        if span is not None and is_by_job and (config is None or config.coverage is None):
            reaches += reaches_by_job(account, config, resolved)
        elif span is not None:
            reaches += [
                Reach(frozenset({lane}), span, concerned(lane, position, account, config, evidence, resolved))
                for lane in account.lanes
            ]
            reaches += learnt_reaches(account, position, span, resolved)
            reaches += own_reaches(account, config, position, span, evidence, resolved)
    return coverage_of(reaches, [*Lane, "beats"], len(resolved.jobs))


def heard(
    resolved: Resolved, evidence: Evidence, configs: Sequence[SourceConfig | None], logs: Sequence[bool], now: int
) -> Resolved:
    """Return what was said, without a sender's word on its own messages where their channel's own log speaks."""
    if not any(account.kind in SENDERS for account in evidence.sources):
        return resolved
    return without_outranked(resolved, evidence, coverage(without_senders(evidence), configs, logs, resolved, now))


def reaches_by_job(account: SourceRead, config: SourceConfig | None, resolved: Resolved) -> list[Reach]:
    """Return what a source can speak for that tells job by job since when it holds all runs, and for no other."""
    index, is_live = NameIndex(resolved.jobs), config is not None and bool(config.live)
    codes = {name: index.by_name(name, config.host if config else None) for name in account.job_spans}
    return [
        Reach(
            frozenset(account.lanes), (start, ALWAYS if is_live and end == account.newest else end), frozenset({code})
        )
        for name, code in codes.items()
        if code >= 0
        for start, end in account.job_spans[name]
    ]


def learnt_reaches(account: SourceRead, position: int, span: Span, resolved: Resolved) -> list[Reach]:
    """Return what a source can speak for of artifacts that were learnt: only those in it, from their first one on."""
    if Lane.ARTIFACTS not in account.lanes:
        return []
    return [
        Reach(frozenset({Lane.ARTIFACTS}), (max(span[0], known.since), span[1]), frozenset({code}))
        for code, known in resolved.learnt.items()
        if position in known.sources and known.since < span[1]
    ]


def concerned(
    lane: str, position: int, account: SourceRead, config: SourceConfig | None, evidence: Evidence, resolved: Resolved
) -> frozenset[int] | None:
    """Return the jobs that a lane of a source can speak for, None for all of them."""
    match lane:
        case Lane.TRIGGERS if account.kind == "registry":
            return frozenset()  # it tells of skips alone, so that the lack of a start in it tells nothing
        case Lane.TRIGGERS:
            seen = jobs_in(evidence.triggers["source"].to_numpy(), position, resolved.triggers)
            shown = schedulers_shown(account, config, position, evidence)
            fitting = {code for code, job in enumerate(resolved.jobs) if speaks_for(account, config, job)}
            fitting = {code for code in fitting if shown is None or resolved.jobs[code].scheduler in shown}
            return frozenset((fitting | seen) - later_starts(account, config, resolved).keys())
        case Lane.LIFECYCLE | Lane.NOTIFICATIONS if account.kind in SENDERS:
            return frozenset()  # see own_reaches
        case Lane.LIFECYCLE:
            return frozenset(recorded_jobs(evidence, position, resolved))
        case Lane.NOTIFICATIONS:
            heard = channel_jobs(config, resolved.jobs)
            return live_channel_jobs(heard, position, evidence, resolved.jobs) if account.kind == "slack" else heard
        case Lane.ARTIFACTS if resolved.learnt:  # see learnt_reaches
            at_home = homebodies(account, config, resolved.jobs)
            return (frozenset(range(len(resolved.jobs))) if at_home is None else at_home) - resolved.learnt.keys()
        case "beats":
            return frozenset(jobs_in(evidence.beats["source"].to_numpy(), position, resolved.beats))
        case _:
            return homebodies(account, config, resolved.jobs)


def homebodies(account: SourceRead, config: SourceConfig | None, jobs: Sequence[Job]) -> frozenset[int] | None:
    """Return the jobs on a source's hosts; all where no host is known of it, or of no job."""
    hosts = hosts_of(account, config)
    if not hosts or not any(job.host for job in jobs):
        return None
    return frozenset(code for code, job in enumerate(jobs) if job.host is None or short_host(job.host) in hosts)


def recorded_jobs(evidence: Evidence, position: int, resolved: Resolved) -> set[int]:
    """Return the jobs that a runner's records speak for: not those whose ends it records without saying how."""
    frame = evidence.lifecycle
    source, event = frame["source"].to_numpy(), frame["event"].to_numpy(dtype=object)
    seen, bare, told = (
        jobs_in(np.where(kept, source, -1), position, resolved.lifecycle)
        for kept in (np.ones(len(frame), dtype=np.bool_), event == "ended", np.isin(event, TELLING_ENDS))
    )
    return seen - (bare - told)


def jobs_in(source: Ints, position: int, codes: Ints) -> set[int]:
    """Return the jobs of which a source holds some row."""
    return set(np.unique(codes[(source == position) & (codes >= 0)]).tolist())


def schedulers_shown(
    account: SourceRead, config: SourceConfig | None, position: int, evidence: Evidence
) -> frozenset[str] | None:
    """Return the schedulers whose starts a trigger source would show, None for any.

    A journal holds cron's and systemd's, but an export may be of one alone: then it shows none of the other.
    """
    if account.kind != "journal":
        return None
    if config is not None and not config.path:
        return frozenset({"cron", "systemd"})
    frame = evidence.triggers
    events = set(frame["event"][frame["source"] == position].tolist())
    return frozenset(scheduler for event, scheduler in JOURNAL_EVENTS.items() if event in events)


def speaks_for(account: SourceRead, config: SourceConfig | None, job: Job) -> bool:
    """Return whether a trigger source would show a job: its scheduler's log, on its host."""
    if job.scheduler != OWN_SCHEDULERS.get(account.kind, job.scheduler):
        return False
    hosts = hosts_of(account, config)
    return job.host is None or not hosts or short_host(job.host) in hosts


def hosts_of(account: SourceRead, config: SourceConfig | None) -> set[str | None]:
    """Return the hosts of which a source tells, by their first labels; none where it names none."""
    return {short_host(host) for host in account.hosts} | (
        {short_host(config.host)} if config and config.host else set()
    )


def channel_jobs(config: SourceConfig | None, jobs: Sequence[Job]) -> frozenset[int] | None:
    """Return the jobs whose channel a message source has read; all where it read all, or a job names none."""
    if config is None or not config.channels:
        return None
    read = {channel.lstrip("#") for channel in config.channels}
    return frozenset(
        code for code, job in enumerate(jobs) if str(channel_of(job) or next(iter(read))).lstrip("#") in read
    )


def channel_of(job: Job) -> str | None:
    """Return the channel in which a job is spoken of, None where none is named: OpenClaw may name but the way there."""
    channel = job.attributes.get("channel")
    return None if job.scheduler == "openclaw" and channel in WAYS else channel


def live_channel_jobs(
    heard: frozenset[int] | None, position: int, evidence: Evidence, jobs: Sequence[Job]
) -> frozenset[int] | None:
    """Return the jobs for which live channels can speak: each channel is asked by itself, and may have failed.

    A channel may have been configured by its id; its rows tell its name. While any channel failed, nothing is
    known of a job whose channel nobody named.
    """
    files = evidence.files[evidence.files["source"] == position]
    deaf = {name.rpartition("/")[2] for name in files["name"][files["fault"].notna()].tolist()}
    rows = evidence.notifications[evidence.notifications["source"] == position]
    named = {str(name).lstrip("#") for name in rows["channel"].dropna().unique()}
    channels = [None if channel is None else str(channel).lstrip("#") for channel in map(channel_of, jobs)]
    if heard is None and not deaf:
        return None
    return frozenset(
        code
        for code, channel in enumerate(channels)
        if (not deaf if channel is None else channel not in deaf)
        and (heard is None or code in heard or channel in named)
    )
