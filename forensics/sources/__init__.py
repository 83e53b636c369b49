"""The sources, in one visible order; the order decides nothing but the wording of lists."""

from __future__ import annotations

from forensics.sources.base import Source
from forensics.sources.bodyfile import Bodyfile
from forensics.sources.files import FileTree
from forensics.sources.find_listing import FindListing
from forensics.sources.generic import Csv, JsonLines, Parquet
from forensics.sources.heartbeats import HeartbeatFiles
from forensics.sources.journal import Journal
from forensics.sources.kubernetes import Kubernetes
from forensics.sources.ls_listing import LsListing
from forensics.sources.openclaw import OpenClaw
from forensics.sources.registry import Registry
from forensics.sources.slack import SlackLive
from forensics.sources.slack_export import SlackExport
from forensics.sources.syslog import Syslog

SOURCES: tuple[Source, ...] = (
    SlackExport(),
    SlackLive(),
    Syslog(),
    Journal(),
    OpenClaw(),
    Kubernetes(),
    FileTree(),
    FindListing(),
    LsListing(),
    Bodyfile(),
    HeartbeatFiles(),
    Registry(),
    JsonLines(),
    Csv(),
    Parquet(),
)
