"""Recorded output of any known command, by what the text is and by the command where that was pasted with it."""

from __future__ import annotations

from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.recorded import (
    console,
    curl,
    daemon,
    firewall,
    handshake,
    inspect,
    machine,
    names,
    page,
    processes,
    selinux,
    sockets,
    stats,
    tailscale,
    websocket,
)
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

BY_PROGRAM = {
    "curl": FileKind.CURL, "wget": FileKind.CURL, "wscat": FileKind.WEBSOCKET, "websocat": FileKind.WEBSOCKET,
    "ss": FileKind.SOCKETS, "netstat": FileKind.SOCKETS, "lsof": FileKind.SOCKETS, "getenforce": FileKind.SELINUX,
    "sestatus": FileKind.SELINUX, "getsebool": FileKind.SELINUX, "dig": FileKind.DNS, "host": FileKind.DNS,
    "nslookup": FileKind.DNS, "getent": FileKind.DNS, "df": FileKind.DISK, "free": FileKind.MEMORY,
    "ufw": FileKind.FIREWALL, "iptables": FileKind.FIREWALL, "iptables-save": FileKind.FIREWALL,
    "ip6tables": FileKind.FIREWALL, "nft": FileKind.FIREWALL, "firewall-cmd": FileKind.FIREWALL,
    "timedatectl": FileKind.CLOCK, "chronyc": FileKind.CLOCK, "ntpdate": FileKind.CLOCK, "hostname": FileKind.ADDRESSES,
    "ip": FileKind.ADDRESSES, "ifconfig": FileKind.ADDRESSES, "stat": FileKind.OWNERS, "dmesg": FileKind.KERNEL_LOG,
    "ausearch": FileKind.KERNEL_LOG, "certbot": FileKind.ACME_LOG, "acme.sh": FileKind.ACME_LOG,
    "lego": FileKind.ACME_LOG, "loginctl": FileKind.DOCKER_LOG,
}  # fmt: skip
ENGINE = (
    ("inspect", FileKind.INSPECT),
    ("stats", FileKind.DOCKER_STATS),
    ("ps", FileKind.DOCKER_PS),
    ("logs", FileKind.DOCKER_LOG),
    ("up", FileKind.DOCKER_LOG),
    ("start", FileKind.DOCKER_LOG),
    ("restart", FileKind.DOCKER_LOG),
    ("create", FileKind.DOCKER_LOG),
    ("pull", FileKind.DOCKER_LOG),
    ("events", FileKind.DOCKER_LOG),
    ("deploy", FileKind.DOCKER_LOG),
)
RECORDED = frozenset(
    (FileKind.CURL, FileKind.WEBSOCKET, FileKind.CONSOLE, FileKind.INSPECT, FileKind.DOCKER_PS, FileKind.DOCKER_STATS,
     FileKind.SOCKETS,
     FileKind.HANDSHAKE, FileKind.CERTIFICATE_TEXT, FileKind.DNS, FileKind.SELINUX, FileKind.FIREWALL, FileKind.DISK,
     FileKind.CLOCK, FileKind.ADDRESSES, FileKind.OWNERS, FileKind.VERSION, FileKind.HOSTS_FILE, FileKind.MEMORY,
     FileKind.DAEMON, FileKind.TAILSCALE, FileKind.PAGE)
)  # fmt: skip


def kind_by(command: Command, by_content: FileKind) -> FileKind:
    """The command knows better than its output, but for `cat` and for programs that nobody here knows."""
    program = command.program
    if program in ("docker", "podman", "docker-compose", "podman-compose", "nerdctl", "compose"):
        found = next((kind for verb, kind in ENGINE if verb in command.words), by_content)
        if by_content is FileKind.DOCKER_LOG:
            return by_content  # the engine's refusal in place of what was asked
        if "ps" in command.words and {"service", "stack"} & set(command.words):
            return FileKind.DOCKER_LOG  # tasks: what Swarm says of each
        told = by_content in LOGGED or by_content is FileKind.DOCKER_PS
        return by_content if found is FileKind.DOCKER_LOG and told else found
    if program == "openssl":
        return (
            FileKind.HANDSHAKE if command.has("s_client") and "x509" not in command.typed else FileKind.CERTIFICATE_TEXT
        )
    if program == "tailscale" and command.has("serve", "funnel"):
        return FileKind.TAILSCALE
    if program == "ls":
        return (
            FileKind.SELINUX if any("Z" in word for word in command.words if word.startswith("-")) else FileKind.OWNERS
        )
    if program == "certbot" and command.has("certificates"):
        return FileKind.CERTIFICATE_TEXT
    if program == "curl" and any(
        word.endswith(("ifconfig.me", "ipify.org", "icanhazip.com")) for word in command.words
    ):
        return FileKind.ADDRESSES
    if by_content in (FileKind.SESSION, FileKind.UNKNOWN) and (program in KEEPERS or program in OWN):
        return FileKind.GATEWAY_LOG if program in OWN else FileKind.DOCKER_LOG
    if program in ("iptables-save", "ip6tables-save"):
        return FileKind.FIREWALL
    return BY_PROGRAM.get(program, by_content)


OWN = ("openclaw", "clawdbot", "moltbot")
KEEPERS = ("supervisorctl", "launchctl", "pm2", "kubectl")
"""Their words on what they start stand in lines, as a log's do."""
LOGGED = frozenset(
    (FileKind.NGINX_LOG, FileKind.ACCESS_LOG, FileKind.CADDY_LOG, FileKind.GATEWAY_LOG, FileKind.ACME_LOG)
)


def read(file: TextFile, kind: FileKind, command: Command | None = None) -> Seen:
    """Nothing for a kind that is no recorded output."""
    if kind in (FileKind.HANDSHAKE, FileKind.CERTIFICATE_TEXT):
        return handshake.read(file, command)
    with_command = {
        FileKind.CURL: curl.read, FileKind.WEBSOCKET: websocket.read, FileKind.INSPECT: inspect.read,
        FileKind.DOCKER_PS: processes.read, FileKind.DOCKER_STATS: stats.read, FileKind.SOCKETS: sockets.read,
        FileKind.DNS: names.read,
        FileKind.SELINUX: selinux.read, FileKind.FIREWALL: firewall.read, FileKind.ADDRESSES: machine.addresses,
        FileKind.OWNERS: machine.owners,
    }  # fmt: skip
    alone = {
        FileKind.CONSOLE: console.read, FileKind.DISK: machine.disks, FileKind.CLOCK: machine.clock,
        FileKind.VERSION: machine.versions, FileKind.HOSTS_FILE: names.hosts_file,
        FileKind.DAEMON: daemon.read, FileKind.TAILSCALE: tailscale.read,
        FileKind.PAGE: page.read,
    }  # fmt: skip
    if kind in with_command:
        return with_command[kind](file, command)
    return alone[kind](file) if kind in alone else Seen()
