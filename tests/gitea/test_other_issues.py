"""Our issues among those of others: found again over all pages, while nothing that is not ours is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from forensics.publish.marks import Standing, marked
from tests.gitea.forge import Forge
from tests.gitea.hosts import Host, host
from tests.publish.tracked import concern, good

SIZES = (0, 1, 49, 50, 51, 101, 200)
KEY = "job=old kind=stale"


@dataclass(frozen=True)
class Crowd:
    """What came of syncs among a number of others' issues."""

    marked: Sequence[tuple[str | None, int]]
    did: tuple[tuple[str, ...], ...]
    strangers: int
    were: Sequence[Mapping[str, Any]]
    are: Sequence[Mapping[str, Any]]


def others(checker: Host, ours: set[int]) -> list[Mapping[str, Any]]:
    """Return everything that is not ours, pull requests too, as the server tells it."""
    rows = checker.forge.listed(f"/repos/{checker.repo}/issues", state="all")
    return sorted((row for row in rows if row["number"] not in ours), key=lambda row: row["number"])


def crowded(checker: Host, size: int, folder: Path) -> Crowd:
    """Open an issue, update an old one, adopt it without a memory, close it: among ``size`` issues of others."""
    ours = {number for _, number in checker.marked()}
    were = others(checker, ours)
    hours = 24 * (1 + checker.nights)
    did = []
    for told in ((concern("old"), concern(f"new-{size}")), (concern("old"), good(f"new-{size}"))):
        checker.sync(*told, hours=hours)
        did.append(tuple(checker.did))
    with host(checker.forge, folder / f"{size}.db", checker.repo) as forgetful:
        forgetful.now = checker.now
        forgetful.sync(concern("old"))
        did.append(tuple(forgetful.did))
    checker.sync(good(f"new-{size}"))
    did.append(tuple(checker.did))
    now_ours = checker.marked()
    return Crowd(now_ours, tuple(did), len(were), were, others(checker, {number for _, number in now_ours}))


@pytest.fixture(scope="module")
def crowds(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Crowd]:
    """Let the crowd of others grow; the old issue is further and further back in the list."""
    folder = tmp_path_factory.mktemp("ledgers")
    found: dict[int, Crowd] = {}
    with host(forge, folder / "ledger.db", labels=("heartbeat",)) as checker:
        for size in SIZES:
            forge.new_issues(checker.repo, size - (found[max(found)].strangers if found else 0))
            found[size] = crowded(checker, size, folder)
    return MappingProxyType(found)


@pytest.mark.parametrize("size", SIZES)
def test_each_trouble_has_one_issue_whatever_else_there_is(crowds, size):
    keys = [key for key, _ in crowds[size].marked]
    assert sorted(keys) == sorted([KEY, *(f"job=new-{each} kind=stale" for each in SIZES if each <= size)])


@pytest.mark.parametrize("size", SIZES[1:])
def test_old_issue_is_found_on_whatever_page_and_updated(crowds, size):
    assert crowds[size].did[0] == ("open", "update")


@pytest.mark.parametrize("size", SIZES)
def test_checker_without_a_memory_opens_nothing_beside(crowds, size):
    assert "open" not in crowds[size].did[2]


@pytest.mark.parametrize("size", SIZES)
def test_new_issue_is_closed_in_the_end(crowds, size):
    assert crowds[size].did[3] == ("close",)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_others_is_touched(crowds, size):
    assert (crowds[size].are, crowds[size].strangers) == (crowds[size].were, size)


# What looks like ours, and is not


@pytest.fixture
def strange(forge: Forge, tmp_path: Path) -> Iterator[Host]:
    """Give a checker in a repository where much looks like its own issues."""
    with host(forge, tmp_path / "ledger.db", labels=("heartbeat",)) as checker:
        label = forge.done("POST", f"/repos/{checker.repo}/labels", payload={"name": "heartbeat", "color": "#00ff00"})
        mark = marked(KEY, "ours?", Standing())
        forge.new_issue(checker.repo, "[heartbeat-checker] old is stale", "no mark", labels=[label["id"]])
        forge.new_issue(checker.repo, "[heartbeat-checker] old is stale", mark, labels=[label["id"]])
        forge.new_issue(checker.repo, "of the bot", f"seen: {mark}", token=forge.bot.token, labels=[label["id"]])
        forge.new_issue(checker.repo, "of the bot, quoted", f"```\n{mark}\n```", token=forge.bot.token)
        pull = forge.new_pull(checker.repo)["number"]
        forge.done("PATCH", f"/repos/{checker.repo}/issues/{pull}", payload={"body": mark})
        yield checker


def test_what_only_looks_like_ours_is_left_alone(strange: Host):
    before = others(strange, set())
    for told in (concern("old"), good("old"), good("old"), concern("old")):
        strange.sync(told, hours=25)
    ours = {number for key, number in strange.marked() if key == KEY}
    assert (others(strange, ours), len(ours)) == (before, 1)


def test_label_that_is_there_is_used(strange: Host):
    strange.sync(concern("old"))
    labels = strange.forge.done("GET", f"/repos/{strange.repo}/labels")
    issue = strange.issue(strange.told[-1].done[0].number or 0)
    assert ([label["id"] for label in issue["labels"]], len(labels)) == ([labels[0]["id"]], 1)


def test_labels_that_are_missing_are_made_once(forge: Forge, tmp_path: Path):
    with host(forge, tmp_path / "ledger.db", labels=("heartbeat", "at night")) as checker:
        checker.sync(concern("a"))
        checker.sync(concern("b"))
        labels = forge.done("GET", f"/repos/{checker.repo}/labels")
        worn = [{label["name"] for label in checker.issue(number)["labels"]} for number in (1, 2)]
        assert sorted(label["name"] for label in labels) == ["at night", "heartbeat"]
        assert worn == [{"heartbeat", "at night"}] * 2


def test_label_that_nobody_has_is_no_reason_to_act_on_others(forge: Forge, tmp_path: Path):
    with host(forge, tmp_path / "ledger.db", labels=("no-such-label",)) as checker:
        forge.new_issues(checker.repo, 3)
        before = others(checker, set())
        checker.sync(good("a"))
        assert others(checker, set()) == before


def test_bot_that_may_only_read_opens_an_issue_and_says_what_is_missing(forge: Forge, tmp_path: Path):
    repo = forge.new_repo()
    forge.admit(repo, forge.bot, "read")
    forge.done("POST", f"/repos/{repo}/labels", payload={"name": "heartbeat", "color": "#cc0000"})
    with host(forge, tmp_path / "ledger.db", repo, labels=("heartbeat",)) as checker:
        outcome = checker.sync(concern("a"))
        assert (len(checker.marked()), "without its labels" in " ".join(outcome.notes)) == (1, True)


def test_issue_that_moved_to_another_repository_is_not_followed(forge: Forge, tmp_path: Path):
    with host(forge, tmp_path / "ledger.db") as checker:
        checker.sync(concern("a"))
        forge.done("PATCH", f"/repos/{checker.repo}", payload={"name": f"{checker.repo.partition('/')[2]}-moved"})
        outcome = checker.sync(concern("a"), hours=50)
        assert "redirects are not followed" in " ".join(outcome.troubles)
