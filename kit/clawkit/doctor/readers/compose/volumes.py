"""Mounts in all of Compose's spellings, and whether a bind's source lies beside the file."""

from __future__ import annotations

import re
from pathlib import Path

from clawkit.doctor.model.compose import Mount
from clawkit.doctor.readers.compose.tree import Node

_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_OPTIONS = re.compile(
    r"^(?:ro|rw|z|Z|nocopy|cached|delegated|consistent|r?private|r?shared|r?slave)(?:,(?:ro|rw|z|Z|nocopy|cached|"
    r"delegated|consistent|r?private|r?shared|r?slave))*$"
)


def read(node: Node | None, tmpfs: Node | None, folder: Path | None) -> tuple[Mount, ...]:
    """`volumes:` in order, then `tmpfs:`. `folder`: against which relative sources are looked up; None if it is not on
    this machine."""
    found = [_mount(item, folder) for item in (node.items if node else None) or ()]
    for item in (tmpfs.items if tmpfs else None) or ():
        if item.text:
            found.append(Mount("", item.text.split(":")[0], item.at(), "tmpfs"))
    return tuple(mount for mount in found if mount)


def _mount(item: Node, folder: Path | None) -> Mount | None:
    if item.entries is not None:
        return _long(item, folder)
    return _short(item, folder) if item.text else None


def _long(item: Node, folder: Path | None) -> Mount | None:
    kind = item.word("type") or "volume"
    target, source = item.word("target"), item.word("source")
    bind = item.get("bind")
    flag = item.get("read_only")
    at = (item.get("source") or item.get("target") or item).at()
    only = bool(flag and flag.boolean)
    label = bind.word("selinux") if bind else ""
    return Mount(source, target, at, kind, only, label, exists(source, folder) if kind == "bind" else None)


def _short(item: Node, folder: Path | None) -> Mount:
    source, target, options = parts(item.text or "")
    kind = kind_of(source)
    words = options.split(",") if options else []
    label = next((word for word in words if word in ("z", "Z")), "")
    there = exists(source, folder) if kind == "bind" else None
    return Mount(source, target, item.at(), kind, "ro" in words, label, there)


def kind_of(source: str) -> str:
    """What a source of the short form means: a path is a bind, a name or nothing a volume."""
    return "bind" if source.startswith((".", "/", "~", "\\")) or _DRIVE.match(source) else "volume"


def parts(text: str) -> tuple[str, str, str]:
    """Source, target, options of SOURCE:TARGET[:OPTIONS]; a Windows drive's colon separates nothing."""
    drive = text[:2] if _DRIVE.match(text) else ""
    fields = text[len(drive) :].split(":")
    fields[0] = drive + fields[0]
    if len(fields) == 1:
        return "", fields[0], ""
    if len(fields) == 2:
        # "/data:ro" is no source and a target, unless the second word is a path
        return ("", fields[0], fields[1]) if not drive and _OPTIONS.match(fields[1]) else (fields[0], fields[1], "")
    return fields[0], fields[1], ",".join(fields[2:])


def exists(source: str, folder: Path | None) -> bool | None:
    """Only for sources within or beside the folder: what else lies on the host that runs it cannot be known here."""
    if folder is None or not source.startswith("."):
        return None
    try:
        return (folder / source).exists()
    except (OSError, ValueError):
        return None


def target_of(node: Node) -> str:
    """By which two entries of two files are one."""
    if node.entries is not None:
        return node.word("target").rstrip("/")
    return parts(node.text or "")[1].rstrip("/")
