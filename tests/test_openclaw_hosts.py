"""Whole OpenClaw hosts of each era, with what is known of every run of a week held against the report on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from benchmarks.openclaw_host import ERAS, WAYS, answered, counts, differences, laid_out
from benchmarks.openclaw_plan import World, world

pytestmark = pytest.mark.slow

SEEDS = {"A": (0, 2), "B": (0, 2), "C": (1, 3), "D": (0, 2)}  # each in a zone of its own
HOSTS = [(era, seed) for era in ERAS for seed in SEEDS[era]]
# The first host of an era in every way, the second with the config that init drafts; and one in summer time from afar.
JUDGED = [(era, seed, way) for era, seed in HOSTS for way in WAYS if (seed < 2 and way != "far") or way == "init"]
JUDGED.append(("A", 2, "far"))
# Where a run that a restart cut off is held back after errors.
JUDGED.append(("D", 4, "none"))
# Where one was held back after errors, and lost at the end of that.
JUDGED.append(("B", 4, "none"))
each_host = pytest.mark.parametrize(("era", "seed"), HOSTS)
Lay = Callable[[str, int], tuple[World, Path]]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Lay:
    """Give a host of an era and the folder in which its machine lies; each is laid out once."""

    def laid(era: str, seed: int) -> tuple[World, Path]:
        made = world(era, seed)
        return made, laid_out(made, tmp_path_factory.mktemp(era) / "machine")

    return cache(laid)


@pytest.mark.parametrize(("era", "seed", "way"), JUDGED)
def test_every_run_and_due_time_of_a_host_is_judged_as_it_was(host: Lay, era: str, seed: int, way: str) -> None:
    made, folder = host(era, seed)
    found = answered(made, folder, way)
    assert differences(made, found) == []
    true, ours = counts(made, found)
    assert ours == true


@pytest.mark.parametrize("way", ["init", "hand", "none"])
def test_runs_that_wait_for_long_ones_are_on_their_slots(tmp_path: Path, way: str) -> None:
    made = world("A", 0, days=6, is_crowded=True)
    assert differences(made, answered(made, laid_out(made, tmp_path / "machine"), way)) == []


def test_hosts_hold_every_way_in_which_a_run_can_go(host: Lay) -> None:
    fates = {run.fate for era, seed in HOSTS for run in host(era, seed)[0].occasions}
    assert fates == {"ok", "boot", "silent", "told", "lost", "worked", "worked-told", "cut", "doubled", "second",
                     "skipped", "ignored"}  # fmt: skip


@each_host
def test_host_lost_due_times_and_made_up_for_some(host: Lay, era: str, seed: int) -> None:
    made, _ = host(era, seed)
    assert made.missed
    assert any(run.made_up for run in made.occasions)


def test_run_that_a_report_gets_wrong_is_a_difference(host: Lay) -> None:
    made, folder = host("A", 0)
    found = answered(made, folder, "none")
    run = next(run for run in made.occasions if run.fate == "ok" and run.start > made.until - 5 * 86_400_000)
    made.occasions.remove(run)
    try:
        assert len(differences(made, found)) == 1
    finally:
        made.occasions.append(run)
