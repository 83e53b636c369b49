"""The Gitea that ``go.mod`` here pins, built once for each state of that file and kept outside the checkout.

The first build takes about five minutes on two cores; later ones, for another checkout or user folder, seconds: Go keeps
what it compiled. Standard library only, so that a build needs no ``.venv``: ``python3 -m tests.gitea.build``.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.gitea.toolchain import HOW_TO_GET_GO, OWN_SETTINGS, Broken, Say, Unavailable, go_at_least

PINNED = Path(__file__).resolve().parent
MODULE = "code.gitea.io/gitea"
TAGS = "sqlite sqlite_unlock_notify"
# Read by the server at run time; a plain build does not carry them.
STATIC = ("options", "public", "templates")


def binary(environment: Mapping[str, str], say: Say) -> Path:
    """Return the server's binary: the one that ``GITEA_BIN`` names, one built before, or one built now.

    What a server reads at run time lies beside a binary built here. Several processes may ask at once: one builds.

    Raises:
        Unavailable: something to build or to run it with is not installed.
        Broken: it could not be built.
    """
    if shutil.which("git", path=environment.get("PATH")) is None:
        raise Unavailable("Gitea needs git on the PATH; as root: apt-get install -y git")
    if named := environment.get("GITEA_BIN"):
        return named_binary(Path(named))
    place = cache(environment) / fingerprint()
    if not (place / "gitea").exists():
        require_tools(environment)
        with locked(place.parent):
            if not (place / "gitea").exists():
                build(place, environment, say)
    return place / "gitea"


def named_binary(path: Path) -> Path:
    """Return the path that ``GITEA_BIN`` names."""
    if not os.access(path, os.X_OK) or path.is_dir():
        raise Broken(f"GITEA_BIN names {path}, which is no program that can be run")
    return path.absolute()


def cache(environment: Mapping[str, str]) -> Path:
    """Return the folder for what is built: beside what other programs keep for this user."""
    base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home(), ".cache")
    return Path(base, "night-watch-forensics", "gitea")


def fingerprint() -> str:
    """Return what a build depends on, as a short name for its folder."""
    pins = b"".join((PINNED / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(pins + " ".join((*flags(), *STATIC)).encode()).hexdigest()[:16]


def pinned(pattern: str) -> str:
    """Return what ``go.mod`` says, by a pattern with one group."""
    found = re.search(pattern, (PINNED / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise Broken(f"tests/gitea/go.mod has no line like {pattern}")
    return found.group(1)


def flags() -> tuple[str, ...]:
    """Return the flags of the build; the version is what the server answers when asked for it."""
    version = pinned(rf"^\s*{re.escape(MODULE)} v(\S+)")
    return ("-mod=readonly", "-buildvcs=false", "-tags", TAGS, "-ldflags", f"-s -w -X main.Version={version}")


def require_tools(environment: Mapping[str, str]) -> None:
    """Check, before anything is fetched, that what a build needs is installed."""
    if shutil.which("go", path=environment.get("PATH")) is None:
        raise Unavailable(f"there is no Go on the PATH to build Gitea with; {HOW_TO_GET_GO}")
    compiler(environment)


def compiler(environment: Mapping[str, str]) -> str:
    """Return the C compiler for Gitea's SQLite."""
    names = [environment["CC"]] if environment.get("CC") else ["gcc", "cc", "clang"]
    for name in names:
        if shutil.which(name.split()[0], path=environment.get("PATH")):
            return name
    raise Unavailable("there is no C compiler to build Gitea's SQLite; as root: apt-get install -y gcc libc6-dev")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time into a folder; the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(place: Path, environment: Mapping[str, str], say: Say) -> None:
    """Build into a folder that is there as a whole or not at all."""
    go = go_at_least(pinned(r"^go (\S+)"), environment, say)
    say(f"building {MODULE} for the tests into {place}; the first time this takes about five minutes")
    begun = time.monotonic()
    unfinished = place.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    run_go(go, environment, "build", *flags(), "-o", str(unfinished / "gitea"), MODULE)
    source = Path(run_go(go, environment, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", MODULE))
    for name in STATIC:
        # Modules are kept read-only; with their modes, the copies could not be removed.
        shutil.copytree(source / name, unfinished / name, copy_function=shutil.copyfile)
    make_removable(unfinished)
    unfinished.rename(place)
    say(f"built in {time.monotonic() - begun:.0f} s")


def make_removable(folder: Path) -> None:
    """Give the owner back the right to change folders copied from read-only ones."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


def run_go(go: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """Run ``go`` on the pinned module and return what it prints.

    Raises:
        Broken: it failed; the message ends with its last words.
    """
    ours = OWN_SETTINGS | {"CGO_ENABLED": "1", "CC": compiler(environment)}
    done = subprocess.run(
        [go, *arguments], cwd=PINNED, env={**environment, **ours}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Broken(f"go {arguments[0]} failed for tests/gitea/go.mod: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def announce(line: str) -> None:
    """Say on stderr what takes its time."""
    sys.stderr.write(f"gitea: {line}\n")
    sys.stderr.flush()


def main() -> None:
    """Build what the tests will start, unless it is there already."""
    try:
        place = binary(os.environ, announce)
    except (Unavailable, Broken) as problem:
        sys.exit(f"gitea: {problem}")
    sys.stdout.write(f"gitea: {place}\n")


if __name__ == "__main__":
    main()
