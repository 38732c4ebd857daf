"""What this host knows of names and addresses by itself: /etc/hosts and its interfaces."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.place import Place, Value
from clawkit.reach import addresses as interfaces

HOSTS = Path("/etc/hosts")


def hosts_file(path: Path = HOSTS) -> dict[str, Value[str]]:
    """Name -> address; the first line that names it counts."""
    found: dict[str, Value[str]] = {}
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return found
    for number, line in enumerate(lines, start=1):
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found.setdefault(name.lower(), Value(address, Place(str(path), number, line.strip())))
    return found


def addresses() -> tuple[str, ...]:
    """Outside loopback, IPv6 included."""
    return tuple(sorted(interfaces.own()))
