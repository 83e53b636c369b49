from __future__ import annotations

from forensics.survey.found import FoundJob, Place
from forensics.survey.naming import named_apart, with_aliases
from tests.survey.builders import SPOOL, drafted

PLACE = (Place("/etc/crontab", 1),)


def job(name, command=None, **more):
    return FoundJob(name, PLACE, command=command, **more)


def names(*jobs):
    return [each.name for each in named_apart(jobs)]


def test_scripts_of_one_name_are_told_apart_by_their_folders(tmp_path):
    text = "0 1 * * * /opt/eu/run.sh\n0 2 * * * /opt/us/run.sh\n"
    found = drafted(tmp_path, {f"{SPOOL}/app": text})
    assert len({each.name for each in found.jobs}) == 2


def test_names_that_differ_in_case_alone_are_told_apart():
    assert len({name.casefold() for name in names(job("Backup"), job("backup"))}) == 2


def test_timer_beside_a_cron_line_is_told_apart_by_its_kind():
    assert names(job("certbot"), job("certbot", scheduler="systemd")) == ["certbot", "certbot-timer"]


def test_what_nothing_tells_apart_is_numbered():
    assert names(job("x", "/opt/x"), job("x", "/opt/x")) == ["x", "x-2"]


def test_number_passes_over_a_name_that_is_there():
    assert sorted(names(job("x", "/a"), job("x", "/a"), job("x-2"))) == ["x", "x-2", "x-3"]


def test_long_names_are_still_told_apart():
    found = names(*(job("n" * 64, f"/opt/x {word}") for word in ("one", "two")))
    assert len(set(found)) == 2
    assert max(map(len, found)) <= 64


def test_name_of_signs_alone_becomes_one_that_may_be_written():
    assert names(job("???")) == ["job"]


def test_comment_of_a_few_words_is_an_alias_where_the_command_has_one_of_them():
    (found,) = with_aliases([job("dump-orders", "/opt/dump.sh --db orders", said="Nightly orders")])
    assert found.aliases == ("Nightly orders",)


def test_comment_that_only_describes_is_no_alias():
    (found,) = with_aliases([job("dump", "/opt/dump.sh", said="run this every night, please")])
    assert found.aliases == ()


def test_alias_of_two_jobs_is_none():
    found = with_aliases([job("a", "/opt/a", aliases=("both",)), job("b", "/opt/b", aliases=("Both",))])
    assert [each.aliases for each in found] == [(), ()]


def test_alias_that_is_another_jobs_name_is_none():
    found = with_aliases([job("sync-orders", "/opt/a"), job("b", "/opt/b", aliases=("Sync Orders",))])
    assert found[1].aliases == ()
