"""Nothing is dropped on the way from a source into frames."""

from __future__ import annotations

from typing import Any

from forensics.evidence.frames import EVIDENCE, FILES, REJECTS
from forensics.evidence.intake import LISTED_REJECTS, Intake, SourceRead, believed
from forensics.evidence.records import Batch, FileRead, Reject, clipped


def batch(count: int, file: str = "a.log", table: str = "triggers", **columns: Any) -> Batch:
    values = {"at": [1] * count, "event": ["started"] * count, "record": list(range(1, count + 1))}
    return Batch(table, file, {**values, **columns})


def taken(*yielded: Any, **more: Any) -> tuple[SourceRead, Any]:
    intake = Intake()
    account = intake.take("cron", "syslog", ("triggers",), yielded, **more)
    return account, intake.evidence()


def test_rows_of_all_batches_stand_in_order() -> None:
    _, evidence = taken(batch(2), batch(1, record=[3]))
    assert evidence.triggers["record"].tolist() == [1, 2, 3]


def test_column_that_one_batch_leaves_out_is_null_there() -> None:
    _, evidence = taken(batch(1, job=["a"]), batch(1))
    assert evidence.triggers["job"].isna().tolist() == [False, True]


def test_rows_know_their_source_and_file() -> None:
    intake = Intake()
    intake.take("one", "syslog", ("triggers",), [batch(1, "a"), batch(1, "b"), FileRead("a", 1), FileRead("b", 1)])
    intake.take("two", "syslog", ("triggers",), [batch(1, "a"), FileRead("a", 1)])
    evidence = intake.evidence()
    rows = evidence.triggers
    assert rows["source"].tolist() == [0, 0, 1]
    assert [evidence.files["name"][file] for file in rows["file"]] == ["a", "b", "a"]
    assert [evidence.files["source"][file] for file in rows["file"]] == [0, 0, 1]


def test_all_frames_keep_to_their_types() -> None:
    _, evidence = taken(batch(2), Reject("a.log", 3, "no time", "xx"), FileRead("a.log", 3, sha256="0" * 64))
    for frame in (*EVIDENCE, FILES, REJECTS):
        assert frame.violations(evidence.frame(frame.name)).empty, frame.name


def test_frames_of_nothing_keep_to_their_types() -> None:
    evidence = Intake().evidence()
    for frame in (*EVIDENCE, FILES, REJECTS):
        assert frame.violations(evidence.frame(frame.name)).empty, frame.name


def test_account_adds_up() -> None:
    account, evidence = taken(batch(2), Reject("a.log", 3, "no time"), FileRead("a.log", 4, skipped={"kernel": 1}))
    assert account.records == sum(account.rows.values()) + account.rejected + sum(account.skipped.values())
    (file,) = evidence.files.itertuples()
    assert (file.records, file.rejected, file.skipped) == (4, 1, 1)


def test_files_of_a_source_are_summed() -> None:
    reads = (
        FileRead("a", 4, covers=(10, 20), newest=20, modified=5, skipped={"kernel": 1}, hosts=frozenset({"x"})),
        FileRead(
            "b", 5, covers=(30, 40), newest=40, modified=9, skipped={"kernel": 2, "mail": 1}, hosts=frozenset({"y"})
        ),
    )
    account, _ = taken(*reads)
    assert (account.files, account.records, account.covers, account.newest, account.modified) == (2, 9, (10, 40), 40, 9)
    assert account.skipped == {"kernel": 3, "mail": 1}
    assert account.hosts == {"x", "y"}


def test_no_limit_of_one_file_is_none_of_the_source() -> None:
    account, _ = taken(FileRead("a", 1, covers=(None, 20)), FileRead("b", 1, covers=(30, None)))
    assert account.covers == (None, None)


def test_source_without_covered_files_covers_nothing() -> None:
    assert taken(FileRead("a", 0))[0].covers is None
    assert taken()[0].covers is None


def test_fault_of_a_file_names_it() -> None:
    account, evidence = taken(FileRead("a.log", 3, fault="truncated"), faults=["nothing is there"])
    assert account.faults == ("nothing is there", "a.log: truncated")
    assert evidence.files["fault"].tolist() == ["truncated"]


def test_rejects_are_all_counted_and_the_first_of_a_file_listed() -> None:
    rejects = [Reject("a.log", number, "no time") for number in range(1, LISTED_REJECTS + 51)]
    account, evidence = taken(*rejects, Reject("b.log", 1, "no time"), FileRead("a.log", len(rejects)))
    assert account.rejected == LISTED_REJECTS + 51
    assert evidence.files["rejected"].tolist() == [LISTED_REJECTS + 50, 1]
    assert len(evidence.rejects) == LISTED_REJECTS + 1


def test_file_without_an_account_is_listed_all_the_same() -> None:
    _, evidence = taken(batch(1))
    assert evidence.files["name"].tolist() == ["a.log"]


def test_declared_coverage_is_believed_of_a_source_that_was_read_to_its_end() -> None:
    account, _ = taken(FileRead("a", 1, covers=(10, 20), newest=20), declared=(5, 50))
    assert account.covers == (5, 50)


def test_declared_coverage_of_a_broken_source_ends_where_reading_did() -> None:
    account, _ = taken(FileRead("a", 1, covers=(10, 20), newest=20, fault="truncated"), declared=(5, 50))
    assert account.covers == (5, 20)


def test_declared_coverage_of_a_source_that_gave_nothing_is_not_believed() -> None:
    account, _ = taken(declared=(5, 50), faults=["nothing is there"])
    assert account.covers is None
    assert believed((5, 50), SourceRead("a", "x", (), newest=4, faults=("broken",))) is None


def test_beginning_of_a_rejected_record_is_short() -> None:
    assert len(clipped("x" * 5000)) == 300
    assert clipped("short") == "short"
