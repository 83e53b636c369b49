"""One Gitea process with a folder of its own, on a free loopback port."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gitea.toolchain import Broken

ADMIN = "keeper"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
# Nobody watches a repository unasked: a notification that comes has a cause in a text.
SETTINGS = """\
APP_NAME = Gitea for the tests
RUN_MODE = prod

[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {static}
OFFLINE_MODE = true
DISABLE_SSH = true
LFS_START_SERVER = false

[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
SQLITE_JOURNAL_MODE = MEMORY
SQLITE_TIMEOUT = 10000

[security]
INSTALL_LOCK = true
SECRET_KEY = {secret_key}
INTERNAL_TOKEN = {internal_token}
PASSWORD_HASH_ALGO = pbkdf2$1000$50

[service]
DISABLE_REGISTRATION = true
AUTO_WATCH_NEW_REPOS = false
AUTO_WATCH_ON_CHANGES = false

[indexer]
ISSUE_INDEXER_TYPE = db

[queue]
TYPE = channel

[session]
PROVIDER = memory

[log]
MODE = file
LEVEL = Info
ROOT_PATH = {folder}/log

[actions]
ENABLED = false

[cron]
ENABLED = false

[mailer]
ENABLED = false

[oauth2]
ENABLED = false

[packages]
ENABLED = false

"""


class Server:
    """A Gitea of our own: started, stopped and started again on one port, over one database."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        write_settings(binary, folder, self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait for its first answer.

        Raises:
            Broken: it ended at once or did not answer within a minute; the message holds the end of its log.
        """
        with (self.folder / "out.txt").open("ab") as output:
            self.process = subprocess.Popen(
                self.command("web"),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Broken(f"Gitea did not start: {self.last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server, by its own process id, and wait for its end."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def new_admin(self) -> str:
        """Make the first user, an admin called ``keeper``; return a token of its that may do anything."""
        user = ("--username", ADMIN, "--email", f"{ADMIN}@example.org", "--random-password", "--admin")
        token = ("--access-token", "--access-token-name", "tests", "--access-token-scopes", "all")
        said = self.told("admin", "user", "create", *user, *token, "--must-change-password=false")
        found = re.search(r"\b[0-9a-f]{40}\b", said)
        if found is None:
            raise Broken("Gitea made an admin and told no token of it")
        return found.group()

    def finish_queues(self) -> None:
        """Let the server do at once what it does later: notifications above all."""
        self.told("manager", "flush-queues")

    def told(self, *arguments: str) -> str:
        """Return what a command of the binary prints.

        Raises:
            Broken: it failed; the message holds what it said.
        """
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Broken(f"gitea {' '.join(arguments[:3])} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """Return a command of the binary; where the system can, it dies with the tests that started it."""
        dies_with_us = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
        return [*dies_with_us, str(self.binary), *arguments, "--config", str(self.folder / "app.ini")]

    def environment(self) -> dict[str, str]:
        """Return what the server sees: nothing of ours, least of all GITEA__… settings."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "USER": os.environ.get("USER", "tests"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "GITEA_WORK_DIR": str(self.folder),
            "GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": "true",
        }

    def last_words(self) -> str:
        """Return the end of what the server printed and logged."""
        files = [self.folder / "out.txt", *sorted(self.folder.glob("log/*.log"))]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace")[-1500:] for file in files if file.exists())


@contextmanager
def running(binary: Path) -> Iterator[Server]:
    """Start a server in a folder of its own; at the end stop it and remove the folder."""
    with tempfile.TemporaryDirectory(prefix="night-watch-gitea-", ignore_cleanup_errors=True) as folder:
        server = Server(binary, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def write_settings(binary: Path, folder: Path, port: int) -> None:
    """Write ``app.ini``; complete, so that the server has no reason to add to it."""
    # A build of ours has what it reads at run time beside it; an official binary carries it.
    static = binary.parent if (binary.parent / "templates").is_dir() else folder
    settings = SETTINGS.format(
        port=port,
        static=static,
        folder=folder,
        secret_key=secrets.token_hex(32),
        internal_token=secrets.token_hex(32),
    )
    (folder / "app.ini").write_text(settings, encoding="utf-8")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Say whether a Gitea answers on a port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v1/version")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
