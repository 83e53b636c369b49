"""A Gitea to play with, in the foreground: ``make gitea``. It keeps nothing."""

from __future__ import annotations

import os
import signal
import sys

from tests.gitea.build import announce, binary
from tests.gitea.forge import Forge, own_forge
from tests.gitea.toolchain import Broken, Unavailable

WELCOME = """\
Gitea {version} at {forge.url}
  log in       {person.name} / {person.password}
  repository   {forge.url}/{repo}
  bot          {forge.bot.name}, whose token has the scope write:issue and no other

In the shell:
  export GITEA_TOKEN={forge.bot.token}

In forensics.toml:
  [tracker]
  kind = "gitea"
  url = "{forge.url}"
  repo = "{repo}"
  token_env = "GITEA_TOKEN"

Ctrl-C stops it and removes all of it.
"""


def welcome(forge: Forge) -> str:
    """Make a repository, and say all that one needs to use it."""
    repo = forge.new_repo("nightwatch")
    forge.admit(repo, forge.colleague, "admin")
    version = forge.done("GET", "/version")["version"]
    return WELCOME.format(version=version, forge=forge, person=forge.colleague, repo=repo)


def main() -> None:
    """Start a server, say how to reach it, and wait for Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with own_forge(binary(os.environ, announce)) as forge:
            sys.stdout.write(welcome(forge))
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("\nstopped\n")
    except (Unavailable, Broken) as problem:
        sys.exit(f"gitea: {problem}")


if __name__ == "__main__":
    main()
