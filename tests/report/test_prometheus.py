"""The metrics for Prometheus."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from forensics.cli import main
from forensics.configfile import TROUBLES
from forensics.evidence.records import Batch, FileRead
from forensics.evidence.result import Heartbeat
from forensics.report.prometheus import KINDS, LONGEST_LABEL, job_label, report_prometheus
from forensics.timeline import NANOS
from forensics.verdicts import Verdict
from tests.checkout import ROOT
from tests.recorder.tools import without
from tests.report.builders import at, bare_columns, blocker, result, run
from tests.report.hostile import HOSTILE
from tests.secrets_corpus import SECRETS

NAMES = [
    "nightwatch_job_verdict",
    "nightwatch_last_success_timestamp_seconds",
    "nightwatch_heartbeat_age_seconds",
    "nightwatch_blockers",
    "nightwatch_evidence_age_seconds",
    "nightwatch_report_timestamp_seconds",
]
NIGHT = (
    [run("a"), run("b", "missed")],
    {"blockers": [blocker()], "heartbeats": [Heartbeat("a", "late", at("23:00"), 3600.0, 1800.0, 2.0)]},
)


def samples(night, name):
    """Return the samples of a metric by the values of their labels, read back as Prometheus reads them."""
    families = {each.name: each for each in text_string_to_metric_families(report_prometheus(night).decode())}
    found = families[f"nightwatch_{name}"].samples
    assert len({tuple(sorted(each.labels.items())) for each in found}) == len(found)
    return {tuple(each.labels.values()): each.value for each in found}


def verdicts(*runs):
    return {labels: count for labels, count in samples(result(runs), "job_verdict").items() if count}


def read(table, *times):
    """Return a source whose rows have these times."""
    rows = {**bare_columns(table, len(times)), "at": list(times), "record": list(range(1, len(times) + 1))}
    return table, "jsonl", (table,), [Batch(table, f"/{table}", rows), FileRead(f"/{table}", len(times))], ()


def test_metrics_are_those_of_the_contract_and_no_others():
    text = report_prometheus(result(NIGHT[0], **NIGHT[1])).decode()
    assert [each.name for each in text_string_to_metric_families(text)] == NAMES


def test_every_metric_is_a_gauge_with_its_meaning():
    families = list(text_string_to_metric_families(report_prometheus(result()).decode()))
    assert [each.type for each in families] == ["gauge"] * len(NAMES)
    assert all(each.documentation.endswith(".") for each in families)


def test_no_sample_has_a_time_stamp_which_the_node_exporter_refuses():
    families = text_string_to_metric_families(report_prometheus(result(NIGHT[0], **NIGHT[1])).decode())
    assert {sample.timestamp for each in families for sample in each.samples} == {None}


def test_runs_of_the_window_count_by_job_and_verdict():
    found = verdicts(
        run("a"), run("a", "missed", "08:00"), run("a", "missed", "09:00"), run("b"), run("b", in_window=False)
    )
    assert found == {("a", "confirmed"): 1, ("a", "missed"): 2, ("b", "confirmed"): 1}


def test_job_has_every_verdict_so_that_a_series_lasts():
    assert set(samples(result([run("a")]), "job_verdict")) == {("a", verdict.value) for verdict in Verdict}


def test_muted_run_counts_in_no_verdict():
    assert verdicts(run("a", "missed", flags="late muted"), run("a", due="08:00")) == {("a", "confirmed"): 1}


def test_job_without_a_run_in_the_window_has_no_verdict():
    assert samples(result([run("a", in_window=False)]), "job_verdict") == {}


def test_last_success_is_the_newest_proof_before_the_window_too():
    runs = [run("a"), run("a", due="08:00", in_window=False), run("a", "missed", "09:00"), run("b", "missed")]
    assert samples(result(runs), "last_success_timestamp_seconds") == {("a",): at("08:04") / NANOS}


def test_message_of_success_is_no_success():
    assert samples(result([run("a", "false_success")]), "last_success_timestamp_seconds") == {}


def test_proof_later_than_now_is_no_success():
    runs = [run("a"), run("a", due="08:00", executed_at=at("2026-03-20 00:01"))]
    assert samples(result(runs), "last_success_timestamp_seconds") == {("a",): at("07:04") / NANOS}


def test_of_a_job_on_two_hosts_the_last_success_is_that_of_the_one_behind():
    night = result([run("a", host="x"), run("a", due="08:00", host="y")])
    assert samples(night, "last_success_timestamp_seconds") == {("a",): at("07:04") / NANOS}


def test_last_success_of_a_failing_job_is_found_in_the_days_before():
    night = result([run("a", "missed"), run("b", "missed")])
    before = result([run("a", due="2026-03-12 07:00")]).runs
    found = samples(replace(night, studied=before), "last_success_timestamp_seconds")
    assert found == {("a",): at("2026-03-12 07:04") / NANOS}


def test_newest_success_counts_in_the_window_or_before():
    night = replace(result([run("a")]), studied=result([run("a", due="2026-03-12 07:00")]).runs)
    assert samples(night, "last_success_timestamp_seconds") == {("a",): at("07:04") / NANOS}


def test_success_of_which_only_a_stale_heartbeat_tells_is_the_last_one():
    stale = Heartbeat("a", "stale", at("2026-03-12 07:00"), 600000.0, 86400.0, 7.0)
    night = result([run("a", "missed")], heartbeats=[stale])
    assert samples(night, "last_success_timestamp_seconds") == {("a",): at("2026-03-12 07:00") / NANOS}


@pytest.mark.parametrize(
    "beat",
    [
        Heartbeat("a", "stale", at("01:00"), 1.0, 1.0, 1.0, "the beat itself says failed"),
        Heartbeat("a", "foreign", at("01:00"), 1.0),
        Heartbeat("a", "missing"),
        Heartbeat("unknown", "ok", at("01:00"), 1.0, 1.0, 1.0),
    ],
)
def test_heartbeat_of_a_failure_or_of_a_stranger_is_no_success(beat):
    assert samples(result([run("a", "missed")], heartbeats=[beat]), "last_success_timestamp_seconds") == {}


def test_heartbeat_proves_no_work_of_a_job_that_leaves_files():
    night = result([run("a", "missed")], heartbeats=[Heartbeat("a", "ok", at("01:00"), 1.0, 1.0, 1.0)])
    jobs = tuple(replace(job, artifacts=("out",)) for job in night.paired.jobs)
    night = replace(night, paired=replace(night.paired, jobs=jobs))
    assert samples(night, "last_success_timestamp_seconds") == {}


def test_metric_of_unknown_successes_says_what_its_lack_means():
    text = report_prometheus(result([run("a", "missed")])).decode()
    assert "# HELP nightwatch_last_success_timestamp_seconds" in text
    assert "none where no proven run of it is known" in text


def test_heartbeat_age_is_told_by_job():
    beats = [Heartbeat("a", "ok", at("23:00"), 3600.0, 7200.0, 0.5), Heartbeat("b", "stale", at("22:00"), 7200.1234)]
    assert samples(result(heartbeats=beats), "heartbeat_age_seconds") == {("a",): 3600.0, ("b",): 7200.123}


@pytest.mark.parametrize("status", ["corrupt", "future", "foreign"])
def test_heartbeat_that_cannot_be_believed_has_no_age(status):
    assert samples(result(heartbeats=[Heartbeat("a", status, at("23:00"), -5.0)]), "heartbeat_age_seconds") == {}


def test_missing_heartbeat_has_no_age():
    assert samples(result(heartbeats=[Heartbeat("a", "missing")]), "heartbeat_age_seconds") == {}


def test_blockers_count_by_kind_none_too():
    found = samples(result(blockers=[blocker(), blocker("b", count=9), blocker(None, "source")]), "blockers")
    assert found == {**{(kind,): 0 for kind in KINDS}, ("failed",): 2, ("source",): 1}


def test_every_kind_of_blocker_is_known():
    assert set(KINDS) == set(TROUBLES)


def test_evidence_is_as_old_as_the_newest_row_of_its_lane():
    night = result(sources=[read("triggers", at("22:00"), at("23:00"), None), read("artifacts", at("12:00"))])
    assert samples(night, "evidence_age_seconds") == {("artifacts",): 43200, ("triggers",): 3600}


def test_row_later_than_now_does_not_hide_that_a_lane_fell_silent():
    night = result(sources=[read("triggers", at("22:00"), at("2026-03-20 00:01"))])
    assert samples(night, "evidence_age_seconds") == {("triggers",): 7200}


def test_heartbeats_do_not_hide_that_the_runners_records_fell_silent():
    night = result(sources=[read("lifecycle", at("12:00")), read("beats", at("23:00"))])
    assert samples(night, "evidence_age_seconds") == {("heartbeats",): 3600, ("lifecycle",): 43200}


def test_report_stands_at_the_instant_of_judging():
    assert samples(result(now="2026-03-20 06:00"), "report_timestamp_seconds") == {(): at("2026-03-20 06:00") / NANOS}


def test_hostile_names_are_labels_on_one_line_that_can_be_read_back():
    names = [*HOSTILE, 'a"b', "a\\", "a\\nb", "a\x1b[31mb", "\u202eb", "\ud800", "ü" * 200, "x" * 5000, "x" * 5001]
    night = result(heartbeats=[Heartbeat(name, "ok", at("23:00"), 3600.0) for name in names])
    labels = {label for (label,) in samples(night, "heartbeat_age_seconds")}
    assert labels == {job_label(name) for name in names}
    assert all(label.isprintable() and len(label) <= LONGEST_LABEL for label in labels)
    assert all(line.startswith(("#", "nightwatch_")) for line in report_prometheus(night).decode().splitlines())


def test_long_names_that_begin_alike_stay_apart():
    assert job_label("x" * 5000) != job_label("x" * 5001)


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secret_in_a_name_is_masked(text, secret):
    beats = [Heartbeat(text, "ok", at("23:00"), 3600.0)]
    assert secret not in report_prometheus(result([run(text)], heartbeats=beats)).decode()


def test_jobs_whose_labels_are_alike_are_one_series_in_which_the_worst_counts():
    names = ("a\rb", "a\nb")
    beats = [Heartbeat(name, "ok", 0, age) for name, age in zip(names, (9.0, 7.0), strict=True)]
    night = result([run(names[0]), run(names[1], due="08:00")], heartbeats=beats)
    label = "a\\u000ab"
    assert samples(night, "job_verdict")[label, "confirmed"] == 2
    assert samples(night, "last_success_timestamp_seconds") == {(label,): at("07:04") / NANOS}
    assert samples(night, "heartbeat_age_seconds") == {(label,): 9.0}


def test_order_of_the_runs_does_not_matter():
    runs = [run("b"), run("a", "missed"), run("c")]
    assert report_prometheus(result(runs)) == report_prometheus(result(runs[::-1]))


def test_text_ends_with_a_line_end_as_the_node_exporter_demands():
    assert report_prometheus(result()).endswith(b"\n")


def faults(text: bytes) -> str:
    """Return what Prometheus' own tool says against metrics; of good ones it says nothing."""
    promtool = shutil.which("promtool") or without("promtool", "it comes with Prometheus, and is not installed")
    checked = subprocess.run([str(promtool), "check", "metrics"], input=text, capture_output=True, check=False)
    said = (checked.stdout + checked.stderr).decode()
    return said if checked.returncode == 0 else f"exit {checked.returncode}: {said}"


