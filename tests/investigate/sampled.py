"""The samples as an investigation is handed them: all their runs, judged over all days that their evidence reaches."""

from __future__ import annotations

from dataclasses import replace

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, compared_since, judged_over, read
from tests.analyse.builders import at
from tests.checkout import ROOT

WOLF = ("slack-cried-wolf", "2026-03-19T00:00+09:00", "2026-03-20T00:00+09:00")
EMPTY_NIGHTS = ("green-triggers-empty-nights", "2026-03-18T00:00+09:00", "2026-03-19T00:00+09:00")


def sampled(name: str, since: str, until: str) -> Result:
    """Return a sample's runs, those of the days before the window with them."""
    path = ROOT / "sample_data" / name / "forensics.toml"
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    window = Window(at(since), at(until), at(until))
    known = read(config, Question(window), lambda _name, _rows: None)
    night = judged_over(known, config, Question(window))
    return judged_over(known, config, Question(replace(window, since=compared_since(night, Question(window)))))
