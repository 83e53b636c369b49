"""A host of sixty jobs that nobody prepared: ``init`` finds its jobs and what they leave, and the report is right."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.host import build_host
from forensics.cli import main
from forensics.config import Config, Job
from forensics.configfile import read_config

pytestmark = pytest.mark.slow
SEEDS = (1, 3)
ZONE = "Europe/Berlin"


def command(folder: Path, *words: str) -> bytes:
    outcome = CliRunner().invoke(main, [*words, "--config", str(folder / "forensics.toml")], catch_exceptions=False)
    assert outcome.exit_code in (0, 1), outcome.stderr
    return outcome.stdout_bytes


class Stranger:
    """The host, the config that ``init`` wrote for it, and the truth, which the config's jobs are matched to."""

    def __init__(self, folder: Path, seed: int) -> None:
        build_host(folder, jobs=60, days=14, seed=seed, zone=ZONE)
        self.folder, self.told = folder, json.loads((folder / "truth" / "host.json").read_text())
        paths = ("--artifacts", str(folder / "srv"), "--notifications", str(folder / "slack"))
        command(folder, "init", "--root", str(folder), "--timezone", ZONE, "--now", self.told["now"], *paths)
        text = (folder / "forensics.toml").read_text()
        self.config: Config = read_config(text, str(folder / "forensics.toml"))
        truth = json.loads((folder / "truth" / "jobs.json").read_text())
        self.truth = {each["job"]: each for each in truth}
        by_place = {each: job for block, job in self._blocks(text) for each in block}
        self.found = {each["job"]: by_place.get(f"/{each['file']}, line {each['line']}") for each in truth}

    def _blocks(self, text: str) -> list[tuple[list[str], Job]]:
        """Return the places that stand above each job in the config, and the job."""
        pieces = text.split("[[job]]")
        names = {job.name: job for job in self.config.jobs}
        out = []
        for above, block in pairwise(pieces):
            places = [line[2:].rpartition(", as ")[0] for line in above.split("\n") if line.startswith("# /")]
            out.append((places, names[block.split('name = "')[1].split('"')[0]]))
        return out

    def templates(self) -> Counter[str]:
        """Count the true artifact templates that were found, those that were not, and those that are wrong."""
        count: Counter[str] = Counter()
        for name, job in self.found.items():
            true = {plain(each) for each in self.truth[name]["artifacts"]}
            told = {plain(each) for each in job.artifacts} if job else set()
            count.update(found=len(true & told), missed=len(true - told), wrong=len(told - true))
        return count

    def verdicts(self) -> Counter[str]:
        """Count the runs that are judged as the truth has it for one look at the end, and the others."""
        words = ("--since", self.told["since"], "--now", self.told["now"], "--format", "json", "--no-ledger", "--quiet")
        told = json.loads(command(self.folder, "report", *words))
        said = {(run["job"], run["due_at"] or run["triggered_at"]): run["verdict"] for run in told["runs"]}
        count: Counter[str] = Counter()
        with (self.folder / "truth" / "runs.csv").open() as file:
            for run in csv.DictReader(file):
                job = self.found[run["job"]]
                when = (run["due_at"] or run["triggered_at"]).replace(".000Z", "Z")
                found = said.get((job.name if job else "", when))
                count["right" if found == run["at_once"] else f"{found} for {run['at_once']}"] += 1
        return count


def plain(template: str) -> str:
    """Return a template with its dates in one way of writing."""
    return template.replace("{date:%Y}/{date:%m}/{date:%d}", "{date:%Y/%m/%d}")


@pytest.fixture(scope="module", params=SEEDS)
def stranger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return Stranger(tmp_path_factory.mktemp("host"), request.param)


def test_all_jobs_are_found_with_their_schedules_and_zones(stranger):
    wrong = {
        name: job
        for name, job in stranger.found.items()
        if job is None
        or job.schedule != stranger.truth[name]["schedule"]
        or str(job.timezone) != stranger.truth[name]["timezone"]
    }
    assert wrong == {}


def test_nearly_all_templates_are_found_and_none_is_wrong(stranger):
    count = stranger.templates()
    assert count["wrong"] == 0
    assert count["found"] >= 0.95 * (count["found"] + count["missed"])


def test_report_after_it_is_right(stranger):
    count = stranger.verdicts()
    assert count["right"] >= 0.99 * count.total(), count
