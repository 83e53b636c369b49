"""Packages that offer readers, installed into a folder of a test as an installer leaves them."""

from __future__ import annotations

import tomllib
from pathlib import Path

READER = """
class Reader:
    kind = "{kind}"
    lanes = ("lifecycle",)
    blind_spot = "It shows nothing but what the test wants."
    is_live = False
    is_log = False

    def detect(self, path):
        return True

    def read(self, path, options):
{body}
"""
GOOD = """
        from forensics.evidence.records import Batch, FileRead
        yield Batch("lifecycle", str(path), {"record": [1], "at": [options.now - 10**9], "event": ["completed"], "job": ["db"]})
        yield FileRead(str(path), 1)
"""


def installed(folder: Path, name: str, version: str, entries: str, **modules: str) -> None:
    """Install a distribution with some modules; ``entries`` is the text of its entry points."""
    told = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (told / "entry_points.txt").write_text(entries)
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)


def offering(folder: Path, kind: str = "acme-log", name: str = "acme-forensics", module: str = "", **told: str) -> None:
    """Install a distribution that offers one reader; ``body`` is that of its read, ``reader`` all of its module."""
    module = module or f"{name.replace('-', '_')}_{folder.name.replace('-', '_')}"
    reader = told.get("reader") or READER.format(kind=kind, body=told.get("body", GOOD))
    installed(folder, name, "1.2", f"[forensics.sources]\n{kind} = {module}:Reader\n", **{module: reader})


def from_project(folder: Path, project: str, **modules: str) -> None:
    """Install what a pyproject.toml tells of."""
    told = tomllib.loads(project)["project"]
    groups = told["entry-points"].items()
    lines = [f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in each.items()) for group, each in groups]
    installed(folder, told["name"], told["version"], "\n".join(lines), **modules)
