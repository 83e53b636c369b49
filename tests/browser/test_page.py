"""The report as a page in a real browser: for every reader, on every width, in light, in dark and on paper."""

from __future__ import annotations

import re
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.browser.chromium import Page, Scheme
from tests.browser.pages import NAMES, written

WIDTHS = (320, 390, 660, 800, 1280)
LARGEST = 5 << 20
# The contrast of each text of a drawing with its halo, else with what is behind the drawing: what axe leaves out.
PALEST = """() => {
  const parts = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = colour => { const [r, g, b] = parts(colour).map(
    each => (each /= 255) <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const page = getComputedStyle(document.body).backgroundColor;
  const found = [...document.querySelectorAll('svg[role=img] text')].map(text => {
    const style = getComputedStyle(text), behind = style.stroke === 'none' ? page : style.stroke;
    const [low, high] = [light(style.fill), light(behind)].sort((a, b) => a - b);
    return [(high + 0.05) / (low + 0.05), text.textContent]; });
  return found.sort((a, b) => a[0] - b[0]).slice(0, 3);
}"""
SEEN_DRAWINGS = """() => [...document.querySelectorAll('svg[role=img]')].filter(
  each => each.getBoundingClientRect().width).map(each => each.viewBox.baseVal.width)"""
# Each page once, and those with every kind of part in it once more: as wide as a laptop, and dark.
LOOKED_AT = [(name, 390, "light") for name in NAMES if name != "many"] + [
    (name, 800, "dark") for name in ("incident-a", "incident-b", "calm", "archive", "many")
]
# What the keyboard is at: what it is, whether it is outlined, and whether it lies in the window, not below another.
AT = """() => {
  const each = document.activeElement, box = each.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 8));
  return [each.outerHTML.slice(0, 80), getComputedStyle(each).outlineStyle !== 'none',
    Boolean(top) && (each.contains(top) || top.contains(each) && !top.closest('nav'))]; }"""
every_page = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory):
    """Return what writes a page to a file, each once."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def file_of(name: str) -> Path:
        return written(name, folder)

    return file_of


@pytest.fixture(scope="module")
def opened(browser, files):
    """Return what shows a page as it is when it is opened; each is opened once, for tests that leave no trace in it."""
    with ExitStack() as stack:

        @cache
        def page_of(name: str) -> Page:
            return stack.enter_context(browser.opened(files(name)))

        def shown(name: str, width: int = 1280, scheme: Scheme = "light", is_print: bool = False) -> Page:
            page = page_of(name)
            page.show(scheme, is_print)
            page.resize(width)
            page.fold()
            return page

        yield shown


@pytest.mark.parametrize(("name", "width", "scheme"), LOOKED_AT)
def test_axe_finds_nothing_with_all_folded_parts_open(page, files, name, width, scheme):
    assert list(map(str, page(files(name), width=width, scheme=scheme).faults())) == []


@every_page
def test_the_page_never_scrolls_sideways(opened, name):
    shown, found = opened(name), {}
    for is_open in (False, True):
        if is_open:
            shown.unfold()
        for width in WIDTHS:
            shown.resize(width)
            found[width, is_open] = shown.overflow()
    assert {where: what for where, what in found.items() if what} == {}


@every_page
def test_the_page_asks_for_nothing_and_its_policy_blocks_nothing(opened, name):
    shown = opened(name)
    shown.unfold()
    assert (shown.requests, shown.complaints) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["incident-a", "incident-b", "many"])
def test_words_in_drawings_stand_out_from_what_is_behind_them(opened, name, scheme):
    palest = opened(name, scheme=scheme).ask(PALEST)
    assert palest, "the page has no drawings"
    assert [text for text in palest if text[0] < 4.5] == []


@pytest.mark.parametrize(("width", "drawn"), [(390, 340), (800, 760), (1280, 760)])
def test_of_each_drawing_the_one_for_that_width_is_shown(opened, width, drawn):
    assert set(opened("incident-b", width=width).ask(SEEN_DRAWINGS)) == {drawn}


def test_drawings_have_the_colours_of_the_scheme_and_not_their_own(opened):
    fill = "() => getComputedStyle(document.querySelector('svg[role=img] text')).fill"
    colours = {scheme: opened("incident-b", scheme=scheme).ask(fill) for scheme in ("light", "dark")}
    assert colours["light"] != colours["dark"]


HIDDEN = """() => [...document.querySelectorAll('details')].filter(each => !each.lastElementChild.checkVisibility())
  .map(each => each.className)"""


def test_paper_shows_what_is_folded_on_a_screen_but_what_stands_aside(opened):
    assert "" in opened("incident-b").ask(HIDDEN)
    assert set(opened("incident-b", is_print=True).ask(HIDDEN)) == {"aside"}


def test_what_a_reader_has_opened_is_printed_too(page, files):
    shown = page(files("incident-b"), is_print=True)
    shown.unfold()
    assert shown.ask(HIDDEN) == []


@pytest.mark.parametrize(("name", "most"), [("incident-a", 8), ("incident-b", 6)])
def test_an_incident_is_a_few_sheets_of_paper(page, files, tmp_path, name, most):
    sheets = page(files(name)).pdf(tmp_path / "page.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= most


def test_the_first_key_leads_past_the_summary(page, files):
    shown = page(files("incident-a"))
    shown.of_playwright.keyboard.press("Tab")
    assert shown.ask("() => document.activeElement.getAttribute('href')") == "#blockers"
    assert shown.ask("() => document.activeElement.getBoundingClientRect().left") >= 0


def test_every_stop_of_the_keyboard_is_outlined_and_in_sight(page, files):
    shown = page(files("incident-a"))
    stops = []
    while len(stops) < 200:
        shown.of_playwright.keyboard.press("Tab")
        stops.append(shown.ask(AT))
        if stops[-1][0].startswith("<body"):
            break
    *found, end = stops
    assert end[0].startswith("<body"), "the keyboard is caught"
    assert len(found) > 20
    assert [what for what, is_outlined, is_seen in found if not (is_outlined and is_seen)] == []


@pytest.mark.parametrize("name", ["incident-a", "archive"])
def test_letters_twice_as_large_fit_a_window_half_as_wide(page, files, name):
    shown = page(files(name), width=640)
    shown.unfold()
    shown.ask("() => { document.documentElement.style.fontSize = '200%' }")
    assert shown.overflow() == []


@pytest.mark.parametrize("name", ["incident-a", "incident-b"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["laptop", "phone"])
def test_the_first_screen_says_what_since_when_and_what_to_do(opened, name, width, height):
    answer = "() => document.querySelector('.answer').getBoundingClientRect().bottom"
    assert opened(name, width=width).ask(answer) < height


def test_ten_thousand_runs_make_a_page_that_mail_and_browsers_take(files):
    assert files("many").stat().st_size < LARGEST
