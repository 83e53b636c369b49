from __future__ import annotations

import gzip
import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest

from forensics.errors import PublishError
from forensics.publish.http import Exchange, Limits, Request
from forensics.publish.refusals import Failed
from tests.publish.scripted import (
    Answer,
    Cut,
    Dripped,
    Dropped,
    Endless,
    Garbage,
    Hung,
    Reply,
    in_turn,
    page,
    redirect,
    serving,
)

TOKEN = "d41d8cd98f00b204e9800998ecf8427e5eb63bbb"
QUICK = Limits(connect=2.0, whole=20.0, tries=3, first_wait=0.001, longest_wait=0.002, reply=1024 * 1024)
GOOD = Reply(200, [1, 2, 3])
PASSING = {
    "dropped": Dropped(),
    "cut": Cut(GOOD),
    "500": Reply(500, {"message": ""}),
    "502": page(502),
    "503": Reply(503),
    "429": Reply(429),
    "408": Reply(408),
    "HTML": page(),
    "garbage": Garbage(),
    "truncated JSON": Reply(200, b'{"number": '),
    "deep JSON": Reply(200, b"[" * 200_000),
}
LASTING = {
    "400": Reply(400),
    "401": Reply(401, {"message": "invalid username, password or token"}),
    "403": Reply(403, {"message": "token does not have at least one of required scope(s), required=[write:issue]"}),
    "404": Reply(404, b"404 page not found"),
    "412": Reply(412),
    "413": Reply(413),
    "422": Reply(422, {"message": "[Title]: Required"}),
    "423": Reply(423, {"message": "ops/nightwatch is archived"}),
    "301": redirect("/elsewhere", 301),
    "302": redirect("/elsewhere"),
    "303": redirect("/elsewhere", 303),
    "307": redirect("/elsewhere", 307),
    "308": redirect("/elsewhere", 308),
    "304": Reply(304),
    "too long": Endless(),
}
MAYBE_DONE = {"dropped", "cut", "500", "502", "503", "HTML", "garbage", "truncated JSON", "deep JSON", "too long"}
ALL = {**PASSING, **LASTING}

faults = pytest.mark.parametrize("fault", ALL.values(), ids=ALL.keys())
passing = pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
lasting = pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING.keys())
repeatable = pytest.mark.parametrize("method", ["GET", "PATCH"])


def connected(url: str, clock: Callable[[], float] = time.monotonic, **limits: float) -> Exchange:
    return Exchange(url, TOKEN, clock=clock, limits=replace(QUICK, **limits))


def failure(url: str, method: str = "GET", **limits: float) -> Failed:
    with connected(url, **limits) as exchange, pytest.raises(Failed) as caught:
        exchange.ask(Request(method, "/x"))
    return caught.value


def failure_of(answer: Answer, method: str = "GET", **limits: float) -> Failed:
    with serving(in_turn([answer])) as server:
        return failure(server.url, method, **limits)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were waited between attempts, without waiting."""
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture
def closed_port() -> Iterator[str]:
    """Return an address where nobody listens, and nobody else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_reply_comes_with_its_content_and_what_its_head_says_of_the_list():
    head = {"X-Total-Count": "105", "Link": '<http://x/?page=2>; rel="next",<http://x/?page=3>; rel="last"'}
    with serving(in_turn([Reply(200, [{"id": 1}], head)])) as server, connected(server.url) as exchange:
        reply = exchange.ask(Request("GET", "/x"))
    assert (reply.content, reply.total, reply.has_next) == ([{"id": 1}], 105, True)


def test_the_token_goes_in_the_header_and_nowhere_else():
    with serving(in_turn([GOOD])) as server, connected(server.url) as exchange:
        exchange.ask(Request("PATCH", "/x", query={"a": "b"}, fields={"body": "c"}))
    (asked,) = server.requests
    assert asked.headers.pop("authorization") == f"token {TOKEN}"
    assert TOKEN not in repr(asked)


def test_no_packed_reply_is_asked_for():
    with serving(in_turn([GOOD])) as server, connected(server.url) as exchange:
        exchange.ask(Request("GET", "/x"))
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_packed_reply_is_not_unpacked():
    packed = Reply(200, gzip.compress(b"[1]"), {"Content-Encoding": "gzip"})
    assert "it is no JSON" in str(failure_of(packed))


def test_an_empty_reply_is_no_fault():
    with serving(in_turn([Reply(204)])) as server, connected(server.url) as exchange:
        assert exchange.ask(Request("POST", "/x")).content is None


def test_half_characters_are_sent_as_json_writes_them():
    with serving(in_turn([GOOD])) as server, connected(server.url) as exchange:
        exchange.ask(Request("POST", "/x", fields={"body": "é\ud800"}))
    assert server.requests[0].raw == b'{"body": "\\u00e9\\ud800"}'


