"""Filing issues and publishing, from the command line: the ledger, the secrets, the lock and the alert."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from forensics.cli_plan import Filing, line_of, told
from forensics.cli_secrets import from_variable, token_of
from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
    from forensics.config import Config, Tracker
    from forensics.evidence.concerns import Check
    from forensics.evidence.result import Result
    from forensics.ledger.database import Ledger
    from forensics.ledger.rows import Publication
    from forensics.publish.actions import Action
    from forensics.publish.gitea import Gitea
    from forensics.publish.sync import Desk, Outcome

WIDE = "the token can do more than it needs: make one with the scope write:issue alone, and take this one back"
BUSY = "another sync is at work on this ledger: nothing was filed now, the next run does what is left"


def check_filing(config: Config, *, no_ledger: bool) -> None:
    """Refuse to file without a tracker, or without the memory that keeps an issue from being filed twice.

    Raises:
        ForensicsError: one of them is missing.
    """
    place = config.file or "forensics.toml"
    if config.tracker is None and config.slack_webhook_env is None:
        raise ForensicsError(
            f"{place}: there is nowhere to file issues - add [tracker] with kind, url, repo and token_env"
        )
    if no_ledger:
        raise ForensicsError("issues are not filed without the ledger, which remembers them - leave out --no-ledger")


def ledger_path(config: Config) -> Path:
    """Return where the ledger lies: as the config says, else in the user's state folder."""
    from forensics.cli_inputs import expanded, kept_folder

    if config.ledger is not None:
        return Path(expanded(config.ledger))
    return kept_folder() / "ledger.db"


def with_ledger(result: Result, *, no_ledger: bool) -> Filing:
    """Return a result that tells what earlier reports could not publish."""
    from forensics.evidence.result import Undelivered

    config, now = result.config, result.window.now
    publishes = config.slack_webhook_env is not None or (config.tracker is not None and config.tracker.publish)
    if no_ledger or not publishes or not ledger_path(config).exists():
        return Filing(result)
    from forensics.ledger.database import copied_ledger
    from forensics.ledger.publications import undelivered

    try:
        with copied_ledger(ledger_path(config), now) as ledger:
            left = [each for each in undelivered(ledger, now) if each.attempts]
    except OutputError as error:
        return Filing(result, notes=(f"what earlier reports left is not known: {error}",))
    told = (Undelivered(each.channel, each.name, each.at, each.attempts, each.error) for each in left)
    return Filing(replace(result, undelivered=tuple(told)))


def file_issues_of(result: Result, *, is_dry: bool, publishes: bool = True) -> Filing:
    """Bring the tracker in line with a result, and publish it; what fails is told, and never stops the report."""
    try:
        token = None if result.config.tracker is None else token_of(result.config.tracker)
        webhook = webhook_of(result.config, is_used=publishes)
        return dry(result, token) if is_dry else filed(result, token, webhook, publishes=publishes)
    except ForensicsError as error:
        why = f"nothing was filed: {error}"
        with suppress(OutputError):  # the same disk may be full
            if not is_dry:
                alert(result.config, (why,), (), result.window.now)
        return Filing(result, troubles=(why,))


def webhook_of(config: Config, *, is_used: bool) -> str | None:
    """Return the address that the summary goes to, None where it goes nowhere; no child will find it either way.

    Raises:
        ForensicsError: its variable is not set.
    """
    name = config.slack_webhook_env
    if name is not None and is_used:
        return from_variable(name, "the address of the webhook", "[publish.slack] webhook_env")
    os.environ.pop(name or "", None)
    return None


def dry(result: Result, token: str | None) -> Filing:
    """Return what would be filed; the ledger is read as a copy, and the tracker only read."""
    from forensics.ledger.database import copied_ledger
    from forensics.publish.sync import planned

    settings = result.config.tracker
    if settings is None or token is None:
        return Filing(result)
    with copied_ledger(ledger_path(result.config), result.window.now) as ledger, connected(settings, token) as forge:
        outcome = planned(checked(result, settings), desk_of(forge, ledger, result, settings))
    return told(result, outcome)


def filed(result: Result, token: str | None, webhook: str | None, *, publishes: bool) -> Filing:
    """File issues, then publish; alone on this ledger, and with an alert beside it where the tracker is away."""
    from forensics.database.opening import noted
    from forensics.ledger.database import open_ledger
    from forensics.ledger.lock import single_flight

    path, now = ledger_path(result.config), result.window.now
    with single_flight(path) as is_ours:
        if not is_ours:
            return Filing(result, notes=(BUSY,))
        with open_ledger(path, now) as ledger:
            filing = Filing(result)
            if token is not None and result.config.tracker is not None:
                filing = with_tracker(result, result.config.tracker, token, ledger, publishes=publishes)
            if webhook is not None:
                filing = also(filing, tuple(summary_sent(result, webhook, ledger)))
            return replace(filing, notes=(*filing.notes, *noted(ledger, now, now)))


