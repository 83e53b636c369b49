"""Which server the tests get, and what is said where they get none; with made-up ``go`` commands."""

from __future__ import annotations

import shlex
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import gitea_is_required
from tests.gitea.build import PINNED, STATIC, binary, fingerprint, flags
from tests.gitea.forge import chosen
from tests.gitea.toolchain import Broken, Unavailable, go_at_least, make_executable, parts

FETCHED = '{"Dir": "%s"}'


def quiet(_line: str) -> None:
    """Say nothing."""


def program(folder: Path, name: str, *lines: str) -> Path:
    """Write a command that the shell runs."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    file.chmod(0o755)
    return file


def go(folder: Path, version: str, downloads: str = "") -> Path:
    """Write a ``go`` of a version, which answers the questions we ask."""
    return program(
        folder,
        "go",
        'case "$*" in',
        f'"env GOVERSION") echo go{version} ;;',
        '"env GOOS GOARCH") echo linux; echo amd64 ;;',
        f'"mod download -json golang.org/toolchain@v0.0.1-go1.26.2.linux-amd64") echo {shlex.quote(downloads)} ;;',
        "*) exit 9 ;;",
        "esac",
    )


def building_go(folder: Path) -> dict[str, str]:
    """Return an environment with a ``go`` that notes each build in ``builds`` and takes a moment for it."""
    for name in STATIC:
        (folder / "module" / name / "deep").mkdir(parents=True)
        (folder / "module" / name / "deep").chmod(0o555)  # as in Go's module cache
    environment = path_with(folder / "bin", "git", "gcc") | {"XDG_CACHE_HOME": str(folder / "cache")}
    program(
        folder / "bin",
        "go",
        'case "$1" in',
        "env) echo go1.99 ;;",
        f"list) echo {folder}/module ;;",
        f"build) echo once >> {folder}/builds",
        '  while [ "$1" != -o ]; do shift; done',
        '  /bin/mkdir -p "${2%/*}"; /bin/sleep 0.2; echo > "$2" ;;',
        "esac",
    )
    return environment


def path_with(folder: Path, *names: str) -> dict[str, str]:
    """Return an environment whose PATH has these commands and no others."""
    for name in names:
        program(folder, name)
    folder.mkdir(exist_ok=True)
    return {"PATH": str(folder), "HOME": str(folder)}


@pytest.mark.parametrize(
    ("there", "command"),
    [
        (("gcc", "go"), "apt-get install -y git"),
        (("gcc", "git"), "apt-get install -y golang-go"),
        (("git", "go"), "apt-get install -y gcc libc6-dev"),
    ],
    ids=["no git", "no Go", "no C compiler"],
)
def test_what_is_missing_is_said_with_the_command_that_gets_it(tmp_path: Path, there: tuple[str, ...], command: str):
    with pytest.raises(Unavailable, match=command):
        binary(path_with(tmp_path, *there), quiet)


def test_binary_that_was_built_before_needs_no_go(tmp_path: Path):
    environment = path_with(tmp_path / "bin", "git") | {"XDG_CACHE_HOME": str(tmp_path)}
    built = program(tmp_path / "night-watch-forensics" / "gitea" / fingerprint(), "gitea")
    assert binary(environment, quiet) == built


def test_build_lies_beside_what_it_reads_at_run_time(tmp_path: Path):
    built = binary(building_go(tmp_path), quiet)
    assert sorted(path.name for path in built.parent.iterdir()) == ["gitea", *STATIC]


def test_workers_that_ask_at_once_build_once(tmp_path: Path):
    environment = building_go(tmp_path)
    with ThreadPoolExecutor(4) as workers:
        places = set(workers.map(lambda _: binary(environment, quiet), range(4)))
    assert (len(places), (tmp_path / "builds").read_text()) == (1, "once\n")


def test_failed_build_says_why_and_leaves_nothing_that_looks_built(tmp_path: Path):
    environment = building_go(tmp_path)
    program(tmp_path / "bin", "go", 'test "$1" = env && echo go1.99 && exit', "echo no space left >&2; exit 1")
    with pytest.raises(Broken, match="no space left"):
        binary(environment, quiet)
    assert list((tmp_path / "cache").rglob("gitea/*/gitea")) == []


def test_binary_that_is_named_is_taken(tmp_path: Path):
    named = program(tmp_path, "my-gitea")
    assert binary(path_with(tmp_path / "bin", "git") | {"GITEA_BIN": str(named)}, quiet) == named


def test_named_binary_that_cannot_run_is_no_reason_to_skip(tmp_path: Path):
    with pytest.raises(Broken, match="no program"):
        binary(path_with(tmp_path, "git") | {"GITEA_BIN": str(tmp_path / "absent")}, quiet)


def test_server_that_is_named_without_a_token_is_no_reason_to_skip():
    with pytest.raises(Broken, match="GITEA_ADMIN_TOKEN"):
        chosen({"GITEA_URL": "http://127.0.0.1:1"}, quiet)


def test_new_enough_go_is_taken_as_it_is(tmp_path: Path):
    assert go_at_least("1.26.2", {"PATH": str(go(tmp_path, "1.26.8").parent)}, quiet) == tmp_path / "go"


def test_older_go_fetches_the_one_that_is_wanted(tmp_path: Path):
    newer = program(tmp_path / "toolchain" / "bin", "go")
    older = go(tmp_path / "bin", "1.19.8", FETCHED % (tmp_path / "toolchain"))
    assert go_at_least("1.26.2", {"PATH": str(older.parent)}, quiet) == newer


def test_fetching_another_go_is_said_beforehand(tmp_path: Path):
    program(tmp_path / "toolchain" / "bin", "go")
    said: list[str] = []
    go_at_least("1.26.2", {"PATH": str(go(tmp_path, "1.19.8", FETCHED % (tmp_path / "toolchain")).parent)}, said.append)
    assert said == ["Go 1.19.8 is older than 1.26.2: fetching that one through Go's module proxy"]


def test_go_that_cannot_fetch_the_wanted_one_says_why(tmp_path: Path):
    refused = go(tmp_path, "1.19.8", '{"Error": "403 Forbidden"}')
    with pytest.raises(Broken, match=r"Go 1\.26\.2 could not be fetched: 403 Forbidden"):
        go_at_least("1.26.2", {"PATH": str(refused.parent)}, quiet)


def test_fetched_commands_get_the_mode_that_lets_them_run(tmp_path: Path):
    tool = tmp_path / "pkg" / "tool" / "linux_amd64" / "compile"
    tool.parent.mkdir(parents=True)
    tool.touch(0o444)
    make_executable(tmp_path)
    assert stat.S_IMODE(tool.stat().st_mode) == 0o755


@pytest.mark.parametrize(("older", "newer"), [("1.19.8", "1.26.2"), ("1.9", "1.10"), ("1.26", "1.26.2")])
def test_versions_compare_by_their_numbers(older: str, newer: str):
    assert parts(older) < parts(newer)


def test_release_candidate_and_named_build_count_as_their_release():
    assert parts("1.26rc1") == parts("1.26-custom") == (1, 26)


def test_version_that_go_mod_pins_is_what_the_server_will_tell():
    version = next(flag for flag in flags() if "main.Version" in flag).rpartition("=")[2]
    assert f"\tcode.gitea.io/gitea v{version} " in (PINNED / "go.mod").read_text(encoding="utf-8")


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"CI": "1"}, {"NIGHT_WATCH_REQUIRE": "gitea"}])
def test_in_ci_a_missing_server_is_a_failure(environment: dict[str, str]):
    assert gitea_is_required(environment)


@pytest.mark.parametrize("environment", [{}, {"CI": ""}, {"CI": "false"}])
def test_elsewhere_a_missing_server_is_a_skip(environment: dict[str, str]):
    assert not gitea_is_required(environment)
