"""Each hop of the walk is judged from what was seen, and the break stands where it is."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from live_view import container
from walk_facts import (
    BAD_GATEWAY,
    BEYOND,
    GATEWAY,
    INSIDE,
    LIVE,
    REFUSED,
    TALK,
    THROUGH,
    TIMED_OUT,
    WAY,
    document,
    everywhere,
    html,
    page,
    silent,
)

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.failure import Failure, FailureKind, LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk import dns, gateway, model, port, proxy
from clawkit.doctor.walk.beyond import Beyond, Inside
from clawkit.doctor.walk.dns import Names
from clawkit.doctor.walk.proxylog import Told
from clawkit.doctor.walk.through import Through
from clawkit.doctor.walk.walk import ended
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close, Refusal, WebSocketFacts
from clawkit.probe.tcp import Door


def judged(through: Through = THROUGH, beyond: Beyond = BEYOND, told: Told | None = None) -> tuple[Step, Step]:
    return proxy.step(WAY, through, beyond, told or Told()), gateway.step(WAY, through, beyond)


def test_a_healthy_way_is_ok_at_both() -> None:
    passed, reached = judged(told=Told("172.20.0.3:18789", "200", 3.0))
    assert (passed.state, reached.state) == (State.OK, State.OK)
    assert passed.detail.endswith("its log says 172.20.0.3:18789 answered 200 after 3 ms")
    assert "https://claw.example.net may connect" in reached.detail


def test_a_502_with_nobody_behind_it_breaks_at_the_gateway() -> None:
    passed, reached = judged(everywhere(html("/", 502, BAD_GATEWAY)), silent(REFUSED))
    assert passed.state is State.OK and "502 by nginx itself" in passed.detail
    assert reached.state is State.BROKEN and "172.20.0.3:18789 connection refused" in reached.detail


def test_a_502_though_the_gateway_answers_breaks_at_the_proxy() -> None:
    place = Place("docker logs edge", 3, "connect() failed")
    told = Told(failures=(Failure(FailureKind.REFUSED, place, upstream="172.20.0.3:8080"),))
    passed, _ = judged(everywhere(html("/", 502, BAD_GATEWAY)), BEYOND, told)
    assert passed.state is State.BROKEN
    assert passed.detail == (
        "502 by nginx itself; its log says refused for 172.20.0.3:8080, though the gateway answers"
    )


def test_a_name_that_the_proxy_alone_cannot_resolve_breaks_at_the_proxy() -> None:
    lost = Beyond(LIVE, Inside(INSIDE.url, "edge", None, "dns", ""))
    passed, _ = judged(everywhere(html("/", 502, BAD_GATEWAY)), lost)
    assert passed.state is State.BROKEN
    assert "http://openclaw:18789/healthz from inside edge: the name does not resolve" in passed.detail


def test_a_stopped_gateway_breaks_at_the_gateway_whatever_the_proxy_does_meanwhile() -> None:
    stopped = container("claw", State={"Status": "exited", "ExitCode": 137, "OOMKilled": True})
    held = everywhere(HttpFacts("/", failure=TIMED_OUT), WebSocketFacts(failure=TIMED_OUT))
    way = replace(WAY, gateway=stopped)
    assert proxy.step(way, held, silent(), Told()).state is State.OK
    reached = gateway.step(way, held, silent())
    assert reached.state is State.BROKEN
    assert reached.detail == "container claw is exited with status 137, killed for want of memory"


def test_a_proxy_that_answers_nothing_at_all_is_broken_itself() -> None:
    mute = replace(everywhere(HttpFacts("/", failure=TIMED_OUT)), entry=HttpFacts("/", failure=TIMED_OUT))
    assert judged(mute, silent())[0].state is State.BROKEN


@pytest.mark.parametrize(
    "answer",
    [
        html("/", 200),
        html("/", 404, "<center>nginx</center>"),
        html("/", 200, "<title>Welcome to nginx!</title>", server="nginx"),
        html("/", 403, "<center>nginx</center>"),
    ],
)
def test_an_answer_that_is_not_openclaws_breaks_at_the_proxy(answer: HttpFacts) -> None:
    passed, _ = judged(everywhere(answer))
    assert passed.state is State.BROKEN and "not by OpenClaw" in passed.detail


def test_a_redirect_to_itself_is_told_as_a_loop() -> None:
    loop = html("/healthz", 301, location="https://claw.example.net/healthz")
    passed, _ = judged(page("/", html("/", 301, location="https://claw.example.net:443/")))
    assert passed.state is State.BROKEN and "to itself" in passed.detail
    assert "to itself" in judged(everywhere(loop))[0].detail


def test_a_redirect_to_another_name_is_no_loop() -> None:
    away = everywhere(html("/healthz", 301, location="https://www.example.net/healthz"))
    assert "to itself" not in judged(away)[0].detail


def test_an_upgrade_that_is_answered_with_a_page_breaks_at_the_proxy() -> None:
    talk = WebSocketFacts(upgrade=html("/", 200, "<openclaw-app>"))
    passed, _ = judged(replace(THROUGH, talk=talk))
    assert passed.state is State.BROKEN
    assert passed.detail == "the WebSocket upgrade is answered with 200 text/html, not with 101"


def test_an_attribution_that_fails_breaks_at_the_gateway() -> None:
    error = {"type": "proxy_attribution_required", "message": "…"}
    refusal = document("/", 403, error=error)
    through = replace(page("/", refusal), talk=WebSocketFacts(upgrade=refusal))
    through = replace(through, pages={**through.pages, "/startupz": refusal, "/readyz": refusal})
    passed, reached = judged(through)
    assert passed.state is State.OK
    assert reached.state is State.BROKEN and "proxy_attribution_required" in reached.detail


def test_an_origin_that_is_refused_breaks_at_the_gateway() -> None:
    talk = replace(
        TALK,
        refusal=Refusal("CONTROL_UI_ORIGIN_NOT_ALLOWED", "origin not allowed"),
        close=Close(1008, "origin not allowed"),
    )
    passed, reached = judged(replace(THROUGH, talk=talk))
    assert passed.state is State.OK
    assert reached.state is State.BROKEN and "CONTROL_UI_ORIGIN_NOT_ALLOWED" in reached.detail


def test_a_gateway_that_is_starting_is_not_there_yet() -> None:
    starting = document("/startupz", 503, ok=False, status="starting", pendingReason="startup-sidecars")
    _, reached = judged(page("/startupz", starting))
    assert (reached.state, reached.detail) == (State.BROKEN, "is starting (startup-sidecars)")


def test_a_channel_that_fails_is_told_and_breaks_nothing() -> None:
    _, reached = judged(page("/readyz", document("/readyz", 503, ready=False, failing=["telegram"])))
    assert reached.state is State.OK and "not ready: telegram" in reached.detail


def test_a_page_that_openclaw_does_not_have_there_is_shown_with_its_words() -> None:
    lost = HttpFacts(
        "/",
        status=503,
        headers=(("referrer-policy", "no-referrer"), ("permissions-policy", "x"), ("content-type", "text/plain")),
        body=b"Not Found",
    )
    _, reached = judged(page("/", lost))
    assert reached.state is State.BROKEN and reached.detail.endswith(": Not Found")


def test_what_a_silent_gateway_listens_on_is_told() -> None:
    bound = replace(GATEWAY, listening=("127.0.0.1:18789", "127.0.0.11:41234"))
    reached = gateway.step(replace(WAY, gateway=bound), everywhere(html("/", 502, BAD_GATEWAY)), silent(REFUSED))
    assert reached.detail.endswith("it listens on 127.0.0.1:18789")


def test_a_start_of_a_moment_ago_is_told_with_how_the_run_before_ended() -> None:
    fresh = replace(GATEWAY, started=time.time() - 3, last_exit=137)
    reached = gateway.step(replace(WAY, gateway=fresh), everywhere(html("/", 502, BAD_GATEWAY)), silent(REFUSED))
    assert "container claw was started 3 s ago after status 137" in reached.detail


def test_a_proxy_that_serves_what_stands_in_front_may_refuse_this_host() -> None:
    way = replace(WAY, stranger=True, tls=False)
    refusing = everywhere(html("/", 403, "<center>nginx</center>"))
    assert proxy.step(way, refusing, BEYOND, Told()).state is State.OK
    assert gateway.step(way, refusing, BEYOND).state is State.OK


def test_what_lies_behind_the_break_is_unknown() -> None:
    steps = ended(
        [Step(Hop.DNS, State.OK, ""), Step(Hop.PORT, State.BROKEN, "refused"), Step(Hop.TLS, State.BROKEN, "")]
    )
    assert [step.state for step in steps] == [State.OK, State.BROKEN, State.UNKNOWN]
    assert steps[2].detail == "behind the break at port"


def test_a_public_name_without_an_address_is_a_break_and_a_private_one_is_not() -> None:
    absent = Names(absent=True, failure="Name or service not known")
    assert dns.step(replace(WAY, public=True), absent).state is State.BROKEN
    assert [answer.kind for answer in dns.answers(replace(WAY, public=True), absent)] == ["A", "AAAA"]
    private = dns.step(WAY, absent)
    assert private.state is State.UNKNOWN and "reached on 127.0.0.1" in private.detail
    assert dns.answers(WAY, absent) == ()


def test_a_name_server_that_does_not_answer_says_nothing_of_the_name() -> None:
    unasked = Names(failure="Temporary failure in name resolution")
    assert dns.step(replace(WAY, public=True), unasked).state is State.UNKNOWN
    assert dns.answers(replace(WAY, public=True), unasked) == ()
    assert dns.step(WAY, None).state is State.UNKNOWN


def test_an_address_elsewhere_is_told_and_is_no_break() -> None:
    step = dns.step(WAY, Names(("203.0.113.5", "2001:db8::5"), own=frozenset({"192.0.2.1"})))
    assert step.state is State.OK and "not an address of this host" in step.detail
    assert [(one.kind, one.values) for one in dns.answers(WAY, Names(("203.0.113.5",)))] == [("A", ("203.0.113.5",))]


def test_one_open_door_is_enough_and_a_closed_one_beside_it_is_told() -> None:
    doors = (Door("127.0.0.1", 443, None, 0.2), Door("::1", 443, REFUSED, 0.1))
    step = port.step(WAY, doors)
    assert (step.state, step.detail) == (State.OK, "127.0.0.1:443 open; but [::1]:443 connection refused")
    assert port.step(WAY, doors[1:]).state is State.BROKEN


def test_nothing_published_names_the_container_that_should() -> None:
    dead = replace(WAY, proxy=container("edge", State={"Status": "exited", "ExitCode": 1}), addresses=())
    assert port.step(dead, ()).detail == "nothing is published for port 443: container edge is exited with status 1"


def test_only_the_gateways_own_words_say_anything_of_the_model() -> None:
    def line(speaker: Speaker, text: str) -> LogLine:
        return LogLine(speaker, text, Place("docker logs claw", 1, text))

    assert "would cost" in model.step([line(Speaker.GATEWAY, "[gateway] remote model catalog refresh failed")]).detail
    told = model.step([line(Speaker.GATEWAY, "[agent] provider openai: 401 authentication_error")])
    assert told.state is State.UNKNOWN and "authentication_error" in told.detail
