from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.config import SourceConfig
from forensics.configfile import read_config
from forensics.survey.draft import draft
from forensics.survey.found import FoundSource, Survey, Zone
from forensics.survey.joining import joined
from forensics.survey.naming import named_apart
from tests.checkout import ROOT
from tests.secrets_corpus import SECRETS
from tests.survey.builders import SPOOL, config_of, drafted, surveyed, table

REAL = ROOT.parent / "shared" / "data" / "crontab"


def real_tables():
    found = sorted(REAL.glob("*.out")) if REAL.is_dir() else []
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=f"no crontabs of real machines in {REAL}"))]


def place_of(table: Path) -> str:
    return "etc/crontab" if "crontab-u" in table.name else f"{SPOOL}/app"


@pytest.mark.parametrize("crontab", real_tables(), ids=lambda crontab: crontab and crontab.name)
def test_draft_of_a_real_crontab_is_read_back_with_all_its_jobs(tmp_path, crontab):
    lines = [line for line in crontab.read_text().split("\n") if line[:1] in {*"0123456789*@"}]
    config = drafted(tmp_path, {place_of(crontab): crontab.read_bytes()})
    assert len(config.jobs) == len(lines)
    assert [job.problem for job in config.jobs] == [None] * len(lines)


def test_all_real_crontabs_together_are_one_readable_config(tmp_path):
    tables = [each for each in real_tables() if isinstance(each, Path)]
    if not tables:
        pytest.skip(f"no crontabs of real machines in {REAL}")
    system = {f"etc/cron.d/table{at}": each.read_bytes() for at, each in enumerate(tables) if "crontab-u" in each.name}
    users = {f"{SPOOL}/user{at}": each.read_bytes() for at, each in enumerate(tables) if "crontab-u" not in each.name}
    assert drafted(tmp_path, {**system, **users}).jobs


ODD = {
    "quotes": """0 3 * * * sh -c 'echo "it is done" \\\\ && /opt/x.sh'""",
    "percent": r"0 3 * * * /opt/x.sh $(date +\%Y-\%m-\%d)%first line%second",
    "crlf": "0 3 * * * /opt/x.sh\r",
    "no utf-8": b"0 3 * * * /opt/\xff\xfe.sh",
    "long": "0 3 * * * /opt/x.sh " + "word " * 9_000,
    "signs alone": "0 3 * * * :",
    "not ascii at all": "0 3 * * * 備份",
    "never": "0 0 31 2 * /opt/x.sh",
    "control": "0 3 * * * /opt/x.sh \x07\x1b[31m",
    "long name": "0 3 * * * /opt/" + "n" * 200 + ".sh",
    "comment with signs": '# "Backup" \\ [DB] = \x00\n0 3 * * * /opt/x.sh',
    "twice": "0 3 * * * /opt/x.sh\n0 3 * * * /opt/x.sh",
    "case alone": "0 3 * * * /opt/X.sh\n0 4 * * * /opt/x.sh",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_draft_of_odd_lines_is_read_back(tmp_path, content):
    assert drafted(tmp_path, {f"{SPOOL}/app": content}).jobs


def test_draft_of_nothing_is_read_back_and_shows_what_a_job_looks_like(tmp_path):
    found = surveyed(tmp_path, {})
    assert config_of(found).jobs == ()
    assert '# name = "backup"' in draft(found)


def test_example_of_a_job_is_right_once_its_signs_are_taken_away(tmp_path):
    text = draft(surveyed(tmp_path, {}))
    example = "\n".join(
        line.removeprefix("# ") for line in text.split("# No job was found. One looks like this:\n")[1].split("\n")
    )
    assert read_config(example, "forensics.toml").jobs[0].name == "backup"


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_secret_reaches_the_draft(tmp_path, text, secret):
    shown = text.replace("\n", " ")
    lines = f"# {shown}\n0 3 * * * /opt/x.sh '{shown}'\nTOKEN={shown}\nbroken {shown}\n"
    assert secret not in draft(surveyed(tmp_path, {f"{SPOOL}/app": lines}))


def test_each_job_says_where_it_was_found(tmp_path):
    text = draft(surveyed(tmp_path, {"etc/cron.d/backup": "\n\n0 3 * * * root /opt/x.sh\n"}))
    assert '# /etc/cron.d/backup, line 3, as root\n[[job]]\nname = "x"\n' in text


def test_what_made_no_job_is_told_at_the_end(tmp_path):
    text = draft(surveyed(tmp_path, {"etc/cron.d/backup.sh": "0 3 * * * root /opt/x.sh\n"}))
    assert "# /etc/cron.d/backup.sh: cron reads no file of such a name" in text.split("Not jobs, and why")[1]


def test_same_machine_gives_the_same_bytes(tmp_path):
    files = {
        "etc/crontab": "0 3 * * * root /opt/a.sh\n",
        f"{SPOOL}/b": "0 3 * * * /opt/b.sh\n",
        f"{SPOOL}/a": "@daily /opt/c.sh\n",
    }
    assert draft(surveyed(tmp_path, files)) == draft(surveyed(tmp_path, files))


def test_zone_that_is_not_the_machines_stands_with_its_job(tmp_path):
    files = {"etc/timezone": "Europe/Berlin\n", f"{SPOOL}/a": "CRON_TZ=Asia/Tokyo\n0 3 * * * /opt/a.sh\n"}
    config = drafted(tmp_path, files)
    assert (config.timezone.key, config.jobs[0].timezone.key) == ("Europe/Berlin", "Asia/Tokyo")


def test_zone_of_the_machine_is_not_repeated(tmp_path):
    files = {"etc/timezone": "Asia/Tokyo\n", f"{SPOOL}/a": "CRON_TZ=Asia/Tokyo\n0 3 * * * /opt/a.sh\n"}
    assert draft(surveyed(tmp_path, files)).count("Asia/Tokyo") == 1


def test_path_below_the_config_is_written_from_there_on():
    source = FoundSource(SourceConfig("files", "/srv/data/posts"), "files")
    assert 'path = "posts"' in draft(Survey(Zone(None, ""), sources=(source,)), Path("/srv/data"))


def test_draft_is_silent_on_lanes_that_are_shown():
    source = FoundSource(SourceConfig("files", "/srv"), "files")
    assert "# Files that jobs leave" not in draft(Survey(Zone(None, ""), sources=(source,)))


PIECES = (
    *("0 3 * * * ", "@daily ", "/opt/x.sh", "\n", "\r\n", "\t", "%", "\\%", "#", '"', "'", "\\", "[", "]", "*", "?"),
    *("\ufffd", "備", "CRON_TZ=Asia/Tokyo\n", "CRON_TZ=x\n", "password=abc123 ", "(", ")", ";", "&&", "\x00", "\x7f"),
    *("=", "{date:%Y}", "run-parts /etc/cron.daily ", "forensics run --job j -- ", "A=b\n", "\u2028", "\x85"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_draft_of_anything_is_read_back_with_every_job(text):
    jobs = tuple(named_apart(joined(table(text).jobs)))
    config = config_of(Survey(Zone("UTC", "as asked"), jobs=jobs))
    assert [job.name for job in config.jobs] == [job.name for job in jobs]
