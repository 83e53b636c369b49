"""The harness itself: a page with a known fault is caught, and one without is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import Unavailable, chromium_of
from tests.browser.conftest import browser_is_required

SOUND = "<h1>Night</h1><p>All runs confirmed.</p>"
WIDE = "<table><tr><td>" + "wide" * 400 + "</td></tr></table>"


@pytest.fixture
def written(tmp_path: Path):
    """Return what writes a page of some body to a file; without a style, its policy forbids everything."""

    def write(body: str, style: str = "", policy: str = "default-src 'none'") -> Path:
        path = tmp_path / "page.html"
        head = f"<meta charset='utf-8'><meta http-equiv='Content-Security-Policy' content=\"{policy}\">"
        size = "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        scheme = "<meta name='color-scheme' content='light dark'>"
        page = f"<!doctype html><html lang='en'><head>{head}{size}{scheme}<title>Night</title>"
        path.write_text(
            f"{page}{f'<style>{style}</style>' if style else ''}</head><body><main>{body}</main></body>", "utf-8"
        )
        return path

    return write


def rules(page) -> set[str]:
    return {fault.rule for fault in page.faults()}


def test_a_sound_page_has_no_fault(page, written):
    sound = page(written(SOUND))
    assert (sound.faults(), sound.overflow(), sound.requests, sound.complaints) == ([], [], [], [])


def test_a_picture_without_words_is_caught_though_the_policy_forbids_scripts(page, written):
    assert "image-alt" in rules(page(written(SOUND + "<img src='data:,'>")))


@pytest.mark.parametrize(("scheme", "faulty"), [("light", True), ("dark", False)])
def test_pale_text_is_caught_in_the_scheme_in_which_it_is_pale(page, written, scheme, faulty):
    pale = written(
        SOUND, "body { background: Canvas } p { color: #bbb }", "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert ("color-contrast" in rules(page(pale, scheme=scheme))) is faulty


def test_a_fault_in_a_folded_part_is_caught(page, written):
    assert "image-alt" in rules(page(written(SOUND + "<details><summary>More</summary><img src='data:,'></details>")))


def test_targets_too_small_to_hit_are_caught(page, written):
    small = "".join(f"<button style='width:9px;height:9px;padding:0' aria-label='{each}'></button>" for each in "abc")
    assert "target-size" in rules(page(written(SOUND + small, policy="default-src 'none'; style-src 'unsafe-inline'")))


def test_a_table_wider_than_the_window_is_caught_and_named(page, written):
    told = page(written(SOUND + WIDE), width=390).overflow()
    assert told[0].endswith("in 390 px")
    assert any(line.startswith("<table") for line in told)


def test_a_table_that_scrolls_in_a_box_of_its_own_is_none(page, written):
    boxed = written(f"<div class='b'>{WIDE}</div>", ".b { overflow-x: auto }", "style-src 'unsafe-inline'")
    assert page(boxed, width=390).overflow() == []


def test_a_page_is_asked_again_as_its_window_becomes_narrower(page, written):
    shown = page(written("<p class='w'>w</p>", ".w { width: 500px }", "style-src 'unsafe-inline'"), width=800)
    assert shown.overflow() == []
    shown.resize(390)
    assert shown.overflow()


def test_what_a_page_loads_is_noted(page, written):
    asks = page(written(SOUND + "<img alt='' src='http://127.0.0.1:9/x.png'>", policy="default-src *"))
    assert asks.requests == ["http://127.0.0.1:9/x.png"]


def test_what_the_policy_blocks_is_a_complaint(page, written):
    assert any(
        "Content Security Policy" in line for line in page(written(SOUND + "<p style='color:red'>x</p>")).complaints
    )


def test_paper_is_shown_as_paper(page, written):
    shown = page(written(SOUND, "@media print { p { display: none } }", "style-src 'unsafe-inline'"), is_print=True)
    assert shown.ask("() => document.querySelector('p').offsetHeight") == 0


def test_a_screenshot_holds_the_whole_page(page, written, tmp_path):
    shown = page(written("<p class='t'>tall</p>", ".t { height: 3000px }", "style-src 'unsafe-inline'"), width=390)
    header = shown.screenshot(tmp_path / "page.png").read_bytes()[16:24]
    width, height = (int.from_bytes(part) for part in (header[:4], header[4:]))
    assert width == 390
    assert height > 3000


def test_a_machine_without_chromium_is_told_how_to_get_it():
    with pytest.raises(Unavailable, match="apt-get install -y chromium"):
        chromium_of({"PATH": "/nowhere"})


def test_a_named_chromium_that_is_not_there_is_not_replaced_by_another():
    with pytest.raises(Unavailable, match="/nowhere/chromium"):
        chromium_of({"PATH": "/usr/bin", "NIGHT_WATCH_CHROMIUM": "/nowhere/chromium"})


@pytest.mark.parametrize("surroundings", [{"CI": "true"}, {"NIGHT_WATCH_REQUIRE": "gitea browser"}])
def test_where_a_browser_is_required_its_lack_is_a_failure(surroundings):
    assert browser_is_required(surroundings)


def test_elsewhere_its_lack_is_a_reason_to_skip():
    assert not browser_is_required({"NIGHT_WATCH_REQUIRE": "gitea"})
