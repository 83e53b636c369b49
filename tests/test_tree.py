"""What holds for the checkout as a whole: its top level, and that it names no machine it was made on."""

from __future__ import annotations

import re

import pytest

from tests.checkout import ROOT, belonging, listed_by_git

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docs",
    "forensics",
    "pyproject.toml",
    "report_templates",
    "requirements.lock",
    "sample_data",
    "tests",
}
# In pieces, so that this file may be searched too.
MACHINE_PATHS = ("/" + "work", "/" + "root", "site" + "-packages", "dist" + "-packages")
PACKAGE_HOSTS = ("py" + "pi.", "python" + "hosted", "--index" + "-url", "--find" + "-links", "ana" + "conda.org")
UNWANTED = re.compile(
    "|".join([rf"(?<![\w.~-]){re.escape(path)}(?![\w-])" if path.startswith("/") else path for path in MACHINE_PATHS])
    + "|"
    + "|".join(re.escape(host) for host in PACKAGE_HOSTS)
)


def unwanted(text: str) -> list[str]:
    return [match.group() for match in UNWANTED.finditer(text)]


def test_top_level_is_the_agreed_one():
    assert {path.split("/")[0] for path in belonging()} <= TOP_LEVEL


def test_no_file_of_the_project_is_ignored_by_git():
    folders = ("forensics", "report_templates", "tests", "benchmarks", "sample_data")
    ignored = listed_by_git("--others", "--ignored", "--exclude-standard", "--", *folders)
    assert [path for path in ignored if "__pycache__" not in path and not path.startswith("benchmarks/out/")] == []


def test_no_file_names_the_machine_it_was_made_on():
    texts = {path: (ROOT / path).read_bytes().decode(errors="replace") for path in belonging()}
    assert {path: found for path, text in texts.items() if (found := unwanted(text))} == {}


def test_machine_paths_and_package_hosts_are_recognised():
    home, package_host = "/" + "root/x", "https://py" + "pi.org"
    assert unwanted(f"cd /{'work'}/main; cat {home}; open {package_host}") == ["/" + "work", "/" + "root", "py" + "pi."]


def test_words_that_only_look_like_machine_paths_pass():
    assert unwanted("/workspace/notes, /opt/work, path/root/x, /work-log, roots") == []


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/timesketch.lock"])
def test_lock_holds_pins_and_hashes_only(lock):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pin = re.compile(r"[a-z0-9-]+==[\w.]+(?: ; [\w.' <>=!]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?| *#.*")
    assert [line for line in lines if not pin.fullmatch(line)] == []
