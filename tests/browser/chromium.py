"""A real Chromium that opens pages from files, and what a test may ask of such a page.

The browser is the machine's own (Debian's ``chromium``), driven by Playwright. Pages are opened offline: whatever they
ask for beyond their own file is noted and refused. axe-core runs in a world of its own, so that the page keeps its
content security policy, and what that policy forbids stays visible.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

Scheme = Literal["light", "dark"]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HOW_TO_GET_IT = "as root: apt-get install -y chromium (or name one by NIGHT_WATCH_CHROMIUM=/path/to/chromium)"
HEIGHT = 900
PATIENCE = 180_000  # ms; nothing waits for as long unless it hangs
# WCAG 2.0 to 2.2, A and AA, and what axe holds for good practice.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
# Rules that axe leaves off unless they are asked for, though they belong to WCAG 2.2 AA.
ASKED_FOR = {"target-size": {"enabled": True}}
WIDER_THAN_PAGE = """() => {
  const page = document.documentElement, limit = page.clientWidth;
  if (page.scrollWidth <= limit) return [];
  const holder = each => getComputedStyle(each).position === 'absolute' ? each.offsetParent : each.parentElement;
  const scrolls = each => { for (let on = holder(each); on && on !== document.body; on = holder(on))
    if (getComputedStyle(on).overflowX !== 'visible') return true; return false; };
  const out = [...document.body.querySelectorAll('*')].filter(
    each => each.getBoundingClientRect().right > limit + 0.5 && !scrolls(each));
  return [`${page.scrollWidth} px in ${limit} px`, ...out.slice(0, 8).map(each => each.outerHTML.slice(0, 120))];
}"""


class Unavailable(Exception):
    """No browser can be had on this machine; the message says why, and which command would change that."""


@dataclass(frozen=True)
class Fault:
    """What axe has found: the rule, what it says, and the beginnings of the elements that break it."""

    rule: str
    text: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.text} ({len(self.places)} places, such as {' | '.join(self.places[:3])})"


@dataclass
class Page:
    """An open page. ``requests`` are the addresses it asked for beside its own, ``complaints`` the console's errors."""

    of_playwright: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, script: str) -> Any:
        """Return what a function in JavaScript comes to, run in the page."""
        return self.of_playwright.evaluate(script)

    def resize(self, width: int) -> None:
        """Make the window as wide as that (px)."""
        self.of_playwright.set_viewport_size({"width": width, "height": HEIGHT})

    def show(self, scheme: Scheme, is_print: bool = False) -> None:
        """Show the page to somebody who likes it light or dark, or as it would be printed."""
        self.of_playwright.emulate_media(color_scheme=scheme, media="print" if is_print else "screen")

    def unfold(self) -> None:
        """Open all that is folded."""
        self.ask("() => document.querySelectorAll('details').forEach(each => { each.open = true })")

    def fold(self) -> None:
        """Fold all that can be folded, as a page is when it is opened."""
        self.ask("() => document.querySelectorAll('details').forEach(each => { each.open = false })")

    def overflow(self) -> list[str]:
        """Return by how much the page is wider than its window, and what sticks out; nothing where it fits."""
        found: list[str] = self.ask(WIDER_THAN_PAGE)
        return found

    def faults(self) -> list[Fault]:
        """Return what axe finds wrong with the page as it now stands, all folded parts opened."""
        self.unfold()
        options = {"runOnly": RULES, "rules": ASKED_FOR, "resultTypes": ["violations"]}
        verdict = self.apart(axe_source(), f"axe.run(document, {json.dumps(options)}).then(JSON.stringify)")
        return [
            Fault(each["id"], each["help"], tuple(node["html"][:160] for node in each["nodes"]))
            for each in json.loads(verdict)["violations"]
        ]

    def apart(self, library: str, expression: str) -> Any:
        """Return what an expression comes to in a world that shares the page's elements, but not its policy."""
        session = self.of_playwright.context.new_cdp_session(self.of_playwright)
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
        session.send("Runtime.evaluate", {"expression": f"{library};0", "contextId": world})
        asked = {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True}
        answer = session.send("Runtime.evaluate", asked)
        session.detach()
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"]["value"]

    def milliseconds(self) -> float:
        """Return how long it took from asking for the page until it was loaded and laid out."""
        took: float = self.ask("() => performance.getEntriesByType('navigation')[0].loadEventEnd")
        return took

    def screenshot(self, path: Path) -> Path:
        """Write the whole page as a PNG."""
        self.of_playwright.screenshot(path=path, full_page=True)
        return path

    def pdf(self, path: Path) -> Path:
        """Write the page as it is printed on A4."""
        self.show("light", is_print=True)
        self.of_playwright.pdf(path=path, format="A4")
        return path


@dataclass(frozen=True)
class Browser:
    """A running Chromium."""

    of_playwright: Any

    @contextmanager
    def opened(self, path: Path, width: int = 1280, scheme: Scheme = "light", is_print: bool = False) -> Iterator[Page]:
        """Open a file as a page of its own, with no network and nothing kept from other pages."""
        context = self.of_playwright.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, offline=True, service_workers="block"
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield visited(context.new_page(), path, scheme, is_print)
        finally:
            context.close()


def visited(of_playwright: Any, path: Path, scheme: Scheme, is_print: bool) -> Page:
    """Return the page of a file, listened to from before it is loaded."""
    page = Page(of_playwright)
    own = path.resolve().as_uri()

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            page.complaints.append(f"{message.type}: {message.text}")

    def asked(request: Any) -> None:
        if request.url.split("#")[0] != own:
            page.requests.append(request.url)

    of_playwright.on("console", heard)
    of_playwright.on("pageerror", lambda error: page.complaints.append(str(error)))
    of_playwright.on("request", asked)
    page.show(scheme, is_print)
    of_playwright.goto(own)
    return page


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[Browser]:
    """Start the machine's Chromium, without a window.

    Raises:
        Unavailable: there is none, or nothing to drive it with.
    """
    binary = chromium_of(environment)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        raise Unavailable(f"{missing.name} is not installed; pip install 'forensics[test]'") from None
    with sync_playwright() as playwright:
        of_playwright = playwright.chromium.launch(executable_path=binary, timeout=PATIENCE)
        try:
            yield Browser(of_playwright)
        finally:
            of_playwright.close()


def chromium_of(environment: Mapping[str, str]) -> str:
    """Return where the machine's Chromium lies."""
    named = environment.get("NIGHT_WATCH_CHROMIUM")
    found = (shutil.which(name, path=environment.get("PATH")) for name in ([named] if named else NAMES))
    binary = next(filter(None, found), None)
    if binary is None:
        raise Unavailable(f"there is no {named or 'Chromium on the PATH'}; {HOW_TO_GET_IT}")
    return binary


@cache
def axe_source() -> str:
    """Return axe-core as one script."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
