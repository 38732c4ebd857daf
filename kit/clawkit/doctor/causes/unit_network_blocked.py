"""systemd's sandbox keeps the gateway's or the proxy's process from the network that the other one uses."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS, Reach, links
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import PROXY

NO_FAMILY = r"uv_interface_addresses returned Unknown system error 97|Address family not supported by protocol"
"""What Node says where RestrictAddressFamilies leaves AF_NETLINK or AF_INET out."""
NO_NETLINK = r"uv_interface_addresses returned Unknown system error 97"
SHUT_IN = r"connect EPERM \S+"
"""What Node says where IPAddressDeny drops its packets."""
YES = ("yes", "true", "on", "1")
EVERYTHING = ("any", "0.0.0.0/0")
LOCAL = ("localhost", "127.0.0.0/8", "127.0.0.1", "127.0.0.1/32", "127.0.0.1/8", *EVERYTHING)
FAILURES = (FailureKind.REFUSED, FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE, FailureKind.PERMISSION)


def judge(setup: Setup) -> Finding | None:
    for unit in setup.host.units:
        line = _blocking(unit, by_loopback=any(link.reach is Reach.LOOPBACK for link in links(setup)))
        line = line or _shut_in(unit, setup)
        named = f"{unit.name} {unit.command.value if unit.command else ''}"
        if line is not None and (OURS.search(named) or PROXY.search(unit.name)):
            return _finding(unit, line, setup)
    return _heard(setup)


def _heard(setup: Setup) -> Finding | None:
    """Where nobody gave the unit: Node says that it may not even list the interfaces."""
    said = last_words(setup, NO_NETLINK, Speaker.GATEWAY)
    if said is None:
        return None
    return Finding(
        summary="the gateway may not list the network's interfaces (status 97): its unit's RestrictAddressFamilies "
        "leaves AF_NETLINK out",
        fix=Fix("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK in the unit, then daemon-reload and "
                "restart",
                "systemctl show openclaw-gateway -p RestrictAddressFamilies"),
        evidence=at(said[0].at),
    )  # fmt: skip


def _blocking(unit: Unit, *, by_loopback: bool) -> tuple[Value[str], str] | None:
    own = unit.sandbox
    private = own.get("PrivateNetwork")
    if private is not None and private.value.lower() in YES and "NetworkNamespacePath" not in own:
        return private, "it has a loopback of its own, on which nobody else is"
    families = own.get("RestrictAddressFamilies")
    if families is not None and not _inet(families.value):
        return families, "it may open no IPv4 socket"
    denied, allowed = own.get("IPAddressDeny"), own.get("IPAddressAllow")
    let_in = allowed is not None and (not by_loopback or bool(set(allowed.value.split()) & set(LOCAL)))
    if denied is not None and set(denied.value.split()) & {*EVERYTHING, "localhost"} and not let_in:
        return denied, "every packet to and from it is dropped, those of the loopback too"
    return None


def _shut_in(unit: Unit, setup: Setup) -> tuple[Value[str], str] | None:
    """The proxy reaches it by the loopback, and it reaches no model: only its own log shows that it has to."""
    denied, allowed = unit.sandbox.get("IPAddressDeny"), unit.sandbox.get("IPAddressAllow")
    beyond = set(allowed.value.split()) - ({*LOCAL, "::1", "::1/128"} - set(EVERYTHING)) if allowed else set()
    local = not beyond
    if denied is None or not set(denied.value.split()) & set(EVERYTHING) or not local:
        return None
    return (denied, "it may not leave this host") if last_words(setup, SHUT_IN, Speaker.GATEWAY) else None


def _inet(families: str) -> bool:
    words = families.split()
    if words[:1] and words[0].startswith("~"):
        return "AF_INET" not in [word.lstrip("~") for word in words]
    return "AF_INET" in words


def _finding(unit: Unit, line: tuple[Value[str], str], setup: Setup) -> Finding:
    setting, why = line
    said = last_words(setup, f"{NO_FAMILY}|{SHUT_IN}", Speaker.GATEWAY)
    seen = [said[0].at] if said else [failure.at for failure in setup.failed(*FAILURES)][:1]
    return Finding(
        summary=f"unit {unit.name} is cut off from the network by {setting.at.text.strip()}: {why}",
        fix=Fix(f"take {setting.at} out, or allow what it needs (RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 "
                "AF_NETLINK; IPAddressAllow=any)",
                f"sudo systemctl daemon-reload && sudo systemctl restart {unit.name}"),
        evidence=at(setting.at, *seen),
    )  # fmt: skip


CAUSE = Cause(
    slug="unit-network-blocked",
    title="systemd lets the units use the network",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.GATEWAY_TIMEOUT, Symptom.RESTARTING),
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-unreachable", "upstream-wrong-port", "gateway-not-running"}),
)
