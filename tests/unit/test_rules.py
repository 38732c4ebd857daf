from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from clawkit.settings.model import Settings

PUBLIC = {"domain": "claw.example.com"}
FRONT = {"tls": "off", "front_proxy": "10.0.0.5"}
OWN = {"tls_cert": "claw.pem", "tls_key": "claw.key"}
DNS = {**PUBLIC, "acme_challenge": "dns-01"}
WILD = {**DNS, "dns_hook": "hook", "acme_wildcard": "example.com"}


@pytest.mark.parametrize(("values", "why"), [
    ({"http_port": 443}, "http_port and https_port are both 443"),
    ({"gateways": [{"name": "main", "domain": "a.test"}]}, "the name 'main' stands in two gateways"),
    ({"domain": "a.test", "gateways": [{"name": "b", "domain": "A.test"}]}, "'a.test' stands in two gateways"),
    ({"domain": "a.test", "aliases": "www.a.test A.TEST"}, "'a.test' stands twice, and once as an alias"),
    ({"domain": "a.test", "aliases": "b.test", "gateways": [{"name": "b", "domain": "b.test"}]}, "'b.test' stands "),
    ({"domain": "10.0.0.1", "gateways": [{"name": "b", "domain": "::2"}]}, "there are 10.0.0.1 and ::2"),
    ({"domain": "a.test", "aliases": "10.0.0.1"}, "'10.0.0.1' in aliases is an address"),
    ({"tls": "files"}, "tls files needs both tls_cert and tls_key; given: neither"),
    ({"tls_cert": "claw.pem"}, "tls files needs both tls_cert and tls_key; given: tls_cert"),
    ({"tls_key": "claw.key"}, "tls files needs both tls_cert and tls_key; given: tls_key"),
    ({**OWN, "tls": "internal"}, "tls_cert is for tls files, and tls is internal"),
    ({"tls": "off"}, "tls off needs front_proxy, the address of what terminates TLS"),
    ({"front_proxy": "10.0.0.5"}, "front_proxy is for tls off, and tls is auto"),
    ({"tls": "off", "front_proxy": "0.0.0.0/0"}, "front_proxy 0.0.0.0/0 is everybody"),
    ({"tls": "off", "front_proxy": "::/0"}, "front_proxy ::/0 is everybody"),
    ({"tls": "off", "front_proxy": "10.0.0.5 127.0.0.1"}, "listen has to be 127.0.0.1 too, and it is 0.0.0.0"),
    ({"acme_directory": "https://ca.test/dir", "tls": "internal"}, "acme_directory is for tls acme, and tls is inter"),
    ({"acme_ca": "ca.pem"}, "acme_ca is for tls acme, and tls is internal"),
    ({**OWN, "acme_eab": "eab"}, "acme_eab is for tls acme, and tls is files"),
    ({**FRONT, "acme_profile": "shortlived"}, "acme_profile is for tls acme, and tls is off"),
    ({"acme_challenge": "dns-01", "dns_hook": "x"}, "acme_challenge dns-01 is for tls acme, and tls is internal"),
    ({**PUBLIC, "tls": "acme-staging", "acme_directory": "https://ca.test/dir"}, "are two authorities"),
    ({"domain": "claw.test", "tls": "acme"}, "no public authority issues a certificate for 'claw.test'"),
    ({**PUBLIC, "aliases": "claw.lan"}, "no public authority issues a certificate for 'claw.lan'"),
    ({**PUBLIC, "gateways": [{"name": "b", "domain": "b.test"}]}, "no public authority issues a certificate for 'b.t"),
    ({"model_url": "http://10.0.0.5/v1"}, "model_url is for a model, and none is named"),
    ({"model_key_file": "key"}, "model_key_file is for a model, and none is named"),
    ({"model": "gpt-5"}, "model 'gpt-5' names no provider"),
    (DNS, "acme_challenge dns-01 needs dns_hook or dns_rfc2136; given: neither"),
    ({**DNS, "dns_hook": "x", "dns_rfc2136": "y"}, "dns_rfc2136; given: dns_hook and dns_rfc2136"),
    ({**PUBLIC, "dns_hook": "x"}, "dns_hook is for acme_challenge dns-01, and it is http-01"),
    ({"acme_wildcard": "example.com"}, "acme_wildcard is for tls acme, and tls is internal"),
    ({**PUBLIC, "acme_wildcard": "example.com"}, "acme_wildcard example.com needs acme_challenge dns-01, and "),
    ({**WILD, "domain": "claw.example.org", "gateways": [{"name": "b", "domain": "a.b.example.com"}]},
     "acme_wildcard covers example.com and *.example.com, and no gateway with all of its names: "
     "claw.example.org, a.b.example.com"),
    ({**WILD, "aliases": "claw.example.org"}, "no gateway with all of its names: claw.example.com, claw.example.org"),
])  # fmt: skip
def test_settings_that_contradict_each_other_are_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**values)
    assert why in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("values", [
    OWN,
    FRONT,
    {"tls": "off", "front_proxy": "127.0.0.1", "listen": "127.0.0.1"},
    {"tls": "off", "front_proxy": "10.0.0.0/24, fd00::5"},
    {**PUBLIC, "aliases": "www.claw.example.com"},
    {"domain": "10.0.0.1", "aliases": "claw.lan"},
    {"domain": "claw.test", "acme_directory": "https://ca.test/dir", "acme_ca": "ca.pem", "acme_eab": "eab"},
    {**PUBLIC, "tls": "acme-staging", "acme_profile": "shortlived"},
    {**DNS, "dns_hook": "hook"},
    {**DNS, "dns_rfc2136": "tsig.ini"},
    WILD,
    {**WILD, "proxy": "nginx", "acme_wildcard": "*.example.com"},
    {**WILD, "domain": "example.com", "aliases": "www.example.com"},
    {**WILD, "domain": "claw.example.org", "gateways": [{"name": "b", "domain": "b.example.com"}]},
])  # fmt: skip
def test_settings_that_fit_together_are_taken(values: dict[str, Any]) -> None:
    Settings(**values)
