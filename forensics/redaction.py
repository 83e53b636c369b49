"""Secrets that turn up in evidence are masked before anything is cut or shown: every sink passes here.

A mask keeps the kind of the secret and four hex digits of its SHA-256, so that two sightings of one
secret can still be told from two secrets. Colour codes, invisible characters and line ends inside a
secret do not hide it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

MASK = "REDACTED-"
Span = tuple[int, int, str]


@dataclass(frozen=True)
class Shape:
    """What a kind of secret looks like.

    One of the ``needles`` is always in it. The last group of the ``pattern``, else all of it, is the secret.
    """

    kind: str
    needles: frozenset[str]
    pattern: re.Pattern[str]


def shape(kind: str, needles: str, pattern: str) -> Shape:
    """Return a shape."""
    return Shape(kind, frozenset(needles.split()), re.compile(pattern))


NAMED = r"(?i:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)"
WORD_TOKEN = r"(?i:token)(?!-[0-9a-f]{4}(?![0-9a-f]))"  # and not that of a mask
NAMED_NEEDLES = (
    "password passwd passphrase pwd secret token api_key api-key apikey"
    " access_key access-key accesskey private_key private-key privatekey credential"
)
# Every repetition is bounded or stops at a character that it cannot hold: none can run away (ReDoS).
SHAPES = (
    shape(
        "private-key", "PRIVATE", r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
    ),
    shape("slack-webhook", "hooks.slack", r"(?i)hooks\.slack(?:-gov)?\.com/([A-Za-z0-9/_+-]{4,})"),
    shape("slack-token", "xox", r"(?i)xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{2,}"),
    shape("slack-token", "xapp-", r"(?i)(?<![A-Za-z0-9])xapp-[0-9][A-Za-z0-9-]*"),
    shape("webhook", "/api/webhooks/", r"(?i)/api/webhooks/([A-Za-z0-9/_-]{8,})"),
    shape(
        "bearer",
        "bearer",
        r"(?i)\bbearer[ :=\"']{1,4}((?=[A-Za-z0-9._~+/=-]{0,200}(?:[0-9_=]|(?-i:[a-z][A-Z])))[A-Za-z0-9._~+/=-]{6,})",
    ),
    shape(
        "basic-auth",
        "basic",
        r"(?i:\bbasic) {1,3}((?=[A-Za-z0-9+/]{0,120}(?:[0-9=]|[a-z][A-Z]))[A-Za-z0-9+/]{8,}={0,2})",
    ),
    shape(
        "authorization", "authorization", r"(?i)authorization[\"']? ?[:=] ?[\"']?(?:[a-z]{3,10} {1,3})?([^\s\"',;]{6,})"
    ),
    shape("url-password", "://", r"://[^\s/:@]{0,128}:([^\s/]{1,256})@"),
    shape("url-password", "://", r"://([^\s/:@]{16,256})@"),
    shape("aws-key", "AKIA ASIA ABIA ACCA AROA AIDA", r"(?<![A-Za-z0-9])A(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z0-9]{12,}"),
    shape("jwt", "eyj", r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{6,2000}+(?:\.[A-Za-z0-9_-]*){1,4}"),
    shape("forge-token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{10,}"),
    shape("forge-token", "glpat- gldt- glrt- glcbt- glptt-", r"gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_-]{10,}"),
    shape("package-token", "npm_", r"npm_[A-Za-z0-9]{20,}"),
    shape("payment-key", "sk_live_ sk_test_ rk_live_ rk_test_", r"[rs]k_(?:live|test)_[A-Za-z0-9]{8,}"),
    shape("api-key", "sk-", r"(?<![A-Za-z0-9])sk-(?:[a-z]{2,5}-)?[A-Za-z0-9]{20,}[A-Za-z0-9_-]*"),
    shape("api-key", "AIza", r"AIza[A-Za-z0-9_-]{30,}"),
    shape("api-key", "SG.", r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    shape("oauth-token", "ya29.", r"ya29\.[A-Za-z0-9_-]{10,}"),
    shape("bot-token", ":AA", r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}"),
    shape("vault-token", "hvs. hvb.", r"(?<![A-Za-z0-9])hv[sb]\.[A-Za-z0-9_-]{20,}"),
    shape("cloud-token", "dop_v1_ doo_v1_", r"do[op]_v1_[a-f0-9]{20,}"),
    shape("age-key", "AGE-SECRET-KEY", r"AGE-SECRET-KEY-1[A-Z0-9]{10,}"),
    shape("signature", "sig=", r"(?i)(?<![a-z])sig=([A-Za-z0-9%/+=_-]{16,})"),
    shape("hex-token", "token", r"(?i)" + WORD_TOKEN + r"[^\n]{0,20}?(?<![0-9a-z])([0-9a-f]{40})(?![0-9a-f])"),
    shape("hex-token", "token", r"(?i)(?<![0-9a-z])([0-9a-f]{40})(?=[^0-9a-f][^\n]{0,20}" + WORD_TOKEN + ")"),
    shape("named-secret", NAMED_NEEDLES, NAMED + r"[\"']?\s{0,3}=>?\s{0,3}[\"']?([^\s\"',;&]{3,})"),
    shape(
        "named-secret", NAMED_NEEDLES, NAMED + r"[\"']?\s{0,3}:\s{0,3}[\"']?((?=[^\s\"',;&]{0,80}[0-9])[^\s\"',;&]{6,})"
    ),
    shape("named-secret", NAMED_NEEDLES, r"(?<![A-Za-z0-9-])--?" + NAMED + r"\s{1,3}[\"']?([^\s\"'-][^\s\"']{2,})"),
)
# A needle in lower case is looked for in any case, one with capitals only as it is.
NEEDLES = sorted({needle for each in SHAPES for needle in each.needles})
FOLDED, EXACT = (tuple(needle for needle in NEEDLES if (needle == needle.lower()) is lower) for lower in (True, False))
AT_ONCE = 256
# Colour codes and other escape sequences; what is left of a broken one falls to the single characters below.
ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[ -/]?[0-~]"
)
BREAKS = "\n\r\t\v\f\x85\u2028\u2029"


def redact(text: str) -> str:
    """Return a text with every secret in it masked."""
    if text.isprintable():
        return masked(text, secrets_in(text))
    spans: list[Span] = []
    for breaks in (BREAKS, "\t"):  # as it is, and with its lines joined: a secret may be wrapped
        joined, origin = unbroken(text, breaks)
        spans.extend((origin[start], origin[end - 1] + 1, kind) for start, end, kind in secrets_in(joined))
    return masked(text, spans)


def redact_all(texts: Sequence[str]) -> list[str]:
    """Return texts as ``redact`` does; where there is no secret at all, much faster."""
    done: list[str] = []
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        together = " ".join(some)
        done += some if together.isprintable() and not needles_in(together) else map(redact, some)
    return done


def needles_in(text: str) -> list[str]:
    """Return the needles that are in a text; where none is, no secret is."""
    lowered = text.lower()
    return [needle for needle in FOLDED if needle in lowered] + [needle for needle in EXACT if needle in text]


def secrets_in(text: str) -> Iterator[Span]:
    """Yield (start, end, kind) of each secret in a text; they may overlap."""
    found = needles_in(text)
    for each in SHAPES if found else ():
        if not each.needles.isdisjoint(found):
            for match in each.pattern.finditer(text):
                start, end = match.span(match.lastindex or 0)
                if not text.startswith(MASK, start):
                    yield start, end, each.kind


def unbroken(text: str, kept: str) -> tuple[str, list[int]]:
    """Return a text without escape sequences and unseen characters, and where each of its characters stood."""
    hidden = {position for match in ESCAPES.finditer(text) for position in range(*match.span())}
    origin = [at for at, sign in enumerate(text) if at not in hidden and (sign.isprintable() or sign in kept)]
    return "".join(text[at] for at in origin), origin


def masked(text: str, spans: Iterable[Span]) -> str:
    """Return a text with the spans masked; of overlapping spans the first names the kind."""
    parts, done = [], 0
    for start, end, kind in joined_spans(spans):
        parts += [text[done:start], mask(kind, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def joined_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, with those that overlap made one."""
    joined: list[Span] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1]), joined[-1][2]
        else:
            joined.append((start, end, kind))
    return joined


def mask(kind: str, secret: str) -> str:
    """Return what stands in place of a secret."""
    seen = "".join(sign for sign in ESCAPES.sub("", secret) if sign.isprintable())
    return f"{MASK}{kind}-{sha256(seen.encode('utf-8', 'backslashreplace')).hexdigest()[:4]}"
