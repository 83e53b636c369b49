"""What tests in a real browser may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tests.browser.chromium import Browser, Page, Unavailable, started


@pytest.hookimpl(tryfirst=True)  # before the tests are picked by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the browser."""
    for test in items:
        if "browser" in getattr(test, "fixturenames", ()):
            test.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, one for each worker. Where none can be had, its tests are skipped; in CI they fail."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(started(os.environ))
        except Unavailable as reason:
            give_up = pytest.fail if browser_is_required(os.environ) else pytest.skip
            give_up(f"no browser to test with: {reason}")
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return what opens a file as a page (see ``Browser.opened``); all are closed at the end."""
    with ExitStack() as stack:

        def opened(*arguments: Any, **options: Any) -> Page:
            return stack.enter_context(browser.opened(*arguments, **options))

        yield opened


def browser_is_required(environment: Mapping[str, str]) -> bool:
    """Say whether a test that cannot have its browser is a failure: in CI, and where one asks for it."""
    return (
        environment.get("CI", "").lower() in {"1", "true"}
        or "browser" in environment.get("NIGHT_WATCH_REQUIRE", "").split()
    )
