"""How long a workspace is asked, all in all."""

from __future__ import annotations

import pytest

from forensics.sources.slack_calls import Limits, Unanswered
from forensics.sources.slack_web import Patience, Workspace, opened
from tests.publish.fake_slack import says
from tests.sources.slack_server import TOKEN, FakeWorkspace, serving


def test_when_time_is_over_nothing_more_is_asked():
    with serving(FakeWorkspace()) as slack:
        workspace = Workspace(TOKEN, slack.url, Limits(), None)
        workspace.patience.end()
        with pytest.raises(Unanswered, match="given up after 4 minutes") as caught:
            workspace.ask("users.list")
    assert (caught.value.is_final, slack.asked) == (True, [])


def test_a_wait_ends_with_the_time():
    patience = Patience(Limits(), None)
    patience.end()
    patience.wait(1000)
    assert not patience.allows(1)


def test_time_that_ends_in_a_wait_is_told():
    with serving(FakeWorkspace(broken={"users.list": says(429, retry_after="1")})) as slack:
        workspace = Workspace(TOKEN, slack.url, Limits(), lambda _: workspace.patience.end())
        with pytest.raises(Unanswered, match="given up after"):
            workspace.ask("users.list")
    assert slack.methods() == ["users.list"]


def test_time_runs_until_a_workspace_is_closed():
    with opened(TOKEN, "http://127.0.0.1:9/api/", Limits(), None) as workspace:
        assert workspace.patience.timer.is_alive()
    workspace.patience.timer.join()
    assert not workspace.patience.is_over
