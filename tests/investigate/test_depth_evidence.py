"""What is said of each layer: the row that shows it, or the place that was searched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forensics.evidence.investigation import Depth
from tests.investigate.layered import HANGS, WELL, Night, depth, layer, layered


@pytest.fixture
def hanging(tmp_path: Path) -> Depth:
    return depth(layered(tmp_path, [WELL, HANGS, HANGS]))


def test_due_time_names_its_schedule(hanging: Depth) -> None:
    assert layer(hanging, "due").evidence == "due 2026-03-04 07:00, `0 7 * * *` UTC"


def test_trigger_names_its_row(hanging: Depth) -> None:
    assert layer(hanging, "triggered").evidence == "triggered 07:00:01 (triggers.jsonl:3)"


def test_acceptance_names_its_row(hanging: Depth) -> None:
    assert layer(hanging, "accepted").evidence == "accepted 07:00:01 (triggers.jsonl:3)"


def test_boot_is_that_of_the_newest_run(hanging: Depth) -> None:
    assert layer(hanging, "boot_started").evidence == "boot begun 07:00:02 (lifecycle.jsonl:5)"


def test_what_a_runner_did_not_record_is_said_with_what_good_runs_show(hanging: Depth) -> None:
    said = layer(hanging, "booted").evidence
    assert said.startswith("none up to 07:31:31 in jsonl ")
    assert said.endswith("lifecycle.jsonl; seen in 1 of 1 good runs of this job")


def test_missing_proof_names_the_path_and_the_place(hanging: Depth) -> None:
    said = layer(hanging, "done").evidence
    assert said.startswith("No file fits `out/{date:%Y-%m-%d}.txt` (looked for `out/2026-03-04.txt`) from ")
    assert said.endswith("artifacts.jsonl, 1 file")


def test_missing_message_names_what_was_read(hanging: Depth) -> None:
    assert layer(hanging, "reported").evidence.startswith("No message said how it went from 07:00:01 to 07:40:01 in ")


def test_lane_that_was_not_read_is_named(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [WELL, HANGS], ("triggers", "lifecycle", "artifacts")))
    assert layer(found, "reported").evidence.startswith("No message source covers ")


def test_missing_trigger_names_the_log(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [WELL, Night(trigger=None)]))
    assert layer(found, "triggered").evidence.startswith("No trigger from 06:58:30 to 07:10:00 (jsonl ")


def test_work_is_shown_by_the_runner_before_files(tmp_path: Path) -> None:
    cut = Night(stages=("started", "interrupted"), file="empty")
    assert layer(depth(layered(tmp_path, [cut])), "working").evidence == "started 07:00:02 (lifecycle.jsonl:1)"


def test_proof_names_its_file_and_time(tmp_path: Path) -> None:
    alarm = replace(WELL, says="❌ daily failed")
    said = layer(depth(layered(tmp_path, [alarm])), "done").evidence
    assert said == "proven 07:01:40, `out/2026-03-02.txt` (artifacts.jsonl:1)"


def test_message_names_its_claim_and_row(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [replace(WELL, says="❌ daily failed")]))
    assert layer(found, "delivered").evidence == "a message said failure 07:02:00 (notifications.jsonl:1)"
