"""Jobs that no message names, or whose own name stands nowhere, while something is spelled nearly so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from forensics.analyse.wording import counted
from forensics.doctor.lint import Lint, for_job
from forensics.doctor.names import has_records, is_free
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.strangers import Stranger
from forensics.doctor.words import command_words, likeness, nearest_of, phrases
from forensics.match.names import NameIndex, key, tokens
from forensics.match.resolve import texts

ALIKE = 0.8
LEAST_RUNS = 3
FEWEST, MOST = 0.4, 2.5


def silent_names(observed: Observed, found: Sequence[Stranger], mended: frozenset[str]) -> Iterator[Lint]:
    """Yield the jobs that no message names although their messages are read, with what comes near.

    ``mended`` are the jobs whose name is found to be misspelled already.
    """
    spoken = spoken_phrases(observed)
    for watched in observed.watched[: observed.configured]:
        job, code = watched.job, watched.code
        if observed.mentions[code] or job.name in mended or not observed.is_covered("notifications", code):
            continue
        near = near_phrase(observed, watched, spoken, found)
        if near is not None:
            yield misspelled(observed, watched, *near)
        elif job.reports == "always" and observed.begun(code) >= LEAST_RUNS:
            yield unheard(observed, watched)


def own_slips(observed: Observed, mended: frozenset[str]) -> Iterator[Lint]:
    """Yield the jobs that are known by an alias or command, and whose own name stands nowhere but for a slip."""
    for watched in observed.watched[: observed.configured]:
        job = watched.job
        if job.name in mended or has_records(observed, watched.code):
            continue
        counts = own_spellings(observed, watched)
        if not counts or any(key(each) == key(job.name) for each in counts):
            continue
        near = max(counts, key=lambda each: (likeness(job.name, each), counts[each], each))
        if likeness(job.name, near) >= ALIKE and is_free(observed, job, near):
            yield misspelled(observed, watched, near, counts[near], by_name=True)


def own_spellings(observed: Observed, watched: Watched) -> Counter[str]:
    """Return how often each word or phrase, as names are written, stands in a job's own commands and messages."""
    found: Counter[str] = Counter()
    frame = observed.evidence.triggers.iloc[watched.rows]
    for command, count in Counter(texts(frame["command"])).items():
        for word in set(command_words(command or "")):
            found[word] += count
    for name, count in Counter(texts(frame["job"])).items():
        found[name or ""] += count
    rows = observed.rows_of(observed.paired.claims, watched.code)
    for text, count in Counter(texts(observed.evidence.notifications["text"].iloc[rows])).items():
        for phrase in {each for line in (text or "").split("\n") for each in phrases(line)}:
            found["-".join(tokens(phrase))] += count
    del found[""]
    return found


def spoken_phrases(observed: Observed) -> Counter[str]:
    """Return how many messages hold each phrase that no job goes by."""
    known = {key(name) for job in observed.jobs[: observed.configured] for name in (job.name, *job.aliases)}
    spoken: Counter[str] = Counter()
    for (text, _), count in observed.messages.items():
        for phrase in {each for line in text.split("\n") for each in phrases(line)}:
            if key(phrase) not in known:
                spoken[phrase] += count
    return spoken


def near_phrase(
    observed: Observed, watched: Watched, spoken: Counter[str], found: Sequence[Stranger]
) -> tuple[str, int] | None:
    """Return the phrase of messages that is most like a job's name, and how many hold it; None where none is near."""
    job = watched.job
    runs = max(1, observed.begun(watched.code), len(watched.due_by(job)))
    firing = {key(each.name) for each in found if len(each.watched.triggers)} if len(watched.triggers) else set()
    best: tuple[float, int, str] | None = None
    for phrase, count in spoken.items():
        if key(phrase) in firing or not FEWEST * runs <= count <= MOST * runs:
            continue
        alike = nearest_of(phrase, (job.name, *job.aliases))
        if alike >= ALIKE and (best is None or (alike, count) > best[:2]):
            best = (alike, count, phrase)
    return None if best is None else (best[2], best[1])


def misspelled(observed: Observed, watched: Watched, phrase: str, count: int, *, by_name: bool = False) -> Lint:
    """Return that a job is spelled otherwise, in messages or, ``by_name``, everywhere."""
    job, runs = watched.job, observed.begun(watched.code)
    is_own = by_name or (is_free(observed, job, phrase) and not names_itself(observed, watched))
    values: dict[str, object] = {"name": phrase} if is_own else {"aliases": (*job.aliases, phrase)}
    where, what = ("source", "row") if by_name else ("message", "message")
    return Lint(
        kind="name",
        text=f"{job.name}: no {where} names it so, and {counted(count, what)} name `{phrase}`.",
        jobs=(job.name,),
        observed=(f"{counted(runs, 'run')} of {job.name} in that time; no job is called {phrase}.",),
        inferred="So it is misspelled; its rows are found by its alias or command alone."
        if by_name
        else "So what is said about it is not counted as its own.",
        mends=(for_job(job, **values),),
        detail={"seen_as": phrase, "rows": count},
    )


def names_itself(observed: Observed, watched: Watched) -> bool:
    """Return whether some row is known as a job's by its name alone."""
    bare = NameIndex([replace(watched.job, command=None, host=None)])
    frame = observed.evidence.triggers.iloc[watched.rows]
    rows = set(zip(texts(frame["job"]), texts(frame["command"]), strict=True))
    is_named = any(bare.by_name(name, None) == 0 or bare.by_command(command, None) == 0 for name, command in rows)
    return is_named or has_records(observed, watched.code)


def unheard(observed: Observed, watched: Watched) -> Lint:
    """Return that no message ever speaks of a job that is to report always."""
    job, runs, said = watched.job, observed.begun(watched.code), observed.messages.total()
    return Lint(
        kind="reports",
        text=f"{job.name}: no message ever names it, and it is to report always.",
        jobs=(job.name,),
        observed=(f"{counted(runs, 'run')}, and none of {counted(said, 'message')} names it.",),
        inferred="So each of its runs is unreported, whatever it did.",
        mends=(for_job(job, reports="never"),),
        todo="Or give it, as an alias, the name that its messages use.",
        detail={"runs": runs, "messages": said},
    )
