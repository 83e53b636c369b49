from __future__ import annotations

import pytest

from forensics.survey.tree import Tree
from forensics.survey.zones import machine_zone
from tests.survey.builders import machine


def with_link(folder, target):
    (folder / "etc").mkdir(exist_ok=True)
    (folder / "etc/localtime").symlink_to(target)
    return Tree(str(folder))


@pytest.mark.parametrize(
    "target",
    ["/usr/share/zoneinfo/Asia/Tokyo", "../usr/share/zoneinfo/Asia/Tokyo", "/var/db/timezone/zoneinfo/Asia/Tokyo"],
)
def test_link_of_the_c_library_tells_the_zone(tmp_path, target):
    assert machine_zone(with_link(tmp_path, target)).name == "Asia/Tokyo"


def test_note_of_debian_tells_the_zone(tmp_path):
    assert machine_zone(machine(tmp_path, {"etc/timezone": "Europe/Berlin\n"})).name == "Europe/Berlin"


def test_link_outranks_the_note_and_the_note_is_told(tmp_path):
    machine(tmp_path, {"etc/timezone": "Europe/Berlin\n"})
    zone = machine_zone(with_link(tmp_path, "/usr/share/zoneinfo/Asia/Tokyo"))
    assert zone.name == "Asia/Tokyo"
    assert "Europe/Berlin" in zone.origin


def test_variable_counts_last(tmp_path):
    assert machine_zone(Tree(str(tmp_path)), ":Asia/Tokyo").name == "Asia/Tokyo"


@pytest.mark.parametrize("text", ["Mars/Olympus\n", "", "../../etc/passwd"])
def test_zone_that_is_none_is_not_believed(tmp_path, text):
    assert machine_zone(machine(tmp_path, {"etc/timezone": text})).name is None
