"""The machine below: sockets, units, firewall, SELinux, disks, clock and DNS, as far as they could be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from clawkit.doctor.model.place import Place, Value


@dataclass(frozen=True, slots=True)
class Socket:
    """A listening TCP or UDP socket."""

    address: str
    """"0.0.0.0", "::", "127.0.0.1", … without brackets."""
    port: int
    at: Place
    process: str = ""
    pid: int | None = None
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit (system or user)."""

    name: str
    at: Place
    active: str = ""
    """active, inactive, failed, activating; empty where only the file was read."""
    command: Value[str] | None = None
    environment: dict[str, Value[str]] = field(default_factory=dict)
    restart: str = ""
    user_scope: bool = False
    working_directory: str = ""
    user: str = ""
    exit_code: int | None = None
    main_pid: int | None = None
    memory: Value[int] | None = None
    """Bytes, from MemoryMax=."""
    container: bool = False
    """Made by Quadlet: what it starts is a container of Podman."""
    sandbox: dict[str, Value[str]] = field(default_factory=dict)
    """What keeps the process from the network or from files: PrivateNetwork, IPAddressDeny, ProtectHome, …; several
    lines of one key are joined by a space."""


@dataclass(frozen=True, slots=True)
class Disk:
    mount: str
    at: Place
    free_bytes: int | None = None
    used_percent: float | None = None
    inodes_used_percent: float | None = None


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What a name resolved to. No values: NXDOMAIN or no record of that type."""

    name: str
    kind: str
    """A, AAAA, CAA, CNAME."""
    values: tuple[str, ...]
    at: Place


class Verdict(StrEnum):
    ACCEPT = "accept"
    """Or back to the chain that asked: nothing here stops it."""
    DROP = "drop"
    """Or reject."""
    ELSEWHERE = "elsewhere"
    """Another chain decides."""
    NONE = "none"
    """Counted or logged, and on to the next rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the chains INPUT and DOCKER-USER as iptables or nftables list it."""

    chain: str
    verdict: Verdict
    at: Place
    udp: bool = False
    ports: tuple[str, ...] = ()
    """"443", "8000:8100"; "@web" and other words for what nobody listed; empty for every port."""
    interface: str = ""
    """Where the packet came in; empty for any, or for all but one."""
    of_some: bool = False
    """For some packets only: some sources or ports, flags, countries, rates, marks."""
    strangers: bool = True
    """It is asked about new connections; not about established ones, ICMP, invalid packets."""

    def about(self, port: int) -> bool:
        """Whether a new TCP connection to this port meets it."""
        loopback = self.interface in ("lo", "docker0") or self.interface.startswith(("br-", "veth"))
        return self.strangers and not self.udp and not loopback and (
            not self.ports or any(not one[:1].isdigit() or _within(one, port) for one in self.ports))  # fmt: skip


def _within(span: str, port: int) -> bool:
    first, _, last = span.partition(":")
    return first.isdigit() and int(first) <= port <= int(last if last.isdigit() else first)


@dataclass(frozen=True, slots=True)
class Firewall:
    """Rules that were readable: ufw, nftables, iptables (with Docker's chains), firewalld."""

    at: Place
    ufw_active: bool | None = None
    ufw_allows: tuple[str, ...] = ()
    """"80/tcp", "443", "Nginx Full"."""
    ufw_for_some: tuple[str, ...] = ()
    """Of these, what some sources alone may reach."""
    firewalld_allows: tuple[str, ...] | None = None
    """Services and ports that firewalld's zone lets in ("http", "443/tcp"); None where nobody asked it."""
    default_drop: bool | None = None
    docker_chains: bool | None = None
    """nat DOCKER chain present; None if it could not be read."""
    rules: tuple[Rule, ...] = ()
    """Of iptables -S and nft list ruleset, in order."""
    drops: tuple[Value[str], ...] = ()
    """Rules that drop or reject traffic to or from containers (DOCKER-USER, FORWARD) or ports of ours."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A packet of which the kernel logged that a rule of the firewall dropped it."""

    interface: str
    """Where it came in: "br-8f1c0a2b7d11" for a Docker network."""
    source: str
    destination: str
    port: int
    at: Place


@dataclass(frozen=True, slots=True)
class Served:
    """What Tailscale hands on."""

    name: str
    """"https://claw.tail1234.ts.net", or as a file of rules has it: "${TS_CERT_DOMAIN}:443"."""
    path: str
    target: str
    """"http://127.0.0.1:18789"."""
    at: Place


@dataclass(frozen=True, slots=True)
class Host:
    sockets: tuple[Socket, ...] = ()
    sockets_known: bool = False
    """The list is complete (ss, /proc/net/tcp): a port that is not in it is free."""
    units: tuple[Unit, ...] = ()
    disks: tuple[Disk, ...] = ()
    firewall: Firewall | None = None
    dropped: tuple[Dropped, ...] = ()
    engine: dict[str, Value[str]] = field(default_factory=dict)
    """What daemon.json tells Docker: "iptables" -> "false"."""
    selinux: Value[str] | None = None
    """enforcing, permissive, disabled."""
    sebooleans: dict[str, Value[bool]] = field(default_factory=dict)
    dns: tuple[DnsAnswer, ...] = ()
    served: tuple[Served, ...] = ()
    serves_nothing: Place | None = None
    """Tailscale was asked, and hands nothing on."""
    addresses: tuple[str, ...] = ()
    """The host's own public and private addresses."""
    mtu: dict[str, Value[int]] = field(default_factory=dict)
    """interface -> the largest packet that it takes."""
    way_out: str = ""
    """The interface of the default route."""
    clock_offset: Value[float] | None = None
    """Seconds; positive when this clock is ahead."""
    hosts_file: dict[str, Value[str]] = field(default_factory=dict)
    labels: dict[str, Value[str]] = field(default_factory=dict)
    """SELinux context by path (`ls -Z`)."""
    owners: dict[str, Value[str]] = field(default_factory=dict)
    """path -> "uid:gid mode" (`stat`, `ls -ln`)."""
