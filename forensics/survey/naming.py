"""Every job gets a name of its own: the one that a report without a config would give it, else one that tells it apart.

Names that differ in case alone would be one file on some disks, so they count as one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from forensics.match.names import key, slug, tokens
from forensics.survey.commands import MASK, own_words
from forensics.survey.found import FoundJob

LONGEST = 64
ROOM = 20  # for what tells two long names apart
MOST_WORDS = 3
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
COMMON = frozenset("usr bin sbin local lib libexec etc opt srv home var test x e d f".split())
DISTINCT_SCHEDULERS = {"systemd": "timer", "openclaw": "openclaw", "kubernetes": "cluster", "interval": "periodic"}


def named_apart(jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """Return jobs with names that are all different, in their order; a job keeps its wished name where it may."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, job in enumerate(jobs):
        groups[valid(job.name).casefold()].append(at)
    taken = set(groups)
    names = [valid(job.name) for job in jobs]
    for alike in groups.values():
        if len(alike) > 1:
            for at, name in zip(alike, told_apart([jobs[at] for at in alike], taken), strict=True):
                names[at] = name
                taken.add(name.casefold())
    return [with_name(job, name) for job, name in zip(jobs, names, strict=True)]


def valid(name: str) -> str:
    """Return a name as it may be written."""
    return name if NAME.fullmatch(name) else slug(name)


def told_apart(jobs: Sequence[FoundJob], taken: Iterable[str]) -> list[str]:
    """Return names for jobs that wish for the same: by schedulers, words of their commands, users, else by number."""
    base = valid(jobs[0].name)
    others = set(taken) - {base.casefold()}
    kinds = schedulers_apart(jobs)
    for suffixes in (kinds, within_kinds(jobs, kinds), users_apart(jobs)):
        names = [longer(base, suffix) for suffix in suffixes]
        folded = {name.casefold() for name in names}
        if len(folded) == len(names) and folded.isdisjoint(others):
            return names
    return numbered(base, len(jobs), others)


def within_kinds(jobs: Sequence[FoundJob], kinds: Sequence[str]) -> list[str]:
    """Return what tells jobs apart first by their scheduler, and then by the words of their commands."""
    words: dict[int, str] = {}
    for kind in dict.fromkeys(kinds):
        places = [at for at, each in enumerate(kinds) if each == kind]
        words |= zip(places, words_apart([jobs[at] for at in places]), strict=True)
    return ["-".join(filter(None, (kinds[at], words[at]))) for at in range(len(jobs))]


def words_apart(jobs: Sequence[FoundJob]) -> list[str]:
    """Return of each job's command the first words that not all of the others have."""
    known = COMMON | set(tokens(jobs[0].name))
    lists = [[word for word in dict.fromkeys(own_words(job.command or "")) if word not in known] for job in jobs]
    shared = set.intersection(*(set(words) for words in lists))
    return ["-".join([word for word in words if word not in shared][:MOST_WORDS]) for words in lists]


def schedulers_apart(jobs: Sequence[FoundJob]) -> list[str]:
    """Return a word for each job's scheduler, none for cron."""
    return [DISTINCT_SCHEDULERS.get(job.scheduler, "") for job in jobs]


def users_apart(jobs: Sequence[FoundJob]) -> list[str]:
    """Return each job's user."""
    return ["-".join(job.users) for job in jobs]


def longer(base: str, suffix: str) -> str:
    """Return a name with something behind it, cut where it would be too long."""
    if not suffix:
        return base
    kept = slug(suffix)[: max(ROOM, LONGEST - len(base) - 1)].rstrip("-._")
    return f"{base[: LONGEST - 1 - len(kept)].rstrip('-._')}-{kept}"


def numbered(base: str, count: int, others: set[str]) -> list[str]:
    """Return so many names, numbered from the second on, past those that others have."""
    names: list[str] = []
    number = 1
    while len(names) < count:
        name = longer(base, str(number) if number > 1 else "")
        if name.casefold() not in others:
            names.append(name)
        number += 1
    return names


def with_name(job: FoundJob, name: str) -> FoundJob:
    """Return a job with its name, without the aliases that say the same."""
    return replace(job, name=name, aliases=tuple(alias for alias in job.aliases if alias.lower() != name.lower()))


def with_aliases(jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """Return jobs whose comments became aliases where these speak of them alone, and that share no alias."""
    wished = [(*job.aliases, *spoken_alias(job)) for job in jobs]
    names = {key(job.name) for job in jobs}
    counts: dict[str, int] = defaultdict(int)
    for aliases in wished:
        for folded in {alias.lower() for alias in aliases}:
            counts[folded] += 1
    return [
        replace(job, aliases=tuple(kept(job, aliases, names, counts)))
        for job, aliases in zip(jobs, wished, strict=True)
    ]


def kept(job: FoundJob, aliases: Iterable[str], names: set[str], counts: dict[str, int]) -> Iterable[str]:
    """Return the aliases that no other job has, and that say more than the name."""
    return [
        alias
        for alias in dict.fromkeys(aliases)
        if counts[alias.lower()] == 1 and key(alias) not in names and not set(alias) & set("*?[")
    ]


def spoken_alias(job: FoundJob) -> tuple[str, ...]:
    """Return the comment above a cron line as an alias: a few plain words, one of them out of the command."""
    said = job.said or ""
    words = said.split()
    is_name_like = not MASK.search(said) and 2 <= len(words) <= 4 and re.fullmatch(r"[\w -]{3,60}", said) is not None
    is_told = bool(set(tokens(said)) & set(own_words(job.command or "")))
    return (said,) if job.scheduler == "cron" and is_name_like and is_told else ()
