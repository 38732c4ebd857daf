from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clawkit.errors import SettingsError
from clawkit.settings.sources import SCALARS, flag_name, load

ACME = {"domain": "claw.example.com", "tls": "acme"}

# Settings that mean nothing alone, with those that they need.
BESIDE: dict[str, dict[str, str]] = {
    "acme_directory": {"tls": "acme"}, "acme_ca": ACME, "acme_eab": ACME, "acme_profile": ACME,
    "acme_challenge": {**ACME, "dns_hook": "hook"}, "dns_hook": {**ACME, "acme_challenge": "dns-01"},
    "dns_rfc2136": {**ACME, "acme_challenge": "dns-01"},
    "acme_wildcard": {**ACME, "acme_challenge": "dns-01", "dns_hook": "hook"}, "tls_cert": {"tls_key": "claw.key"},
    "tls_key": {"tls_cert": "claw.pem"}, "front_proxy": {"tls": "off"}, "model_url": {"model": "echo"},
    "model_key_file": {"model": "openai/gpt-5"},
}  # fmt: skip


def refused(folder: Path, text: str = "", flags: dict[str, Any] | None = None, **environ: str) -> SettingsError:
    (folder / "clawkit.yaml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load(folder, flags or {}, environ)
    assert "\n" not in error.value.message
    return error.value


def test_flag_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    (tmp_path / "clawkit.yaml").write_text("domain: file.test\nproxy: nginx\nhttps_port: 8443\n")
    loaded = load(tmp_path, {"domain": "flag.test"}, {"CLAWKIT_DOMAIN": "env.test", "CLAWKIT_PROXY": "caddy"})
    assert (loaded.settings.domain, loaded.settings.proxy, loaded.settings.https_port) == ("flag.test", "caddy", 8443)
    assert {key: loaded.origins[key] for key in ("domain", "proxy", "https_port", "email")} == {
        "domain": "--domain", "proxy": "CLAWKIT_PROXY", "https_port": "clawkit.yaml", "email": "default",
    }  # fmt: skip


def test_every_setting_can_be_given_in_all_three_forms(tmp_path: Path) -> None:
    other: dict[str, Any] = {
        "domain": "a.test", "proxy": "nginx", "email": "me@example.com", "tls": "internal", "listen": "127.0.0.1",
        "http_port": 8080, "https_port": 8443, "openclaw": "2026.9.7", "gateway_image": "g:1", "caddy_image": "c:1",
        "nginx_image": "n:1", "build": "never", "name": "demo", "subnet": "10.99.0.0/21", "gateway_memory": "4g",
        "gateway_cpus": 1.5, "gateway_pids": 600, "chat_api": True, "hsts": "off", "timeout": 60,
        "aliases": ("www.a.test",), "acme_directory": "https://ca.test/dir", "acme_ca": "ca.pem", "acme_eab": "eab",
        "acme_challenge": "dns-01", "acme_wildcard": "example.com",
        "acme_profile": "shortlived", "dns_hook": "hook", "dns_rfc2136": "tsig.ini",
        "dns_wait": 5, "tls_cert": "claw.pem", "tls_key": "claw.key", "front_proxy": ("10.0.0.5",),
        "certbot_image": "cb:1", "hold": 20, "engine": "swarm", "backup_keep": 3, "access_log": "all",
        "backup_recipient": "age1abc",
        "model": "openai/gpt-5", "model_url": "http://10.0.0.5:8000/v1", "model_key_file": "model.key",
    }  # fmt: skip
    assert set(other) == set(SCALARS)
    for key in SCALARS:
        value, beside = other[key], BESIDE.get(key, {})
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        (tmp_path / "clawkit.yaml").write_text(f"{key}: {text.lower()}\n")
        from_file = load(tmp_path, beside, {})
        (tmp_path / "clawkit.yaml").unlink()
        from_flag = load(tmp_path, {**beside, key: value}, {})
        from_environment = load(tmp_path, beside, {f"CLAWKIT_{key.upper()}": text})
        for loaded in (from_file, from_flag, from_environment):
            assert getattr(loaded.settings, key) == value, key


@pytest.mark.parametrize(("key", "near"), [("domian", "domain"), ("http-port", "http_port"), ("gateway", "gateways")])
def test_an_unknown_key_is_refused_with_the_nearest_right_name(tmp_path: Path, key: str, near: str) -> None:
    error = refused(tmp_path, f"{key}: x\n")
    assert f"clawkit.yaml: unknown key {key!r}" in error.message
    assert error.fix == f"did you mean {near!r}?"


def test_an_unknown_key_like_no_other_is_answered_with_the_list(tmp_path: Path) -> None:
    assert str(refused(tmp_path, "zzz: x\n").fix).startswith("the keys are: domain, proxy, ")


def test_an_unknown_key_of_a_gateway_is_refused_with_the_nearest_right_name(tmp_path: Path) -> None:
    error = refused(tmp_path, "gateways: [{name: a, domain: a.test, domian: b.test}]\n")
    assert error.message == "gateways.a.domian: unknown key"
    assert error.fix == "did you mean 'domain'?"


def test_an_unknown_variable_is_refused_when_it_is_a_near_miss(tmp_path: Path) -> None:
    error = refused(tmp_path, CLAWKIT_DOMIAN="x")
    assert (error.message, error.fix) == ("unknown variable CLAWKIT_DOMIAN", "did you mean CLAWKIT_DOMAIN?")


def test_a_variable_of_somebody_else_is_let_be(tmp_path: Path) -> None:
    assert load(tmp_path, {}, {"CLAWKIT_CI_CACHE_KEY": "x", "CLAWKIT_DIR": "/srv"}).settings.domain == "localhost"


def test_an_empty_variable_is_not_given(tmp_path: Path) -> None:
    assert load(tmp_path, {}, {"CLAWKIT_DOMAIN": ""}).origins["domain"] == "default"


def test_a_wrong_value_is_named_with_its_key_and_its_place(tmp_path: Path) -> None:
    in_file = refused(tmp_path, "https_port: 70000\n")
    assert in_file.message == "https_port: 70000: input should be less than or equal to 65535"
    assert in_file.fix == "correct https_port in clawkit.yaml"
    assert refused(tmp_path, flags={"https_port": 70000}).fix == "correct --https-port"
    assert refused(tmp_path, CLAWKIT_HTTPS_PORT="x").fix == "correct CLAWKIT_HTTPS_PORT"


def test_a_contradiction_names_both_settings_and_where_they_stand(tmp_path: Path) -> None:
    error = refused(tmp_path, "http_port: 443\n")
    assert error.message == "http_port and https_port are both 443"
    assert error.fix == "correct http_port in clawkit.yaml or give another --https-port"


def test_a_key_without_a_value_is_refused(tmp_path: Path) -> None:
    assert "domain" in refused(tmp_path, "domain:\n").message


def test_flags_are_spelled_with_dashes() -> None:
    assert flag_name("https_port") == "--https-port"