def with_tracker(result: Result, settings: Tracker, token: str, ledger: Ledger, *, publishes: bool) -> Filing:
    """Sync the issues, publish the report beside them, and leave an alert where that could not be done."""
    from forensics.publish.sync import sync

    with connected(settings, token) as forge:
        desk = desk_of(forge, ledger, result, settings)
        outcome = sync(checked(result, settings), desk)
        filing = told(result, outcome)
        if publishes and settings.publish is not None:
            filing = also(filing, tuple(night_sent(result, desk, ledger, outcome)))
        if not outcome.troubles and forge.is_token_wide():
            filing = replace(filing, notes=(*filing.notes, WIDE))
    alert(result.config, outcome.troubles, outcome.pending, result.window.now)
    return filing


def also(filing: Filing, troubles: tuple[str, ...]) -> Filing:
    """Return what came of filing with more troubles."""
    return replace(filing, troubles=(*filing.troubles, *troubles))


@contextmanager
def connected(settings: Tracker, token: str) -> Iterator[Gitea]:
    """Give a client of the tracker."""
    from forensics.publish.gitea import Gitea

    with Gitea(settings.url, settings.repo, token, clock=time.monotonic, ca_file=settings.ca_file) as forge:
        yield forge


def checked(result: Result, settings: Tracker) -> Check:
    """Return what the tracker is told of a result."""
    from forensics.analyse.concerns import check_of

    return check_of(result, settings.open_for)


def desk_of(forge: Gitea, ledger: Ledger, result: Result, settings: Tracker) -> Desk:
    """Return what a sync works with."""
    from forensics.ledger.tracker import TrackerMemory
    from forensics.publish.sync import Desk
    from forensics.report.issue import IssueWords
    from forensics.report.view_pen import config_folder

    zone = result.config.timezone
    words = IssueWords(zone, config_folder(result.config), settings.hold_label)
    return Desk(forge, TrackerMemory(ledger, f"{settings.url} {settings.repo}"), settings, words, zone)


def night_sent(result: Result, desk: Desk, ledger: Ledger, outcome: Outcome) -> Iterator[str]:
    """Queue the night's report, send all that waits for the tracker; yield what could not be sent."""
    from forensics.publish.reports import sender, unsent
    from forensics.report.markdown import public_markdown

    if desk.settings.publish is not None:
        # One that was just away is not asked again: that could take as long as the first time.
        send = unsent(outcome.troubles[0]) if outcome.is_away else sender(desk.forge, desk.settings.publish)
        yield from sent("report", public_markdown(result), send, result, ledger)


def summary_sent(result: Result, webhook: str, ledger: Ledger) -> Iterator[str]:
    """Queue the summary of the night, send what waits for Slack; yield what could not be sent."""
    from forensics.publish.deliveries import told as as_told
    from forensics.publish.slack import post_summary
    from forensics.report.slack_summary import summary_text

    yield from sent("slack", summary_text(result), lambda each: post_summary(webhook, as_told(each)), result, ledger)


def sent(channel: str, text: str, send: Callable[[Publication], None], result: Result, ledger: Ledger) -> Iterator[str]:
    """Queue a text about the night, send what waits on its channel; yield what could not be sent."""
    from forensics.ledger import publications
    from forensics.publish.deliveries import deliver

    now = result.window.now
    publications.publish(ledger, channel, night_name(result), text, now)
    yield from deliver(
        publications.waiting(ledger, channel),
        send,
        lambda each: publications.delivered(ledger, each, now),
        lambda each, error: publications.failed(ledger, each, error, now),
    )


def night_name(result: Result) -> str:
    """Return what a report is known by: its date, and what stands for all that was read."""
    from forensics.timeline import local_text

    return f"{local_text(result.window.since, result.config.timezone)[:10]}-{result.inputs}"


def alert(config: Config, troubles: Sequence[str], pending: Sequence[Action], now: int) -> None:
    """Leave an alert beside the ledger as long as the tracker cannot be told; take it away afterwards.

    Raises:
        OutputError: it cannot be written or removed.
    """
    from forensics.ledger.alert import TRACKER, clear_alert, raise_alert

    folder = ledger_path(config).parent / "alerts"
    if not troubles:
        clear_alert(folder, TRACKER)
        return
    waits = [f"waits: {line_of(action)}" for action in pending]
    raise_alert(folder, TRACKER, [*(f"error: {trouble}" for trouble in troubles), *waits], now)
