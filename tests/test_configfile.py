"""The config reader: what a TOML text becomes, and that every problem in it is told at once."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.config import SUCCESS_PHRASES, Config, Heartbeats, Job
from forensics.config_jobs import unconfigured_job
from forensics.configfile import nearest, read_config
from forensics.errors import ConfigError

FILE = "/etc/watch/forensics.toml"
WHOLE = """
timezone = "Asia/Tokyo"
ledger = "ledger.db"

[defaults]
max_duration = "30m"
grace = "10m"
success_phrases = ["ok"]

[[match]]
jobs = ["larry-*"]
max_duration = "1h"

[[source]]
kind = "syslog"
path = "logs/syslog*"
host = "web1"
timezone = "Europe/Berlin"
year = 2026
coverage = ["2026-03-19T00:00:00", "2026-03-20"]

[[source]]
kind = "jsonl"
path = "runs.jsonl"
lane = "lifecycle"
columns = { time = "ts", job = "labels.dag" }
events = { SUCCESS = "completed" }

[[job]]
name = "larry-post"
host = "mac1"
schedule = "CRON_TZ=Europe/Berlin 30 7 * * 1-5"
since = "2026-01-10"
aliases = ["post-*"]
artifacts = ["{date:%Y-%m-%d}-morning/*.json", "state.json#lastRun"]
attributes = { channel = "metrics", retries = 3, strict = true }

[[job]]
name = "sync"
interval = "15m"
anchor = 2026-01-01T00:00:00Z
timezone = "UTC"

[[event]]
at = "2026-03-15T02:00:00Z"
kind = "upgrade"
name = "gateway"

[[mute]]
jobs = ["larry-*"]
since = "2026-03-20T22:00:00+09:00"
reason = "host move"

[heartbeats]
stale_after = 3

[reporting]
threshold = 0.9

[tracker]
kind = "gitea"
url = "https://forge.example.org"
repo = "ops/nightwatch"
token_env = "GITEA_TOKEN"
reopen_within = "7d"