@repeatable
@passing
def test_after_a_passing_fault_reading_and_changing_are_tried_again(fault: Answer, method: str):
    with serving(in_turn([fault, GOOD])) as server, connected(server.url) as exchange:
        assert exchange.ask(Request(method, "/x")).content == [1, 2, 3]
    assert len(server.requests) == 2


@repeatable
@passing
def test_no_more_than_three_attempts_are_made(fault: Answer, method: str):
    with serving(in_turn([fault])) as server:
        assert not failure(server.url, method).is_permanent
    assert len(server.requests) == 3


@repeatable
@lasting
def test_a_lasting_fault_is_not_tried_again(fault: Answer, method: str):
    with serving(in_turn([fault])) as server:
        assert failure(server.url, method).is_permanent
    assert len(server.requests) == 1


@faults
def test_adding_is_never_tried_twice(fault: Answer):
    with serving(in_turn([fault, GOOD])) as server:
        failure(server.url, "POST")
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ALL)
def test_it_is_uncertain_whether_something_was_added_where_it_may_have_been(name: str):
    assert failure_of(ALL[name], "POST").is_uncertain is (name in MAYBE_DONE)


@faults
def test_reading_is_never_uncertain(fault: Answer):
    assert not failure_of(fault).is_uncertain


def test_a_change_stays_uncertain_when_a_later_attempt_is_refused():
    with serving(in_turn([Dropped(), Reply(422)])) as server:
        failed = failure(server.url, "PATCH")
    assert (failed.is_uncertain, failed.status) == (True, 422)


def test_a_request_that_asks_for_it_is_not_tried_again():
    with (
        serving(in_turn([Reply(500)])) as server,
        connected(server.url) as exchange,
        pytest.raises(Failed, match="trouble of its own"),
    ):
        exchange.ask(Request("PATCH", "/x", once=True))
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
def test_a_server_that_hangs_is_left_after_the_whole_time(method: str):
    with serving(in_turn([Hung()])) as server:
        failed = failure(server.url, method, whole=0.1)
    assert "no whole reply within 0.1 s" in str(failed)
    assert (failed.is_permanent, failed.is_uncertain) == (False, method != "GET")


def test_a_request_that_took_the_whole_time_is_not_tried_again():
    with serving(in_turn([Hung()])) as server:
        failure(server.url, whole=0.1)
    assert len(server.requests) == 1


@pytest.mark.parametrize("whole_head", [True, False], ids=["body", "head"])
def test_a_slow_drip_does_not_outlast_the_whole_time(whole_head: bool):
    drip = Dripped(Reply(200, b" " * 100_000), pause=0.005, whole_head=whole_head)
    assert "no whole reply within 0.1 s" in str(failure_of(drip, whole=0.1))


def test_a_refusal_whose_words_drip_is_known_by_its_status():
    drip = Dripped(Reply(401, b" " * 100_000), pause=0.005, whole_head=True)
    assert failure_of(drip, whole=0.1).status == 401


def test_time_is_told_by_the_clock_that_was_given():
    ticks = count(step=7)
    with (
        serving(in_turn([Dripped(GOOD, pause=0.001)])) as server,
        connected(server.url, clock=lambda: next(ticks)) as exchange,
        pytest.raises(Failed, match="no whole reply within 20 s"),
    ):
        exchange.ask(Request("GET", "/x"))


def test_a_very_long_reply_is_not_read_to_its_end():
    endless = Endless()
    failed = failure_of(endless)
    assert "longer than 1,048,576 bytes" in str(failed)
    assert sum(endless.sent) < 100 * QUICK.reply


def test_a_very_long_refusal_is_known_by_its_status():
    endless = Endless(status=403)
    assert failure_of(endless).status == 403
    assert sum(endless.sent) < 100 * QUICK.reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
def test_the_token_does_not_follow_a_redirect(method: str, status: int):
    with (
        serving(in_turn([GOOD])) as other,
        serving(in_turn([redirect(f"{other.url}/y?token={TOKEN}", status)])) as server,
    ):
        failed = failure(server.url, method)
    assert other.requests == []
    assert "redirects are not followed" in str(failed)
    assert f"{other.url}/y" in str(failed)
    assert TOKEN not in str(failed)


def test_a_redirect_to_nowhere_is_told():
    assert not failure_of(redirect("http://[::1")).is_uncertain


def test_a_server_that_is_not_there_may_come_back(closed_port: str):
    failed = failure(closed_port, "POST")
    assert "cannot be reached" in str(failed)
    assert (failed.is_permanent, failed.is_uncertain) == (False, False)


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = failure("https://forge.example.org", "POST")
    assert "cannot be looked up" in str(failed)
    assert (failed.is_permanent, failed.is_uncertain) == (False, False)


