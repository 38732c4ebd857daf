"""Checks that read back from the engine: each judge with facts under which it passes and facts that it must name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clawkit.check import Outcome
from clawkit.engine.container import Confinement, read
from clawkit.verify.attribution import Seen
from clawkit.verify.checks import client_address, container_hardening, proxy_timeouts, token_not_exposed, trust_pinned

CONFINED = Confinement(
    user="1000:1000", privileged=False, read_only=True, dropped=frozenset({"ALL"}), added=frozenset(),
    security=frozenset({"no-new-privileges:true"}), memory=2**31, cpus=2.0, pids=512, host_namespaces=(), sockets=(),
    published=(), rotated=True,
)  # fmt: skip


def test_confined_containers_pass_and_the_proxy_may_publish_and_bind() -> None:
    proxy = replace(CONFINED, added=frozenset({"NET_BIND_SERVICE"}), published=("443/tcp",))
    assert container_hardening.judge({"gateway": CONFINED, "proxy": proxy}).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"user": ""}, "runs as root"),
        ({"user": "0:0"}, "runs as root"),
        ({"privileged": True}, "is privileged"),
        ({"read_only": False}, "writable root"),
        ({"dropped": frozenset()}, "keeps capabilities"),
        ({"added": frozenset({"SYS_ADMIN"})}, "keeps capabilities (SYS_ADMIN)"),
        ({"security": frozenset()}, "may gain privileges"),
        ({"memory": 0}, "no memory limit"),
        ({"cpus": 0.0}, "no cpus limit"),
        ({"pids": 0}, "no pids limit"),
        ({"host_namespaces": ("network",)}, "shares the host's network"),
        ({"sockets": ("/var/run/docker.sock",)}, "engine's socket"),
        ({"published": ("18789/tcp",)}, "publishes 18789/tcp"),
        ({"rotated": False}, "logs without a limit"),
    ],
)
def test_each_missing_confinement_is_named_with_its_service(change: dict[str, Any], named: str) -> None:
    verdict = container_hardening.judge({"gateway": replace(CONFINED, **change)})
    assert verdict.outcome is Outcome.FAILED
    assert named in verdict.summary
    assert "gateway" in verdict.summary


def test_no_container_at_all_is_a_failure_and_not_an_empty_success() -> None:
    assert container_hardening.judge({}).outcome is Outcome.FAILED


def test_confinement_is_read_from_what_docker_inspect_prints() -> None:
    raw = {
        "Config": {"User": "1000:1000"},
        "HostConfig": {
            "ReadonlyRootfs": True, "CapDrop": ["ALL"], "CapAdd": ["CAP_NET_BIND_SERVICE"], "Memory": 2**31,
            "SecurityOpt": ["no-new-privileges:true"], "NanoCpus": 2_000_000_000, "PidsLimit": 512,
            "NetworkMode": "x_backend", "PidMode": "host", "PortBindings": {"80/tcp": [{"HostPort": "80"}]},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
        },
        "Mounts": [{"Source": "/var/run/docker.sock"}],
    }  # fmt: skip
    assert read(raw).confinement == replace(
        CONFINED, added=frozenset({"NET_BIND_SERVICE"}), host_namespaces=("pid",), published=("80/tcp",),
        sockets=("/var/run/docker.sock",),
    )  # fmt: skip


TRUSTED = trust_pinned.Facts(
    {"trustedProxies": ["10.77.2.2"], "allowRealIpFallback": False,
     "controlUi": {"allowedOrigins": ["https://claw.test"]}},
    "10.77.2.2", "https://claw.test",
)  # fmt: skip


def test_one_trusted_address_and_one_origin_pass() -> None:
    assert trust_pinned.judge(TRUSTED).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"trustedProxies": ["10.0.0.0/8"]}, "trustedProxies is ['10.0.0.0/8']"),
        ({"trustedProxies": ["10.77.2.2", "127.0.0.1"]}, "trustedProxies"),
        ({"trustedProxies": []}, "trustedProxies is []"),
        ({"allowRealIpFallback": True}, "allowRealIpFallback"),
        ({"controlUi": {"allowedOrigins": ["*"]}}, "allowedOrigins is ['*']"),
        ({"controlUi": {"allowedOrigins": ["https://claw.test:8443"]}}, "allowedOrigins"),
    ],
)
def test_wider_trust_is_named_with_its_value(change: dict[str, Any], named: str) -> None:
    verdict = trust_pinned.judge(replace(TRUSTED, gateway={**TRUSTED.gateway, **change}))
    assert verdict.outcome is Outcome.FAILED
    assert named in verdict.summary


def test_a_token_that_stands_nowhere_else_passes() -> None:
    assert token_not_exposed.judge(token_not_exposed.Facts((), 14, 0o600)).outcome is Outcome.OK


def test_an_access_list_entry_for_the_containers_user_shows_as_group_bit_and_passes() -> None:
    assert token_not_exposed.judge(token_not_exposed.Facts((), 14, 0o640)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (token_not_exposed.Facts(("log of proxy",), 14, 0o600), "log of proxy"),
        (token_not_exposed.Facts((), 14, 0o644), "mode 0644"),
    ],
)
def test_a_token_that_others_can_read_is_named_with_its_place(facts: token_not_exposed.Facts, named: str) -> None:
    verdict = token_not_exposed.judge(facts)
    assert verdict.outcome is Outcome.FAILED
    assert named in verdict.summary


def test_the_true_client_passes_and_a_forged_one_fails() -> None:
    seen = Seen("closed before connect fwd=198.51.100.7 ua=x")
    forged = Seen(f"closed before connect fwd={client_address.FORGED} ua=x")
    assert client_address.judge(seen).outcome is Outcome.OK
    assert client_address.judge(forged).outcome is Outcome.FAILED


def test_a_gateway_that_logs_nothing_is_a_warning_and_no_success() -> None:
    assert client_address.judge(Seen("")).outcome is Outcome.WARNING
    assert client_address.judge(Seen("closed before connect")).outcome is Outcome.WARNING


def test_nginx_limits_are_its_smallest_and_its_defaults_where_none_is_set() -> None:
    text = "proxy_read_timeout 330s;\n location /x {\n  proxy_read_timeout 5m;\n }\n"
    assert {limit.name: limit.seconds for limit in proxy_timeouts.nginx_limits(text)} == {
        "proxy_read_timeout": 300.0, "proxy_send_timeout": 60.0}  # fmt: skip


def test_a_location_for_nginx_itself_may_be_in_a_hurry() -> None:
    text = """location / { proxy_read_timeout 330s; }
        location = /.own {
            internal;
            proxy_read_timeout 5s;
            proxy_send_timeout 5s;
        }
        location /public { proxy_send_timeout 400s; }"""
    assert {limit.name: limit.seconds for limit in proxy_timeouts.nginx_limits(text.replace("{ ", "{\n"))} == {
        "proxy_read_timeout": 330.0, "proxy_send_timeout": 400.0}  # fmt: skip


def test_caddy_limits_are_read_from_anywhere_in_its_configuration() -> None:
    config = {"apps": {"http": {"servers": {"a": {"routes": [{"handle": [
        {"transport": {"response_header_timeout": 330_000_000_000, "read_timeout": "1m30s"}}]}]}}}}}  # fmt: skip
    assert {limit.name: limit.seconds for limit in proxy_timeouts.caddy_limits(config)} == {
        "response_header_timeout": 330.0, "read_timeout": 90.0}  # fmt: skip


def test_a_time_limit_under_300_seconds_fails_with_its_name_and_none_at_all_passes() -> None:
    short = proxy_timeouts.judge((proxy_timeouts.Limit("proxy_read_timeout", 60), proxy_timeouts.Limit("x", 330)))
    assert short.outcome is Outcome.FAILED
    assert "proxy_read_timeout 60 s" in short.summary
    assert proxy_timeouts.judge(()).outcome is Outcome.OK
    assert proxy_timeouts.judge((proxy_timeouts.Limit("x", 330),)).outcome is Outcome.OK
