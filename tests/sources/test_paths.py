"""Paths relative to a root, and the names of links."""

from __future__ import annotations

import pytest

from forensics.sources.paths import parent, relative_to, tidied, without_target


@pytest.mark.parametrize(
    ("path", "tidy"),
    [
        ("", "."),
        (".", "."),
        ("./", "."),
        ("/", "/"),
        ("//a//b/", "/a/b"),
        ("./a/./b", "a/b"),
        ("../a", "../a"),
        ("a/../b", "a/../b"),
    ],
)
def test_a_path_is_tidied_without_resolving_it(path: str, tidy: str) -> None:
    assert tidied(path) == tidy


@pytest.mark.parametrize(
    ("path", "above"),
    [("a/b", "a"), ("a", "."), (".", ".."), ("..", "../.."), ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("../a", "..")],
)
def test_the_parent_of_a_path(path: str, above: str) -> None:
    assert parent(path) == above


def test_a_hidden_name_is_no_step_up() -> None:
    assert relative_to("/srv")("/srv/.a/..b/...") == ".a/..b/..."


def test_a_name_full_of_arrows_is_split_by_its_size() -> None:
    assert without_target(b"a" + b" -> b" * 10_000, 6) == b"a" + b" -> b" * 9_998


def test_a_link_without_a_fitting_size_is_split_at_the_first_arrow() -> None:
    assert without_target(b"a -> b -> c", None) == b"a"
    assert without_target(b"a -> b", 99) == b"a"
    assert without_target(b"a", 1) == b"a"


def test_a_name_never_becomes_empty() -> None:
    assert without_target(b" -> b", 1) == b" -> b"
    assert without_target(b" -> b", None) == b" -> b"
