"""Room on the disks that the deployment and the engine write to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from clawkit.doctor.model.host import Disk
from clawkit.doctor.model.place import Place

ENGINE = Path("/var/lib/docker")


def disks(paths: Iterable[Path]) -> tuple[Disk, ...]:
    """One for each file system, though several of the paths lie on it."""
    found: dict[int, Disk] = {}
    for path in (*paths, ENGINE, Path("/")):
        try:
            device = path.stat().st_dev
            if device not in found:
                found[device] = _disk(path)
        except OSError:
            continue
    return tuple(found.values())


def _disk(path: Path) -> Disk:
    seen = os.statvfs(path)
    free = seen.f_bavail * seen.f_frsize
    used = _percent(seen.f_blocks - seen.f_bfree, seen.f_bavail)
    inodes = _percent(seen.f_files - seen.f_ffree, seen.f_favail) if seen.f_files else None
    told = f"{used:.0f} % used, {free // 1024**2} MiB free" if used is not None else "size unknown"
    more = f", {inodes:.0f} % of the inodes" if inodes is not None else ""
    return Disk(str(path), Place(f"df -h {path}", None, told + more), free, used, inodes)


def _percent(used: int, left: int) -> float | None:
    """As df counts: of what users may have, root's reserve left aside."""
    return 100 * used / (used + left) if used + left else None
