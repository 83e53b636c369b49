"""Which job a spelling, a sentence or a command speaks of."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.match.names import NameIndex, command_name, command_names, glob, key, phrases, short_host, slug
from tests.match.builders import job

JOBS = [
    job("backup"),
    job("backup-db", aliases=("Database Backup",)),
    job("backup-db-full"),
    job("metrics", command="*/run-job metrics *"),
    job("sync-eu", aliases=("sync-*-eu",)),
    job("error-budget"),
]
INDEX = NameIndex(JOBS)


def named(text: str, index: NameIndex = INDEX) -> list[str]:
    return [JOBS[found.job].name for found in index.in_text(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("✅ backup-db completed", ["backup-db"]),
        ("backup_db done", ["backup-db"]),
        ("Backup DB done", ["backup-db"]),
        ("BACKUPDB done", ["backup-db"]),
        ("backup.db: done", ["backup-db"]),
        ("database backup is done", ["backup-db"]),
        ("backup done", ["backup"]),
        ("backup-db-full done", ["backup-db-full"]),
        ("backup db full done", ["backup-db-full"]),
        ("backup-db-fuller done", []),
        ("backups done", []),
        ("mybackup done", []),
        ("backup-db.", ["backup-db"]),
        ("`backup-db`", ["backup-db"]),
        ("*backup-db*: ok", ["backup-db"]),
        ("(backup-db)", ["backup-db"]),
        ("backup, metrics", ["backup", "metrics"]),
        ("metrics then backup-db then metrics", ["metrics", "backup-db", "metrics"]),
        ("sync-west-eu done", ["sync-eu"]),
        ("nothing at all", []),
        ("", []),
        ("error-budget completed", ["error-budget"]),
    ],
)
def test_text_names(text: str, names: list[str]) -> None:
    assert named(text) == names


def test_name_is_found_where_it_stands() -> None:
    text = "❌ Backup DB failed"
    (found,) = INDEX.in_text(text)
    assert text[found.start : found.end] == "Backup DB"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("backup-db", 1),
        ("Backup_DB", 1),
        ("Database Backup", 1),
        ("backup", 0),
        ("sync-a-eu", 4),
        ("other", -1),
        (None, -1),
        ("", -1),
    ],
)
def test_job_is_known_by_name(name: str | None, expected: int) -> None:
    assert INDEX.by_name(name, None) == expected


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/opt/bin/run-job metrics --fast", "metrics"),
        ("/opt/jobs/backup-db.sh >/dev/null 2>&1", "backup-db"),
        ("/usr/bin/python3 /opt/jobs/backup_db.py", "backup-db"),
        ("run backup-db-full", "backup-db-full"),
        ("run --job=backup-db", "backup-db"),
        ("JOB=backup-db run", "backup-db"),
        ("tar czf /var/backups/all.tgz /home", None),
        ("/opt/jobs/metrics-old", None),
        ("/opt/jobs/metrics", None),
    ],
)
def test_command_names(command: str, name: str | None) -> None:
    code = INDEX.by_command(command, None)
    assert (JOBS[code].name if code >= 0 else None) == name


def test_glob_of_a_command_wins_over_a_name_in_it() -> None:
    jobs = [job("backup"), job("nightly", command="*/backup --all*")]
    assert NameIndex(jobs).by_command("/opt/backup --all", None) == 1


def test_longest_name_in_a_command_wins() -> None:
    assert INDEX.by_command("backup backup-db-full", None) == 2


TWINS = [job("report", host="web1"), job("report", host="web2")]


def test_host_tells_jobs_of_one_name_apart() -> None:
    index = NameIndex(TWINS)
    assert [index.by_name("report", host) for host in ("web1", "web2.example.org", "WEB1")] == [0, 1, 0]


def test_foreign_host_has_none_of_them() -> None:
    assert NameIndex(TWINS).by_name("report", "db1") == -1


def test_job_of_no_host_is_known_anywhere() -> None:
    assert NameIndex([*TWINS, job("report")]).by_name("report", "db1") == 2


def test_host_in_the_text_tells_which() -> None:
    assert [found.job for found in NameIndex(TWINS).in_text("❌ report failed on web2.example.org")] == [1]


@given(
    st.sampled_from(["backup-db", "backup_db", "Backup DB", "BACKUPDB"]),
    st.text(" :()*`!,", max_size=3),
    st.text(" :()*`!,", max_size=3),
)
def test_signs_around_a_name_do_not_matter(name: str, before: str, after: str) -> None:
    assert named(f"{before}{name}{after}") == ["backup-db"]


@given(st.text(max_size=60))
def test_names_found_lie_apart_and_in_order(text: str) -> None:
    found = INDEX.in_text(f"{text} backup {text} backup-db")
    edges = [edge for each in found for edge in (each.start, each.end)]
    assert edges == sorted(edges)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/opt/jobs/run backup-db --full >/dev/null", "run-backup-db"),
        ("/usr/bin/backup.sh", "backup"),
        ("cd /opt && ./nightly.sh", "nightly"),
        ("FOO=1 /usr/bin/env python3 /srv/rank.py", "rank"),
        ("test -x /usr/sbin/anacron || run-parts /etc/cron.daily", "run-parts-cron.daily"),
        ("/opt/report --date 2026-03-19", "report"),
        ("nice ionice /opt/sweep", "sweep"),
        ("2>/dev/null /opt/sweep", "sweep"),
        ("???", "job"),
        ("/opt/sweep.sh >> /var/log/sweep.log 2>&1", "sweep"),
        ("/opt/sweep.sh > /srv/out.sql", "sweep"),
        ("/opt/sweep.sh < /srv/in.txt", "sweep"),
        ("flock -n /run/lock/a.lock /opt/sweep", "sweep"),
        ("/usr/bin/flock -w 5 /tmp/lock -c '/opt/sweep.sh'", "sweep"),
        ("su - app -c /opt/sweep", "sweep"),
        ("MODE='full and slow' /opt/sweep", "sweep"),
        ("php artisan schedule:run >> /dev/null 2>&1", "artisan"),
        ("/opt/sweep 2>&1 | logger -t sweep", "sweep"),
    ],
)
def test_name_of_a_cron_line_that_no_config_knows(command: str, name: str) -> None:
    assert command_name(command) == name


@pytest.mark.parametrize(
    "wrapper",
    [
        "nice -n 19",
        "nice -n19",
        "ionice -c3",
        "ionice -c 2 -n 7",
        "timeout 300",
        "timeout -k 10s 5m",
        "bash -c",
        "sudo -u backup",
    ],
)
def test_options_of_a_wrapper_are_no_name(wrapper: str) -> None:
    assert command_name(f"{wrapper} /opt/jobs/sweep") == "sweep"


def test_dates_do_not_make_another_job() -> None:
    names = {command_name(f"/opt/export-{day} --out /tmp/{day}") for day in ("2026-03-18", "2026-03-19", "20260320")}
    assert len(names) == 1


APART = {
    "an argument": ("tasks.py run orders", "tasks.py run users"),
    "an option": ("/opt/x.sh --eu", "/opt/x.sh --us"),
    "the place of the output": ("/opt/x.sh > /srv/a", "/opt/x.sh > /srv/b"),
    "one has more": ("/opt/x.sh", "/opt/x.sh --full"),
}


@pytest.mark.parametrize("difference", APART)
def test_lines_that_differ_have_names_that_differ(difference: str) -> None:
    names = command_names(APART[difference])
    assert len(set(names.values())) == 2


ALIKE = {
    "dates": ("/opt/x.sh 2026-03-18", "/opt/x.sh 2026-03-19"),
    "dates and times": ("/opt/x.sh 20260318T0200", "/opt/x.sh 20260319T0215"),
    "Unix times": ("/opt/x.sh 1772409600", "/opt/x.sh 1772496000"),
    "blanks": ("/opt/x.sh  --full", "/opt/x.sh --full"),
}


@pytest.mark.parametrize("difference", ALIKE)
def test_lines_that_differ_in_no_more_have_one_name(difference: str) -> None:
    assert set(command_names(ALIKE[difference]).values()) == {"x"}


def test_words_in_which_lines_differ_are_added_to_their_name() -> None:
    names = command_names(["tasks.py run orders --retries 2", "tasks.py run users --retries 2"])
    assert sorted(names.values()) == ["tasks-run-orders", "tasks-run-users"]


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_commands_give_usable_names(commands: list[str]) -> None:
    names = command_names(commands)
    assert all(names[command] == slug(names[command]) for command in commands)


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("python3 /srv/etl.py --job nightly-x", {("etl",), ("nightly", "x")}),
        ("python3 /srv/etl.py --job=nightly-x", {("etl",), ("nightly", "x")}),
        ("cd /srv/app && ./sync_orders.sh", {("sync", "orders")}),
        ("rsync -a /srv/data/ /backup/", {("rsync",)}),
        ("/opt/x.sh $(date +%F)", {("x",)}),
    ],
)
def test_names_in_a_command(command: str, named: set[tuple[str, ...]]) -> None:
    assert phrases(command) == named


@given(st.text(max_size=100))
def test_any_command_gives_a_usable_name(command: str) -> None:
    name = command_name(command)
    assert name
    assert name == slug(name)


def test_spellings_share_a_key() -> None:
    assert {key(text) for text in ("Backup DB", "backup_db", "backup-db", "backupDB")} == {"backupdb"}


@pytest.mark.parametrize(("host", "short"), [("Web1.example.org", "web1"), ("web1", "web1"), (None, None), ("", None)])
def test_host_is_known_by_its_first_label(host: str | None, short: str | None) -> None:
    assert short_host(host) == short


@given(st.text("ab*?[]\n", max_size=6), st.text("ab\n", max_size=6))
def test_globs_fit_what_fnmatch_says(pattern: str, line: str) -> None:
    assert bool(glob(pattern)(line)) == fnmatchcase(line, pattern)
