"""Channels that are misspelled, the wrong ones, or not read at all."""

from __future__ import annotations

import json
from datetime import datetime

from tests.doctor.builders import Scene, days, fired, job, kinds, mended, said, scene

NAMES = ("backup", "report", "sync", "reindex")
JOBS = "".join(job(name, f"0 {hour} * * *") for hour, name in enumerate(NAMES, 5))


def everything(tmp_path, room: str = "ops", channels: str = "") -> Scene:
    log = [line for hour, name in enumerate(NAMES, 5) for line in fired(f"{hour:02d}:00:01", f"/opt/{name}")]
    told = scene(tmp_path, JOBS, log=log)
    slack = tmp_path / "slack"
    for day in days():
        messages = [
            {"type": "message", "bot_id": "B1", "ts": f"{stamp(day, hour)}.000100", "text": f"✅ {name} completed"}
            for hour, name in enumerate(NAMES, 5)
        ]
        for channel, held in ((room, messages), ("random", [])):
            (slack / channel).mkdir(parents=True, exist_ok=True)
            (slack / channel / f"{day}.json").write_text(json.dumps(held), encoding="utf-8")
    source = f'[[source]]\nkind = "slack-export"\npath = "slack"\n{channels}\n'
    return Scene(tmp_path, told.text.replace("[[job]]", f"{source}\n[[job]]", 1))


def stamp(day: str, hour: int) -> int:
    return round(datetime.fromisoformat(f"{day}T{hour:02d}:05:00+00:00").timestamp())


def test_typo_in_a_channel_is_named_and_the_mend_ends_it(tmp_path):
    told = everything(tmp_path, channels='channels = ["osp"]')
    found = told.checked().problems
    assert [(each.kind, each.mends[0].lines) for each in found] == [("channel", ('channels = ["ops"]',))]
    assert kinds(told.checked(mended(told.text, *found[0].mends))) == []


def test_channel_in_which_nobody_reports_is_told_from_the_right_one(tmp_path):
    told = everything(tmp_path, channels='channels = ["random"]')
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("channel", ('channels = ["ops"]',))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_job_whose_channel_nobody_reads_is_named(tmp_path):
    told = everything(tmp_path, channels='channels = ["ops"]')
    wrong = told.text.replace('name = "sync"\n', 'name = "sync"\nattributes = { channel = "opps" }\n')
    (found,) = told.checked(wrong).problems
    assert (found.kind, found.mends[0].lines) == ("channel", ('attributes = { channel = "ops" }',))
    assert kinds(told.checked(mended(wrong, *found.mends))) == []


def test_messages_that_name_no_job_at_all_are_one_finding(tmp_path):
    log = [line for hour, name in enumerate(NAMES, 5) for line in fired(f"{hour:02d}:00:01", f"/opt/{name}")]
    told = scene(tmp_path, JOBS, log=log, messages=said("12:00:00", "✅ all is well"))
    assert [(each.kind, len(each.jobs)) for each in told.checked().problems] == [("reports", 4)]
