from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from clawkit.probe.certificate import Certificate, read

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def certificate(*names: str) -> Certificate:
    return Certificate("claw", "CA", names, NOW, NOW + timedelta(days=1), "1", "ab")


@pytest.mark.parametrize(
    ("known", "name", "covered"),
    [
        ("claw.test", "claw.test", True),
        ("CLAW.test", "claw.TEST", True),
        ("claw.test", "other.test", False),
        ("*.claw.test", "a.claw.test", True),
        ("*.claw.test", "a.b.claw.test", False),
        ("*.claw.test", "claw.test", False),
        ("192.0.2.2", "192.0.2.2", True),
        ("2001:db8::1", "2001:db8:0::1", True),
        ("192.0.2.2", "192.0.2.3", False),
        ("claw.test", "192.0.2.2", False),
        ("*.0.2.2", "192.0.2.2", False),
    ],
)
def test_a_certificate_covers_its_names_and_one_label_per_wildcard(known: str, name: str, covered: bool) -> None:
    assert certificate(known).covers(name) is covered


def test_reads_names_issuer_and_dates_from_der() -> None:
    authority = trustme.CA(organization_name="Clawkit test")
    end = datetime(2027, 1, 1, tzinfo=UTC)
    issued = authority.issue_cert("claw.test", "192.0.2.2", common_name="claw", not_before=NOW, not_after=end)
    found = read(ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode()))
    assert (found.subject, found.names) == ("claw", ("claw.test", "192.0.2.2"))
    assert "Clawkit test" in found.issuer
    assert (found.not_before, found.not_after, len(found.sha256)) == (NOW, end, 64)