def test_promtool_finds_no_fault():
    assert faults(report_prometheus(result([*NIGHT[0], run('a"\\\nü')], **NIGHT[1]))) == ""


def test_promtool_finds_no_fault_where_there_is_nothing_to_tell():
    assert faults(report_prometheus(result())) == ""


def test_promtool_finds_no_fault_in_hostile_names():
    names = [*HOSTILE, 'a"b', "a\\", "a\x1b[31mb", "\u202eb", "\0", "", "x" * 5000]
    beats = [Heartbeat(name, "ok", at("23:00"), 3600.0) for name in names]
    assert faults(report_prometheus(result([run(names[0])], heartbeats=beats))) == ""


@pytest.mark.parametrize("command", ["report", "investigate"])
@pytest.mark.parametrize("sample", ["slack-cried-wolf", "green-triggers-empty-nights", "silent-heartbeats"])
def test_promtool_finds_no_fault_in_what_a_command_writes(command, sample, tmp_path):
    path, config = tmp_path / "night.prom", ROOT / "sample_data" / sample / "forensics.toml"
    words = ["--config", str(config), "--no-ledger", "--now", "2026-03-20T00:00:00+09:00", "--output", str(path)]
    assert CliRunner().invoke(main, [command, *words], catch_exceptions=False).exit_code in (0, 1)
    assert faults(path.read_bytes()) == ""


def test_promtool_would_say_what_is_wrong():
    assert "no help text" in faults(b"# TYPE nightwatch_a gauge\nnightwatch_a 1\n")
