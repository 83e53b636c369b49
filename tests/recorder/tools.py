"""Tools of the system that the harder tests need: skipped without them, unless they are asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

import pytest


def is_required(tool: str, environment: Mapping[str, str]) -> bool:
    """Say whether a test that cannot have its tool is a failure: in CI, and where one asks for it."""
    asked = environment.get("NIGHT_WATCH_REQUIRE", "").replace(",", " ").split()
    return environment.get("CI", "").lower() in {"1", "true"} or tool in asked


def without(tool: str, why: str) -> None:
    """End a test that cannot have its tool."""
    (pytest.fail if is_required(tool, os.environ) else pytest.skip)(f"no {tool} to test with: {why}")


def strace() -> str:
    """Return the path of strace, where it may trace."""
    found = shutil.which("strace") or without("strace", "it is not installed")
    tried = subprocess.run([str(found), "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        without("strace", tried.stderr.strip() or "it may not trace")
    return str(found)


def as_nobody() -> list[str]:
    """Return the words before a command that let another user run it, without root's rights."""
    if os.geteuid() != 0:
        return []
    found = shutil.which("setpriv") or without("setpriv", "it is not installed")
    return [str(found), "--reuid=65534", "--regid=65534", "--clear-groups"]


def in_own_mounts() -> list[str]:
    """Return the words before a command that let it mount what nobody else sees."""
    found = shutil.which("unshare") or without("unshare", "it is not installed")
    command = [str(found), "-Urm"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        without("unshare", tried.stderr.strip() or "user namespaces are not allowed")
    return command
