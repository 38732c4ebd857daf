from __future__ import annotations

import os
from pathlib import Path

import pytest

from clawkit.errors import SettingsError
from clawkit.tls import lent
from fakes import make_stack

LONG_AGO = 1_000_000_000
STACK = make_stack(proxy="nginx", domain="claw.test", acme_directory="https://ca.test/dir", acme_challenge="dns-01",
                   dns_rfc2136="tsig.ini")  # fmt: skip


def lend(rendered: Path, **files: Path) -> None:
    lent.lend(rendered, STACK, files.get)


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    """With a plan that was written long ago."""
    plan = tmp_path / "stack" / lent.PLAN
    plan.parent.mkdir(parents=True)
    plan.write_text("{}")
    os.utime(plan, (LONG_AGO, LONG_AGO))
    return tmp_path / "stack"


@pytest.fixture
def tsig(tmp_path: Path) -> Path:
    path = tmp_path / "tsig.ini"
    path.write_text("dns_rfc2136_secret = one\n")
    return path


def asked_again(rendered: Path) -> bool:
    return (rendered / lent.PLAN).stat().st_mtime > LONG_AGO


@pytest.mark.parametrize(("key", "mode"), [("dns_rfc2136", 0o600), ("acme_eab", 0o600), ("dns_hook", 0o700),
                                           ("acme_ca", 0o644)])  # fmt: skip
def test_what_may_hold_a_secret_is_for_its_container_alone(rendered: Path, tsig: Path, key: str, mode: int) -> None:
    lend(rendered, **{key: tsig})
    copy = rendered / lent.TARGETS[key]
    assert copy.read_text() == tsig.read_text()
    assert copy.stat().st_mode & 0o777 == mode
    if os.geteuid() == 0:
        assert copy.stat().st_uid == STACK.owner[0]


def test_another_key_is_seen_through_the_mount_and_tried_at_once(rendered: Path, tsig: Path) -> None:
    lend(rendered, dns_rfc2136=tsig)
    copy = rendered / lent.TARGETS["dns_rfc2136"]
    mounted = copy.stat().st_ino
    os.utime(rendered / lent.PLAN, (LONG_AGO, LONG_AGO))
    tsig.write_text("dns_rfc2136_secret = two\n")
    lend(rendered, dns_rfc2136=tsig)
    assert (copy.stat().st_ino, copy.read_text()) == (mounted, "dns_rfc2136_secret = two\n")
    assert asked_again(rendered)


def test_the_same_key_is_not_tried_again(rendered: Path, tsig: Path) -> None:
    lend(rendered, dns_rfc2136=tsig)
    os.utime(rendered / lent.PLAN, (LONG_AGO, LONG_AGO))
    lend(rendered, dns_rfc2136=tsig)
    assert not asked_again(rendered)


def test_a_file_that_cannot_be_read_is_named_with_its_setting(rendered: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^dns_hook: cannot read .*nowhere"):
        lend(rendered, dns_hook=tmp_path / "nowhere")
