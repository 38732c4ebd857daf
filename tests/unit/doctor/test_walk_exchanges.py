"""What the walk saw goes into the model, with a command that shows it again; what it proves to be over goes out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from live_view import container
from walk_facts import BEYOND, LIVE, PAGE, REFUSED, TALK, THROUGH, TIMED_OUT, WAY, document, silent

from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import Failure, FailureKind, LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.path import State
from clawkit.doctor.walk import asked, beyond, gateway, ours, proxylog, through
from clawkit.doctor.walk.beyond import Inside
from clawkit.doctor.walk.walk import Walked, added, walk
from clawkit.doctor.walk.way import Way
from clawkit.doctor.walk.whose import described, is_openclaw
from clawkit.engine.view import Ran, Said
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close, Refusal
from clawkit.probe.target import Target, Trust


def test_an_answer_is_told_with_the_command_that_gets_it_again() -> None:
    target = Target("127.0.0.1", 8443, "claw.example.net")
    seen = asked.exchange(target, PAGE, Vantage.PUBLIC)
    assert (seen.url, seen.status, seen.elapsed) == ("https://claw.example.net:8443/", 200, 0.005)
    assert str(seen.at) == (
        "curl -isS --http1.1 -k --connect-to ::127.0.0.1: https://claw.example.net:8443/")  # fmt: skip


def test_a_failure_has_the_words_of_the_model() -> None:
    seen = asked.exchange(Target("127.0.0.1", 80, "a.test", tls=False), HttpFacts("/", failure=REFUSED), Vantage.DIRECT)
    assert (seen.status, seen.error, seen.url) == (None, "refused", "http://a.test/")


def test_a_token_in_an_answer_is_masked() -> None:
    leak = document("/", token="s3cret-token-value")
    seen = asked.exchange(Target("127.0.0.1", 443, "a.test"), leak, Vantage.PUBLIC)
    assert "s3cret" not in repr(seen)


def test_the_refusal_of_a_connect_without_credentials_is_what_a_healthy_gateway_does() -> None:
    (*_, upgrade, entry) = through.exchanges(WAY, THROUGH)
    assert upgrade.upgrade and upgrade.status == 101 and upgrade.close_code is None
    assert entry.url == "http://claw.example.net/"


def test_an_origin_that_is_refused_is_kept_with_its_close() -> None:
    refused = replace(
        TALK, refusal=Refusal("CONTROL_UI_ORIGIN_NOT_ALLOWED", ""), close=Close(1008, "origin not allowed")
    )
    found = [one for one in through.exchanges(WAY, replace(THROUGH, talk=refused)) if one.upgrade]
    assert [(one.close_code, one.close_reason) for one in found] == [(1008, "origin not allowed")]


def test_a_proxy_that_should_refuse_this_host_gives_no_exchange() -> None:
    assert through.exchanges(replace(WAY, stranger=True), THROUGH) == ()


def test_both_ways_past_the_proxy_are_kept() -> None:
    direct, inside = beyond.exchanges(WAY, BEYOND)
    assert (direct.vantage, direct.url) == (Vantage.DIRECT, "http://172.20.0.3:18789/healthz")
    assert (inside.vantage, inside.url, inside.status) == (Vantage.INSIDE, "http://openclaw:18789/healthz", 200)


def test_a_network_that_this_host_cannot_see_is_no_silence_of_the_gateway() -> None:
    unseen = replace(BEYOND, direct=HttpFacts("/healthz", failure=TIMED_OUT))
    assert [one.vantage for one in beyond.exchanges(WAY, unseen)] == [Vantage.INSIDE]
    assert len(beyond.exchanges(WAY, silent())) == 2


@pytest.mark.parametrize(("done", "status", "error"), [
    (Ran(0, '{"ok":true,"status":"live"}\n#200', ""), 200, ""),
    (Ran(0, "<html>\n#404", ""), 404, ""),
    (Ran(6, "\n#000", "curl: (6) Could not resolve host: openclaw"), None, "dns"),
    (Ran(7, "\n#000", "curl: (7) Failed to connect to openclaw: Connection refused"), None, "refused"),
    (Ran(7, "\n#000", "curl: (7) Failed to connect to openclaw: Could not connect"), None, "refused"),
    (Ran(52, "\n#000", "curl: (52) Empty reply from server"), None, "empty"),
    (Ran(1, "", "wget: bad address 'openclaw:18789'"), None, "dns"),
    (Ran(1, "", "wget: can't connect to remote host (172.20.0.3): Connection refused"), None, "refused"),
    (Ran(1, "", "wget: download timed out"), None, "timeout"),
    (Ran(1, "", "wget: server returned error: HTTP/1.1 403 Forbidden"), 403, ""),
])  # fmt: skip
def test_curl_and_wget_tell_the_same(done: Ran, status: int | None, error: str) -> None:
    seen = beyond.read("http://openclaw:18789/healthz", "edge", done)
    assert seen is not None and (seen.status, seen.error) == (status, error)


def test_a_container_without_either_tells_nothing() -> None:
    assert beyond.read("http://x/", "edge", Ran(126, "", "")) is None


def test_only_a_live_answer_is_one_of_the_gateway() -> None:
    assert Inside("u", "c", 200, "", "<html>").live is False
    assert is_openclaw(document("/x", 503, error={"type": "gateway_unavailable"})) is False
    assert described(HttpFacts("/", status=200)) == "200 with an empty body"


NGINX = '{"path":"/healthz","status":200,"upstream":"10.0.0.3:18789","upstream_status":"502, 200","upstream_header":"-, 0.004"}'  # noqa: E501
CADDY = '{"logger":"http.log.access","request":{"uri":"/healthz","host":"a"},"status":200,"upstream":"10.0.0.3:18789","upstream_status":200,"upstream_header_ms":3.71}'  # noqa: E501


@pytest.mark.parametrize(("text", "ms"), [(NGINX, 4.0), (CADDY, 3.7)])
def test_the_access_log_of_either_proxy_tells_the_upstreams_time(text: str, ms: float) -> None:
    lines = [Said("1", text), Said("2", "not json"), Said("3", text.replace("/healthz", "/x"))]
    assert proxylog.passed(lines) == ("10.0.0.3:18789", "200", ms)


def test_a_request_that_got_no_answer_has_no_time() -> None:
    assert proxylog.passed([Said("1", NGINX.replace('"502, 200"', '"-"'))]) == ("", "", None)


def failed(kind: FailureKind, time: float, line: int, source: str = "docker logs edge") -> Failure:
    return Failure(kind, Place(source, line, "x"), time=time)


def test_a_proxy_that_has_just_connected_no_longer_fails_to() -> None:
    failures = (
        failed(FailureKind.CONNECT_TIMEOUT, 100, 1),
        failed(FailureKind.READ_TIMEOUT, 100, 2),
        failed(FailureKind.REFUSED, 500, 3),
        failed(FailureKind.REFUSED, 100, 4, "docker logs other"),
    )
    lines = tuple(LogLine(Speaker.NGINX, "x", one.at, one.time) for one in failures)
    walked = Walked((gateway.step(WAY, THROUGH, BEYOND),), log="docker logs edge", since=400)
    assert walked.arrived
    setup = added(Setup(failures=failures, logs=lines), walked)
    assert [one.at.line for one in setup.failures] == [2, 3, 4]
    assert [one.at.line for one in setup.logs] == [2, 3, 4]
    stopped = replace(WAY, gateway=container("claw", State={"Status": "exited"}))
    down = Walked((gateway.step(stopped, THROUGH, BEYOND),), log="docker logs edge", since=400)
    assert len(added(Setup(failures=failures, logs=lines), down).failures) == 4


def test_a_wildcard_is_taken_apart_into_what_can_be_dialled() -> None:
    assert ours.dialled(["0.0.0.0", "::"])[0] == "127.0.0.1"
    assert "::1" in ours.dialled(["::"])
    assert ours.dialled(["192.0.2.7", "192.0.2.7"]) == ("192.0.2.7",)


class Answering(BaseHTTPRequestHandler):
    """A site on a port of this host that is not OpenClaw's at all."""

    def do_GET(self) -> None:
        body = json.dumps({"hello": "world"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def stranger() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_walk_to_somebody_elses_server_stops_at_the_proxy(stranger: int) -> None:
    way = Way(name="localhost", port=stranger, tls=False, addresses=("127.0.0.1",), trust=Trust(),
              origin=f"http://localhost:{stranger}")  # fmt: skip
    walked = walk(way, None)
    states = {step.hop.value: step.state for step in walked.steps}
    assert states == {"client": State.OK, "dns": State.OK, "port": State.OK, "tls": State.OK, "proxy": State.BROKEN,
                      "gateway": State.UNKNOWN, "model": State.UNKNOWN}  # fmt: skip
    played = [one for one in walked.exchanges if one.forwarded_proto]
    assert [one.status for one in played] == [200]


def test_a_walk_to_a_closed_port_stops_there(stranger: int) -> None:
    way = Way(name="127.0.0.1", port=1, tls=True, addresses=("127.0.0.1",), trust=Trust(), origin="https://127.0.0.1:1")
    walked = walk(way, None)
    broken = [step for step in walked.steps if step.state is State.BROKEN]
    assert [(step.hop.value, step.detail) for step in broken] == [("port", "127.0.0.1:1 connection refused")]
    assert {one.error for one in walked.exchanges} == {"refused"}


def test_live_is_of_the_document_and_not_of_the_status() -> None:
    assert is_openclaw(LIVE) and not is_openclaw(HttpFacts("/healthz", status=200))


def test_a_gateway_on_a_network_of_a_swarm_is_not_asked_from_this_host() -> None:
    """Neither by its address there, nor by its name where the proxy is gone."""
    away = replace(WAY, overlay=True, proxy=None, upstream="http://gateway:18789")
    assert away.direct is None
    assert not beyond.look(away, None).asked
