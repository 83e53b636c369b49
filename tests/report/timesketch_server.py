"""What stands for a Timesketch server, which is too heavy to run here, and Timesketch's own importer that talks to it.

``imported`` runs the real command of the real client in a process of its own, as a person would. Above its HTTP nothing
is made up; below, the server keeps what was sent, and says that it was indexed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pandas as pd

from tests.publish.scripted import Answer, Reply, Request, page, redirect, serving
from tests.recorder.tools import without

UPLOAD = "/api/v1/upload/"
SKETCH = {"objects": [{"id": 1, "name": "night", "my_permissions": '["read", "write"]'}]}
TIMELINE = {"objects": [{"id": 7, "name": "night", "status": [{"status": "ready"}]}]}
UPLOADED = {"objects": [{"id": 7, "searchindex": {"index_name": "night"}}], "meta": {"task_id": "a"}}
TASKS = {"objects": [{"task_id": "a", "state": "SUCCESS"}]}
ANSWERS = {
    "POST /login/": redirect("/"),
    "GET /api/v1/sketches/1/": Reply(200, SKETCH),
    "GET /api/v1/sketches/1/timelines/7/": Reply(200, TIMELINE),
    f"POST {UPLOAD}": Reply(200, UPLOADED),
    "GET /api/v1/tasks/": Reply(200, TASKS),
}
ORDINARY = re.compile(r"\[[^]]+\] \S+/INFO ")


def answered(method: str, target: str, _: Any) -> Answer:
    """Return what the server says."""
    return ANSWERS.get(f"{method} {target.partition('?')[0]}", page())


@dataclass(frozen=True)
class Import:
    """What became of a file: the events that reached the server, and what its client said beside its usual progress."""

    events: list[dict[str, Any]]
    complaints: list[str]
    output: str


def imported(path: Path, home: Path, at_once: int) -> Import:
    """Give a file to Timesketch's importer, so many events at once.

    There must be more events than that: only after a first sending does the client know of a timeline that it can
    wait for, and else it warns that there is none.
    """
    command = Path(sys.executable).with_name("timesketch_importer")
    if not command.exists():
        without("timesketch", "its import client is not installed: make installs it")
    with serving(answered) as server:
        login = f"[timesketch]\nhost_uri = {server.url}\nusername = analyst\nauth_mode = userpass\nverify = True\n"
        (home / ".timesketchrc").write_text(login, encoding="utf-8")
        done = subprocess.run(
            [
                command,
                "--password",
                "p",
                "--sketch-id",
                "1",
                "--timeline-name",
                "night",
                "--entries",
                str(at_once),
                path,
            ],
            env={"HOME": str(home), "PATH": os.defpath, "NO_PROXY": "*"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    events = [event for request in server.requests if request.path == UPLOAD for event in sent(request)]
    return Import(events, [line for line in done.stderr.splitlines() if not ORDINARY.match(line)], done.stdout)


def sent_of_frame(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame to Timesketch's client, as a notebook does, and return the events that it sends."""
    try:
        from timesketch_api_client.client import TimesketchApi
        from timesketch_import_client.importer import ImportStreamer
    except ImportError as reason:
        without("timesketch", str(reason))
    with serving(answered) as server:
        api = TimesketchApi(server.url, "analyst", "p")
        try:
            with ImportStreamer() as streamer:
                streamer.set_sketch(api.get_sketch(1))
                streamer.add_data_frame(frame)
        finally:
            api.session.close()
    return [event for request in server.requests if request.path == UPLOAD for event in sent(request)]


def sent(request: Request) -> list[dict[str, Any]]:
    """Return the events that a request carries, as the server takes the form and its lines apart."""
    raw = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.raw
    form = {str(part.get_param("name", header="content-disposition")): part for part in parts(raw)}
    text = form["events"].get_payload(decode=True)
    assert isinstance(text, bytes)
    return [json.loads(line) for line in text.rstrip(b"\n").split(b"\n")]


def parts(raw: bytes) -> list[Message]:
    """Return the fields of a form."""
    return list(BytesParser(policy=HTTP).parsebytes(raw).iter_parts())
