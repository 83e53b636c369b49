"""Parts worked out in processes of this machine."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

Part = TypeVar("Part")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, so many at once; ``tell`` is told in a line what went other than it should."""

    workers: int
    tell: Callable[[str], None]

    def each(self, task: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """Return what a task makes of each part; what a process that died leaves undone is done here."""
        if len(parts) < 2 or self.workers < 2:
            return [task(part) for part in parts]
        done: dict[int, Done] = {}
        workers = min(self.workers, len(parts))
        with ProcessPoolExecutor(workers, context_for(task), initializer=end_at_interrupts) as pool:
            under_way = [pool.submit(task, part) for part in parts]
            try:
                for number, future in enumerate(under_way):
                    done[number] = future.result()
            except BrokenProcessPool:
                self.tell("a worker process was killed, as happens where memory runs out; the rest is done in this one")
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return [done[number] if number in done else task(part) for number, part in enumerate(parts)]


def context_for(task: Callable[..., object]) -> BaseContext:
    """Return how processes are begun: from a clean one that has imported the task, where the system can do that."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([task.__module__])
    return context


def end_at_interrupts() -> None:
    """Let Ctrl-C end this process at once and without a word: the one that began it says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