def test_a_server_that_does_not_encrypt_is_told():
    with serving(in_turn([GOOD])) as server:
        failed = failure(server.url.replace("http:", "https:"), "POST")
    assert "no encrypted connection" in str(failed)
    assert (failed.is_permanent, failed.is_uncertain) == (True, False)
    assert server.requests == []


def test_proxies_and_passwords_of_the_environment_stay_out(monkeypatch: pytest.MonkeyPatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(in_turn([GOOD])) as proxy, serving(in_turn([GOOD])) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with connected(server.url) as exchange:
            exchange.ask(Request("GET", "/x"))
    assert proxy.requests == []
    assert server.requests[0].headers["authorization"] == f"token {TOKEN}"


def test_a_short_wait_that_the_server_asks_for_is_waited(slept: list[float]):
    with (
        serving(in_turn([Reply(429, b"", {"Retry-After": "3"}), GOOD])) as server,
        connected(server.url, longest_wait=5.0) as exchange,
    ):
        exchange.ask(Request("GET", "/x"))
    assert slept == [3.0]


@pytest.mark.parametrize("after", ["6", "3600", "999999", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_long_wait_is_left_to_the_next_run(after: str, slept: list[float]):
    with serving(in_turn([Reply(503, b"", {"Retry-After": after})])) as server:
        assert not failure(server.url, longest_wait=5.0).is_permanent
    assert (len(server.requests), slept) == (1, [])


def test_no_wait_goes_beyond_the_whole_time(slept: list[float]):
    with serving(in_turn([Reply(503, b"", {"Retry-After": "4"})])) as server:
        failure(server.url, longest_wait=5.0, whole=3.0)
    assert slept == []


def test_waits_between_attempts_grow_and_differ(slept: list[float]):
    for _ in range(20):
        failure_of(Reply(503), first_wait=0.5, longest_wait=5.0)
    assert all(0.5 <= first <= 1.0 <= second <= 1.5 for first, second in zip(slept[::2], slept[1::2], strict=True))
    assert len(set(slept)) > 20


def test_the_server_s_words_are_shown_safely():
    words = "\x1b[31mno\x1b[0m\u202e password=hunter2secret\n" + "x" * 1000
    told = str(failure_of(Reply(422, {"message": words})))
    assert "\\u001b[31mno" in told
    assert "hunter2secret" not in told
    assert told.isprintable()
    assert len(told) < 500


def test_what_is_wrong_is_told_with_where_and_what_to_do():
    with serving(in_turn([LASTING["403"]])) as server:
        told = str(failure(server.url, "POST"))
    assert told == (
        "the token lacks a scope (403): token does not have at least one of required scope(s), required=[write:issue]"
        f" - POST {server.url}/x - make a token with the scope write:issue"
    )


def test_a_query_is_not_told():
    with serving(in_turn([Reply(404)])) as server, connected(server.url) as exchange, pytest.raises(Failed) as caught:
        exchange.ask(Request("GET", "/x", query={"q": "hush"}))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "answer",
    [
        *ALL.values(),
        Reply(422, {"message": f"nobody is {TOKEN}"}),
        redirect(f"/{TOKEN}/"),
        Reply(200, f'"{TOKEN}'.encode()),
        Garbage(TOKEN.encode()),
    ],
)
def test_the_token_is_in_no_error_trace_or_log(answer: Answer, method: str, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        failed = failure_of(answer, method)
    assert TOKEN not in f"{failed!r} {''.join(traceback.format_exception(failed))} {caplog.text}"


def test_the_token_is_in_no_representation():
    with connected("http://127.0.0.1:1") as exchange:
        assert TOKEN not in f"{exchange!r} {vars(exchange)['_client']!r} {vars(exchange)['_client'].headers!r}"


@pytest.mark.parametrize("token", ["", "two words", f"{TOKEN}\n", "tök", "x" * 5000])
def test_what_is_no_token_is_refused_unseen(token: str):
    with pytest.raises(PublishError, match="the token is empty or holds signs") as caught:
        Exchange("http://127.0.0.1:1", token, clock=time.monotonic)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://forge.example.org", "http://10.0.0.1", "http://127.0.0.1.example.org", "ftp://x"]
)
def test_the_token_is_not_sent_in_the_clear(url: str):
    with pytest.raises(PublishError, match="the token would go unencrypted"):
        Exchange(url, TOKEN, clock=time.monotonic)


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@forge.example.org", "https://", "https://x/?a=hunter2", "https://[hunter2"]
)
def test_what_is_no_plain_address_is_refused_unseen(url: str):
    with pytest.raises(PublishError, match=r"\[tracker\] url") as caught:
        Exchange(url, TOKEN, clock=time.monotonic)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_this_machine_may_be_reached_unencrypted(host: str):
    with Exchange(f"http://{host}:3000/git/", TOKEN, clock=time.monotonic) as exchange:
        assert exchange.base == f"http://{host}:3000/git"
