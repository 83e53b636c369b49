"""Many commands, each in a wrapper of its own, from one process: run as a program, which prints their exit codes.

``python -m tests.recorder.many_wrapped REGISTRY`` reads shell scripts as a JSON list, and writes codes as one.
"""

from __future__ import annotations

import json
import os
import resource
import sys

from forensics.cli_run import main
from forensics.recorder import wrapper_book  # noqa: F401 - imported once for all


def code_of(script: str) -> int:
    """Return the exit code with which the wrapper of a script ends."""
    child = os.fork()
    if not child:
        os._exit(main(["--job", "many", "--", "sh", "-c", script]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_all() -> None:
    """Run what stdin names."""
    os.environ["FORENSICS_REGISTRY"] = sys.argv[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    scripts = json.load(sys.stdin)
    json.dump([code_of(each) for each in scripts], sys.stdout)


if __name__ == "__main__":
    run_all()
