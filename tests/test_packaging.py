"""The project installs from a wheel, from an sdist and in place, each into an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from forensics import __version__
from tests.checkout import ROOT, belonging

pytestmark = pytest.mark.packaging

KINDS = ("wheel", "sdist", "editable")
SAMPLE = ROOT / "sample_data" / "slack-cried-wolf" / "forensics.toml"
WINDOW = ("--since", "2026-03-19", "--until", "2026-03-20", "--now", "2026-03-20T00:00:00+09:00")


def ran(command: Sequence[str | Path], cwd: Path, expected: int = 0) -> str:
    """Return what a command prints; fail with all it said where its exit code is another."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "FORENSICS_CONFIG")
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == expected, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Distributions:
    """What was built: an sdist, and a wheel out of that sdist."""

    sdist: Path
    wheel: Path


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Build the sdist, and the wheel from nothing but what the sdist holds."""
    folder = tmp_path_factory.mktemp("distributions")
    ran([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Distributions(sdist, wheel)


def pins(folder: Path) -> Path:
    """Write the locked versions without their hashes, as constraints: the dependencies stay the package's own."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    file = folder / "pins.txt"
    file.write_text("\n".join(line.rstrip(" \\") for line in lines if line[:1].isalnum()), encoding="utf-8")
    return file


def clean_environment(folder: Path, *requirement: str | Path) -> Path:
    """Return the folder of the commands of a new environment that holds a requirement and what it asks for."""
    commands = folder / "environment" / "bin"
    if uv := shutil.which("uv"):
        ran([uv, "venv", "--python", sys.executable, commands.parent], folder)
        installer = [uv, "pip", "install", "--python", commands / "python"]
    else:
        ran([sys.executable, "-m", "venv", commands.parent], folder)
        installer = [commands / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    ran([*installer, "--constraint", pins(folder), *requirement], folder)
    return commands


def installed(tmp_path_factory: pytest.TempPathFactory, *requirement: str | Path) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("clean")
    yield clean_environment(folder, *requirement)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def from_wheel(tmp_path_factory, distributions) -> Iterator[Path]:
    yield from installed(tmp_path_factory, distributions.wheel)


@pytest.fixture(scope="session")
def from_sdist(tmp_path_factory, distributions) -> Iterator[Path]:
    yield from installed(tmp_path_factory, distributions.sdist)


@pytest.fixture(scope="session")
def from_editable(tmp_path_factory) -> Iterator[Path]:
    yield from installed(tmp_path_factory, "--editable", ROOT)


@pytest.fixture
def commands(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the commands of a clean environment; only the kind that is asked for is installed."""
    folder: Path = request.getfixturevalue(f"from_{request.param}")
    return folder


def test_wheel_holds_the_package_the_templates_the_command_and_nothing_else(distributions):
    with zipfile.ZipFile(distributions.wheel) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    ours = [path for path in belonging() if path.startswith(("forensics/", "report_templates/"))]
    inside = {path.replace("report_templates/", "forensics/report_templates/", 1) for path in ours}
    assert held == inside | {f"forensics-{__version__}.data/scripts/forensics"}


def test_sdist_holds_every_file_of_the_project(distributions):
    with tarfile.open(distributions.sdist) as sdist:
        held = {name.split("/", 1)[1] for name in sdist.getnames()}
    assert held - {"PKG-INFO"} == set(belonging())


@pytest.mark.parametrize("commands", KINDS, indirect=True)
def test_installed_command_judges_the_sample_night(commands, tmp_path):
    printed = ran(
        [commands / "forensics", "report", "--config", SAMPLE, *WINDOW, "--format", "json"], tmp_path, expected=1
    )
    assert json.loads(printed)["summary"]["jobs"] == 29


@pytest.mark.parametrize("commands", KINDS, indirect=True)
def test_installed_templates_render_the_sample_night(commands, tmp_path):
    printed = ran([commands / "forensics", "report", "--config", SAMPLE, *WINDOW], tmp_path, expected=1)
    assert printed.startswith("# Night Watch — 2026-03-19\n")


@pytest.mark.parametrize("commands", KINDS, indirect=True)
def test_installed_package_runs_as_a_module(commands, tmp_path):
    assert "report" in ran([commands / "python", "-m", "forensics", "--help"], tmp_path)


@pytest.mark.parametrize("commands", KINDS, indirect=True)
def test_installed_package_tells_its_version(commands, tmp_path):
    asked = "import forensics, importlib.metadata as m; print(forensics.__version__ == m.version('forensics'))"
    assert ran([commands / "python", "-c", asked], tmp_path) == "True\n"
