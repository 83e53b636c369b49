"""Which zones may be meant, the simplest guess first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from forensics.config import Config, Job
from forensics.doctor.zones import common_zones, known_zones, offset_text

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


def test_zones_of_the_config_come_before_the_machines():
    config = Config(timezone=TOKYO, jobs=(Job("backup", BERLIN),))
    assert [zone.key for zone in known_zones(config, ZoneInfo("America/Chicago"))] == [
        "Asia/Tokyo", "Europe/Berlin", "UTC", "America/Chicago",
    ]  # fmt: skip


def test_each_zone_is_named_once():
    names = [zone.key for zone in common_zones()]
    assert len(names) == len(set(names))


def test_distance_from_utc_follows_summer_time():
    winter, summer = 1_768_435_200 * 10**9, 1_784_073_600 * 10**9
    assert (offset_text(BERLIN, winter), offset_text(BERLIN, summer)) == ("+01:00", "+02:00")
