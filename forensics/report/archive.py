"""An archive of reports: a folder with three files a night, the newest under a name that stays, and a first page.

``latest.html`` and its like are copies, not links: folders that are served, synced or mounted from elsewhere often
cannot show a link, or show it as a text. Each file is replaced as a whole, so that a reader finds an old report or the
new one. They hold what ``--output`` writes, quotations of evidence included: it is the house's own, and not for others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forensics.durable import write
from forensics.errors import OutputError
from forensics.evidence.result import Result
from forensics.report.archive_index import INDEX, index_html
from forensics.report.archive_nights import last_date, night_name, nights
from forensics.report.html import report_html
from forensics.report.machine import report_json
from forensics.report.markdown import report_markdown

LATEST = "latest"


def write_archive(result: Result, folder: Path) -> list[str]:
    """Write a report into an archive, in place of an earlier one of the same night; return what could not be written.

    The folder is made where it is missing, but not the one around it: that may be a disk that is not mounted.
    """
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        return [f"--archive {folder} could not be made - the folder around it is not there - make it, or mount it"]
    except OSError as error:
        return [f"--archive {folder} could not be made - {error.strerror or error} - name a folder"]
    reports = [trouble for name, content in contents(result, folder) if (trouble := kept(folder / name, content))]
    first = kept(folder / INDEX, index_html(folder))
    return [*reports, first] if first else reports


def kept(path: Path, content: bytes) -> str | None:
    """Write one file of an archive; return what is wrong where it cannot be written."""
    try:
        write(path, content)
    except OutputError as error:
        return f"--archive: {error}"
    return None


def contents(result: Result, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names of the files with what they are to hold; the latest ones only where no newer night is there."""
    night = night_name(result.window, result.config.timezone)
    names = [night] if is_outdated(night, folder) else [night, LATEST]
    texts = {".html": report_html(result), ".md": report_markdown(result).encode(), ".json": report_json(result)}
    for name in names:
        for suffix, content in texts.items():
            yield f"{name}{suffix}", content


def is_outdated(night: str, folder: Path) -> bool:
    """Return whether the archive holds a newer night."""
    return any(last_date(other) > last_date(night) for other in nights(folder))
