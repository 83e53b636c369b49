"""Parts worked out on a Dask cluster: one that is there, or one begun on this machine for the while."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from forensics.errors import ForensicsError

Part = TypeVar("Part")
Done = TypeVar("Done")
# How long (s) a cluster may take to answer, and to have its first worker.
PATIENCE = 30
# How often a part is sent whose worker was lost.
ATTEMPTS = 3


@dataclass(frozen=True)
class Dask:
    """A Dask cluster: the one at ``address``, else one of so many processes on this machine, gone afterwards."""

    address: str | None
    workers: int
    version: str

    def each(self, task: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """Return what a task makes of each part; what a lost worker leaves undone is sent once more."""
        if not parts:
            return []
        with self._client() as client:
            check_workers(versions_of(client), self.version)
            done: dict[int, Done] = {}
            for _ in range(ATTEMPTS):
                left = [number for number in range(len(parts)) if number not in done]
                done |= worked_out(client, task, {number: parts[number] for number in left})
        return [self._of(done, number) for number in range(len(parts))]

    def _of(self, done: Mapping[int, Done], number: int) -> Done:
        if number not in done:
            raise ForensicsError(
                f"--engine dask: the workers at {self.address or 'this machine'} died {ATTEMPTS} times over one part - "
                "give them more memory, or use --engine local"
            )
        return done[number]

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Yield a connection to a cluster with a worker at least.

        Raises:
            ForensicsError: Dask is not installed, no cluster answers, or it has no worker.
        """
        dask = imported()
        try:
            with self._cluster(dask) as place, dask.Client(place, timeout=PATIENCE, set_as_default=False) as client:
                client.wait_for_workers(1, timeout=PATIENCE)
                yield client
        except (OSError, TimeoutError) as trouble:
            where = self.address or "this machine"
            raise ForensicsError(
                f"--engine dask: no cluster with a worker at {where} ({short(trouble)}) - "
                "see that its scheduler and a worker are up, or use --engine processes"
            ) from trouble

    @contextmanager
    def _cluster(self, dask: Any) -> Iterator[Any]:
        """Yield where the cluster is, begun on this machine where no address names one."""
        if self.address is not None:
            yield self.address
            return
        settings = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": "ERROR"}
        with dask.LocalCluster(n_workers=self.workers, host="127.0.0.1", **settings) as cluster:
            yield cluster


def worked_out(client: Any, task: Callable[[Part], Done], parts: Mapping[int, Part]) -> dict[int, Done]:
    """Return what a task makes of some parts, without those whose worker was lost.

    A part is sent to the workers, not kept by the scheduler: with its worker it is gone.
    """
    lost = (CancelledError, imported().KilledWorker)
    sent = {number: client.scatter(part, hash=False) for number, part in parts.items()}
    under_way = {number: client.submit(task, part, pure=False) for number, part in sent.items()}
    done: dict[int, Done] = {}
    for number, future in under_way.items():
        with suppress(*lost):
            done[number] = future.result()
    return done


def imported() -> Any:
    """Return Dask's package.

    Raises:
        ForensicsError: it is not installed.
    """
    try:
        return import_module("distributed")
    except ModuleNotFoundError as missing:
        raise ForensicsError(
            "--engine dask: Dask is not installed here - install forensics[dask], or use --engine processes"
        ) from missing


def versions_of(client: Any) -> Mapping[str, str]:
    """Return the version of this package on each worker, by the worker's address.

    Raises:
        ForensicsError: a worker does not have it.
    """
    try:
        found: Mapping[str, str] = client.run(told_version)
    except ModuleNotFoundError as missing:
        raise ForensicsError(
            f"--engine dask: a worker cannot import forensics ({short(missing)}) - install the same version there"
        ) from missing
    return found


def told_version() -> str:
    """Return the version of this package, asked on a worker."""
    version: str = import_module("forensics").__version__
    return version


def check_workers(versions: Mapping[str, str], own: str) -> None:
    """Refuse workers of another version: they might judge otherwise.

    Raises:
        ForensicsError: there is one.
    """
    for worker, version in sorted(versions.items()):
        if version != own:
            raise ForensicsError(
                f"--engine dask: worker {worker} has forensics {version}, and this is {own} - install the same on both"
            )


def short(trouble: BaseException) -> str:
    """Return what an error says, in one line."""
    return str(trouble).strip().splitlines()[0][:200] if str(trouble).strip() else type(trouble).__name__
