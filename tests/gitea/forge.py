"""What tests ask of the server: accounts, tokens, fresh repositories, and whatever the API tells with an admin's token."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.gitea.build import binary
from tests.gitea.server import Server, running
from tests.gitea.toolchain import Broken, Say

PAGE = 50  # what the server gives at most, whatever it is asked for


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers (names in lower case), and its body, read as JSON where it is JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Account:
    """A user and a token of its own."""

    name: str
    id: int
    password: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True)
class Forge:
    """A server and who is on it.

    ``bot`` files issues: its token has the scope ``write:issue`` and no other. ``colleague`` is a person with a say in
    every repository: assigned, mentioned, and able to edit (the token may do anything that the person may). ``owner`` is
    the organisation that owns the repositories.
    """

    url: str
    admin_token: str = field(repr=False)
    owner: str
    bot: Account
    colleague: Account
    server: Server | None = field(default=None, repr=False)
    users: list[str] = field(default_factory=list, repr=False)  # all that were made here

    def api(
        self, method: str, path: str, *, token: str | None = None, payload: object = None, **query: object
    ) -> Reply:
        """Call the API; ``path`` begins behind ``/api/v1``. Without ``token`` the admin calls, with ``""`` nobody."""
        token = self.admin_token if token is None else token
        headers = {"Authorization": f"token {token}"} if token else {}
        return called(self.url, method, with_query(f"/api/v1{path}", query), headers, payload)

    def done(self, method: str, path: str, *, token: str | None = None, payload: object = None, **query: object) -> Any:
        """Call the API as `api` does; return the body.

        Raises:
            Broken: the server refused.
        """
        return accepted(self.api(method, path, token=token, payload=payload, **query), f"{method} {path}").body

    def listed(self, path: str, *, token: str | None = None, **query: object) -> list[Any]:
        """Return a whole list, over all its pages."""
        found: list[Any] = []
        for page in range(1, 1000):
            rows = self.done("GET", path, token=token, page=page, limit=PAGE, **query) or []  # null where none is
            found += rows
            if len(rows) < PAGE:
                break
        return found

    def new_repo(self, name: str = "") -> str:
        """Make an empty public repository in which the bot and the colleague may write; return ``owner/name``."""
        # Not `random`: that is seeded anew, and alike, before each test.
        name = name or f"night-{secrets.token_hex(5)}"
        self.done("POST", f"/orgs/{self.owner}/repos", payload={"name": name})
        repo = f"{self.owner}/{name}"
        for account in (self.bot, self.colleague):
            self.admit(repo, account)
        return repo

    def admit(self, repo: str, account: Account, permission: str = "write") -> None:
        """Let an account into a repository: ``read``, ``write`` or ``admin``."""
        self.done("PUT", f"/repos/{repo}/collaborators/{account.name}", payload={"permission": permission})

    def archive(self, repo: str) -> None:
        """Make a repository read-only."""
        self.done("PATCH", f"/repos/{repo}", payload={"archived": True})

    def new_issue(self, repo: str, title: str, body: str = "", token: str | None = None, **fields: object) -> Any:
        """Open an issue, as the admin unless told otherwise; return it as the server tells it."""
        return self.done("POST", f"/repos/{repo}/issues", token=token, payload={"title": title, "body": body, **fields})

    def new_issues(self, repo: str, count: int, token: str | None = None) -> list[Any]:
        """Open many issues that are nobody's concern."""
        return [self.new_issue(repo, f"something else {number}", token=token) for number in range(1, count + 1)]

    def new_pull(self, repo: str, title: str = "a change") -> Any:
        """Open a pull request, in a repository that gets its first commit by this."""
        change = {"content": base64.b64encode(b"text\n").decode(), "message": "a file"}
        branch = f"change-{secrets.token_hex(4)}"
        if self.done("GET", f"/repos/{repo}")["empty"]:
            self.done("POST", f"/repos/{repo}/contents/first.txt", payload=change)
        base = self.done("GET", f"/repos/{repo}")["default_branch"]
        self.done("POST", f"/repos/{repo}/contents/{branch}.txt", payload=change | {"new_branch": branch})
        return self.done("POST", f"/repos/{repo}/pulls", payload={"title": title, "head": branch, "base": base})

    def issue(self, repo: str, number: int) -> Any:
        """Return one issue."""
        return self.done("GET", f"/repos/{repo}/issues/{number}")

    def issues(self, repo: str, state: str = "all") -> list[Any]:
        """Return a repository's issues without its pull requests, by number."""
        found = self.listed(f"/repos/{repo}/issues", state=state, type="issues")
        return sorted(found, key=lambda issue: issue["number"])

    def comments(self, repo: str, number: int) -> list[Any]:
        """Return an issue's comments, oldest first."""
        return list(self.done("GET", f"/repos/{repo}/issues/{number}/comments"))

    def timeline(self, repo: str, number: int) -> list[Any]:
        """Return all that happened to an issue: comments, references, changes of state, title, labels, …"""
        return self.listed(f"/repos/{repo}/issues/{number}/timeline")

    def notifications(self, account: Account, repo: str) -> list[Any]:
        """Return what an account was notified of in a repository, read or not.

        The server notifies when it finds the time. Without waiting for that, nobody would ever seem to be notified.
        """
        self.own_server().finish_queues()
        return self.listed(f"/repos/{repo}/notifications", token=account.token, all="true")

    def page(self, path: str) -> str:
        """Return a page of the web interface as somebody sees it who is not logged in, such as ``/owner/name/issues/1``."""
        return str(accepted(called(self.url, "GET", path, {}), f"GET {path}").body)

    def new_account(self, name: str, *scopes: str) -> Account:
        """Make a user with a token; without scopes the token may do anything that the user may."""
        password = secrets.token_urlsafe(16)
        wanted = {"username": name, "email": f"{name}@example.org", "password": password, "must_change_password": False}
        user = self.done("POST", "/admin/users", payload=wanted)
        self.users.append(name)
        token = minted(self.url, name, password, scopes)
        return Account(name, user["id"], password, token)

    def new_token(self, account: Account, *scopes: str) -> str:
        """Return another token of an account, with the scopes given (such as ``read:issue``)."""
        return minted(self.url, account.name, account.password, scopes)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Stop the server for the length of a block; nobody listens on its port then."""
        server = self.own_server()
        server.stop()
        try:
            yield
        finally:
            server.start()

    def own_server(self) -> Server:
        """Return the process behind this; skip the test where it is somebody else's."""
        if self.server is None:
            pytest.skip("needs a server of our own, and GITEA_URL names another")
        return self.server


