"""The tutorial is true: all that it lets a person type is typed on a host like the one of which it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.publish.memory_forge import Tracker
from tests.publish.scripted import serving
from tests.publish.served_forge import REPO, TOKEN, ServedForge
from tests.stranger import HOME, TAKES_GUESSES, Stranger, host_of_the_tutorial, stranger  # noqa: F401 - fixtures

TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"(?:<!-- ([^\n]+) -->\n)?```(\w+)\n(.*?)\n```", re.DOTALL)
# What may end with 1, because it found something; all else must end with 0.
FINDING = re.compile(r"forensics (?:report|investigate|doctor|init|issues sync|heartbeat (?:check|panel)|runs show)\b")
ANYTHING = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what is said of it in a comment above, its text."""

    note: str
    language: str
    text: str


def blocks() -> list[Block]:
    text = TUTORIAL.read_text(encoding="utf-8")
    return [Block(note or "", language, body) for note, language, body in BLOCK.findall(text)]


def typed(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console, with the lines that are shown of its output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command, shown


def shows(output: str, lines: list[str]) -> bool:
    """Return whether an output has some lines, one after the other; ``…`` stands for anything."""
    wanted = [".*".join(map(re.escape, line.split(ANYTHING))) for line in lines if line != ANYTHING]
    at = 0
    for each in wanted:
        found = re.compile(rf"^{each}$", re.MULTILINE).search(output, at)
        if found is None:
            return False
        at = found.end()
    return True


def type_in(host: Stranger, command: str, shown: list[str]) -> None:
    ended = host.sh(command, EDITOR=TAKES_GUESSES, GITEA_TOKEN=TOKEN)
    output = ended.stdout + ended.stderr
    assert ended.returncode in ({0, 1} if FINDING.search(command) else {0}), f"$ {command}\n{output}"
    assert "Traceback" not in output, f"$ {command}\n{output}"
    assert shows(output, shown), f"$ {command}\n{output}\nshould show\n" + "\n".join(shown)


def next_morning(host: Stranger) -> None:
    """Let the night pass, and cron start what the crontab says."""
    host.live_until(host.second)
    host.cron("report")


@pytest.mark.slow
def test_all_that_the_tutorial_types_works_in_its_order(host_of_the_tutorial: Stranger) -> None:  # noqa: F811
    host = host_of_the_tutorial
    with serving(ServedForge(Tracker())) as server:
        for block in blocks():
            if block.note == "the next morning":
                next_morning(host)
            if block.note == "in the config":
                assert block.text in host.path(f"{HOME}/forensics.toml").read_text(encoding="utf-8")
            elif block.language == "toml":
                told = block.text.replace("https://forge.example.org", server.url).replace("ops/night", REPO)
                config = host.path(f"{HOME}/forensics.toml")
                config.write_text(f"{config.read_text(encoding='utf-8')}\n{told}\n", encoding="utf-8")
            for command, shown in typed(block) if block.language == "console" else ():
                type_in(host, command, shown)


def test_tutorial_installs_by_make_alone() -> None:
    (install,) = (block.text for block in blocks() if block.language == "sh")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in install.split("\n"):
        made = re.fullmatch(r"make ([a-z-]+)", command)
        assert command.startswith("export PATH=") or (made and f"\n{made[1]}:" in makefile)


def test_blocks_are_of_kinds_that_are_tried() -> None:
    assert {block.language for block in blocks()} == {"console", "sh", "toml"}


def test_output_is_shown_only_where_it_is_one() -> None:
    assert shows("a 1\nb 2\nc", ["a …", "…", "c"])
    assert not shows("c\na 1", ["a …", "c"])


def test_links_of_the_tutorial_lead_somewhere() -> None:
    linked = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", TUTORIAL.read_text(encoding="utf-8"))
    assert [target for target in linked if not (Path(TUTORIAL).parent / target).exists()] == []
