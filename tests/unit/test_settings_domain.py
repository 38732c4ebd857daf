from __future__ import annotations

import pytest

from clawkit.settings.domain import is_public, normalized


@pytest.mark.parametrize(("typed", "meant"), [
    ("example.com", "example.com"),
    ("  Example.COM. ", "example.com"),
    ("localhost", "localhost"),
    ("bücher.example.com", "xn--bcher-kva.example.com"),
    ("xn--strae-oqa.de", "xn--strae-oqa.de"),
    ("192.168.1.20", "192.168.1.20"),
    ("2001:DB8:0::1", "2001:db8::1"),
    ("[::1]", "::1"),
    ("a" * 63 + ".example.com", "a" * 63 + ".example.com"),
])  # fmt: skip
def test_a_domain_takes_the_form_of_the_browsers_origin(typed: str, meant: str) -> None:
    assert normalized(typed) == meant


@pytest.mark.parametrize(("typed", "why"), [
    ("https://example.com", "is a URL"),
    ("example.com/chat", "is a URL"),
    ("example.com:8443", "holds a port"),
    ("[::1]:8443", "holds a port"),
    ("", "not a host name"),
    ("a b", "not a host name"),
    ("-a.example.com", "not a host name"),
    ("a-.example.com", "not a host name"),
    ("exa_mple.com", "not a host name"),
    ("example..com", "not a host name"),
    ("*.example.com", "not a host name"),
    ("example.com\nadmin off", "not a host name"),
    ("{env.HOME}", "not a host name"),
    ("a" * 64 + ".com", "not a host name"),
    (".".join(["a" * 60] * 5), "not a host name"),
    ("192.168.1", "not a complete IPv4 address"),
    ("300.1.1.1", "not a complete IPv4 address"),
    ("example.123", "not a complete IPv4 address"),
    ("0.0.0.0", "no address that a browser can open"),
    ("::", "no address that a browser can open"),
    ("fe80::1%eth0", "no address that a browser can open"),
    ("straße.de", "xn--"),
])  # fmt: skip
def test_what_no_browser_can_open_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        normalized(typed)
    assert repr(typed) in str(refused.value)


@pytest.mark.parametrize("domain", ["example.com", "a.b.example.org", "8.8.8.8", "2606:4700::1111"])
def test_a_public_name_can_have_a_public_certificate(domain: str) -> None:
    assert is_public(domain)


@pytest.mark.parametrize(
    "domain",
    ["localhost", "claw.localhost", "claw", "nas.local", "claw.home.arpa", "box.lan", "a.internal", "claw.test",
     "10.0.0.1", "127.0.0.1", "::1", "fd00::1"],
)  # fmt: skip
def test_no_public_authority_is_asked_for_a_private_name(domain: str) -> None:
    assert not is_public(domain)
