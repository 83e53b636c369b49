"""A checker that runs its command each time it is told to: ``python -m tests.gitea.rival CONFIG``.

It reads instants from stdin, a line each, and answers with the exit code and all that was said, as JSON. So two of
them start at the same moment, and no time goes by with the start of Python.
"""

from __future__ import annotations

import json
import os
import sys

from click.testing import CliRunner

from forensics.cli import main


def run() -> None:
    """Answer until there is nothing more to read."""
    token = os.environ["GITEA_TOKEN"]
    for line in sys.stdin:
        arguments = ["issues", "sync", "--config", sys.argv[1], "--now", line.strip()]
        done = CliRunner(env={"GITEA_TOKEN": token}).invoke(main, arguments)
        sys.stdout.write(json.dumps([done.exit_code, done.output, repr(done.exception or "")]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run()
