"""Packets that a firewall dropped, in the form in which the kernel's LOG target writes them (nf_log_syslog.c)."""

from __future__ import annotations

import re

from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.host import Dropped

LOGGED = re.compile(r"(?P<prefix>\S[^=]*?)\bIN=(?P<fields>\S* .*\bPROTO=TCP\b.*)")
"""The prefix is the administrator's own text; "[UFW BLOCK]" and "filter_IN_public_REJECT: " are the usual ones."""
DROPPING = re.compile(r"block|drop|reject|deny|denied", re.IGNORECASE)
FIELD = re.compile(r"\b(IN|SRC|DST|DPT)=(\S*)")


def dropped(line: LogLine) -> Dropped | None:
    """None for other lines, and for packets that are let through and only noted ("[UFW AUDIT]", "[UFW ALLOW]")."""
    found = LOGGED.search(line.text) if line.speaker in (Speaker.KERNEL, Speaker.UNKNOWN) else None
    if found is None or not DROPPING.search(found["prefix"]):
        return None
    fields = dict(FIELD.findall(f"IN={found['fields']}"))
    port = fields.get("DPT", "")
    if not port.isdigit() or not fields.get("SRC") or not fields.get("DST"):
        return None
    return Dropped(fields.get("IN", ""), fields["SRC"], fields["DST"], int(port), line.at)
