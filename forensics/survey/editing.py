"""A config with some of its lines changed, and every other line as its person wrote it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from forensics.config import Config, Job
from forensics.configfile import read_config
from forensics.errors import ConfigError
from forensics.sources.plugins import offered_kinds
from forensics.survey.blocks import Block, blocks_of, with_value, without_tail
from forensics.survey.draft import job_block, source_block
from forensics.survey.found import FoundJob, FoundSource, Zone
from forensics.survey.moved import Moved
from forensics.survey.toml_text import comment, duration, text

OWN_WORDS = re.compile(r"(timezone = .*)# (?:from /etc/|from \$TZ|as asked|nothing tells this machine's zone).*")


def edited(
    config: Config,
    before: str,
    gone: Sequence[Job],
    moved: Sequence[Moved],
    lines: Mapping[int, Sequence[tuple[str, str]]],
    zone: Zone | None,
) -> list[Block]:
    """Return the blocks of a config, what is gone taken out, and what differs as it was found."""
    changes = {id(each.job): each for each in moved}
    absent = {id(job) for job in gone}
    by_name: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for number, job in enumerate(config.jobs):
        by_name[job.name, job.host].append(number)
    blocks = []
    for block in blocks_of(before):
        if not block.name and zone:
            block = with_zone(block, zone)
        code = code_in(block, by_name)
        if code is None:
            blocks.append(block)
        elif id(config.jobs[code]) in absent:
            blocks.append(Block("", without_tail(block)[1][1:]))
        else:
            blocks.append(edited_job(block, changes.get(id(config.jobs[code])), lines.get(code, ())))
    return blocks


def with_zone(block: Block, zone: Zone) -> Block:
    """Return the head of a config with the machine's zone, and where it was read in place of where it was before."""
    changed = with_value(block, ("timezone",), f"timezone = {text(zone.name or '')}")
    lines = (OWN_WORDS.sub(rf"\1{comment(zone.origin)}", line) for line in changed.lines)
    return replace(changed, lines=tuple(lines))


def edited_job(block: Block, moved: Moved | None, lines: Sequence[tuple[str, str]]) -> Block:
    """Return a job's block with its times and other values as they were found."""
    block = block if moved is None else rescheduled(block, moved)
    for key, line in lines:
        block = with_value(block, (key,), line, ("command", "name"))
    return block


def code_in(block: Block, by_name: Mapping[tuple[str, str | None], Sequence[int]]) -> int | None:
    """Return the code of the job that a block holds."""
    values = block.values() if block.name == "job" else {}
    name, host = values.get("name"), values.get("host")
    codes = by_name.get((name, host), ()) if isinstance(name, str) else ()
    return codes[0] if codes else None


def rescheduled(block: Block, moved: Moved) -> Block:
    """Return a job's block with the times that were found."""
    found = moved.found
    if not moved.is_zone:
        cadence = f"schedule = {text(found.schedule)}" if found.schedule else f"interval = {duration(span(found))}"
        block = with_value(block, ("schedule", "interval"), cadence, ("scheduler", "name"))
    if found.zone and (moved.is_zone or found.zone != moved.job.timezone.key):
        block = with_value(block, ("timezone",), f"timezone = {text(found.zone)}", ("schedule", "interval"))
    elif moved.is_zone:
        block = with_value(block, ("timezone",), None)
    return block


def span(found: FoundJob) -> timedelta:
    """Return a found interval."""
    return found.interval or timedelta()


def added(blocks: list[Block], new: Sequence[FoundJob], sources: Sequence[FoundSource]) -> str:
    """Return the text of a config with sources and jobs added, each behind the last of its kind."""
    blocks = behind(blocks, "source", [source_block(each, None) for each in sources])
    blocks = behind(blocks, "job", [job_block(job) for job in new])
    return "".join(block.text for block in blocks)


def behind(blocks: list[Block], name: str, texts_of: Sequence[str]) -> list[Block]:
    """Return blocks with some more behind the last of a name, at the end where there is none."""
    if not texts_of:
        return blocks
    last = max((at for at, block in enumerate(blocks) if block.name == name), default=len(blocks) - 1)
    body, tail = without_tail(blocks[last])
    more = [line for each in texts_of for line in ("", *each.removesuffix("\n").split("\n"))]
    return [*blocks[:last], Block(body.name, (*body.lines, *more, *tail)), *blocks[last + 1 :]]


def readable(changed: str, before: str, config: Config) -> str:
    """Return a changed config, the old one where it is written in a way that cannot be changed line by line."""
    try:
        read_config(changed, config.file or "forensics.toml", offered_kinds)
    except ConfigError:
        return before
    return changed
