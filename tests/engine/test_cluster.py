"""Parts worked out by real Dask workers, in processes of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensics import __version__
from forensics.engine import cluster
from forensics.engine.cluster import Dask
from forensics.errors import ForensicsError
from tests.engine.tasks import doubled, killed_elsewhere, killed_once, worked_out_by

pytestmark = pytest.mark.dask


def engine(address: str | None = None, version: str = __version__) -> Dask:
    return Dask(address, 2, version)


@pytest.fixture(scope="module")
def address():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
    ) as place:
        yield place.scheduler_address


def test_parts_come_back_in_their_order(address):
    assert engine(address).each(doubled, range(20)) == list(range(0, 40, 2))


def test_parts_are_worked_out_by_the_workers_of_that_cluster(address):
    assert os.getpid() not in engine(address).each(worked_out_by, range(4))


def test_equal_parts_are_each_worked_out():
    assert engine().each(doubled, [3, 3, 3]) == [6, 6, 6]


def test_what_a_killed_worker_leaves_is_done_by_another(address, tmp_path: Path):
    flag = str(tmp_path / "killed")
    assert engine(address).each(killed_once, [flag]) == [flag]


def test_a_part_that_kills_every_worker_is_told(address):
    with pytest.raises(ForensicsError, match=r"died 3 times over one part - give them more memory"):
        engine(address).each(killed_elsewhere, [os.getpid()])


def test_no_parts_need_no_cluster():
    assert engine("tcp://127.0.0.1:1").each(doubled, []) == []


def test_workers_of_another_version_are_refused(address):
    with pytest.raises(ForensicsError, match=rf"has forensics {__version__}, and this is 9\.9 - install the same"):
        engine(address, version="9.9").each(doubled, [1])


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(ForensicsError, match=r"no cluster with a worker at tcp://127\.0\.0\.1:1 .* --engine processes"):
        engine("tcp://127.0.0.1:1").each(doubled, [1])


def test_a_cluster_without_a_worker_is_told(monkeypatch: pytest.MonkeyPatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with (
        distributed.LocalCluster(
            n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
        ) as bare,
        pytest.raises(ForensicsError, match="no cluster with a worker"),
    ):
        engine(bare.scheduler_address).each(doubled, [1])


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    def missing(_name: str) -> object:
        raise ModuleNotFoundError

    monkeypatch.setattr(cluster, "import_module", missing)
    with pytest.raises(ForensicsError, match=r"install forensics\[dask\], or use --engine processes"):
        engine().each(doubled, [1])


def test_a_worker_without_the_package_is_told():
    class Bare:
        def run(self, _function: object) -> object:
            raise ModuleNotFoundError("No module named 'forensics'")

    with pytest.raises(ForensicsError, match="a worker cannot import forensics"):
        cluster.versions_of(Bare())
