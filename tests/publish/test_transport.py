from __future__ import annotations

import ssl
import time
from pathlib import Path

import httpcore
import pytest

from forensics.errors import PublishError
from forensics.publish.http import Exchange, Limits, Request
from forensics.publish.refusals import Failed
from forensics.publish.transport import Deadline, trusted
from tests.publish.certificates import Certificate, self_signed
from tests.publish.scripted import Reply, in_turn, serving

HERE = "IP:127.0.0.1"


def ask(certificate: Certificate, ca_file: Path | None) -> object:
    """Return what a server with a certificate answers to who trusts the certificates of a file."""
    limits = Limits(whole=20.0, first_wait=0.001, longest_wait=0.001)
    with (
        serving(in_turn([Reply(200, "well")]), certificate.context()) as server,
        Exchange(
            server.url, "secret", clock=time.monotonic, limits=limits, ca_file=ca_file and str(ca_file)
        ) as exchange,
    ):
        return exchange.ask(Request("POST", "/x")).content


def refused(certificate: Certificate, ca_file: Path | None) -> str:
    with pytest.raises(Failed, match="certificate is not trusted") as caught:
        ask(certificate, ca_file)
    assert (caught.value.is_permanent, caught.value.is_uncertain) == (True, False)
    return str(caught.value)


def test_a_server_of_one_s_own_ca_is_trusted(tmp_path: Path):
    certificate = self_signed(tmp_path, HERE)
    assert ask(certificate, certificate.file) == "well"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path):
    assert "self-signed certificate" in refused(self_signed(tmp_path, HERE), None).replace("self signed", "self-signed")


def test_another_ca_of_one_s_own_vouches_for_nothing(tmp_path: Path):
    (tmp_path / "other").mkdir()
    refused(self_signed(tmp_path, HERE), self_signed(tmp_path / "other", HERE).file)


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path):
    certificate = self_signed(tmp_path, "DNS:forge.example.org")
    assert "127.0.0.1" in refused(certificate, certificate.file)


def test_an_expired_certificate_is_not_trusted(tmp_path: Path):
    certificate = self_signed(tmp_path, HERE, is_expired=True)
    assert "expired" in refused(certificate, certificate.file)


def test_certificates_are_always_checked():
    context = trusted(None)
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_keys_are_not_logged_because_the_environment_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert trusted(None).keylog_filename is None


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_told(content: str | None, tmp_path: Path):
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(PublishError, match=r"ca_file cannot be used.*ca\.pem") as caught:
        trusted(str(tmp_path / "ca.pem"))
    assert caught.value.is_permanent


def test_a_step_may_take_what_is_left_of_the_whole():
    now = [100.0]
    deadline = Deadline(lambda: now[0])
    deadline.begin(30.0)
    now[0] = 128.0
    assert deadline.within(5.0, httpcore.ReadTimeout) == 2.0
    assert deadline.within(1.0, httpcore.ReadTimeout) == 1.0
    assert deadline.within(None, httpcore.ReadTimeout) == 2.0


def test_no_step_begins_when_the_whole_is_over():
    now = [100.0]
    deadline = Deadline(lambda: now[0])
    deadline.begin(30.0)
    now[0] = 130.0
    with pytest.raises(httpcore.WriteTimeout):
        deadline.within(5.0, httpcore.WriteTimeout)
