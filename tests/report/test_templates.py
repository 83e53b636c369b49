"""The templates are found where each kind of installation keeps them."""

from __future__ import annotations

import pytest

from forensics.errors import OutputError
from forensics.report.templates import templates_folder
from tests.checkout import ROOT


def test_checkout_keeps_them_beside_the_package():
    assert templates_folder() == ROOT / "report_templates"


def test_wheel_keeps_them_inside_the_package(tmp_path):
    inside = tmp_path / "forensics" / "report_templates"
    inside.mkdir(parents=True)
    (tmp_path / "report_templates").mkdir()
    assert templates_folder(tmp_path / "forensics") == inside


def test_lost_templates_are_said_to_be_lost(tmp_path):
    with pytest.raises(OutputError, match="install forensics again"):
        templates_folder(tmp_path / "forensics")
