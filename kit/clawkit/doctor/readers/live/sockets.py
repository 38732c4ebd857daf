"""Listening TCP sockets of this host with their processes, from /proc alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from clawkit.doctor.model.host import Socket
from clawkit.doctor.model.place import Place
from clawkit.listeners import listening

PROC = Path("/proc")


def sockets(proc: Path = PROC) -> tuple[Socket, ...]:
    owners = _owners(proc)
    return tuple(_socket(str(at.address), at.port, owners.get(at.inode)) for at in listening(proc))


def _socket(address: str, port: int, owner: tuple[str, int] | None) -> Socket:
    name, pid = owner or ("", None)
    shown = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    at = Place("ss -ltnp", None, f"LISTEN {shown} {name} (pid {pid})" if owner else f"LISTEN {shown}")
    return Socket(address, port, at, name, pid)


def _owners(proc: Path) -> dict[str, tuple[str, int]]:
    """Inode -> name and pid, in one walk; of processes that this user may look into."""
    found: dict[str, tuple[str, int]] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit():
            for inode in _inodes(folder / "fd"):
                # a worker holds its master's socket too: the elder one is its owner
                if inode not in found or int(folder.name) < found[inode][1]:
                    found[inode] = (_name(folder), int(folder.name))
    return found


def _inodes(descriptors: Path) -> Iterator[str]:
    try:
        with os.scandir(descriptors) as entries:
            for entry in entries:
                target = os.readlink(entry.path)
                if target.startswith("socket:["):
                    yield target[8:-1]
    except OSError:  # gone, or somebody else's
        return


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text().strip()
    except OSError:
        return ""
