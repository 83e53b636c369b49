"""Channels that are not read although jobs report there, or are read although none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from forensics.analyse.wording import counted, listed
from forensics.config import SourceConfig
from forensics.doctor.lint import Lint, Mend, for_job, toml_line
from forensics.doctor.observed import Observed
from forensics.doctor.sources import at_source
from forensics.evidence.records import Batch
from forensics.match.reach import channel_of
from forensics.sources.base import ReadOptions
from forensics.sources.reading import by_kind, open_source

LEAST_JOBS = 3
MOST_JOBS = 0.8


def channel_lint(observed: Observed) -> Iterator[Lint]:
    """Yield the jobs whose own channel no source reads."""
    read = [source.channels for source in observed.result.config.sources if is_message_source(source)]
    if not read or not all(read):
        return
    names = {channel.lstrip("#") for channels in read for channel in channels}
    for code, job in enumerate(observed.jobs[: observed.configured]):
        channel = (channel_of(job) or "").lstrip("#")
        if channel and channel not in names:
            yield own_channel(observed, code, channel, sorted(names))


def own_channel(observed: Observed, code: int, channel: str, names: Sequence[str]) -> Lint:
    """Return that a job names a channel which is not read, with that in which messages name it."""
    job = observed.jobs[code]
    rows = observed.rows_of(observed.paired.claims, code)
    heard = Counter(observed.evidence.notifications["channel"].iloc[rows].dropna().tolist()).most_common(1)
    position = next(at for at, each in enumerate(observed.result.config.sources) if is_message_source(each))
    wider = (*observed.result.config.sources[position].channels, channel)
    mend = (
        for_job(job, attributes={**job.attributes, "channel": heard[0][0]})
        if heard
        else at_source(observed.result, position, channels=wider)
    )
    seen = f"{counted(heard[0][1], 'message')} in {heard[0][0]} name it." if heard else "No message names it."
    return Lint(
        kind="channel",
        text=f"{job.name}: its channel, {channel}, is read by no source.",
        jobs=(job.name,),
        observed=(f"Read: {listed(list(names))}.", seen),
        inferred="So no message is expected of it, and it may fall silent unseen.",
        mends=(mend,),
        detail={"channel": channel, "heard": heard[0][0] if heard else None},
    )


def is_message_source(source: SourceConfig) -> bool:
    """Return whether a source can hold messages, and may be told which channels to read."""
    reader = by_kind(source.kind)
    return reader is not None and tuple(reader.lanes) == ("notifications",)


def silent_channels(observed: Observed, unheard: Sequence[Lint]) -> tuple[Lint | None, list[Lint]]:
    """Return that the wrong channels are read, where hardly any job is named in them, and what that leaves to say."""
    expected = [
        code
        for code, job in enumerate(observed.jobs[: observed.configured])
        if job.reports == "always" and observed.is_covered("notifications", code)
    ]
    silent = [each for each in unheard if each.kind == "reports"]
    config = observed.result.config
    position = next((at for at, each in enumerate(config.sources) if is_message_source(each) and each.channels), None)
    if len(silent) < LEAST_JOBS or len(silent) < MOST_JOBS * len(expected):
        return None, list(unheard)
    others = [each for each in unheard if each.kind != "reports"]
    if position is None:
        return all_silent(observed, silent), others
    named = channels_naming(observed, config.sources[position])
    return wrong_channels(observed, position, named, len(silent)), others


def all_silent(observed: Observed, silent: Sequence[Lint]) -> Lint:
    """Return that hardly any job is named in all the messages that were read."""
    names = [name for each in silent for name in each.jobs]
    return Lint(
        kind="reports",
        text=f"{counted(len(names), 'job')} are to report always, and no message names any of them.",
        jobs=tuple(names),
        observed=(f"{counted(observed.messages.total(), 'message')} of bots were read.",),
        inferred="So they report elsewhere, or under other names, or not at all.",
        mends=(Mend("defaults", (toml_line("reports", "never"),)),),
        todo="Or name the source of their messages, or the names that these use as aliases.",
        detail={"jobs": names},
    )


def channels_naming(observed: Observed, source: SourceConfig) -> list[tuple[str, int]]:
    """Return all channels of a source in which messages name jobs, the most telling first."""
    opened = open_source(replace(source, channels=()))
    options = ReadOptions(now=observed.window.now, timezone=source.timezone or observed.result.config.timezone)
    named: Counter[str] = Counter()
    for each in opened.read(options):
        if isinstance(each, Batch) and each.table == "notifications" and "channel" in each.columns:
            for text, channel in zip(each.columns["text"], each.columns["channel"], strict=True):
                named[channel or ""] += bool(observed.index.in_text(text or ""))
    return [(channel, count) for channel, count in named.most_common() if channel and count]


def wrong_channels(observed: Observed, position: int, named: Sequence[tuple[str, int]], silent: int) -> Lint:
    """Return that no job is named in the channels that are read."""
    source = observed.result.config.sources[position]
    best = [channel for channel, count in named if count * 4 >= named[0][1]]
    return Lint(
        kind="channel",
        text=f"{observed.evidence.sources[position].name}: no message in {listed(list(source.channels))} names a job.",
        observed=(
            f"{counted(silent, 'job')} that should report always are never named there.",
            *(f"{counted(count, 'message')} in {channel} name jobs." for channel, count in named[:4]),
        ),
        inferred="So another channel is meant." if best else "So their messages go elsewhere.",
        mends=(at_source(observed.result, position, channels=best),) if best else (),
        todo="" if best else 'Name in channels where the jobs report, or set reports = "never".',
        detail={"channels": list(source.channels), "better": best},
    )
