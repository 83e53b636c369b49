"""Certificates for servers on loopback, made by the ``openssl`` command."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """A certificate that vouches for itself, and its key, as PEM files."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return what a server needs to show it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def self_signed(folder: Path, names: str, *, is_expired: bool = False) -> Certificate:
    """Return a new certificate for names as in ``IP:127.0.0.1,DNS:localhost``; skip where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("making certificates takes openssl; as root: apt-get install -y openssl")
    made = Certificate(folder / "server.pem", folder / "server.key")
    request = folder / "server.csr"
    extensions = folder / "extensions"
    extensions.write_text(f"subjectAltName={names}\nbasicConstraints=critical,CA:TRUE\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=forge",
            "-keyout", str(made.key), "-out", str(request))  # fmt: skip
    openssl("x509", "-req", "-in", str(request), "-signkey", str(made.key), "-extfile", str(extensions),
            "-days", "-1" if is_expired else "2", "-out", str(made.file))  # fmt: skip
    return made


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
