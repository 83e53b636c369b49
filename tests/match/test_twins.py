"""A message that names no host is about the host whose run began last."""

from __future__ import annotations

from forensics.match.twins import on_their_hosts
from tests.match.builders import evidence, ints, job, message, resolved, spine, table

TWINS = (job("sync", host="web1"), job("sync", host="web2", schedule="0 19 * * *"), job("other"))


def told(text: str, when: str, **more: object) -> str | None:
    """Return the host of the job that a message is given to; web1 began at 07:00, web2 at 19:00."""
    read = evidence(message(text, when, **more))
    first, second = spine(("07:00", "07:00:01")), spine(("19:00", "19:00:01"), of=1)
    runs = first.with_runs(**{name: getattr(second, name) for name in ("job", "due", "triggered")})
    found = on_their_hosts(resolved(read, *TWINS), read, runs, table(*TWINS))
    return found.jobs[int(found.speech.job[0])].host


def test_message_goes_to_the_host_that_began_last() -> None:
    assert [told("✅ sync done", when) for when in ("07:05", "18:55", "19:05", "23:00")] == [
        "web1",
        "web1",
        "web2",
        "web2",
    ]


def test_host_that_the_text_names_outranks_the_time() -> None:
    assert told("✅ sync done on web1.", "19:05") == "web1"


def test_host_that_the_source_names_outranks_the_time() -> None:
    assert told("✅ sync done", "19:05", host="web1.example.org") == "web1"


def test_message_before_any_run_stays_with_the_first() -> None:
    assert told("✅ sync done", "01:00") == "web1"


def test_job_of_one_host_is_left_alone() -> None:
    read = evidence(message("✅ other done", "19:05"))
    found = on_their_hosts(resolved(read, *TWINS), read, spine(("07:00", None)), table(*TWINS))
    assert found.speech.job.tolist() == ints([2]).tolist()
