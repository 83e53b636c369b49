"""Tests of posting to a Slack webhook, against a scripted server on loopback."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
import traceback

import pytest

from forensics.errors import PublishError
from forensics.publish.slack import ANSWER_LIMIT, LONGEST_WAIT, TEXT_LIMIT, Webhook, checked, post_summary
from tests.publish.fake_slack import (
    HANGS_UP,
    OK,
    SECRET,
    SILENT,
    FakeSlack,
    Reply,
    free_port,
    says,
    serving,
)

ADDRESS = f"http://127.0.0.1:{{}}/services/{SECRET}"
MOMENT = 0.2


def refused(webhook: str, text: str = "hello", **limits: float) -> PublishError:
    """Post without waiting between attempts, and return what it was refused with."""
    with pytest.raises(PublishError) as caught:
        post_summary(webhook, text, pause=lambda _: None, **limits)
    return caught.value


def after(*script: Reply, **limits: float) -> tuple[PublishError, FakeSlack]:
    with serving(*script) as slack:
        return refused(slack.url, **limits), slack


def test_a_text_arrives_as_it_is():
    with serving(OK) as slack:
        post_summary(slack.url, "*27 runs* – ✅ naïve")
    assert slack.texts == ["*27 runs* – ✅ naïve"]


def test_the_whole_address_is_asked():
    with serving(OK) as slack:
        post_summary(f"{slack.url}?thread=1", "hello")
    assert slack.requests[0].target == f"/services/{SECRET}?thread=1"


def test_nothing_is_fetched_for_links_in_a_text():
    with serving(OK) as slack:
        post_summary(slack.url, "see https://example.org")
    assert (slack.requests[0].json["unfurl_links"], slack.requests[0].json["unfurl_media"]) == (False, False)


@pytest.mark.parametrize("mention", ["<!channel>", "<!here|here>", "<@U012345>", "<#C012345>", "<!subteam^S1>"])
def test_a_text_mentions_nobody(mention):
    with serving(OK) as slack:
        post_summary(slack.url, mention)
    assert slack.texts == ["&lt;" + mention[1:]]


def test_marks_of_slack_stay_as_they_are():
    text = "*bold* `code` a &amp; b &lt;c&gt; <https://forge.example.org/a?b=1&amp;c=2>"
    with serving(OK) as slack:
        post_summary(slack.url, text)
    assert slack.texts == [text]


def test_a_secret_in_a_text_is_masked():
    with serving(OK) as slack:
        post_summary(slack.url, "the token xoxb-123456789012-abcdefABCDEF leaked")
    assert "abcdefABCDEF" not in slack.texts[0]


def test_a_text_that_is_no_unicode_is_sent_all_the_same():
    with serving(OK) as slack:
        post_summary(slack.url, "broken \ud800 name")
    assert slack.texts == ["broken \\ud800 name"]


def test_a_long_text_is_cut_at_a_line_end():
    lines = [f"line {number}" for number in range(1000)]
    with serving(OK) as slack:
        post_summary(slack.url, "\n".join(lines))
    *kept, last = slack.texts[0].split("\n")
    assert len("\n".join(kept)) <= TEXT_LIMIT
    assert kept == lines[: len(kept)]
    assert last == f"… and {1000 - len(kept)} more lines"


def test_the_machine_is_not_described_to_slack():
    with serving(OK) as slack:
        post_summary(slack.url, "hello")
    assert slack.requests[0].headers["user-agent"] == "night-watch"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "invalid_payload"),
        (400, "no_text"),
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (404, "no_service"),
        (404, "channel_not_found"),
        (410, "channel_is_archived"),
        (404, "No service"),
    ],
)
def test_a_refusal_is_for_good_and_says_what_slack_said(status, said):
    error, slack = after(says(status, said))
    assert (error.is_permanent, error.is_uncertain, len(slack.requests)) == (True, False, 1)
    assert f"({status} {said})" in str(error)


def test_an_answer_that_is_no_word_of_slacks_is_not_repeated():
    error, _ = after(says(404, "<h1>\x1b[31mNot @here</h1>"))
    assert "(404) -" in str(error)


def test_an_answer_that_echoes_a_part_of_the_address_is_not_repeated():
    with serving(says(404, "services")) as slack:
        assert "services" not in str(refused(slack.url))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status):
    with serving(says(status, "later"), OK) as slack:
        post_summary(slack.url, "hello", pause=lambda _: None)
    assert slack.texts == ["hello", "hello"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_stays_busy_is_left_alone_until_the_next_run(status):
    error, slack = after(*[says(status)] * 9)
    assert (error.is_permanent, error.is_uncertain, len(slack.requests)) == (False, False, 3)


def test_the_server_says_how_long_to_wait():
    waits: list[float] = []
    with serving(says(429, retry_after="3"), OK) as slack:
        post_summary(slack.url, "hello", pause=waits.append)
    assert waits == [3.0]


def test_a_wait_that_is_too_long_is_left_to_the_next_run():
    error, slack = after(says(429, retry_after=f"{LONGEST_WAIT + 1:.0f}"), OK)
    assert len(slack.requests) == 1
    assert f"ask again in {LONGEST_WAIT + 1:.0f} s" in str(error)


@pytest.mark.parametrize("wish", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1e9", "²", "9" * 5000])
def test_a_wait_that_cannot_be_read_is_a_short_one(wish):
    waits: list[float] = []
    reply = Reply(f"HTTP/1.1 429 X\r\nRetry-After: {wish}\r\nContent-Length: 0\r\n\r\n".encode())
    with serving(reply, OK) as slack:
        post_summary(slack.url, "hello", pause=waits.append)
    assert 0 < waits[0] < LONGEST_WAIT


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_lost_the_reply_is_not_asked_again(status):
    error, slack = after(says(status), OK)
    assert (error.is_permanent, error.is_uncertain, len(slack.requests)) == (False, True, 1)


@pytest.mark.parametrize(
    "reply",
    [
        HANGS_UP,
        SILENT,
        Reply(b"HTTP/1.1 200"),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", is_held=True),
        Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no"),
        Reply(b"220 mail.example.org ESMTP\r\n"),
        Reply(b"\x00" * 100_000),
        Reply(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000),
    ],
    ids=["hangs-up", "silent", "cut-head", "cut-body", "held-body", "cut-chunk", "no-http", "zeros", "headers"],
)
def test_a_post_whose_answer_is_lost_is_not_sent_twice(reply):
    error, slack = after(reply, OK, silence=MOMENT)
    assert (error.is_permanent, error.is_uncertain, len(slack.requests)) == (False, True, 1)


def test_a_server_that_keeps_talking_is_cut_off():
    still_going_on = Reply(OK.raw, murmur=b"HTTP/1.1 100 Continue\r\n\r\n")
    error, _ = after(still_going_on, silence=30.0, whole_try=MOMENT)
    assert error.is_uncertain


def test_a_huge_answer_is_not_read_to_its_end():
    head = b"HTTP/1.1 404 X\r\nContent-Length: 9999999999\r\n\r\nno_service"
    error, _ = after(Reply(head + b" " * ANSWER_LIMIT, is_held=True), silence=MOMENT)
    assert "(404 no_service)" in str(error)


def test_a_connection_that_is_refused_is_tried_again():
    port = free_port()
    waits: list[float] = []
    with pytest.raises(PublishError) as caught:
        post_summary(ADDRESS.format(port), "hello", pause=waits.append)
    error = caught.value
    assert (error.is_permanent, error.is_uncertain, len(waits)) == (False, False, 2)
    assert "Connection refused" in str(error)


def test_a_server_that_comes_up_meanwhile_gets_the_post():
    port = free_port()
    servers = []

    def start(_: float) -> None:
        servers.append(serving(OK, port=port))
        servers[0].__enter__()

    try:
        post_summary(ADDRESS.format(port), "hello", pause=start)
    finally:
        servers[0].__exit__(None, None, None)
    assert len(servers) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    with serving(OK) as elsewhere:
        error, _ = after(says(status, location=elsewhere.url))
    assert elsewhere.requests == []
    assert error.is_permanent


@pytest.mark.parametrize("page", ["<html>Log in to this network</html>", "ok?", "OK computer", '{"ok": false}'])
def test_a_page_is_no_sign_of_arrival(page):
    error, _ = after(says(200, page))
    assert (error.is_permanent, error.is_uncertain) == (True, False)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_asked(monkeypatch, variable):
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(OK) as proxy, serving(OK) as slack:
        monkeypatch.setenv(variable, proxy.url)
        post_summary(slack.url, "hello")
    assert (len(proxy.requests), len(slack.requests)) == (0, 1)


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.example/services/" + SECRET,
        "http://127.0.0.1.example.org/services/" + SECRET,
        "http://localhost@example.org/services/" + SECRET,
        "https://user:pass@hooks.slack.example/services/" + SECRET,
        "ftp://127.0.0.1/" + SECRET,
        "file:///etc/" + SECRET,
        "hooks.slack.example/services/" + SECRET,
        "https://hooks.slack.example:port/services/" + SECRET,
        "https://hooks..slack.example/services/" + SECRET,
        "https://[hooks/services/" + SECRET,
        "https://hooks.slack.example/services/" + SECRET + "\n",
        "https://hooks.slack.example/ser vices/" + SECRET,
        "https://hooks.slack.example/ä/" + SECRET,
        "https:///services/" + SECRET,
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused_before_a_request(address):
    error = refused(address)
    assert error.is_permanent
    assert SECRET not in str(error)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "[::1]"])
def test_this_machine_may_be_reached_unencrypted(host):
    assert checked(f"http://{host}:80/services/x").scheme == "http"


def test_a_server_that_does_not_encrypt_is_not_reached():
    with serving(*[SILENT] * 3) as slack:
        error = refused(slack.url.replace("http:", "https:"), silence=MOMENT)
    assert (error.is_permanent, error.is_uncertain) == (False, False)


@pytest.fixture
def self_signed(tmp_path):
    """Return key and certificate of a server that nobody vouches for."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on the PATH to make a certificate with; as root: apt-get install -y openssl")
    pem = tmp_path / "server.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", pem, "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return pem


def test_a_certificate_that_nobody_vouches_for_ends_it(self_signed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    with serving(*[OK] * 3, encryption=context) as slack:
        error = refused(slack.url)
    assert error.is_permanent
    assert "certificate" in str(error)
    assert slack.requests == []


FAULTS = [says(404, SECRET), says(302, location="/"), says(500), HANGS_UP, says(200, f"/services/{SECRET}")]


@pytest.mark.parametrize("reply", FAULTS, ids=["404", "302", "500", "hangs-up", "page"])
def test_the_address_is_in_no_error_and_no_log(reply, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
    try:
        error, _ = after(*[reply] * 3)
    finally:
        logging.getLogger("slack_sdk").setLevel(logging.NOTSET)
    told = "".join(traceback.format_exception(error)) + repr(error) + caplog.text + "".join(capfd.readouterr())
    assert SECRET not in told


def test_the_address_is_not_in_the_clients_representation():
    webhook = f"https://hooks.slack.example/services/{SECRET}"
    assert SECRET not in repr(Webhook(webhook, checked(webhook), 1, 1, lambda _: None))
