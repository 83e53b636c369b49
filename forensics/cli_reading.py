"""What every command reads that judges runs: the pipeline with its progress, and only jobs that are known."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.engine.base import Engine
    from forensics.evidence.memory import Memory
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result

UNREACHED = 4


def read(
    config: Config,
    window: Window,
    jobs: tuple[str, ...],
    memory: Memory | None = None,
    *,
    is_silent: bool,
    is_investigated: bool = False,
    engine: str = "local",
) -> Result:
    """Return what all sources of a config come to, with progress on stderr; ``is_investigated`` as in ``Question``.

    ``engine`` is the name of what works out the parts of a large report.

    Raises:
        ForensicsError: a job that is asked for is not known, or a source cannot be read as such.
    """
    from forensics.cli_progress import shown_progress
    from forensics.cli_secrets import tokens_of
    from forensics.evidence.memory import FORGOTTEN
    from forensics.pipeline import Question
    from forensics.pipeline import report as make_report

    question = Question(window, jobs, memory or FORGOTTEN, tokens_of(config), is_investigated, engine_of(engine))
    with shown_progress(is_silent) as progress:
        result = make_report(config, question, progress)
    check_jobs(result, jobs)
    return result


def engine_of(name: str) -> Engine:
    """Return what works out the parts of a large report; Dask's own variable says where its cluster is."""
    import os

    from forensics import __version__
    from forensics.cli_outputs import say
    from forensics.engine.base import LOCAL

    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    match name:
        case "processes":
            from forensics.engine.processes import Processes

            return Processes(workers, say)
        case "dask":
            from forensics.engine.cluster import Dask

            return Dask(os.environ.get("DASK_SCHEDULER_ADDRESS"), workers, __version__)
    return LOCAL


def check_jobs(result: Result, globs: tuple[str, ...]) -> None:
    """Refuse globs that fit no job: a report without runs would look like a quiet night.

    Raises:
        ForensicsError: there are such.
    """
    from forensics.analyse.wording import listed
    from forensics.config_keys import ALIKE, nearest

    known = sorted({job.name for job in result.paired.jobs} | {beat.job for beat in result.heartbeats})
    strange = [glob for glob in globs if not any(fnmatchcase(name, glob) for name in known)]
    if strange and known:
        guess = nearest(strange[0], known, ALIKE)
        hint = f"did you mean {guess}?" if guess else f"known are {listed(known)}"
        raise ForensicsError(f"--job {strange[0]}: none of the {len(known)} known jobs is called so - {hint}")


def exit_code_of(result: Result, *, exit_zero: bool, is_reached: bool) -> int:
    """Return the exit code of a command that judged runs: 4 where an output or the tracker was not reached."""
    if not is_reached:
        return UNREACHED
    return 0 if exit_zero and result.exit_code in (1, 3) else result.exit_code
