from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from clawkit.settings.model import MOST_GATEWAYS, Settings
from clawkit.settings.values import megabytes
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
    ("aliases", "www.a.test http://b.test"),
    ("front_proxy", "front.test"),
    ("front_proxy", "10.0.0.5/24"),
    ("acme_directory", "http://ca.test/dir"),
    ("acme_directory", "https://ca.test/dir\n"),
    ("acme_profile", "short lived"),
    ("acme_challenge", "tls-alpn-01"),
    ("certbot_image", "certbot image"),
    ("acme_wildcard", "com"),
    ("acme_wildcard", "*.localhost"),
    ("acme_wildcard", "10.0.0.1"),
    ("acme_wildcard", "*.*.example.com"),
    ("acme_wildcard", "example.com, example.org"),
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
    ("hsts", False, "off"),
    ("email", "me+claw@example.com", "me+claw@example.com"),
    ("listen", "0:0::1", "::1"),
    ("gateway_memory", "1G", "1g"),
    ("gateway_memory", "1048576k", "1048576k"),
    ("subnet", "172.30.8.0/21", "172.30.8.0/21"),
    ("subnet", "100.64.0.0/21", "100.64.0.0/21"),
    ("gateway_image", "localhost:5000/openclaw@sha256:" + "0" * 64, "localhost:5000/openclaw@sha256:" + "0" * 64),
    ("chat_api", "true", True),
    ("aliases", "www.a.test, B.test", ("www.a.test", "b.test")),
    ("aliases", ["www.a.test"], ("www.a.test",)),
    ("acme_wildcard", "", ""),
])  # fmt: skip
def test_a_value_is_kept_in_one_form(key: str, value: Any, kept: Any) -> None:
    assert getattr(Settings(**{key: value}), key) == kept


@pytest.mark.parametrize(("value", "kept"), [
    ("10.0.0.5", ("10.0.0.5",)),
    ("10.0.0.5/32 FD00::5/128", ("10.0.0.5", "fd00::5")),
    (["10.0.0.0/24"], ("10.0.0.0/24",)),
])  # fmt: skip
def test_the_addresses_of_a_proxy_in_front_are_kept_in_one_form(value: Any, kept: tuple[str, ...]) -> None:
    # YAML 1.1 reads a bare `off` as false
    assert Settings.model_validate({"tls": False, "front_proxy": value}).front_proxy == kept


@pytest.mark.parametrize(("values", "tls"), [
    ({"domain": "example.com"}, "acme"),
    ({"domain": "localhost"}, "internal"),
    ({"domain": "192.168.1.5"}, "internal"),
    ({"domain": "example.com", "tls": "internal"}, "internal"),
    ({"domain": "localhost", "tls": "off", "front_proxy": "10.0.0.5"}, "off"),
    ({"domain": "localhost", "acme_directory": "https://ca.test/dir"}, "acme"),
    ({"domain": "example.com", "tls_cert": "claw.pem", "tls_key": "claw.key"}, "files"),
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
