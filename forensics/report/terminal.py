"""The report on a terminal: the same Markdown with its headings bold, its marks coloured and its folds shut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

from forensics.evidence.result import Blocker, Result
from forensics.report.view_alert import unread_of
from forensics.report.view_pen import pen_for
from forensics.report.wording import counted
from forensics.untrusted import visible

Segments = list[tuple[str, str]]

SUMMARY = re.compile(r"<summary>(.*)</summary>")
STYLED = re.compile(
    r"(?P<bold>\*\*[^*]{1,300}\*\*)|(?P<code>`[^`]{1,300}`)"
    r"|(?P<bad>(?<= )(?:[✗∅~][✓✗-]|- (?:stale|missing|corrupt|future|foreign))(?= ))"
    r"|(?P<odd>(?<= )\?[✓✗-](?= ))|(?P<wrong>(?<= )✓✗(?= ))|(?P<quiet>(?<= )[⋯»][✓✗-](?= ))"
    r"|(?P<good>(?<= )(?:✓[✓-]|\+ ok)(?= ))|(?P<late>(?<= )\+ late(?= ))"
)
STYLES = {
    "bold": "bold",
    "code": "cyan",
    "bad": "bold red",
    "odd": "magenta",
    "wrong": "yellow",
    "quiet": "dim",
    "good": "green",
    "late": "yellow",
}
LEVELS = {"> [!CAUTION]": "bold red", "> [!WARNING]": "bold yellow", "> [!NOTE]": "bold green"}
SHOWN_NAMES = 4


class Terminal(Protocol):
    """What is needed of a console of rich: plain output with a style, neither wrapped nor interpreted."""

    def out(
        self, *objects: Any, sep: str = " ", end: str = "\n", style: Any = None, highlight: bool | None = None
    ) -> None:
        """Write text in a style."""


def print_markdown(console: Terminal, markdown: str) -> None:
    """Write a report to a terminal."""
    for segments in styled_lines(markdown):
        for text, style in segments:
            console.out(text, end="", style=style or None, highlight=False)
        console.out("", highlight=False)


def styled_lines(markdown: str) -> Iterator[Segments]:
    """Yield the lines of a report as (text, style); of what is folded only its summary."""
    fence, is_folded = "", False
    for line in markdown.rstrip("\n").split("\n"):
        bare = line.strip(" ")  # the fence of a list's step is set in
        ticks = bare[: len(bare) - len(bare.lstrip("`"))]
        if fence:
            fence = "" if ticks == bare and len(ticks) >= len(fence) else fence
        elif len(ticks) >= 3:
            fence = ticks
        elif line == "<details>":
            is_folded = True
        elif line == "</details>":
            is_folded = False
            continue
        if is_folded:
            summary = SUMMARY.fullmatch(line) if not fence else None
            yield from [[(f"▸ {visible(summary[1])}", "dim")]] if summary else []
        else:
            yield styled(visible(line), bool(fence))


def styled(line: str, is_fenced: bool) -> Segments:
    """Return one line as (text, style)."""
    if is_fenced:
        return [(line, "dim")]
    if line.startswith("#"):
        return [(line, "bold")]
    if line in LEVELS:
        return [(line, LEVELS[line])]
    segments, done = [], 0
    for match in STYLED.finditer(line):
        segments += [(line[done : match.start()], ""), (match[0].replace("**", ""), STYLES[match.lastgroup or "bold"])]
        done = match.end()
    return [(text, style) for text, style in [*segments, (line[done:].rstrip(), "")] if text]


def closing_lines(result: Result) -> list[str]:
    """Return what stderr ends with: the counts, what needs a person, the exit code and why."""
    return [counts_line(result), needs_line(result), f"exit {result.exit_code}, {exit_reason(result)}"]


def counts_line(result: Result) -> str:
    """Return what was judged, and on what."""
    sources, pen = result.evidence.sources, pen_for(result, ascii_only=False)
    unread = sum(unread_of(source, pen) is not None for source in sources)
    rejected = sum(source.rejected for source in sources)
    return (
        f"{counted(result.summary.runs, 'run')}, {len(sources) - unread} of {counted(len(sources), 'source')} read,"
        f" {counted(rejected, 'record')} rejected"
    )


def needs_line(result: Result) -> str:
    """Return who needs a person, worst first, each with its kinds."""
    kinds: dict[tuple[str | None, str | None], list[str]] = {}
    for blocker in result.blockers:
        kinds.setdefault(subject(blocker), []).append(blocker.kind)
    if not kinds:
        return "nothing needs you"
    pen = pen_for(result, ascii_only=False)
    shown = [told(pen.names.plain(name or ""), host, each) for (name, host), each in list(kinds.items())[:SHOWN_NAMES]]
    left = len(kinds) - len(shown)
    need = f"{len(kinds)} {'needs' if len(kinds) == 1 else 'need'} you"
    return f"{need}: {', '.join(shown)}{f' and {left} more' if left else ''}"


def subject(blocker: Blocker) -> tuple[str | None, str | None]:
    """Return whom a blocker concerns: its job, else what it is about."""
    return (blocker.job, blocker.host) if blocker.job else (blocker.kind, None)


def told(name: str, host: str | None, kinds: list[str]) -> str:
    """Return a name with its kinds."""
    words = ", ".join(dict.fromkeys(kind.replace("_", " ") for kind in kinds))
    name = name.strip("`")
    return name if words == name else f"{name} ({words})"


def exit_reason(result: Result) -> str:
    """Return why the exit code is what it is."""
    match result.exit_code:
        case 0:
            return "nothing that a person must act on"
        case 1:
            return "there are blockers"
        case 3:
            pen = pen_for(result, ascii_only=False)
            states = [
                f"{each.name.strip('`')} ({each.state})"
                for source in result.evidence.sources
                if (each := unread_of(source, pen))
            ]
            return "the evidence is incomplete: " + (", ".join(states[:SHOWN_NAMES]) or "no source is named")
        case _:
            return "see above"
