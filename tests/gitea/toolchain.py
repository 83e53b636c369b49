"""A Go that is new enough: the one on the PATH, or the one that an older Go fetches as a module.

Go's own toolchains are modules (``golang.org/toolchain``) that every Go since 1.12 can download, checksum and all.
From 1.21 on, Go could run them by itself; fetched here, they serve the 1.19 of Debian 12 just as well.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

Say = Callable[[str], None]

# Which Go runs is decided here, and a build sees no modules but the pinned ones.
OWN_SETTINGS = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on"}
HOW_TO_GET_GO = "as root: apt-get install -y golang-go (any Go since 1.19 will do: it fetches the newer one it needs)"


class Unavailable(Exception):
    """No server can be had on this machine; the message says why, and which command would change that."""


class Broken(Exception):
    """All the tools are there, and yet the server was not built or did not start."""


def go_at_least(wanted: str, environment: Mapping[str, str], say: Say) -> Path:
    """Return the ``go`` command of a Go that is at least ``wanted`` (such as ``1.26.2``).

    Raises:
        Unavailable: there is no Go at all.
        Broken: there is an older one, and it could not fetch the wanted one.
    """
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        raise Unavailable(f"there is no Go on the PATH to build Gitea with; {HOW_TO_GET_GO}")
    found = go_version(Path(go), environment)
    if parts(found) >= parts(wanted):
        return Path(go)
    say(f"Go {found} is older than {wanted}: fetching that one through Go's module proxy")
    return fetched(Path(go), wanted, environment)


def go_version(go: Path, environment: Mapping[str, str]) -> str:
    """Return the version of a ``go`` command, such as ``1.26.2``."""
    return asked(go, environment, "env", "GOVERSION").removeprefix("go").split(maxsplit=1)[0]


def parts(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for comparing; a release candidate counts as its release."""
    return tuple(int(number) for number in re.findall(r"\d+", re.split(r"[a-z-]", version)[0]))


def fetched(go: Path, wanted: str, environment: Mapping[str, str]) -> Path:
    """Let an older Go download the toolchain module of a version; return the ``go`` command in it."""
    system, processor = asked(go, environment, "env", "GOOS", "GOARCH").split()
    module = f"golang.org/toolchain@v0.0.1-go{wanted}.{system}-{processor}"
    answer = json.loads(asked(go, environment, "mod", "download", "-json", module))
    if problem := answer.get("Error"):
        raise Broken(f"Go {wanted} could not be fetched: {problem}")
    make_executable(Path(answer["Dir"]))
    return Path(answer["Dir"], "bin", "go")


def make_executable(toolchain: Path) -> None:
    """Give a toolchain's commands the mode bits that no module zip carries."""
    for folder in (toolchain / "bin", toolchain / "pkg" / "tool"):
        for command in folder.rglob("*"):
            if command.is_file():
                command.chmod(0o755)


def asked(go: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """Return what ``go`` prints, outside of every module."""
    settings = {**environment, **OWN_SETTINGS}
    done = subprocess.run([go, *arguments], cwd="/", env=settings, capture_output=True, text=True, check=False)
    # `go mod download -json` says in its answer what went wrong.
    if done.returncode and not done.stdout:
        raise Broken(f"go {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()
