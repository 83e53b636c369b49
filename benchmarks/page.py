"""What a page costs: to draw its charts, to write it, and to open it in a browser on a laptop and on a phone.

``python -m benchmarks.page [ROUNDS]``, for the pages of ``tests/browser/pages.py``. Opening is from asking for the file
until it is laid out, by the browser's own clock; it needs Chromium, as the tests in ``tests/browser`` do. A page of
10,000 runs should open in under 2 s and stay under 5 MiB.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from forensics.report.charts import charts
from forensics.report.html import report_html
from tests.browser.chromium import Browser, started
from tests.browser.pages import PAGES

ROUNDS = 5
MOST_BYTES, MOST_SECONDS = 5 << 20, 2.0
WIDTHS = (1280, 390)


def typical(rounds: int, seconds_of: Callable[[], float]) -> float:
    """Return the median of how long some work takes."""
    return statistics.median(seconds_of() for _ in range(rounds))


def clocked(work: Callable[[], object]) -> float:
    """Return how many seconds some work took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def opened(browser: Browser, path: Path, width: int) -> float:
    """Return how many seconds a page took to open."""
    with browser.opened(path, width) as page:
        return page.milliseconds() / 1000


def main(rounds: int = ROUNDS) -> bool:
    """Print what each page costs; return whether all are as small and as fast as they should be."""
    result = PAGES["incident-b"]()
    print(f"the charts of incident B, drawn for the first time: {clocked(partial(charts, result)):.2f} s")
    print(
        f"{'page':14} {'MB':>6} {'charts s':>9} {'all s':>7}" + "".join(f"{f'open at {width}':>14}" for width in WIDTHS)
    )
    is_well = True
    with tempfile.TemporaryDirectory() as folder, started(os.environ) as browser:
        for name, made in PAGES.items():
            result, path = made(), Path(folder, f"{name}.html")
            path.write_bytes(report_html(result))
            drawing = typical(rounds, partial(clocked, partial(charts, result)))
            writing = typical(rounds, partial(clocked, partial(report_html, result)))
            opening = [typical(rounds, partial(opened, browser, path, width)) for width in WIDTHS]
            size = path.stat().st_size
            is_well &= size < MOST_BYTES and max(opening) < MOST_SECONDS
            print(
                f"{name:14} {size / 1e6:6.2f} {drawing:9.2f} {writing:7.2f}"
                + "".join(f"{each:14.2f}" for each in opening)
            )
    return is_well


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
