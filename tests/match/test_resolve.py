"""Which job a row of evidence speaks of, and what a message says of each."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.config import Phrases
from forensics.match.resolve import Resolved, name_in
from tests.match.builders import evidence, job, message, resolved, step, trigger

JOBS = (job("backup-db"), job("error-budget"), job("sync", host="web1"), job("sync", host="web2"))


def names(found: Resolved, codes: Any) -> list[str | None]:
    return [found.jobs[code].name if code >= 0 else None for code in codes.tolist()]


def said(text: str, *jobs: Any, **more: Any) -> list[tuple[str, str]]:
    """Return (job, claim) of everything that one message says."""
    return spoken(resolved(evidence(message(text, "07:05", **more)), *(jobs or JOBS)))


def spoken(found: Resolved) -> list[tuple[str, str]]:
    return list(zip([found.jobs[code].name for code in found.speech.job.tolist()], found.speech.claim, strict=True))


def triggered(*rows: dict[str, Any]) -> list[str | None]:
    found = resolved(evidence(*rows), *JOBS)
    return names(found, found.triggers)


def test_trigger_is_given_to_the_job_that_it_names() -> None:
    assert triggered(trigger("07:00", "Backup_DB")) == ["backup-db"]


def test_trigger_is_given_to_the_job_of_its_command() -> None:
    assert triggered(trigger("07:00", None, command="/opt/jobs/backup-db.sh --all")) == ["backup-db"]


def test_name_counts_before_the_command() -> None:
    assert triggered(trigger("07:00", "error-budget", command="/opt/jobs/backup-db.sh")) == ["error-budget"]


def test_host_tells_jobs_of_one_name_apart() -> None:
    found = resolved(evidence(*(trigger("07:00", "sync", host=host) for host in ("web2", "web1.example.org"))), *JOBS)
    assert [found.jobs[code].host for code in found.triggers.tolist()] == ["web2", "web1"]


def test_unknown_job_is_made_and_is_not_configured() -> None:
    found = resolved(evidence(trigger("07:00", "sweep")), *JOBS)
    assert names(found, found.triggers) == ["sweep"]
    assert found.configured == len(JOBS)
    assert len(found.jobs) == len(JOBS) + 1


def test_unknown_command_is_one_job_whatever_its_dates() -> None:
    rows = [trigger("07:00", None, command=f"/opt/sweep --day 2026-03-{day}") for day in (18, 19)]
    assert triggered(*rows) == ["sweep", "sweep"]


def test_row_that_names_nothing_has_no_job() -> None:
    assert triggered(trigger("07:00", None)) == [None]


def test_runners_record_finds_its_job() -> None:
    found = resolved(evidence(step("completed", "07:04", "backup db")), *JOBS)
    assert names(found, found.lifecycle) == ["backup-db"]


def test_message_about_one_job_has_one_claim() -> None:
    assert said("❌ backup-db failed\nsee the log") == [("backup-db", "failure")]


def test_claim_in_another_line_than_the_name_counts() -> None:
    assert said("Job backup-db\nStatus: failed") == [("backup-db", "failure")]


def test_name_of_the_job_is_no_claim() -> None:
    assert said("error-budget completed") == [("error-budget", "success")]
    assert said("error-budget is on") == [("error-budget", "")]


def test_digest_is_one_claim_a_line() -> None:
    assert said("Night:\n❌ backup-db failed (3 GB)\n✅ error-budget") == [
        ("backup-db", "failure"),
        ("error-budget", "success"),
    ]


def test_digest_of_29_lines_is_29_claims() -> None:
    jobs = [job(f"job-{number}") for number in range(29)]
    lines = [f"{'✅' if number in (3, 17) else '❌'} {each.name} failed (…)" for number, each in enumerate(jobs)]
    claims = said("\n".join(lines), *jobs)
    assert [name for name, _ in claims] == [each.name for each in jobs]
    assert [claim for _, claim in claims].count("failure") == 27


def test_lines_of_a_digest_are_told_apart_by_number() -> None:
    found = resolved(evidence(message("Night:\n\n❌ backup-db\n✅ error-budget", "07:05")), *JOBS)
    assert found.speech.line.tolist() == [3, 4]


def test_whole_message_about_one_job_has_no_line() -> None:
    assert resolved(evidence(message("x\nbackup-db ok", "07:05")), *JOBS).speech.line.tolist() == [0]


def test_line_without_a_claim_has_that_of_the_heading_above_it() -> None:
    text = "Failed:\n- backup-db\nCompleted:\n- error-budget"
    assert said(text) == [("backup-db", "failure"), ("error-budget", "success")]


def test_line_with_a_claim_of_its_own_keeps_it() -> None:
    assert said("Failed:\n- backup-db\n- error-budget ✅") == [("backup-db", "failure"), ("error-budget", "success")]


def test_person_claims_nothing() -> None:
    assert said("backup-db failed again?? looking", is_bot=False) == [("backup-db", "")]


def test_person_whom_the_job_names_claims() -> None:
    trusted = job("backup-db", authors=("ann*",))
    assert said("backup-db failed", trusted, is_bot=False, author="anna") == [("backup-db", "failure")]
    assert said("backup-db failed", trusted, is_bot=False, author="bert") == [("backup-db", "")]


def test_claim_column_decides_over_the_text() -> None:
    assert said("backup-db: done", claim="failure") == [("backup-db", "failure")]


def test_job_column_names_the_job() -> None:
    assert said("failed", job="Backup DB") == [("backup-db", "failure")]


def test_colour_decides_where_no_words_do() -> None:
    assert said("Job backup-db", color="danger") == [("backup-db", "failure")]


def test_jobs_own_phrases_are_used() -> None:
    own = job("backup-db", phrases=Phrases(failure=("kaputt",)))
    assert said("backup-db kaputt", own) == [("backup-db", "failure")]


def test_streak_is_kept() -> None:
    found = resolved(evidence(message("❌ backup-db failed (3rd consecutive)", "07:05")), *JOBS)
    assert found.speech.streak.tolist() == [3]


def test_message_that_names_no_job_is_counted() -> None:
    found = resolved(evidence(message("all is well", "07:05"), message("backup-db ok", "07:06")), *JOBS)
    assert found.unnamed == 1
    assert spoken(found) == [("backup-db", "success")]


COMMAND = "/opt/jobs/run backup-all --full >/dev/null"


def test_name_in_slack_joins_the_command_in_which_it_stands() -> None:
    found = resolved(evidence(trigger("07:00", None, command=COMMAND), message("✅ backup-all completed", "07:05")))
    assert [each.name for each in found.jobs] == ["backup-all"]
    assert found.triggers.tolist() == found.speech.job.tolist() == [0]
    assert found.configured == 0


def test_name_that_stands_in_two_commands_joins_neither() -> None:
    commands = (COMMAND, "/opt/other backup-all")
    rows = [trigger("07:00", None, command=command) for command in commands]
    found = resolved(evidence(*rows, message("✅ backup-all completed", "07:05")))
    assert len(found.jobs) == 3
    assert found.speech.job.tolist() == [2]


def named_by(text: str, *commands: str, configured: Any = ()) -> list[str]:
    """Return the names of the jobs that some cron lines and one message make."""
    lines = [trigger("07:00", None, command=command, host="web1") for command in commands]
    return [each.name for each in resolved(evidence(*lines, message(text, "07:05")), *configured).jobs]


def test_whole_name_joins_though_another_command_holds_its_words_too() -> None:
    names = named_by("✅ sync-orders done", "/opt/sync_orders.sh", "/opt/sync_orders_archive.sh")
    assert names == ["sync-orders", "sync_orders_archive"]


def test_name_joins_a_command_on_whatever_host_it_runs() -> None:
    assert named_by("✅ sync_orders done", "/opt/sync_orders.sh") == ["sync_orders"]


def test_name_in_two_words_joins_the_command_that_starts_it() -> None:
    assert named_by("✅ Sync Orders completed", "/opt/sync_orders.sh", "/opt/backup.sh") == ["Sync-Orders", "backup"]


def test_argument_that_names_the_job_is_joined() -> None:
    assert named_by("✅ nightly-x done", "/srv/etl.py --job nightly-x", "/srv/etl.py --job nightly-y") == [
        "nightly-x",
        "etl-nightly-y",
    ]


SLOTS = [f"cd /opt/claw && python3 larry/post.py --slot {slot}" for slot in ("0800", "morning-en", "17-00-ja")]


@pytest.mark.parametrize(
    ("name", "place"), [("larry-post-0800", 0), ("larry-post-morning-en", 1), ("Larry_Post_17-00-ja", 2)]
)
def test_name_joins_the_command_over_which_its_words_are_strewn(name: str, place: int) -> None:
    assert named_by(f"✅ {name} completed", *SLOTS)[place] == name


def test_name_whose_words_are_strewn_over_two_commands_joins_neither() -> None:
    assert len(named_by("✅ larry-post completed", *SLOTS)) == 4


def test_name_of_which_a_word_is_missing_joins_nothing() -> None:
    assert len(named_by("✅ larry-post-morning-ja completed", *SLOTS)) == 4


def test_name_whose_words_stand_in_another_order_joins_nothing() -> None:
    assert named_by("✅ backup-db done", "/opt/load-db.sh --from backup") == ["load-db-backup", "backup-db"]


def test_words_that_follow_each_other_count_before_strewn_ones() -> None:
    names = named_by("✅ sync-orders done", "/opt/run sync-orders --full", "/opt/sync.sh all orders")
    assert names == ["sync-orders", "sync-all"]


def test_name_that_is_strewn_over_the_command_of_a_configured_job_joins_no_other() -> None:
    known = job("known", command="*--slot 0800")
    assert named_by("✅ larry-post-0800 done", SLOTS[0], configured=[known]) == ["known", "larry-post-0800"]


def test_first_spelling_names_the_job() -> None:
    rows = [message(f"✅ {name} done", when) for name, when in (("sync-orders", "07:05"), ("SYNC_ORDERS", "07:06"))]
    jobs = resolved(evidence(trigger("07:00", None, command="/opt/sync_orders.sh"), *rows)).jobs
    assert [each.name for each in jobs] == ["sync-orders"]


def test_name_that_stands_in_the_command_of_a_configured_job_joins_no_other() -> None:
    known = job("known", command="*/sync-orders-old.sh")
    names = named_by("✅ sync-orders done", "/opt/sync-orders-old.sh", "/opt/my-sync-orders-new.sh", configured=[known])
    assert names == ["known", "my-sync-orders-new", "sync-orders"]


def test_lines_of_one_name_that_differ_are_two_jobs() -> None:
    rows = [trigger("07:00", None, command=f"tasks.py run {name}") for name in ("orders", "users")]
    assert [each.name for each in resolved(evidence(*rows)).jobs] == ["tasks-run-orders", "tasks-run-users"]


def test_unknown_name_in_a_persons_words_makes_no_job() -> None:
    assert resolved(evidence(message("disk-check failed I think", "07:05", is_bot=False))).jobs == ()


def test_unknown_name_without_a_claim_makes_no_job() -> None:
    assert resolved(evidence(message("see disk-check", "07:05"))).jobs == ()


def test_unknown_name_that_holds_the_only_claim_makes_no_job() -> None:
    assert resolved(evidence(message("error-budget", "07:05"))).jobs == ()


def test_word_for_the_outcome_is_no_jobs_name() -> None:
    found = resolved(evidence(message("❌ Job failed: disk-check", "07:05")))
    assert [each.name for each in found.jobs] == ["disk-check"]


def test_same_words_on_two_hosts_are_two_unknown_jobs() -> None:
    found = resolved(evidence(trigger("07:00", "sweep", host="a"), trigger("07:00", "sweep", host="b")))
    assert [(each.name, each.host) for each in found.jobs] == [("sweep", "a"), ("sweep", "b")]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("❌ disk-check failed", "disk-check"),
        ("Job: nightly failed", "nightly"),
        ("cron job `sweep` failed", "sweep"),
        ("failed: rank_weekly.", "rank_weekly"),
        ("it failed", None),
        ("", None),
    ],
)
def test_name_in_a_line(line: str, name: str | None) -> None:
    assert name_in(line) == name


def test_no_evidence_names_no_jobs() -> None:
    found = resolved(evidence())
    assert found.jobs == ()
    assert found.speech.claim == []
