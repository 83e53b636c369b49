"""What CronJobs, Jobs and Pods tell of runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forensics.sources.base import ReadOptions
from forensics.sources.kubernetes import Kubernetes
from tests.sources.kubernetes_builders import (
    account,
    cron_job,
    ended,
    event,
    job,
    listed,
    ns,
    pod,
    read,
    rejects,
    rows,
    slot_name,
)

SLOT = "2026-03-19T03:00:00Z"
NAME = slot_name("backup", SLOT)


def events_of(path: Path, *things: object, table: str = "lifecycle") -> list[str]:
    return [row["event"] for row in rows(read(path, listed(*things)), table)]


def test_job_is_a_run_of_the_job_named_after_its_cron_job(tmp_path: Path):
    (row,) = rows(read(tmp_path, listed(job())), "triggers")
    assert (row["job"], row["run_id"], row["event"]) == ("backup", f"prod/{NAME}", "accepted")


def test_slot_is_the_one_of_the_annotation(tmp_path: Path):
    made = job("2026-03-19T03:20:00Z", annotations={"batch.kubernetes.io/cronjob-scheduled-timestamp": SLOT})
    (row,) = rows(read(tmp_path, listed(made)), "triggers")
    assert row["at"] == ns(SLOT)


@pytest.mark.parametrize("name", [NAME, f"backup-{ns(SLOT) // 10**9}"])
def test_slot_stands_in_the_name_in_minutes_or_in_seconds(tmp_path: Path, name: str):
    made = job("2026-03-19T03:00:07Z", name=name)
    (row,) = rows(read(tmp_path, listed(made)), "triggers")
    assert row["at"] == ns(SLOT)


def test_digits_of_a_date_are_no_slot(tmp_path: Path):
    made = job("2026-03-19T09:12:00Z", name="backup-20260319")
    (row,) = rows(read(tmp_path, listed(made)), "triggers")
    assert row["at"] == ns("2026-03-19T09:12:00Z")


def test_job_made_by_hand_is_triggered_when_it_was_made(tmp_path: Path):
    made = job(SLOT, annotations={"cronjob.kubernetes.io/instantiate": "manual"})
    (row,) = rows(read(tmp_path, listed(made)), "triggers")
    assert row["attributes"]["made_by"] == "hand"


def test_job_of_no_cron_job_has_no_trigger(tmp_path: Path):
    assert events_of(tmp_path, job(name="migrate", owner=None), table="triggers") == []


def test_job_that_went_well_has_completed(tmp_path: Path):
    *_, row = rows(read(tmp_path, listed(job(done="2026-03-19T03:04:00Z"))), "lifecycle")
    assert (row["event"], row["at"], row["duration_seconds"]) == ("completed", ns("2026-03-19T03:04:00Z"), 240)


def test_job_that_used_up_its_tries_has_failed_and_says_why(tmp_path: Path):
    *_, row = rows(read(tmp_path, listed(job(failed="2026-03-19T03:04:00Z"))), "lifecycle")
    assert (row["event"], row["attributes"]["reason"]) == ("failed", "BackoffLimitExceeded")


def test_job_that_passed_its_deadline_has_timed_out(tmp_path: Path):
    assert events_of(tmp_path, job(failed="2026-03-19T03:04:00Z", reason="DeadlineExceeded")) == [
        "started",
        "timed_out",
    ]


def test_condition_that_does_not_hold_is_no_end(tmp_path: Path):
    unfinished = job(done="2026-03-19T03:04:00Z")
    unfinished["status"]["conditions"][0]["status"] = "False"
    assert events_of(tmp_path, unfinished) == ["started"]


def test_every_try_is_an_end_and_the_last_is_the_jobs_own(tmp_path: Path):
    made = job(done="2026-03-19T03:04:00Z")
    first = pod(NAME, ended(1, "2026-03-19T03:01:00Z"), phase="Failed", name="aaaaa")
    second = pod(NAME, ended(0, "2026-03-19T03:04:00Z"), phase="Succeeded", name="bbbbb")
    found = rows(read(tmp_path, listed(made, first, second)), "lifecycle")
    ends = [(row["event"], row["exit_code"]) for row in found if row["event"] != "started"]
    assert ends == [("failed", 1), ("completed", 0), ("completed", 0)]


def test_job_that_failed_has_the_exit_code_of_its_last_container(tmp_path: Path):
    made = job(failed="2026-03-19T03:04:00Z")
    killed = pod(NAME, ended(137, "2026-03-19T03:03:00Z", reason="OOMKilled"), phase="Failed")
    *_, own = rows(read(tmp_path, listed(made, killed)), "lifecycle")
    assert (own["record"], own["exit_code"]) == (1, 137)


def test_out_of_memory_is_told_as_the_reason(tmp_path: Path):
    found = rows(read(tmp_path, listed(pod(NAME, ended(137, SLOT, reason="OOMKilled"), phase="Failed"))), "lifecycle")
    assert found[-1]["attributes"]["reason"] == "OOMKilled"


def test_signal_without_an_exit_code_is_a_kill(tmp_path: Path):
    found = rows(read(tmp_path, listed(pod(NAME, ended(0, SLOT, signal=9), phase="Failed"))), "lifecycle")
    assert found[-1]["exit_code"] == 137


def test_side_car_that_was_stopped_does_not_speak_for_a_pod_that_succeeded(tmp_path: Path):
    both = pod(NAME, ended(0, "2026-03-19T03:04:00Z"), ended(0, "2026-03-19T03:04:01Z"), phase="Succeeded")
    assert events_of(tmp_path, both) == ["started", "completed"]


def test_container_that_was_begun_anew_has_ended_before(tmp_path: Path):
    running = {"running": {"startedAt": "2026-03-19T03:02:00Z"}}
    again = pod(NAME, running, last=ended(2, "2026-03-19T03:01:00Z"))
    assert events_of(tmp_path, again) == ["started", "failed"]


def test_pod_that_was_evicted_was_interrupted(tmp_path: Path):
    taken = [{"type": "DisruptionTarget", "status": "True", "lastTransitionTime": "2026-03-19T03:02:00Z"}]
    assert events_of(tmp_path, pod(NAME, phase="Failed", reason="Evicted", conditions=taken)) == ["interrupted"]


def test_what_a_deadline_tears_down_is_no_later_end(tmp_path: Path):
    made = job(failed="2026-03-19T03:04:00Z", reason="DeadlineExceeded")
    torn = pod(NAME, ended(143, "2026-03-19T03:04:30Z"), phase="Failed")
    assert "failed" not in events_of(tmp_path, made, torn)


def test_job_whose_pod_never_came_up_has_not_begun_its_work(tmp_path: Path):
    waiting = {"waiting": {"reason": "ImagePullBackOff"}}
    assert events_of(tmp_path, job(), pod(NAME, waiting, phase="Pending")) == ["boot_started"]


def test_pod_without_its_job_is_a_run_by_its_name(tmp_path: Path):
    found = rows(read(tmp_path, listed(pod(NAME, ended(0, SLOT), phase="Succeeded"))), "lifecycle")
    assert {(row["job"], row["run_id"]) for row in found} == {("backup", f"prod/{NAME}")}


def test_last_slot_of_a_cron_job_is_told_where_its_job_is_gone(tmp_path: Path):
    (row,) = rows(read(tmp_path, listed(cron_job(last=SLOT))), "triggers")
    assert (row["at"], row["run_id"]) == (ns(SLOT), f"prod/{NAME}")


def test_last_slot_of_a_cron_job_is_not_told_twice(tmp_path: Path):
    assert events_of(tmp_path, cron_job(last=SLOT), job(), table="triggers") == ["accepted"]


def test_suspended_cron_job_skips(tmp_path: Path):
    found = rows(read(tmp_path, listed(cron_job(last=SLOT, suspend=True))), "triggers")
    assert [(row["event"], row["attributes"].get("reason")) for row in found] == [
        ("accepted", None),
        ("skipped", "Suspended"),
    ]


def test_one_name_in_two_namespaces_is_two_jobs(tmp_path: Path):
    found = rows(read(tmp_path, listed(job(), job(namespace="staging"))), "triggers")
    assert {row["job"] for row in found} == {"prod/backup", "staging/backup"}


def test_runs_of_two_clusters_have_two_ids(tmp_path: Path):
    found = {rows(read(tmp_path, listed(job()), host=host), "triggers")[0]["run_id"] for host in ("east", "west")}
    assert found == {f"east/prod/{NAME}", f"west/prod/{NAME}"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(job()),
        f"{json.dumps(job())}\n",
        json.dumps(job(), indent=4),
        listed(job()),
        json.dumps([job()]),
        json.dumps({"kind": "JobList", "apiVersion": "batch/v1", "items": [{**job(), "kind": ""}]}).replace(
            '"kind": "", ', ""
        ),
        json.dumps({"type": "ADDED", "object": job()}),
        f"{listed()}\n{listed(job())}\n",
        "\ufeff" + listed(job()),
    ],
    ids=["one line", "JSON lines", "one object", "a list", "an array", "a raw list", "a watch", "two lists", "a BOM"],
)
def test_every_form_that_kubectl_prints_is_read(tmp_path: Path, text: str):
    assert len(rows(read(tmp_path, text.encode()), "triggers")) == 1


def test_only_the_last_state_of_an_object_counts(tmp_path: Path):
    text = f"{json.dumps(job())}\n{json.dumps(job(done='2026-03-19T03:04:00Z'))}\n"
    yielded = read(tmp_path, text)
    assert (len(rows(yielded, "lifecycle")), account(yielded).skipped) == (
        2,
        {"an earlier state of the same object": 1},
    )


def test_list_that_breaks_off_gives_its_whole_objects_and_a_fault(tmp_path: Path):
    text = listed(job(), job("2026-03-18T03:00:00Z"))
    yielded = read(tmp_path, text[: text.rindex('"status"')])
    assert len(rows(yielded, "triggers")) == 1
    assert account(yielded).fault == "truncated: the list breaks off"


def test_text_of_another_form_is_rejected_with_advice(tmp_path: Path):
    (reject,) = rejects(read(tmp_path, "apiVersion: v1\nkind: List\n"))
    assert "kubectl get -o json" in reject.reason


@pytest.mark.parametrize("strange", [7, "text", {}, {"kind": "Job"}, {"kind": "Job", "metadata": {"name": 3}}, None])
def test_what_is_no_object_of_a_cluster_is_rejected(tmp_path: Path, strange: object):
    assert len(rejects(read(tmp_path, json.dumps([strange])))) == 1


def test_wrong_types_everywhere_raise_nothing(tmp_path: Path):
    kinds = ("CronJob", "Job", "Pod", "Event")
    things = [
        {
            "kind": kind,
            "metadata": {"name": "a", "uid": str(number), "ownerReferences": wrong},
            "spec": wrong,
            "status": wrong,
        }
        for number, (kind, wrong) in enumerate((kind, wrong) for kind in kinds for wrong in ([], {}, 7, "x", None, [7]))
    ]
    told = account(read(tmp_path, listed(*things)))
    assert told.records == len(things) == sum(told.skipped.values())


def test_every_object_is_accounted_for(tmp_path: Path):
    config_map = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "settings"}}
    yielded = read(tmp_path, listed(job(), config_map, pod("web"), event("Node/a", "Ready"), {"kind": "Job"}))
    told = account(yielded)
    written = len(rows(yielded, "triggers")) + len(rows(yielded, "lifecycle"))
    assert told.records == written + len(rejects(yielded)) + sum(told.skipped.values())


def test_running_cluster_is_not_asked():
    (told,) = Kubernetes().read(Path(), ReadOptions(now=0))
    assert "kubectl get" in (account([told]).fault or "")


def test_lone_surrogate_in_a_name_can_be_written(tmp_path: Path):
    text = json.dumps(job(name="backup-\ud800"))
    assert [row["run_id"].encode() for row in rows(read(tmp_path, text), "triggers")]


def test_half_a_sign_deep_down_is_a_reject(tmp_path: Path):
    text = '{"a": ' * 800 + '"\\ud800"' + "}" * 800
    assert len(rejects(read(tmp_path, text))) == 1