def chosen(environment: Mapping[str, str], say: Say) -> AbstractContextManager[Forge]:
    """Return the server that the environment names by ``GITEA_URL``, or one of our own, built here if need be.

    Raises:
        Unavailable: none can be had on this machine.
        Broken: it ought to be had, and something went wrong.
    """
    if not (url := environment.get("GITEA_URL")):
        return own_forge(binary(environment, say))
    if not (token := environment.get("GITEA_ADMIN_TOKEN")):
        raise Broken("GITEA_URL is set and GITEA_ADMIN_TOKEN is not: the tests make users, repositories and tokens")
    return foreign_forge(url, token)


@contextmanager
def own_forge(program: Path) -> Iterator[Forge]:
    """Start a server, fill it, and stop it at the end."""
    with running(program) as server:
        yield peopled(server.url, server.new_admin(), server=server)


@contextmanager
def foreign_forge(url: str, admin_token: str) -> Iterator[Forge]:
    """Use a server that runs already; what the tests made there goes at the end."""
    forge = peopled(url.rstrip("/"), admin_token, suffix=f"-{secrets.token_hex(4)}")
    try:
        yield forge
    finally:
        for repo in forge.listed(f"/orgs/{forge.owner}/repos"):
            forge.done("DELETE", f"/repos/{repo['full_name']}")
        forge.done("DELETE", f"/orgs/{forge.owner}")
        for name in forge.users:
            forge.done("DELETE", f"/admin/users/{name}", purge="true")


def peopled(url: str, admin_token: str, suffix: str = "", server: Server | None = None) -> Forge:
    """Make the accounts and the organisation that every test may count on."""
    nobody = Account("", 0, "", "")
    empty = Forge(url, admin_token, f"ops{suffix}", nobody, nobody, server)
    bot = empty.new_account(f"nightwatch{suffix}", "write:issue")
    colleague = empty.new_account(f"colleague{suffix}")
    empty.done("POST", "/orgs", payload={"username": empty.owner})
    return replace(empty, bot=bot, colleague=colleague)


def minted(url: str, name: str, password: str, scopes: tuple[str, ...]) -> str:
    """Return a new token of a user; only a password can make one."""
    basic = base64.b64encode(f"{name}:{password}".encode()).decode()
    wanted = {"name": secrets.token_hex(4), "scopes": list(scopes) or ["all"]}
    reply = called(url, "POST", f"/api/v1/users/{name}/tokens", {"Authorization": f"Basic {basic}"}, wanted)
    return str(accepted(reply, "making a token").body["sha1"])


def with_query(path: str, query: Mapping[str, object]) -> str:
    """Return a path with its query."""
    return f"{path}?{urlencode(query)}" if query else path


def called(url: str, method: str, path: str, headers: Mapping[str, str], payload: object = None) -> Reply:
    """Make one request, on a connection of its own."""
    where = urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=60)
    body = None if payload is None else json.dumps(payload)
    try:
        connection.request(method, where.path + path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        text = response.read().decode("utf-8", errors="replace")
    finally:
        connection.close()
    is_json = told.get("content-type", "").startswith("application/json")
    return Reply(response.status, told, json.loads(text) if is_json and text else text)


def accepted(reply: Reply, what: str) -> Reply:
    """Return a reply that is no refusal.

    Raises:
        Broken: it is one.
    """
    if reply.status >= 300:
        raise Broken(f"{what}: {reply.status} {reply.body}")
    return reply
