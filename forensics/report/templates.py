"""Where the report's templates lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from forensics.errors import OutputError

FOLDER = "report_templates"
PACKAGE = Path(__file__).resolve().parents[1]


def templates_folder(package: Path = PACKAGE) -> Path:
    """Return the folder of the templates that belong to this installation.

    Raises:
        OutputError: the installation has lost it.
    """
    for place in (package / FOLDER, package.parent / FOLDER):
        if place.is_dir():
            return place
    raise OutputError(f"no templates for the report - {package / FOLDER} - install forensics again")
