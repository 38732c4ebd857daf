"""No space is left: databases, buffers and certificates cannot be written."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.host import Disk
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"no space left on device|database or disk is full|SQLITE_FULL|"
    r"\bENOSPC\b(?!.*(?:file watchers|inotify))|write error: No space|Disk quota exceeded|EDQUOT"
)
SMALL = 64 * 1024**2
ELSEWHERE = ("/boot", "/snap", "/media", "/mnt/cdrom", "/run", "/dev", "/sys")
"""File systems that are small or full by nature."""


def judge(setup: Setup) -> Finding | None:
    full = [disk for disk in setup.host.disks if _full(disk) and not disk.mount.startswith(ELSEWHERE)]
    said = _said(setup)
    if not full and not said:
        return None
    inodes = bool(full) and not _no_bytes(full[0])
    where = f"{full[0].mount} is full" + (" (no inodes left)" if inodes else "") if full else "the disk is full"
    return Finding(
        summary=f"{where}: OpenClaw's database and the proxy's buffers cannot be written",
        fix=Fix("free space, then rotate logs: logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}",
                "docker system df; sudo du -xh /var/lib/docker/containers | sort -h | tail -5"),
        evidence=at(*(disk.at for disk in full[:1]), *said[:2]),
        severity=Severity.ERROR if said or full else Severity.WARNING,
    )  # fmt: skip


def _full(disk: Disk) -> bool:
    return _no_bytes(disk) or (disk.inodes_used_percent is not None and disk.inodes_used_percent >= 100)


def _no_bytes(disk: Disk) -> bool:
    out = disk.free_bytes is not None and disk.free_bytes < SMALL
    return disk.used_percent is not None and disk.used_percent >= 99 and (out or disk.used_percent >= 100)


def _said(setup: Setup) -> list[Place]:
    found = last_words(setup, WORDS, Speaker.GATEWAY, Speaker.NGINX, Speaker.CADDY, Speaker.ACME)
    watchers = [line.at for line, _ in setup.said(r"file watchers|inotify")]
    said = [found[0].at] if found and found[0].at not in watchers else []
    return [*said, *(failure.at for failure in setup.failed(FailureKind.NO_SPACE))]


CAUSE = Cause(
    slug="disk-full",
    title="the disk has room",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING, Symptom.CUT, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "state-volume-not-writable"}),
)