[publish.slack]
webhook_env = "NIGHT_WATCH_WEBHOOK"
"""


def config(text: str = "") -> Config:
    return read_config(textwrap.dedent(text), FILE)


def job(keys: str, above: str = "") -> Job:
    (found,) = config(f'{above}\n[[job]]\nname = "backup"\n{keys}').jobs
    return found


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        config(text)
    return [str(problem) for problem in raised.value.problems]


def problem(text: str) -> str:
    (only,) = problems(text)
    return only


def job_problem(keys: str) -> str:
    return problem(f'[[job]]\nname = "backup"\n{keys}')


def test_an_empty_file_gives_the_defaults():
    assert config() == Config(file=FILE, layers=config().layers)


def test_a_whole_file_is_read():
    found = config(WHOLE)
    assert (found.timezone, found.ledger) == (ZoneInfo("Asia/Tokyo"), "/etc/watch/ledger.db")
    assert [each.name for each in found.jobs] == ["larry-post", "sync"]
    assert found.events[0].at == datetime(2026, 3, 15, 2, tzinfo=UTC)
    assert (found.mutes[0].until, found.mutes[0].reason) == (None, "host move")
    assert (found.heartbeats.stale_after, found.heartbeats.configured) == (3.0, True)
    assert found.reporting.threshold == 0.9
    assert found.tracker is not None
    assert found.tracker.reopen_within == timedelta(days=7)
    assert found.slack_webhook_env == "NIGHT_WATCH_WEBHOOK"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('timezone = "UTC\nledger = "x"', "not closed by a quote"),
        ("timezone = 'UTC\nledger = 'x'", "not closed by a quote"),
        ("[defaults]\nmax_duration = 30m", 'a text stands in quotes, such as "30m"'),
        ("[defaults]\nmax_duration = soon", 'a text stands in quotes, such as "30m"'),
        ("[job]\nname = 'a'\n[job]\nname = 'b'", "written [[job]], not [job]"),
        ("timezone", "this is no TOML yet"),
    ],
)
def test_text_that_is_no_toml_is_told_what_most_likely_mends_it(text, hint):
    assert problem(text).endswith(hint)


def test_zone_that_is_like_none_brings_no_guess():
    told = problem('timezone = "Mars/X"')
    assert "did you mean" not in told
    assert "The name of a zone" in told


def test_every_problem_is_in_the_message():
    with pytest.raises(ConfigError) as raised:
        config('timezone = "Mars"\n[[job]]\nname = "a"\nshedule = "* * * * *"\nmax_duration = "long"')
    message = str(raised.value)
    assert message.startswith(f"{FILE}: 3 problems")
    assert "timezone" in message
    assert "shedule: unknown key - did you mean `schedule`?" in message
    assert '[[job]] a: max_duration: "long" - a duration such as' in message


def test_a_syntax_error_names_line_and_column():
    assert problem("a = 1\nb = [").startswith("end of document: ")
    assert problem("timezone = \n").startswith("line 1, column 12: ")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "1" * 5000, "\0", "a = 1\na = 2", "a = 2026-13-45"])
def test_what_is_no_toml_is_one_problem(text):
    problem(text)


def test_a_byte_order_mark_and_returns_are_accepted():
    assert read_config('\ufefftimezone = "UTC"\r\nledger = "x"\r\n', FILE).ledger == "/etc/watch/x"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("timezne = 1", "timezone"),
        ("[[job]]\nname = 'a'\nmax_durations = 1", "max_duration"),
        ("[[source]]\nkind = 'files'\npath = 'x'\ntime_zone = 1", "timezone"),
        ("[[mute]]\njobs = ['a']\nreasons = ''", "reason"),
        ("[reporting]\ntreshold = 0.8", "threshold"),
        ("[heartbeats]\nstale = 2", "stale_after"),
        ("[defaults]\nGrace = '1m'", "grace"),
        ("[publish.slak]\nwebhook_env = 'A'", "slack"),
    ],
)
def test_an_unknown_key_names_the_nearest(text, near):
    assert f"did you mean `{near}`?" in problem(text)


def test_the_nearest_name_is_found_whatever_its_case():
    assert nearest("TimeZone", ["ledger", "timezone"]) == "timezone"


def test_there_is_no_nearest_among_none():
    assert nearest("a", []) == ""


@pytest.mark.parametrize("zone", ["Asia/Tokio", "asia-tokyo", "Asia/Tokyo "])
def test_an_unknown_zone_names_the_nearest(zone):
    assert "did you mean `Asia/Tokyo`?" in problem(f'timezone = "{zone}"')


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "../x", "Asia", "localtime", "right/UTC", "x" * 5000])
def test_what_is_no_zone_of_the_database_is_refused(zone):
    assert "IANA" in problem(f'timezone = "{zone}"')


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("timezone = 1", "the name of a zone"),
        ("ledger = ''", "a text that is not empty"),
        ("defaults = 1", "a table"),
        ("[job]\nname = 'a'", "[[job]] in double brackets"),
        ("job = [1]", "a table"),
        ("[[job]]\nschedule = '@daily'", "it is needed here"),
        ("[[match]]\ngrace = '1m'", "it is needed here"),
        ("[[match]]\njobs = []", "a list of names"),
        ("[[mute]]\nreason = ''", "it is needed here"),
        ("[[mute]]\njobs = ['a']\nsince = 2026-01-02\nuntil = 2026-01-01", "a time after since"),
        ("[[event]]\nat = 2026-01-01\nkind = 'upgrade'", "it is needed here"),
        ("[[event]]\nat = 12\nkind = 'upgrade'\nname = 'x'", "a time such as"),
        ("[[event]]\nat = 07:00:00\nkind = 'upgrade'\nname = 'x'", "a time such as"),
        ("[[event]]\nat = '03/04/2026'\nkind = 'upgrade'\nname = 'x'", "more than one day"),
        ("[reporting]\nthreshold = 1.5", "a number from 0 to 1"),
        ("[reporting]\nthreshold = nan", "a number from 0 to 1"),
        ("[reporting]\nthreshold = true", "a number from 0 to 1"),
        ("[heartbeats]\nstale_after = 0", "a number above 0"),
        ("[heartbeats]\nstale_after = inf", "a number above 0"),
        ("[heartbeats]\non_stale = 'rm -rf'", "a list of a command and its arguments"),
        ("[heartbeats]\ndirs = [1]", "a text"),
        ("[publish.slack]", "it is needed here"),
    ],
)
def test_a_value_that_does_not_fit_says_what_does(text, wanted):
    assert wanted in problem(text)


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("max_duration = '30 minutes'", "a duration such as"),
        ("max_duration = 0", "a duration above 0"),
        ("grace = -1", "a duration such as"),
        ("min_size = -1", "a whole number from 0"),
        ("min_size = 1.5", "a whole number from 0"),
        ("min_size = 99999999999999999999", "a whole number from 0"),
        ("host = 'my host'", "1 to 64 letters"),
        ("proof = 'some'", "one of all, any"),
        ("reports = 'on_failure'", "did you mean `on-failure`?"),
        ("scheduler = 'crond'", "did you mean `cron`?"),
        ("aliases = 'x'", "a list of texts"),
        ("attributes = ['x']", "a table of texts"),
        ("attributes = { a = [1] }", "a text, a number"),
        ("schedule = '@daily'\ninterval = '1h'", "only one of them"),
        ("schedule = '@daily'\nscheduler = 'interval'", "interval = "),
        ("anchor = 2026-01-01", "interval = "),
        ("since = 2026-02-01\nuntil = 2026-01-01", "less than until"),
        ("min_duration = '2h'\nmax_duration = '1h'", "less than max_duration"),
        ("artifacts = ['/srv/posts/x']", "not an absolute one"),
        ("artifacts = ['~/x']", "not an absolute one"),
        ("artifacts = ['C:/x']", "not an absolute one"),
        ("artifacts = ['a/../../etc']", "without `..`"),
        ("artifacts = ['{date:%Y-%m-%d']", "closed by"),
        ("artifacts = ['a}']", "closed by"),
        ("artifacts = ['{due:%Y}']", "is not known"),
        ("artifacts = ['{date}']", "is not known"),
        ("artifacts = ['{date:%Q}']", "`%Q` is not"),
        ("artifacts = ['{date:%}']", "`%` is not"),
        ("artifacts = ['{date:daily}']", "a strftime directive"),
        ("state_files = ['state.json#']", "a field after"),
    ],
)
def test_a_job_key_that_does_not_fit_says_what_does(keys, wanted):
    assert wanted in job_problem(keys)


@pytest.mark.parametrize("name", ["", "a b", "-rf", "../x", "a/b", "x" * 65, "x\\n", "ä", "."])
def test_a_name_that_is_no_safe_file_name_is_refused(name):
    assert "other spellings are aliases" in problem(f'[[job]]\nname = "{name}"')


def test_each_bad_element_of_a_list_is_a_problem():
    assert len(problems("[[job]]\nname = 'a'\nartifacts = ['/x', 'fine', '../y']")) == 2


def test_a_message_is_printable_whatever_the_key_is():
    assert problem('"a\\n\\u202eb" = 1').isprintable()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("name = 'a'", "name = 'a'"),
        ("name = 'a'\nhost = 'h'", "name = 'a'\nhost = 'h'"),
        ("name = 'a'", "name = 'a'\nhost = 'h'"),
    ],
)
def test_a_job_that_stands_twice_is_refused(first, second):
    assert "[[job]] a" in problem(f"[[job]]\n{first}\n[[job]]\n{second}")


def test_one_name_on_two_hosts_is_two_jobs():
    assert len(config("[[job]]\nname = 'a'\nhost = 'h1'\n[[job]]\nname = 'a'\nhost = 'h2'").jobs) == 2


def test_names_that_differ_in_case_alone_are_both_named():
    assert "`Backup` and `backup`" in problem("[[job]]\nname = 'backup'\n[[job]]\nname = 'Backup'")


@pytest.mark.parametrize("alias", ["b", "B", "shared", "SHARED"])
def test_an_alias_that_another_job_goes_by_is_refused(alias):
    assert "another alias" in problem(
        f"[[job]]\nname = 'b'\naliases = ['shared']\n[[job]]\nname = 'a'\naliases = ['{alias}']"
    )


def test_one_job_on_two_hosts_may_share_its_aliases():
    assert config(
        "[[job]]\nname = 'a'\nhost = 'h1'\naliases = ['x']\n[[job]]\nname = 'a'\nhost = 'h2'\naliases = ['x']"
    ).jobs


def test_a_nearer_layer_outranks_a_farther_one():
    above = "defaults.max_duration = '1m'\ndefaults.min_size = 5\n[[match]]\njobs = ['back*']\nmax_duration = '2m'\nproof = 'any'"
    found = job("proof = 'all'", above)
    assert (found.min_size, found.max_duration, found.proof) == (5, timedelta(minutes=2), "all")


def test_of_two_groups_the_later_one_wins():
    above = "[[match]]\njobs = ['*']\nmin_size = 2\n[[match]]\njobs = ['x', 'b?ckup']\nmin_size = 3\n[[match]]\njobs = ['other']\nmin_size = 4"
    assert job("", above).min_size == 3


def test_grace_sets_both_graces():
    found = job("grace = '5m'")
    assert (found.start_grace, found.report_grace) == (timedelta(minutes=5), timedelta(minutes=5))


def test_an_explicit_grace_outranks_grace_of_its_layer():
    found = job("grace = '5m'\nreport_grace = '1h'")
    assert (found.start_grace, found.report_grace) == (timedelta(minutes=5), timedelta(hours=1))


def test_a_nearer_grace_outranks_a_farther_explicit_one():
    assert job("grace = '5m'", "defaults.report_grace = '1h'").report_grace == timedelta(minutes=5)


def test_phrases_replace_the_list_of_their_own_claim_only():
    found = job("failure_phrases = ['kaputt']").phrases
    assert (found.failure, found.success) == (("kaputt",), SUCCESS_PHRASES)


def test_phrases_of_a_layer_reach_the_job():
    assert job("", "defaults.skip_phrases = ['later']").phrases.skipped == ("later",)


def test_attributes_of_all_layers_are_joined():
    assert job("attributes = { a = 1, b = true }", "defaults.attributes = { a = 'x', c = 'y' }").attributes == {
        "a": "1",
        "b": "true",
        "c": "y",
    }


def test_a_schedule_takes_the_place_of_an_interval_from_a_farther_layer():
    found = job("schedule = '@daily'", "defaults.interval = '1h'")
    assert (found.schedule, found.interval, found.scheduler) == ("@daily", None, "cron")


def test_an_interval_makes_an_interval_job():
    found = job("interval = '1h'", "defaults.schedule = '@daily'")
    assert (found.schedule, found.interval, found.scheduler) == (None, timedelta(hours=1), "interval")


def test_a_jobs_own_life_begins_in_its_own_zone():
    found = job("since = 2026-01-10\ntimezone = 'Asia/Tokyo'")
    assert (found.since, found.timezone) == (datetime(2026, 1, 9, 15, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))


def test_a_zone_of_a_group_reaches_the_jobs_own_times():
    found = job("since = '2026-01-10'", "[[match]]\njobs = ['*']\ntimezone = 'Asia/Tokyo'")
    assert found.since == datetime(2026, 1, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        "30 7 * * *",
        "*/15 9-17 * * mon-fri",
        "@hourly",
        "@Yearly",
        "@midnight",
        "@reboot",
        "0 0 29 2 *",
        "0 0 31 2 1",
        "CRON_TZ=Asia/Tokyo 0 1 * * *",
        "TZ=UTC @daily",
    ],
)
def test_a_sound_schedule_is_no_problem(schedule):
    assert job(f"schedule = '{schedule}'").problem is None


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("0 0 31 2 *", "can never fire"),
        ("0 0 30,31 feb *", "can never fire"),
        ("61 * * * *", "cannot be read: bad minute"),
        ("0 7 * * funday", "cannot be read: bad day-of-week"),
        ("* * *", "3 of the 5 fields"),
        ("0 0 7 * * *", "6 of the 5 fields"),
        ("@dayly", "nearest: @daily"),
        ("@every 1h", "interval"),
        ("CRON_TZ=Asia/Tokio 0 1 * * *", "nearest: Asia/Tokyo"),
        ("CRON_TZ=UTC", "of the 5 fields"),
        ("0 0 1 " + "1," * 1000 + "1 *", "too long"),
    ],
)
def test_a_schedule_without_due_times_is_said_and_stops_nothing(schedule, why):
    found = config(f"[[job]]\nname = 'a'\nschedule = '{schedule}'\n[[job]]\nname = 'b'")
    assert why in str(found.jobs[0].problem)
    assert found.jobs[1].problem is None


def test_openclaw_may_write_seconds():
    assert job("scheduler = 'openclaw'\nschedule = '0 0 7 * * *'").problem is None


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("Mon *-*-* 02:00", "None"),
        ("Mon *-*-* 02:00 Europe/Berlin; daily", "None"),
        ("0 2 * * 1", "None"),
        ("Mon *-*-* 25:00", "cannot be read"),
        ("*-02-30", "can never elapse"),
        ("@daily", "nearest: daily"),
    ],
)
def test_systemd_calendar_time_is_read_or_its_fault_is_told(schedule, told):
    assert told in str(job(f"scheduler = 'systemd'\nschedule = '{schedule}'").problem)


def test_calendar_time_without_its_scheduler_says_which_key_is_missing():
    assert 'write scheduler = "systemd"' in str(job("schedule = 'Mon *-*-* 02:00'").problem)


def source(keys: str) -> Any:
    (found,) = config(f"[[source]]\n{keys}").sources
    return found


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("posts", "/etc/watch/posts"),
        ("./logs/*.gz", "/etc/watch/logs/*.gz"),
        ("/var/log/syslog*", "/var/log/syslog*"),
        ("~/posts", "~/posts"),
        ("s3://bucket/x", "s3://bucket/x"),
    ],
)
def test_a_relative_path_starts_at_the_files_folder(written, path):
    assert source(f"kind = 'files'\npath = '{written}'").path == path


def test_a_folder_with_glob_signs_stays_literal():
    found = read_config("[[source]]\nkind = 'files'\npath = 'logs/*'", "/srv/[a]/forensics.toml")
    assert found.sources[0].path == "/srv/[[]a]/logs/*"


def test_a_sources_coverage_is_read_in_its_own_zone():
    first, last = source(
        "kind = 'files'\npath = 'x'\ntimezone = 'Asia/Tokyo'\ncoverage = ['2026-03-19', '2026-03-20T00:00:00Z']"
    ).coverage
    assert (first, last) == (datetime(2026, 3, 18, 15, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("path = 'x'", "it is needed here"),
        ("kind = 'files'", "it is needed here"),
        ("kind = 'slack_export'\npath = 'x'", "did you mean `slack-export`?"),
        ("kind = 'files'\npath = 'x'\nlane = 'artifacts'", "only for jsonl, csv, parquet"),
        ("kind = 'files'\npath = 'x'\nlive = 'yes'", "true or false"),
        ("kind = 'files'\npath = 'x'\ncoverage = ['2026-03-19']", "two times"),
        ("kind = 'files'\npath = 'x'\ncoverage = ['2026-03-20', '2026-03-19']", "the earlier one first"),
        ("kind = 'syslog'\npath = 'x'\nyear = 26", "a whole number from 1970"),
        ("kind = 'jsonl'\npath = 'x'", "one of triggers"),
        ("kind = 'csv'\npath = 'x'\nlane = 'trigger'", "did you mean `triggers`?"),
        ("kind = 'csv'\npath = 'x'\nlane = 'triggers'\ncolumns = { job = 'a' }", "holds the time"),
        ("kind = 'csv'\npath = 'x'\nlane = 'triggers'\ncolumns = { time = 'a', jbo = 'b' }", "did you mean `job`?"),
        ("kind = 'csv'\npath = 'x'\nlane = 'triggers'\ncolumns = { time = 1 }", "a text"),
        ("kind = 'csv'\npath = 'x'\nlane = 'lifecycle'\nevents = { OK = 'complete' }", "did you mean `completed`?"),
        ("kind = 'csv'\npath = 'x'\nlane = 'triggers'\nevents = { OK = 'completed' }", "a word of triggers"),
    ],
)
def test_a_source_key_that_does_not_fit_says_what_does(keys, wanted):
    assert wanted in problem(f"[[source]]\n{keys}")


def test_a_generic_source_may_use_our_own_names():
    assert source("kind = 'csv'\npath = 'x'\nlane = 'triggers'").columns == {}


def test_a_live_source_needs_no_path():
    assert source("kind = 'slack'").path == ""


def test_heartbeats_are_not_configured_unless_they_stand_there():
    assert config().heartbeats == Heartbeats(configured=False)


TRACKER = "[tracker]\nkind = 'gitea'\nurl = 'https://forge.example.org'\nrepo = 'a/b'\n"


@pytest.mark.parametrize(
    "text",
    [
        TRACKER + "token = 'hunter2hunter2'",
        TRACKER + "token_env = 'hunter2-hunter2'",
        TRACKER + "token_env = 'ghp_hunter2hunter2'",
        TRACKER.replace("https://", "https://me:hunter2@"),
        TRACKER.replace("https://forge.example.org", "me:hunter2@forge"),
        TRACKER.replace("https://", "https://me:hunter2@["),
        "[publish.slack]\nwebhook_env = 'A'\nwebhook = 'https://hooks.example.org/hunter2'",
        "[publish.slack]\nwebhook_env = 'https://hooks.example.org/hunter2'",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_shown(text):
    assert "hunter2" not in problem(text)


def test_a_token_names_the_key_for_its_variable():
    assert "token_env" in problem(TRACKER + "token = 'x'")


@pytest.mark.parametrize("url", ["http://forge.example.org", "ftp://x", "forge.example.org", "https://", "https://["])
def test_an_address_that_is_not_encrypted_is_refused(url):
    assert "https" in problem(TRACKER.replace("https://forge.example.org", url))


def test_this_machine_may_be_reached_unencrypted():
    assert (
        config(TRACKER.replace("https://forge.example.org", "http://127.0.0.1:3000/")).tracker.url
        == "http://127.0.0.1:3000"
    )


def test_a_job_that_only_evidence_names_takes_the_layers_but_is_never_due():
    found = config("defaults.grace = '5m'\ndefaults.schedule = '@daily'\n[[match]]\njobs = ['x-*']\nreports = 'never'")
    stranger = unconfigured_job(found, "x-1", "h1")
    assert (stranger.name, stranger.host, stranger.reports) == ("x-1", "h1", "never")
    assert (stranger.start_grace, stranger.schedule) == (timedelta(minutes=5), None)


VALUES = st.sampled_from(
    [
        '""',
        "1",
        "-1",
        "1e400",
        "nan",
        "true",
        "[]",
        "{}",
        "[[]]",
        "{ a = 1 }",
        '"x"',
        "2026-01-01",
        "07:00:00",
        "2026-01-01T00:00:00Z",
        '["\\u0000"]',
        '"*"',
        "0x" + "f" * 5000,
    ]
)
LINES = WHOLE.splitlines()


def told(text: str) -> tuple[object, ...]:
    """Return the problems of a config, none where it is read; any other exception is a failure."""
    try:
        read_config(text, FILE)
    except ConfigError as error:
        return error.problems or ("an error without a problem\n",)
    return ()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), VALUES | st.none()), max_size=4))
def test_a_mutated_config_is_read_or_refused_as_a_config(changes):
    lines = list(LINES)
    for at, value in changes:
        lines[at] = f"{lines[at].partition('=')[0]}= {value}" if value else ""
    assert all(str(each).isprintable() for each in told("\n".join(lines)))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.text(max_size=5))
def test_a_cut_or_scribbled_config_is_read_or_refused_as_a_config(at, length, scribble):
    assert all(str(each).isprintable() for each in told(WHOLE[:at] + scribble + WHOLE[at + length :]))


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ('[[job]]\nname = "a"\ngrace = "10m"\n', True),
        ('[[job]]\nname = "a"\nstart_grace = "10m"\n', True),
        ('[[match]]\njobs = ["a"]\ngrace = "10m"\n[[job]]\nname = "a"\n', True),
        ('[defaults]\ngrace = "10m"\n[[job]]\nname = "a"\n', False),
        ('[[job]]\nname = "a"\nreport_grace = "10m"\n', False),
    ],
)
def test_grace_that_is_said_for_a_job_or_its_group_is_known_as_its_own(text: str, is_own: bool) -> None:
    assert read_config(text, "/srv/forensics.toml").jobs[0].has_own_grace is is_own
