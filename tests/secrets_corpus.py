"""Shapes of secrets that turn up in evidence, for every test that must show that none gets out.

Put together here, so that no scanner of repositories takes them for leaked ones.
"""

from __future__ import annotations

from collections.abc import Iterator

RESET = "\x1b[0m"
HEX40 = "0123456789abcdef0123456789abcdef01234567"
# In each pair: a text, and what in it must go.
SECRETS: tuple[tuple[str, str], ...] = (
    (f"xo{'x'}b-123456789012-abcdefGHIJ", "123456789012"),
    (f"xo{'x'}p-1-2-3-abcdef", "1-2-3-abcdef"),
    (f"xo{'x'}a-2-abcdef", "2-abcdef"),
    (f"xo{'x'}r-abcdef123", "abcdef123"),
    (f"xo{'x'}s-abcdef123", "abcdef123"),
    (f"xo{'x'}e.xo{'x'}p-1-Mi0yLTEyMw", "Mi0yLTEyMw"),
    (f"xa{'p'}p-1-A0123-4567-deadbeef", "A0123"),
    (f"XO{'X'}B-99-UPPER", "99-UPPER"),
    ("https://hooks.slack.com/services/T000/B000/XXXXYYYY", "T000/B000"),
    ("hooks.slack.com/workflows/T1/A1/22/abc", "T1/A1"),
    ("https://chat.example.org/api/webhooks/12345678/abcdefgh", "12345678"),
    ("Authorization: Bearer abc123.def-456_ghi", "abc123"),
    ("bearer=ABCdef123456", "ABCdef123456"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("curl -H 'basic dXNlcjpwYXNzd29yZA=='", "dXNlcjpwYXNzd29yZA"),
    ('"authorization": "token-without-a-scheme"', "without-a-scheme"),
    ("https://user:hunter2@forge.example.org/x", "hunter2"),
    ("postgres://app:p%40ss@db/app", "p%40ss"),
    ("https://0123456789abcdef0123@forge.example.org/x", "0123456789abcdef0123"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC\nabc=\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKC"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEcut", "MIIEcut"),
    ("-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1r", "b3BlbnNzaC1r"),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("ASIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s1gn", "eyJzdWIiOiIxIn0"),
    (f"token {HEX40}", HEX40),
    (f"token is: {HEX40}", HEX40),
    (f"{HEX40} was the old token", HEX40),
    ("gh" + "p_abcdefghij0123456789", "abcdefghij"),
    ("github" + "_pat_11ABCDEFG0abcdef", "11ABCDEFG0"),
    ("gl" + "pat-abcdefghij0123456789", "abcdefghij"),
    ("np" + "m_abcdefghij0123456789abcd", "abcdefghij"),
    ("sk" + "_live_abcdefgh12345678", "abcdefgh"),
    ("s" + "k-abcdefghij0123456789abcdef", "abcdefghij"),
    ("AI" + "zaSyA0123456789abcdefghijklmnopqrstuv", "SyA0123456789"),
    ("S" + "G.abcdefghijklmnop.qrstuvwxyz0123456789", "abcdefghijklmnop"),
    ("ya" + "29.a0AfH6SMBabcdef", "a0AfH6SMB"),
    ("1234567890:AA" + "abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnop"),
    ("hv" + "s.abcdefghij0123456789abcd", "abcdefghij"),
    ("dop_" + "v1_0123456789abcdef0123456789abcdef", "0123456789abcdef"),
    ("AGE-SECRET-KEY-1" + "QQPQYRQ9ABCDEFGH", "QQPQYRQ9"),
    ("https://blob.example.org/x?sig=abcdefghij0123456789%3D", "abcdefghij"),
    ("password=hunter2", "hunter2"),
    ("DB_PASSWORD='correct horse'", "correct"),
    ('"client_secret": "abc123def456"', "abc123def456"),
    ("api-key: 0123abcd4567", "0123abcd4567"),
    ("mysql --password hunter22 db", "hunter22"),
)


def coloured(text: str, secret: str) -> str:
    """Return a text with an escape sequence in the middle of its secret."""
    at = text.index(secret) + len(secret) // 2
    return f"{text[:at]}{RESET}{text[at:]}"


def remains(shown: str, secret: str) -> list[str]:
    """Return what of a secret is in a text: all of it, or either half where that is long enough to tell."""
    half = len(secret) // 2
    return [part for part in (secret, secret[:half], secret[half:]) if len(part) > 3 and part in shown]


def spellings() -> Iterator[tuple[str, str]]:
    """Yield each text as it is and split by an escape sequence, with its secret."""
    for text, secret in SECRETS:
        yield text, secret
        yield coloured(text, secret), secret
