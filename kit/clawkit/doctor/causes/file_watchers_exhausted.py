"""The kernel allows no more file watchers: ENOSPC that has nothing to do with the disk."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"System limit for number of file watchers reached|inotify_add_watch\b.*(?:no space|No space)|"
    r"inotify instances.*reached|inotify_init.*(?:EMFILE|[Tt]oo many open files)|EMFILE: too many open files, watch"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="the kernel has no file watchers left (fs.inotify), which OpenClaw reports as ENOSPC or EMFILE; the "
        "disk is not full",
        fix=Fix(
            "fs.inotify.max_user_watches=524288 and fs.inotify.max_user_instances=1024 in "
            "/etc/sysctl.d/90-inotify.conf",
            "sudo sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="file-watchers-exhausted",
    title="the kernel has file watchers left",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"disk-full", "too-many-open-files", "gateway-not-running"}),
)
