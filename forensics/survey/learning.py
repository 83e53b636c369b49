"""What the evidence at hand adds to a survey: the names that messages use, and the files that each job leaves.

The evidence is read as a report reads it. First without a config, so that jobs get the names that such a report would
give them; then with the draft, to learn which files follow whose runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from forensics.config import Config, Job
from forensics.config_jobs import unconfigured_job
from forensics.configfile import read_config
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Learnt, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.learning import learn_templates
from forensics.match.learning_names import IDLE_ENDINGS, IDLE_FOLDERS
from forensics.match.names import NameIndex, key, slug
from forensics.match.resolve import Resolved, resolve_jobs, texts
from forensics.pipeline import Progress, Question, read_evidence
from forensics.sources.reading import open_sources
from forensics.survey.found import FoundJob, Survey
from forensics.survey.naming import named_apart, valid
from forensics.survey.toml_text import text
from forensics.timeline import duration_text

DAY = 86_400 * 10**9
LOOK_BACK = 92 * DAY
LEAST_RUNS = 5
MOST_UNPLACED = 30
LATEST = 6 * 3600.0

Drafting = Callable[[Survey], str]


def learnt(survey: Survey, drafting: Drafting, file: str, now: int, progress: Progress) -> Survey:
    """Return a survey with what its evidence shows; ``drafting`` makes the config by which that is read.

    Raises:
        ForensicsError: a source cannot be read as such.
    """
    config = read_config(drafting(survey), file)
    window = Window(now - LOOK_BACK, now, now)
    evidence = read_evidence(open_sources(config.sources), config, Question(window), progress)
    survey = with_spoken_names(survey, config, evidence)
    config = read_config(drafting(survey), file)
    resolved = resolve_jobs(evidence, config.jobs, partial(unconfigured_job, config))
    survey = replace(survey, unplaced=unplaced(resolved))
    templates = learn_templates(resolved, evidence, span_of(evidence, window), config.timezone)
    return with_silence(with_files(survey, resolved, templates), resolved)


def span_of(evidence: Evidence, window: Window) -> Window:
    """Return the window of the triggers at hand: an old log is learnt from as well as one of today."""
    moments = nanoseconds(evidence.triggers["at"])
    if not len(moments):
        return window
    return Window(int(moments.min()), min(window.now, int(moments.max()) + DAY), window.now)


def with_spoken_names(survey: Survey, config: Config, evidence: Evidence) -> Survey:
    """Return a survey whose jobs go by the names that a report without a config would give them."""
    index = NameIndex(config.jobs)
    bare = resolve_jobs(evidence, (), partial(unconfigured_job, replace(config, jobs=())))
    spoken = spoken_names(bare, config.jobs, evidence, index)
    jobs = [renamed(job, spoken.get(job.name)) for job in survey.jobs]
    return replace(survey, jobs=tuple(named_apart(jobs)))


def spoken_names(bare: Resolved, jobs: Sequence[Job], evidence: Evidence, index: NameIndex) -> dict[str, str]:
    """Return by the drafted name of a job the one that messages gave its command; one name for one command only."""
    commands = texts(evidence.triggers["command"])
    said = set(bare.speech.job.tolist())
    found: dict[str, set[str]] = defaultdict(set)
    for code, command in set(zip(bare.triggers.tolist(), commands, strict=True)):
        own = index.by_command(command, None) if code in said else -1
        if own >= 0:
            found[jobs[own].name].add(bare.jobs[code].name)
    uses = Counter(name for names in found.values() for name in names)
    return {job: min(names) for job, names in found.items() if len(names) == 1 and uses[min(names)] == 1}


def renamed(job: FoundJob, name: str | None) -> FoundJob:
    """Return a job by the name that messages use; the one it had stays as an alias."""
    if name is None:
        return job
    if key(name) == key(job.name):
        return replace(job, spoken=name)
    return replace(job, name=valid(slug(name)), spoken=name, aliases=(*job.aliases, job.name))


def unplaced(resolved: Resolved) -> tuple[str, ...]:
    """Return the names that messages use and that are no job of the draft."""
    spoken = set(resolved.speech.job.tolist())
    names = {job.name for code, job in enumerate(resolved.jobs) if code >= resolved.configured and code in spoken}
    return tuple(sorted(names)[:MOST_UNPLACED])


def with_files(survey: Survey, resolved: Resolved, templates: Sequence[Learnt]) -> Survey:
    """Return a survey with the files that runs left: sure ones as patterns, the others as guesses."""
    by_job: defaultdict[str, list[Learnt]] = defaultdict(list)
    for each in templates:
        by_job[resolved.jobs[each.job].name].append(each)
    return replace(survey, jobs=tuple(with_patterns(job, by_job.get(job.name, ())) for job in survey.jobs))


def with_patterns(job: FoundJob, templates: Sequence[Learnt]) -> FoundJob:
    """Return a job with the patterns of its files, and how often each was seen."""
    sure = [each for each in templates if each.is_sure]
    notes = tuple(f"{each.text}: {support(each)}" for each in sure)
    guesses = tuple(
        f"artifacts = [{text(each.text)}]  # {support(each)}" for each in templates if is_worth_a_look(each)
    )
    return replace(
        job,
        artifacts=tuple(dict.fromkeys(each.text for each in sure)),
        notes=(*job.notes, *notes),
        perhaps=(*job.perhaps, *guesses),
    )


def is_worth_a_look(template: Learnt) -> bool:
    """Return whether an unsure pattern may be right: not of what is touched anyway, nor of files that come too late."""
    *folders, name = template.text.casefold().split("/")
    is_idle = name.endswith(IDLE_ENDINGS) or not IDLE_FOLDERS.isdisjoint(folders)
    return not (template.is_sure or is_idle or template.delay > LATEST)


def support(template: Learnt) -> str:
    """Return by how many runs a pattern is borne out, and how long after their start its files came."""
    edges = (max(0.0, template.delay - template.spread), template.delay + template.spread)
    later = " to ".join(dict.fromkeys(map(duration_text, edges)))  # one, where rounding makes them the same
    return f"seen after {template.met} of {template.runs} runs, {later} later"


def with_silence(survey: Survey, resolved: Resolved) -> Survey:
    """Return a survey in which jobs that ran and never reported, though others did, say so as a guess."""
    runs = Counter(resolved.triggers.tolist())
    spoken = set(resolved.speech.job.tolist())
    silent: Mapping[str, int] = {
        job.name: runs[code]
        for code, job in enumerate(resolved.jobs)
        if code not in spoken and runs[code] >= LEAST_RUNS and spoken
    }
    jobs = [
        replace(
            job, perhaps=(*job.perhaps, f'reports = "never"  # no message after any of its {silent[job.name]} runs')
        )
        if job.name in silent and job.reports is None
        else job
        for job in survey.jobs
    ]
    return replace(survey, jobs=tuple(jobs))
