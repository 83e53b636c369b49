from __future__ import annotations

import pytest

from forensics.survey.joining import joined, one_schedule
from tests.survey.builders import table


def jobs(text):
    return joined(table(text).jobs)


@pytest.mark.parametrize(
    ("schedules", "one"),
    [
        (["0 3 * * *", "0 3 * * *"], "0 3 * * *"),
        (["0 15 * * *", "0 3 * * *"], "0 3,15 * * *"),
        (["0 3 * * 1-5", "0 3 * * 6"], "0 3 * * 1-5,6"),
        (["0 3 * * *", "30 4 * * *"], None),
        (["0 * * * *", "0 3 * * *"], None),
        (["@daily", "0 3 * * *"], None),
    ],
)
def test_schedules_become_one_where_cron_can_write_it(schedules, one):
    assert one_schedule(schedules) == one


def test_one_command_at_two_times_is_one_job():
    (job,) = jobs("0 3 * * * /opt/backup.sh\n0 15 * * * /opt/backup.sh\n")
    assert (job.schedule, len(job.places)) == ("0 3,15 * * *", 2)


def test_time_that_does_not_fit_beside_the_other_is_told():
    (job,) = jobs("0 3 * * * /opt/backup.sh\n30 4 * * 0 /opt/backup.sh\n")
    assert job.schedule == "0 3 * * *"
    assert "also at `30 4 * * 0`" in job.notes[0]


def test_start_with_the_machine_does_not_take_the_schedule_away():
    (job,) = jobs("@reboot /opt/agent.sh\n*/5 * * * * /opt/agent.sh\n")
    assert job.schedule == "*/5 * * * *"
    assert "when the machine starts" in " ".join(job.notes)


def test_other_arguments_are_another_job():
    assert len(jobs("0 3 * * * /opt/backup.sh a\n0 15 * * * /opt/backup.sh b\n")) == 2


def test_two_zones_are_not_one_schedule():
    (job,) = jobs("0 3 * * * /opt/x.sh\nCRON_TZ=Asia/Tokyo\n0 15 * * * /opt/x.sh\n")
    assert (job.schedule, job.zone) == ("0 3 * * *", None)
    assert "Asia/Tokyo" in job.notes[0]
