"""Renders the samples' reports; run as a module it rewrites the expected files, whose diff is then reviewed."""

from __future__ import annotations

import json
import shlex
import sys

from click.testing import CliRunner

from forensics.cli import main
from tests.checkout import ROOT

FOLDER = ROOT / "tests" / "golden"
SAMPLES = ("slack-cried-wolf", "green-triggers-empty-nights", "half-written-night", "silent-heartbeats")


def rendered(sample: str) -> bytes:
    """Return a sample's report as its own command prints it."""
    told = json.loads((ROOT / "sample_data" / sample / "expected.json").read_text(encoding="utf-8"))
    arguments = [
        str(ROOT / word) if word.startswith("sample_data/") else word for word in shlex.split(told["command"])[1:]
    ]
    outcome = CliRunner().invoke(main, [*arguments, "--quiet"], catch_exceptions=False)
    return outcome.stdout_bytes


if __name__ == "__main__":
    for name in SAMPLES:
        (FOLDER / f"{name}.md").write_bytes(rendered(name))
        sys.stdout.write(f"tests/golden/{name}.md\n")
