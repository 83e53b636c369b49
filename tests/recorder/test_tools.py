"""What is asked for and missing is a failure."""

from __future__ import annotations

import pytest

from tests.recorder.tools import is_required


@pytest.mark.parametrize(
    "environment",
    [{"CI": "true"}, {"CI": "1"}, {"NIGHT_WATCH_REQUIRE": "strace"}, {"NIGHT_WATCH_REQUIRE": "gitea,strace"}],
)
def test_tool_is_required_where_one_asks_for_it(environment):
    assert is_required("strace", environment)


@pytest.mark.parametrize("environment", [{}, {"CI": "false"}, {"NIGHT_WATCH_REQUIRE": "gitea"}])
def test_tool_is_not_required_elsewhere(environment):
    assert not is_required("strace", environment)
