"""OpenClaw's own audit of its configuration finds nothing critical and nothing to warn of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.verify.scene import Scene

AUDIT = ("openclaw", "security", "audit", "--json")
"""docs gateway/security; takes 3 to 5 s, which is why the check is deep."""

AUDIT_SECONDS = 120
"""More than half a minute was seen on a busy machine of two cores."""

SHOW = "docker compose -p {project} exec {service} openclaw security audit"


def gather(scene: Scene) -> Mapping[str, Any]:
    text = scene.engine_view().run(scene.gateway.service, *AUDIT, seconds=AUDIT_SECONDS)
    found: Mapping[str, Any] = json.loads(text[text.index("{") :])
    show = SHOW.format(project=scene.stack.project, service=scene.gateway.service)
    return {"summary": found["summary"], "findings": found["findings"], "show": show}


def judge(audit: Mapping[str, Any]) -> Verdict:
    counts = {level: int(audit["summary"].get(level, 0)) for level in ("critical", "warn", "info")}
    named = ", ".join(_ids(audit, "critical") or _ids(audit, "warn"))
    if counts["critical"]:
        return failed(f"{counts['critical']} critical: {named}", audit["show"], **counts)
    if counts["warn"]:
        return warning(f"{counts['warn']} warnings: {named}", audit["show"], **counts)
    return ok(f"0 critical, 0 warnings, {counts['info']} notes", **counts)


def _ids(audit: Mapping[str, Any], severity: str) -> list[str]:
    return [str(found["checkId"]) for found in audit["findings"] if found["severity"] == severity]


CHECK = Check("security-audit", "OpenClaw's own security audit", Group.SECURITY, gather, judge, needs=("startupz",),
              deep=True)  # fmt: skip
