"""Parts worked out in processes of this machine."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

Part = TypeVar("Part")
Done = TypeVar("Done")
KILLED = "{} of {} worker processes died, as happens where memory runs out; their parts are done in this one"


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, so many at once; ``tell`` is told in a line what went other than it should.

    Each part has a process of its own. (The pools of the standard library can wait for ever for a worker that was
    killed while a large part was on its way to it.)
    """

    workers: int
    tell: Callable[[str], None]

    def each(self, task: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """Return what a task makes of each part; what a process that died leaves undone is done here."""
        if len(parts) < 2 or self.workers < 2:
            return [task(part) for part in parts]
        done: dict[int, Done] = {}
        context, waiting = context_for(task), list(range(len(parts)))[::-1]
        with under_way() as running:
            while waiting or running:
                while waiting and len(running) < self.workers:
                    begin(context, task, parts, waiting.pop(), running)
                for answer in wait(list(running)):
                    done |= finished(answer, running)  # type: ignore[arg-type]
        if len(done) < len(parts):
            self.tell(KILLED.format(len(parts) - len(done), len(parts)))
        return [done[number] if number in done else task(part) for number, part in enumerate(parts)]


Running = dict[Connection, "tuple[int, BaseProcess]"]


@contextmanager
def under_way() -> Iterator[Running]:
    """Yield the processes that work, by where they answer; those that are left at the end are ended."""
    running: Running = {}
    try:
        yield running
    finally:
        for answer, (_, process) in running.items():
            process.kill()
            process.join()
            answer.close()


def begin(context: Any, task: Callable[[Part], Done], parts: Sequence[Part], number: int, running: Running) -> None:
    """Begin a process for one part; no interrupt comes between its birth and its being known here."""
    answer, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(theirs, task, parts[number]), daemon=True)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
        running[answer] = number, process
    except (BrokenPipeError, EOFError):  # it died before it had all of its part
        answer.close()
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def work(answer: Connection, task: Callable[[Part], Done], part: Part) -> None:
    """Work one part out and answer; Ctrl-C is for the process that began this one, and ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer.send(task(part))
    answer.close()


def finished(answer: Connection, running: Running) -> dict[int, Any]:
    """Return what a process answered, by the number of its part; nothing where it died."""
    number, process = running[answer]
    try:
        found = {number: answer.recv()}
    except (EOFError, OSError):
        found = {}
    process.join()
    answer.close()
    del running[answer]
    return found


def context_for(task: Callable[..., object]) -> Any:
    """Return how processes are begun: from a clean one that has imported the task, where the system can do that."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([task.__module__])
    return context
