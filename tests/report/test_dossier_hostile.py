"""Hostile texts in every field of an investigation: none leaves its place in the dossier, the report, or the page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from forensics.config import Event
from forensics.evidence.investigation import Cause, Group, Investigation, LayerSeen, Moment, NextStep, Occasion
from forensics.evidence.result import Result
from forensics.investigate.findings import investigation_findings
from forensics.report.dossier import dossier_markdown
from forensics.report.dossier_timeline import timeline_text
from forensics.report.markdown import report_markdown
from forensics.timeline import utc_instant
from tests.investigate.cases import change, contrast, days, depth, world
from tests.report.builders import at, blocker
from tests.report.hostile import HOSTILE
from tests.report.scanner import leaves_of, plain_texts, sightings, tokens_of

pytestmark = pytest.mark.slow

SHARE = 24  # one text of so many, from several beginnings: every act and every coat is among them
FOLDS = re.compile(r"(?:<details>\n<summary>[^<>&`@#]*</summary>\n?|</details>\n?)+")
# A hash alone, an emoji's name, and what looks like an entity, stay as they are in a report: only an issue's text is held to more.
UNTOLD = ("hash", "entity", "emoji")
LEAVES = {"text", "code_inline", "strong_open", "strong_close", "hardbreak", "softbreak"}


def hostile(text: str) -> tuple[Result, list[Moment]]:
    """Return a result whose investigation quotes a text wherever it can, and a timeline of such rows."""
    steps = (
        NextStep("change", text, diff=f"--- a\n+++ b\n@@ -1 +1 @@\n-{text}\n+x", cost=text),
        NextStep("command", text, text),
    )
    cause = Cause("boot", f"x {text}", (text,), (text,), text, text, ("a", text), steps, {"runs": 2})
    layers = (LayerSeen("triggered", 2, text), LayerSeen("booted", 0, text))
    told = Investigation(
        at("2026-03-06 00:00"),
        at("2026-03-20 00:00"),
        contrasts=(
            contrast(text, text, alongside=((text, text),), reason=text),
            contrast(text, text, standing="same", reason=text, others=Group(0, 0, 0)),
            contrast(text, text, standing="unknown", reason=text),
        ),
        change_points=(
            change("a", text, controls=(text,), occasion=text),
            change("a", text, occasions=(Occasion(at("02:00"), text, text),)),
        ),
        depths=(replace(depth("a"), layers=layers), replace(depth(text, "done"), layers=layers)),
        causes=(cause,),
    )
    events = [Event(utc_instant(at("02:00")), text, text)]
    runs = [*days("a", "silent_failure"), *days(whole(text) or "b", "silent_failure")]
    made = replace(world(runs, events=events), blockers=(blocker("a", "silent_failure"),), investigation=told)
    made = replace(made, findings=investigation_findings(told, made))
    moment = Moment(at("07:00"), "triggers", text, text, text, text, text, text, 1)
    return made, [moment] * 3


def whole(text: str) -> str:
    """Return a text as a column of a frame can hold it."""
    return text.encode("utf-8", "replace").decode()


def skeleton(markdown: str) -> list[str]:
    """Return the blocks of a text in their order."""
    return [token.type for token in tokens_of(markdown) if token.type not in ("inline", "html_block")]


@pytest.mark.parametrize("first", range(3))
def test_no_hostile_text_is_acted_on(first: int) -> None:
    for text in HOSTILE[first::SHARE]:
        made, moments = hostile(text)
        for shown in (dossier_markdown(made, moments), report_markdown(made)):
            tokens = tokens_of(shown.replace("inputs 9f2c61d4", ""))
            assert all(FOLDS.fullmatch(token.content) for token in tokens if token.type == "html_block"), text
            assert {leaf.type for leaf in leaves_of(tokens)} <= LEAVES, text
            assert [
                seen for plain in plain_texts(tokens) for seen in sightings(plain) if not seen.startswith(UNTOLD)
            ] == [], text


@pytest.mark.parametrize("first", range(3))
def test_no_hostile_text_changes_a_block_of_the_dossier(first: int) -> None:
    for text in HOSTILE[first::SHARE]:
        headings = [line for line in dossier_markdown(*hostile(text)).split("\n") if re.match(r"#{1,6} ", line)]
        assert headings == [
            line for line in dossier_markdown(*hostile("x")).split("\n") if re.match(r"#{1,6} ", line)
        ], text
        fences = skeleton(dossier_markdown(*hostile(text))).count("fence")
        assert fences - skeleton(dossier_markdown(*hostile("x"))).count("fence") in (0, 1), text  # names written out


def test_timeline_is_one_line_a_row_without_control_signs() -> None:
    for text in HOSTILE[::SHARE]:
        made, moments = hostile(text)
        told = timeline_text(moments, made)
        assert told.count("\n") == 3
        assert all(sign.isprintable() or sign == "\n" for sign in told)
