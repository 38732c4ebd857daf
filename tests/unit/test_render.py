from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jinja2 import UndefinedError

from clawkit.render import environment, generation_path, render
from fakes import make_stack

SECOND = [{"name": "alice", "domain": "alice.test"}]
PROXIES = pytest.mark.parametrize("proxy", ["caddy", "nginx"])


def compose(**settings: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(render(make_stack(**settings))["compose.yaml"])
    return found


@PROXIES
def test_the_same_stack_gives_the_same_files(proxy: str) -> None:
    assert render(make_stack(proxy=proxy)) == render(make_stack(proxy=proxy))


@PROXIES
def test_every_rendered_file_says_where_own_lines_belong(proxy: str) -> None:
    files = render(make_stack(proxy=proxy))
    scripts = {name for name in files if name.endswith((".sh", ".js", ".html", "generation"))}  # no place for lines
    folders = {name for name in files if "00-readme" in name}  # they say nothing else
    wanted = {name for name in files if name.startswith("proxy/")} - scripts - folders
    for name in ("compose.yaml", *sorted(wanted)):
        assert files[name].startswith("# rendered by clawkit "), name
        assert "compose.override.yaml" in files[name] or "site.d" in files[name].splitlines()[0], name


@PROXIES
def test_every_service_is_hardened(proxy: str) -> None:
    for name, service in compose(proxy=proxy, gateways=SECOND)["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"].split(":")[0] not in ("0", "root", ""), name
        assert {"mem_limit", "cpus", "pids_limit", "healthcheck", "logging", "stop_grace_period"} <= set(service), name
        assert all("size=" in mount for mount in service["tmpfs"]), name


@PROXIES
def test_no_gateway_publishes_a_port_and_each_is_alone_with_the_proxy(proxy: str) -> None:
    rendered = compose(proxy=proxy, gateways=SECOND)
    services = rendered["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert set(services["gateway"]["networks"]) & set(services["gateway-alice"]["networks"]) == {"egress"}
    assert "egress" not in services["proxy"]["networks"]
    assert rendered["networks"]["backend"]["internal"] is True
    assert rendered["networks"]["egress"]["driver_opts"] == {"com.docker.network.bridge.enable_icc": "false"}


def test_the_gateway_trusts_the_one_address_of_the_proxy_and_the_one_origin() -> None:
    stack = make_stack(domain="example.com", https_port=8443)
    gateway = json.loads(render(stack)["gateway/main/openclaw.json"])["gateway"]
    address = compose(domain="example.com", https_port=8443)["services"]["proxy"]["networks"]["backend"]["ipv4_address"]
    assert gateway["trustedProxies"] == [address]
    assert gateway["controlUi"]["allowedOrigins"] == ["https://example.com:8443"] == [gateway["publicOrigin"]]
    assert gateway["auth"]["token"] == {"source": "file", "provider": "clawkit", "id": "value"}


def test_each_gateway_gets_its_own_origin_and_token() -> None:
    files = render(make_stack(domain="main.test", gateways=SECOND))
    origins = [json.loads(files[f"gateway/{name}/openclaw.json"])["gateway"]["publicOrigin"]
               for name in ("main", "alice")]  # fmt: skip
    assert origins == ["https://main.test", "https://alice.test"]
    services = yaml.safe_load(files["compose.yaml"])["services"]
    assert services["gateway"]["secrets"] == ["main-token"]
    assert services["gateway-alice"]["secrets"] == ["alice-token"]


def test_the_chat_api_is_served_only_when_asked_for() -> None:
    for wanted in (False, True):
        owned = json.loads(render(make_stack(chat_api=wanted))["gateway/main/openclaw.json"])
        assert owned["gateway"]["http"]["endpoints"]["chatCompletions"]["enabled"] is wanted


def labels(**settings: Any) -> dict[str, str]:
    return {name: service["labels"]["clawkit.config"] for name, service in compose(**settings)["services"].items()}


def test_a_changed_mounted_file_recreates_its_service_and_no_other() -> None:
    before = labels(domain="main.test", gateways=SECOND)
    after = labels(domain="main.test", gateways=SECOND, hsts="off")  # in no file of a private name: nothing changes
    assert after == before
    moved = labels(domain="main.test", gateways=[{"name": "alice", "domain": "other.test"}])
    assert {name for name in before if before[name] != moved[name]} == {"gateway-alice"}


@PROXIES
def test_the_proxy_that_runs_is_told_of_every_change_of_its_files_and_of_no_other(proxy: str) -> None:
    def told(own: dict[str, str] | None = None, **settings: Any) -> str:
        stack = make_stack(proxy=proxy, domain="main.test", **settings)
        return render(stack, own)[generation_path(stack)]

    before = told()
    assert told(chat_api=True) == before
    assert told({f"proxy/{proxy}/site.d/mine.conf": "# mine"}) != before
    assert told(gateways=SECOND) != before


@PROXIES
def test_a_further_gateway_finds_a_network_that_the_proxy_is_on_already(proxy: str) -> None:
    one, two = (compose(proxy=proxy, domain="main.test", **more) for more in ({}, {"gateways": SECOND}))
    assert one["services"]["proxy"] == two["services"]["proxy"]
    assert one["networks"] == two["networks"]
    assert "backend1" in two["services"]["gateway-alice"]["networks"]


def test_an_older_engine_gets_no_start_interval() -> None:
    stack = make_stack()
    assert "start_interval" not in render(stack)["compose.yaml"]
    assert "start_interval: 1s" in render(replace(stack, start_interval=True))["compose.yaml"]


def test_a_slip_in_a_template_is_an_error_and_not_an_empty_string() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ s.no_such_thing }}").render(s=make_stack())
