"""Untrusted text: what comes out of evidence, made fit to stand in a report.

Secrets are masked first, then control, direction and invisible characters are made visible. Free text
goes into fences. In a line or a table cell only harmless characters stand as they are; any other text
is shown there as ``slug~hash``, and written out once in a fence below.
"""

from __future__ import annotations

import re
from hashlib import sha256

from forensics.redaction import redact

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# A name that Markdown would read as nothing but text: `a._b_` would be emphasis, `www.…` a link.
PLAIN_NAME = re.compile(r"(?!www\.)[A-Za-z0-9]{1,64}(?:[._-][A-Za-z0-9]{1,64}){0,31}")
SIGNS = "✅❌✓✗…–—×→≥≤≈"
PLAIN_WORD = re.compile(rf"(?!.*www\.)[A-Za-z0-9.,:;()'\"?%+=/{SIGNS}-]*")
LIST_MARK = re.compile(r"[-+>=]+|[0-9]+[.)]")  # at the head of a line these would begin a list, a quotation or a rule
LONE_SIGNS = frozenset("<>&")
CODE = re.compile(rf"(?:[A-Za-z0-9 ._/{{}}:%*+=,~()?'{SIGNS}-]|(?<=[A-Za-z0-9])[@#](?=[A-Za-z]))*")
TOKEN = re.compile(r"`([^`]{1,300})`|\"([^\"`]{1,300})\"|(\S+)")
PATH_LIKE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[^/]*(?:/[^/]*/|\.[^/]*/|/[^/]*[.0-9])")
NOT_SLUG = re.compile(r"[^A-Za-z0-9._-]+")
BACKTICKS = re.compile(r"`+")
# Letters that show nothing, although Python calls them printable.
UNSEEN = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"))
LONGEST_CODE = 200
LONGEST_SENTENCE = 500
LONGEST_TEXT = 600


def visible(text: str) -> str:
    r"""Return a text with line ends as ``\n``, and all else that is unseen, or moves what is seen, as ``\uXXXX``."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign if (sign.isprintable() and ord(sign) not in UNSEEN) or sign == "\n" else escaped(sign) for sign in text
    )


def escaped(sign: str) -> str:
    r"""Return a character as ``\uXXXX``."""
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def safe_text(text: str) -> str:
    """Return a text that may stand in a fence: redacted, and all of it visible."""
    return visible(redact(text))


def safe_line(text: str) -> str:
    """Return a text as ``safe_text`` does, on one line."""
    return safe_text(text).replace("\n", escaped("\n"))


def clipped(text: str, limit: int) -> str:
    """Return the beginning of a text, with an ellipsis where some is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fence(text: str, language: str = "text") -> str:
    """Return a fenced block that its text cannot leave; the text must be safe."""
    ticks = "`" * max([3, *(len(run) + 1 for run in BACKTICKS.findall(text))])
    return f"{ticks}{language}\n{text}\n{ticks}"


def is_name(text: str) -> bool:
    """Return whether a name is one that may stand anywhere."""
    return NAME.fullmatch(text) is not None


def slug(text: str) -> str:
    """Return a short stand-in for a text: what is harmless in it, and a hash of the whole; the text must be safe."""
    kept = NOT_SLUG.sub("-", text).strip("-._")[:40].strip("-._")
    return f"{kept or 'text'}~{sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


class Names:
    """Shows names and sentences out of evidence in a line, and remembers those that must be written out below."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}

    def plain(self, name: str) -> str:
        """Return a name for a table cell or a line."""
        safe = safe_line(name)
        if PLAIN_NAME.fullmatch(safe) and is_name(safe):
            return safe
        return f"`{safe}`" if is_name(safe) else self._stand_in(safe)

    def code(self, text: str) -> str:
        """Return a path, name or quotation as a code span."""
        safe = safe_line(text)
        return f"`{safe}`" if is_harmless(safe) else self._stand_in(safe)

    def sentence(self, text: str) -> str:
        """Return a sentence that may quote evidence: plain words stand, odd ones become code spans."""
        safe = clipped(safe_line(text), LONGEST_SENTENCE)
        return TOKEN.sub(self._token, " ".join(safe.split()))

    def _token(self, match: re.Match[str]) -> str:
        code, quoted, word = match.groups()
        if code is not None:
            return self.code(code.strip() or "'")
        if quoted is not None:
            return match[0] if all(map(is_plain, quoted.split(" "))) else self.code(quoted.strip() or "'")
        if match.start() == 0 and LIST_MARK.fullmatch(word):
            return self.code(word)
        return word if is_plain(word) and not PATH_LIKE.match(word) else self._odd_word(word)

    def _odd_word(self, word: str) -> str:
        core = word.lstrip("(\"'")
        lead, core = word[: len(word) - len(core)], core.rstrip("),.;:\"'?")
        if core.count("(") > core.count(")"):  # the bracket is the word's own
            core = word[len(lead) :].rstrip(",.;:\"'?")
        tail = word[len(lead) + len(core) :]
        return f"{lead}{self.code(core)}{tail}" if core else self._stand_in(word)

    def _stand_in(self, safe: str) -> str:
        short = slug(safe)
        self.written.setdefault(short, safe)
        return f"`{short}`"


def is_plain(word: str) -> bool:
    """Return whether Markdown, and those who scan it for mentions, see nothing but text in a word."""
    return word in LONE_SIGNS or (PLAIN_WORD.fullmatch(word) is not None and "//" not in word)


def is_harmless(text: str) -> bool:
    """Return whether a text may stand in a code span, in a table too."""
    return (
        0 < len(text) <= LONGEST_CODE and text == text.strip() and "  " not in text and CODE.fullmatch(text) is not None
    )
