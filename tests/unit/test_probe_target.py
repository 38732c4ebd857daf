from __future__ import annotations

import ssl

import pytest

from clawkit.probe.target import Target, Trust, context


@pytest.mark.parametrize(
    ("target", "authority"),
    [
        (Target("127.0.0.1", 443, "claw.test"), "claw.test"),
        (Target("127.0.0.1", 8443, "claw.test"), "claw.test:8443"),
        (Target("127.0.0.1", 80, "claw.test", tls=False), "claw.test"),
        (Target("127.0.0.1", 443, "claw.test", tls=False), "claw.test:443"),
        (Target("::1", 8443, "2001:db8::7"), "[2001:db8::7]:8443"),
    ],
)
def test_the_host_header_holds_the_port_only_where_it_is_not_the_default(target: Target, authority: str) -> None:
    assert target.host_header == authority


def test_another_host_can_be_asked_for_than_the_name_in_the_handshake() -> None:
    target = Target("127.0.0.1", 443, "claw.test", host="other.test")
    assert (target.name, target.host_header) == ("claw.test", "other.test")


def test_the_place_of_an_ipv6_address_is_readable() -> None:
    assert Target("::1", 443, "claw.test").where == "[::1]:443"


def test_trust_verifies_chain_and_name_and_its_absence_verifies_nothing() -> None:
    trusting, looking = context(Trust()), context(None)
    assert (trusting.verify_mode, trusting.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (looking.verify_mode, looking.check_hostname) == (ssl.CERT_NONE, False)
