"""What a path pattern of a job may hold: globs, ``{date:…}`` with strftime directives, and ``#field`` at its end."""

from __future__ import annotations

import re
from typing import Any

from forensics.config_keys import Setting, Unfit, nearest, text
from forensics.timeline import shown

PLACEHOLDER = re.compile(r"\{([^{}]{0,200})\}")
DIRECTIVE = re.compile(r"%(-?[A-Za-z%]?)")
DIRECTIVES = frozenset("YymdHMSjaAbBpIUWVGuwzZFTRe%") | {f"-{letter}" for letter in "mdHMSIj"}


def pattern(value: Any, setting: Setting) -> str:
    """Return a path pattern under an artifacts source, as it was written."""
    written = text(value, setting)
    place = written.partition("#")[0]
    if written.startswith(("/", "~", "\\")) or ":/" in place:
        raise Unfit("a path under the root of an artifacts source, not an absolute one")
    if ".." in place.replace("\\", "/").split("/"):
        raise Unfit("a path without `..`")
    if "\0" in written or written.endswith("#") or not place.strip():
        raise Unfit('a path, with a field after `#` where its time is read from inside, as in "state.json#lastRun"')
    for placeholder in PLACEHOLDER.findall(written):
        _check_placeholder(placeholder)
    if re.search(r"[{}]", PLACEHOLDER.sub("", written)):
        raise Unfit("each `{` closed by a `}`, as in {date:%Y-%m-%d}")
    return written


def _check_placeholder(inner: str) -> None:
    word, colon, form = inner.partition(":")
    if word != "date" or not colon or not form:
        raise Unfit(f"braces hold only {{date:…}}, as in {{date:%Y-%m-%d}}; {shown(f'{{{inner}}}')} is not known")
    unknown = [found for found in DIRECTIVE.findall(form) if found not in DIRECTIVES]
    if unknown:
        near = nearest(unknown[0], DIRECTIVES)
        strange = shown(f"%{unknown[0]}").strip('"')
        raise Unfit(f"a strftime directive that is known; `{strange}` is not, nearest: `%{near}`")
    if "%" not in form:
        raise Unfit("a strftime directive in {date:…}, as in {date:%Y-%m-%d}")
