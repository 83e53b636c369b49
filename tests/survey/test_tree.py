from __future__ import annotations

import os

import pytest

from forensics.survey.tree import Tree
from tests.survey.builders import machine


def test_absolute_link_begins_at_the_root_of_the_machine(tmp_path):
    tree = machine(tmp_path / "image", {"srv/tables/app": "inside"})
    (tmp_path / "image/etc").mkdir()
    (tmp_path / "image/etc/crontabs").symlink_to("/srv/tables")
    assert tree.text("/etc/crontabs/app") == "inside"


def test_link_out_of_the_machine_stays_inside(tmp_path):
    machine(tmp_path, {"secret": "outside"})
    tree = machine(tmp_path / "image", {"etc/x": ""})
    (tmp_path / "image/etc/crontab").symlink_to("../../../secret")
    assert not tree.has("/etc/crontab")


def test_links_in_a_circle_are_nothing(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert not Tree(str(tmp_path)).has("/a")


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "crontab")
    with pytest.raises(OSError, match="pipe"):
        Tree(str(tmp_path)).text("/crontab")


def test_homes_are_those_that_users_have(tmp_path):
    tree = machine(
        tmp_path, {"etc/passwd": "svc:x:1:1::/srv/svc:/bin/sh\nno:x:2:2::/nowhere:/bin/sh\n", "home/ann/x": ""}
    )
    (tmp_path / "srv/svc").mkdir(parents=True)
    assert list(tree.homes()) == ["/home/ann", "/srv/svc"]
