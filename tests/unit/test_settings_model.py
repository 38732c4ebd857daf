from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from clawkit.settings.model import MOST_GATEWAYS, Settings, megabytes
from clawkit.stack import assemble
from fakes import make_stack


@pytest.mark.parametrize(("key", "value"), [
    ("https_port", 0),
    ("https_port", 65536),
    ("https_port", "eighty"),
    ("http_port", True),
    ("timeout", True),
    ("timeout", 0),
    ("proxy", "apache"),
    ("tls", "maybe"),
    ("email", "nobody"),
    ("email", "a@b.example\n"),
    ("email", "a{x}@b.example"),
    ("listen", "eth0"),
    ("openclaw", "latest version"),
    ("openclaw", "2026.9.6\nx"),
    ("openclaw", 2026.1),
    ("gateway_image", ""),
    ("caddy_image", "caddy: 2"),
    ("nginx_image", "nginx\n"),
    ("name", "My Stack"),
    ("name", "stack\n"),
    ("name", "a" * 41),
    ("subnet", "10.77.0.0/24"),
    ("subnet", "10.77.1.0/21"),
    ("subnet", "8.8.0.0/21"),
    ("subnet", "127.0.0.0/21"),
    ("subnet", "fd00::/21"),
    ("subnet", "none"),
    ("gateway_memory", "512m"),
    ("gateway_memory", "lots"),
    ("gateway_memory", "2g\n"),
    ("gateway_cpus", 0),
    ("gateway_cpus", float("nan")),
    ("gateway_cpus", float("inf")),
    ("gateway_pids", 10),
    ("domain", True),
    ("domain", None),
    ("gateways", "alice"),
])  # fmt: skip
def test_a_value_that_would_break_the_stack_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{key: value})
    assert refused.value.errors()[0]["loc"][0] == key


@pytest.mark.parametrize(("key", "value", "kept"), [
    ("https_port", "8443", 8443),
    ("tls", False, "off"),
    ("hsts", False, "off"),
    ("email", "me+claw@example.com", "me+claw@example.com"),
    ("listen", "0:0::1", "::1"),
    ("gateway_memory", "1G", "1g"),
    ("gateway_memory", "1048576k", "1048576k"),
    ("subnet", "172.30.8.0/21", "172.30.8.0/21"),
    ("subnet", "100.64.0.0/21", "100.64.0.0/21"),
    ("gateway_image", "localhost:5000/openclaw@sha256:" + "0" * 64, "localhost:5000/openclaw@sha256:" + "0" * 64),
    ("chat_api", "true", True),
])  # fmt: skip
def test_a_value_is_kept_in_one_form(key: str, value: Any, kept: Any) -> None:
    assert getattr(Settings(**{key: value}), key) == kept


@pytest.mark.parametrize(("values", "why"), [
    ({"http_port": 443}, "http_port and https_port are both 443"),
    ({"gateways": [{"name": "main", "domain": "a.test"}]}, "two gateways have the name 'main'"),
    ({"domain": "a.test", "gateways": [{"name": "b", "domain": "A.test"}]}, "two gateways have the domain 'a.test'"),
])  # fmt: skip
def test_settings_that_contradict_each_other_are_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings(**values)


@pytest.mark.parametrize(("values", "tls"), [
    ({"domain": "example.com"}, "acme"),
    ({"domain": "localhost"}, "internal"),
    ({"domain": "192.168.1.5"}, "internal"),
    ({"domain": "example.com", "tls": "internal"}, "internal"),
    ({"domain": "localhost", "tls": "off"}, "off"),
])  # fmt: skip
def test_auto_takes_a_public_certificate_only_where_one_can_be_had(values: dict[str, Any], tls: str) -> None:
    assert Settings(**values).effective_tls == tls


def test_the_subnet_has_room_for_as_many_gateways_as_the_settings_allow() -> None:
    many = [{"name": f"g{at}", "domain": f"g{at}.test"} for at in range(MOST_GATEWAYS)]
    full = make_stack(gateways=many)
    assert full.gateways[-1].subnet == "10.77.15.240/28"  # the last /28 of 10.77.8.0/21
    with pytest.raises(ValidationError):
        assemble(Settings(gateways=[*many, {"name": "x", "domain": "x.test"}]),
                 folder_name="demo", pool=full.pool, images=full.images)  # fmt: skip


def test_sizes_are_compared_in_megabytes() -> None:
    assert [megabytes(size) for size in ("2g", "1536m", "1048576k")] == [2048, 1536, 1024]
