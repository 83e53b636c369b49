"""What every test may ask for."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.gitea.forge import Forge, chosen
from tests.gitea.toolchain import Unavailable

# How long an example takes depends on what else the machine does, and is no fault of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a command remembers for its user apart from test to test, and from the person who runs them."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / f"state-{uuid4().hex}"))


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of real logs and listings; skip where it is not beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real logs (../shared/data) is not beside this checkout")
    return SHARED_DATA


def pytest_configure() -> None:
    """Heed Ctrl-C and a lost terminal: a shell's ``&`` makes deaf to the one, ``nohup`` to the other, and all below too.

    What the wrapper passes on would then never reach the jobs of its tests.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)  # before the tests are picked by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the real Gitea."""
    for test in items:
        if "forge" in getattr(test, "fixturenames", ()):
            test.add_marker(pytest.mark.gitea)


# Their fixtures are made once a worker, and take seconds.
COSTLY = frozenset(
    {
        "tests/browser/test_page.py",
        "tests/survey/test_learning.py",
        "tests/test_fourteen_nights.py",
        "tests/test_packaging.py",
        "tests/test_sample_data.py",
        "tests/test_secret_sinks.py",
        "tests/test_unprepared_host.py",
    }
)


class ByRoom(LoadScopeScheduling):
    """Gives the tests of a file with costly fixtures to one worker, and any other test to whichever is free.

    The groups of xdist's own marks are lost on this pytest: it reads the name that xdist alters no more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return file if file.startswith("tests/gitea/") or file in COSTLY else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByRoom:
    """Return who gives the tests to the workers."""
    return ByRoom(config, log)


@pytest.fixture(scope="session")
def forge(request: pytest.FixtureRequest) -> Iterator[Forge]:
    """Start a real Gitea, one for each worker: it is up in a second, and the tests can run side by side.

    It is built first where it was not yet (tests/gitea/build.py). Where none can be had, its tests are skipped; in CI they fail.
    """
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            sys.stderr.write(f"\ngitea: {line}\n")
            sys.stderr.flush()

    try:
        server = chosen(os.environ, say)
    except Unavailable as reason:
        give_up = pytest.fail if gitea_is_required(os.environ) else pytest.skip
        give_up(f"no Gitea to test with: {reason}")
    with server as forge:
        yield forge


def gitea_is_required(environment: Mapping[str, str]) -> bool:
    """Say whether a test that cannot have its Gitea is a failure: in CI, and where one asks for it."""
    return (
        environment.get("CI", "").lower() in {"1", "true"}
        or "gitea" in environment.get("NIGHT_WATCH_REQUIRE", "").split()
    )
