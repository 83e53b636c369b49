"""The report on a terminal: the same Markdown with its headings bold, its marks coloured and its folds shut.

Its prose is broken between words where the terminal ends; tables, commands and diffs stay whole, to be copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from forensics.evidence.columns import Columns
from forensics.evidence.over import has_ended, over
from forensics.evidence.result import Blocker, Result
from forensics.report.columns import window_runs
from forensics.report.view_alert import first_step, unread_of, without_muted
from forensics.report.view_blind import unprovable
from forensics.report.view_outage import outage
from forensics.report.view_pen import Pen, pen_for
from forensics.report.view_since import named
from forensics.report.view_story import Story, story
from forensics.report.view_troubles import first_trouble, is_of_messages, since_text
from forensics.report.wording import counted
from forensics.untrusted import visible
from forensics.verdicts import Claim, Verdict

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
# What stands before the words of a line, and is as wide in the lines that go on with it.
LEAD = re.compile(r"> |(?: *(?:- |\d+\. ))?")
NARROWEST = 30


class Terminal(Protocol):
    """What is needed of a console of rich: its width, and plain output with a style, not interpreted."""

    @property
    def width(self) -> int:
        """How many signs a line holds."""

    def out(
        self, *objects: Any, sep: str = " ", end: str = "\n", style: Any = None, highlight: bool | None = None
    ) -> None:
        """Write text in a style."""


def print_markdown(console: Terminal, markdown: str) -> None:
    """Write a report to a terminal."""
    for segments in styled_lines(markdown):
        for line in folded(segments, console.width):
            for text, style in line:
                console.out(text, end="", style=style or None, highlight=False)
            console.out("", highlight=False)


def folded(segments: Segments, width: int) -> Iterator[Segments]:
    """Yield a line as those that a terminal of some width holds, broken between words; what is no prose stays whole."""
    text = "".join(part for part, _ in segments)
    lead = LEAD.match(text)
    if len(text) <= width or width < NARROWEST or lead is None or text.startswith(("|", "#")) or is_fenced(segments):
        yield segments
        return
    first = len(lead[0])
    then = lead[0] if lead[0] == "> " else " " * first
    for begin, end in stretches(text, first, width - first):
        yield [*([(then, "")] if begin > first else cut(segments, 0, first)), *cut(segments, begin, end)]


def stretches(text: str, at: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the lines into which a text falls from a place on; a word that is too long stays whole."""
    while len(text) - at > width:
        end = text.rfind(" ", at + 1, at + width + 1)
        end = end if end > 0 else text.find(" ", at + width)
        if end < 0:
            break
        yield at, end
        at = end + 1
    yield at, len(text)


def is_fenced(segments: Segments) -> bool:
    """Return whether a line is shown as it is: all of it dim."""
    return len(segments) == 1 and segments[0][1] == "dim"


def cut(segments: Segments, begin: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield what lies between two places of a line, in its styles."""
    at = 0
    for text, style in segments:
        part = text[max(0, begin - at) : max(0, end - at)]
        if part:
            yield part, style
        at += len(text)


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
    """Return what stderr ends with: the counts, what needs a person, since when, what to do, the exit code and why.

    After a long report these are all that a terminal still shows.
    """
    return [
        counts_line(result),
        needs_line(result),
        *first_answers(result),
        f"exit {result.exit_code}, {exit_reason(result)}",
    ]


def first_answers(result: Result) -> Iterator[str]:
    """Yield since when something goes wrong, and what to do now, as the first paragraph tells both."""
    if not result.blockers:
        return
    pen, gone = pen_for(result, ascii_only=False), over(Columns(result.runs))
    mine = first_trouble(result.blockers, gone)
    told, lasting = story(result, mine, pen), [each for each in result.blockers if not has_ended(each, gone)]
    steps = told.todo or first_step(lasting or result.blockers, pen), false_alarms(result)
    silent = outage(result, pen)
    if silent is not None:
        yield visible(f"{silent.head[:1].lower()}{silent.head[1:]}: {silent.runs}")
    for question, answers in (("since when", since_when(result, mine, told, pen)), ("do now", steps)):
        if known := "; ".join(filter(None, answers)):
            yield f"{question}: {visible(known).replace('`', '')}"


def since_when(result: Result, mine: Sequence[Blocker], told: Story, pen: Pen) -> Iterator[str | None]:
    """Yield since when the first trouble lasts, and since when messages are wrong."""
    messages = next((blocker.since for blocker in result.blockers if is_of_messages(blocker)), None)
    first = told.since or since_text(min((each.since for each in mine if each.since is not None), default=None), pen)
    names = {pen.job_code(each.job, each.host) for each in mine if each.job}
    is_named = first is not None and messages is not None and len(names) == 1
    yield named(names.pop(), first) if is_named and first is not None else first
    if messages is not None:
        yield f"messages wrong since {told.messages_since or pen.full(messages)}"


def false_alarms(result: Result) -> str | None:
    """Return how many failure messages are false, where most of them are; None elsewhere."""
    runs = result.runs[result.runs["in_window"]]
    false, failures = int((runs["verdict"] == Verdict.FALSE_ALARM).sum()), int((runs["claim"] == Claim.FAILURE).sum())
    if false < 2 or 2 * false <= failures:
        return None
    return f"{false:,} of {counted(failures, 'failure message')} are false: believe the files"


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
        return calm_line(result)
    pen = pen_for(result, ascii_only=False)
    shown = [told(pen.names.plain(name or ""), host, each) for (name, host), each in list(kinds.items())[:SHOWN_NAMES]]
    left = len(kinds) - len(shown)
    need = f"{len(kinds)} {'needs' if len(kinds) == 1 else 'need'} you"
    return f"{need}: {', '.join(shown)}{f' and {left} more' if left else ''}"


def calm_line(result: Result) -> str:
    """Return that nothing needs anybody, or how little of it could be checked."""
    runs = without_muted(window_runs(result))
    unseen = sum(unprovable(runs))
    if 2 * unseen <= len(runs):
        return "nothing needs you"
    if unseen == len(runs):
        return "nothing could be checked: nothing that was read can tell how the runs went"
    return f"little could be checked: of {unseen:,} of {counted(len(runs), 'run')} nothing can tell how they went"


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
