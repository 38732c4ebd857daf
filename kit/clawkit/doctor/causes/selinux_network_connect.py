"""SELinux forbids the proxy, a process of the host, to open network connections."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

BOOLEANS = ("httpd_can_network_connect", "httpd_can_network_relay")
DENIED = r"avc:\s+denied\s+\{ name_connect \}.*(nginx|caddy|httpd_t)"


def judge(setup: Setup) -> Finding | None:
    selinux = setup.host.selinux
    if selinux is not None and selinux.value != "enforcing":
        return None
    booleans = [setup.host.sebooleans[name] for name in BOOLEANS if name in setup.host.sebooleans]
    if any(boolean.value for boolean in booleans):
        return None
    seen = _denied(setup)
    if not seen:
        return None
    return Finding(
        summary="the kernel refuses the proxy's connection to the gateway with errno 13: SELinux' "
        "httpd_can_network_connect is off",
        fix=Fix("let web servers open network connections", "setsebool -P httpd_can_network_connect 1"),
        evidence=at(*seen, *([selinux.at] if selinux else []), *(boolean.at for boolean in booleans)),
    )


def _denied(setup: Setup) -> list[Place]:
    """errno 13 from connect() to a TCP port is SELinux; on a Unix socket it may be plain file permissions."""
    refused = [f.at for f in setup.failed(FailureKind.PERMISSION) if "unix:" not in f.at.text]
    denied = [line.at for line, _ in setup.said(DENIED, Speaker.KERNEL, Speaker.UNKNOWN)]
    return [*refused[:2], *denied[:2]]


CAUSE = Cause(
    slug="selinux-network-connect",
    title="SELinux lets the proxy open connections",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
