"""`ss -ltnp`, `netstat -tlnp`, `lsof -i`: who listens where, on the host or inside a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.host import Host, Socket
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

SS = re.compile(r"^(?:(?P<net>tcp|udp)\s+)?(?P<state>LISTEN|UNCONN)\s+\d+\s+\d+\s+(?P<local>\S+)\s+\S+(?P<rest>.*)$")
NETSTAT = re.compile(
    r"^(?P<net>tcp|udp)(?P<six>6?)\s+\d+\s+\d+\s+(?P<local>\S+)\s+\S+\s*(?P<state>LISTEN)?(?P<rest>.*)$"
)
LSOF = re.compile(r"^(?P<program>\S+)\s+(?P<pid>\d+)\s+\S+\s+\S+\s+IPv[46]\s+\S+\s+\S+\s+(?P<net>TCP|"
                  r"UDP)\s+(?P<local>\S+)\s*"
                  r"(?P<state>\(LISTEN\))?")  # fmt: skip
PROC = re.compile(r"^\s*\d+: (?P<address>[\dA-F]{8}|[\dA-F]{32}):(?P<port>[\dA-F]{4}) 0+:0000 0A ")
"""Listening, in /proc/net/tcp and tcp6: images without ss have that."""
BY_SS = re.compile(r'users:\(\("(?P<program>[^"]+)",pid=(?P<pid>\d+)')
BY_NETSTAT = re.compile(r"(?P<pid>\d+)/(?P<program>[\w.-]+)")
HEADER = re.compile(r"Recv-Q|^COMMAND\s+PID|Active Internet", re.MULTILINE)
LOCAL = re.compile(r"^(?P<address>.*):(?P<port>\d+)$")


def read(file: TextFile, command: Command | None = None) -> Seen:
    sockets = tuple(dict.fromkeys(_sockets(file)))
    if command is not None and command.container:
        return _inside(file, command, sockets)
    narrowed = command is not None and (command.filtered or re.search(r"lsof .*-i ?\S*:", command.typed) is not None)
    whole = HEADER.search(file.text) is not None and not narrowed
    return Seen(host=Host(sockets=sockets, sockets_known=whole and bool(sockets)))


def _inside(file: TextFile, command: Command, sockets: tuple[Socket, ...]) -> Seen:
    """The container's own sockets, not the host's. Its name is Compose's service where it was entered by that."""
    if command.filtered and not sockets:
        return Seen()
    listening = tuple(f"[{s.address}]:{s.port}" if ":" in s.address else f"{s.address}:{s.port}"
                      for s in sockets if s.protocol == "tcp")  # fmt: skip
    at = (
        next((s.at for s in sockets if s.port == DEFAULT_PORT), sockets[0].at)
        if sockets
        else Place(file.shown, None, command.typed)
    )
    service = command.container if "compose" in command.typed.split(" exec")[0] else None
    return Seen(containers=(Container(name=command.container, at=at, service=service, listening=listening),))


def _sockets(file: TextFile) -> Iterator[Socket]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        if raw := PROC.match(line):
            yield Socket(_dotted(raw["address"]), int(raw["port"], 16), Place(file.shown, number, line.strip()))
            continue
        found = SS.match(line.strip()) or NETSTAT.match(line.strip()) or LSOF.match(line.strip())
        if found is None:
            continue
        groups = found.groupdict()
        protocol = (groups.get("net") or ("udp" if groups.get("state") == "UNCONN" else "tcp")).lower()
        local = LOCAL.match(found["local"])
        if local is None or (protocol == "tcp" and not groups.get("state")):
            continue
        who = BY_SS.search(groups.get("rest") or "") or BY_NETSTAT.search(groups.get("rest") or "")
        program = groups.get("program") or (who["program"] if who else "")
        pid = groups.get("pid") or (who["pid"] if who else None)
        yield Socket(
            address=_address(local["address"], six=bool(groups.get("six")) or "IPv6" in line),
            port=int(local["port"]),
            at=Place(file.shown, number, line.strip()),
            process=program,
            pid=int(pid) if pid else None,
            protocol=protocol,
        )


def _dotted(digits: str) -> str:
    """The kernel's own form: four bytes, the last of them first; of IPv6 only whether it is one address or all."""
    if len(digits) == 8:
        return ".".join(str(int(digits[at : at + 2], 16)) for at in (6, 4, 2, 0))
    return "::" if set(digits) == {"0"} else "::1" if digits.endswith("01000000") else digits.lower()


def _address(text: str, *, six: bool) -> str:
    """ss's "*" is a socket for both families."""
    bare = text.strip("[]").partition("%")[0]
    if bare == "*":
        return "::" if six else "0.0.0.0"
    return bare.removeprefix("::ffff:") if "." in bare else bare or "::"
