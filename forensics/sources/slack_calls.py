"""What is asked of Slack's Web API, page by page, and what each of its refusals means to a person.

Pages: https://docs.slack.dev/apis/web-api/pagination. Refusals: each method's page under
https://docs.slack.dev/reference/methods has a table of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from forensics.errors import SourceError
from forensics.sources.json_values import words

PAGE_LIMIT = 500
PAGE_SIZE = 200  # what Slack recommends
LIST_SIZE = 999
WORD = re.compile(r"[a-z][a-z0-9_]{1,60}")
SCOPES = re.compile(r"[a-z.]{2,40}:[a-z.:]{2,40}(?:,[a-z.]{2,40}:[a-z.:]{2,40}){0,9}")
APP = "under OAuth & Permissions of the app"
NEW_TOKEN = "set the variable to the bot token (xoxb-…) that stands under OAuth & Permissions of the app"
REINSTALL = "install the app in the workspace again, and put its new bot token into the variable"
INVITE = "invite it there with Slack's /invite command"
# What a refusal means and what to do. After one of the first sort Slack will answer nothing else.
FINAL = {
    "not_authed": ("Slack saw no token", NEW_TOKEN),
    "invalid_auth": ("Slack does not know this token", NEW_TOKEN),
    "token_expired": ("the token has expired", REINSTALL),
    "token_revoked": ("the token was revoked", REINSTALL),
    "account_inactive": ("the token belongs to a bot that was removed", REINSTALL),
    "not_allowed_token_type": ("a token of this kind may not read channels", NEW_TOKEN),
    "accesslimited": ("Slack limits access from this network", "ask an owner of the workspace to allow it"),
    "access_denied": ("Slack denies access to this token", "ask an owner of the workspace to allow the app"),
    "no_permission": ("the app may not do this", "ask an owner of the workspace to allow the app"),
    "org_login_required": ("the workspace is being moved to another organisation", "try again later"),
    "team_access_not_granted": ("the app is not installed in this workspace", REINSTALL),
    "ratelimited": ("Slack allows no more questions for now", "run this again later, or read fewer channels"),
}
PASSING = {
    "not_in_channel": ("the bot is not in this channel", INVITE),
    "channel_not_found": ("the bot sees no such channel", f"check its name or id; if it is private, {INVITE}"),
    "is_archived": ("this channel is archived", "take it out of the config"),
    "method_not_supported_for_channel_type": ("this is no channel that can be read", "take it out of the config"),
    "invalid_cursor": ("Slack lost its place while it was read", "run this again"),
}

Pause = Callable[[float], object]


class Unanswered(SourceError):
    """A question that Slack did not answer: what, and what to do.

    ``code`` is Slack's own word for it, empty where there is none; ``is_final`` where it will answer no other either.
    """

    def __init__(self, why: str, *, code: str = "", is_final: bool = False) -> None:
        super().__init__(why)
        self.code = code
        self.is_final = is_final


@dataclass(frozen=True)
class Limits:
    """For how long, in seconds: the server may be silent; one attempt, all waiting, and the whole source may last."""

    silence: float = 10.0
    attempt: float = 30.0
    waiting: float = 150.0
    whole: float = 240.0


class Calls(Protocol):
    """Slack, as far as it is asked."""

    def ask(self, method: str, **asked: str | int | None) -> Mapping[str, Any]:
        """Return what a method answers.

        Raises:
            Unanswered: it does not.
        """


def pages(calls: Calls, method: str, what: str, **asked: str | int | None) -> Iterator[list[Any]]:
    """Yield the pages of a list, each as it comes.

    Raises:
        Unanswered: one of them did not come, or there is no end of them.
    """
    cursor, seen = "", {""}
    for _ in range(PAGE_LIMIT):
        answer = calls.ask(method, cursor=cursor or None, **asked)
        elements, cursor = answer.get(what), next_cursor(answer)
        if not isinstance(elements, list):
            raise Unanswered(f"an answer to {method} without {what} - run this again; if it stays so, report it")
        yield elements
        if not cursor and answer.get("has_more") is not True:
            return
        if cursor in seen:
            raise Unanswered(f"the pages of {method} lead back to one that was read - run this again later")
        seen.add(cursor)
    raise Unanswered(f"more than {PAGE_LIMIT} pages of {method} - ask for less: fewer days, or named channels")


def next_cursor(answer: Mapping[str, Any]) -> str:
    """Return where the next page begins; empty where there is none."""
    about = answer.get("response_metadata")
    return words(about.get("next_cursor")) if isinstance(about, dict) else ""


def refusal(method: str, answer: object, status: int = 200) -> Unanswered:
    """Return what a refusal means; of an answer that is not Slack's own only its status is told."""
    said = answer if isinstance(answer, dict) else {}
    code = words(said.get("error"))
    if status == 429:
        code = "ratelimited"
    if code == "missing_scope":
        return Unanswered(lacking(method, words(said.get("needed"))), code=code)
    if code in FINAL or code in PASSING:
        what, advice = FINAL.get(code) or PASSING[code]
        return Unanswered(f"{what} ({code}) - {advice}", code=code, is_final=code in FINAL)
    if WORD.fullmatch(code):
        page = f"docs.slack.dev/reference/methods/{method}"
        return Unanswered(f"Slack refused {method} ({code}) - {page} tells what that means", code=code)
    if status >= 500:
        return Unanswered(f"Slack is in trouble itself (HTTP {status}) - run this again later")
    return Unanswered(
        f"what came back is not Slack's answer (HTTP {status}) - look for a proxy or sign-in page in between"
    )


def lacking(method: str, needed: str) -> str:
    """Return what to do about a scope that the token lacks."""
    scope = needed if SCOPES.fullmatch(needed) else f"that {method} needs"
    return f"the token lacks the scope {scope} (missing_scope) - add it {APP}, and install the app again"
