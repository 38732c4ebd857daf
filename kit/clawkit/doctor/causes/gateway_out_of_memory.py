"""The gateway is killed for want of memory, or its limit is below what OpenClaw needs to start."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import KILLED, KIT_LABEL, gateway_services, gateway_units, gateways
from clawkit.doctor.verdict import serves
from clawkit.gateway import further

MIB = 1024**2
DIES = 600 * MIB
"""512 MB: killed right after "http server listening" (2026.9.6, measured)."""
TIGHT = 950 * MIB
"""1 GB boots; 768 MB boots at the very limit."""
WORDS = (
    r"JavaScript heap out of memory|Reached heap limit|"
    r"\S*(?:claw|molt)\S*\.service: .*(?:of this unit has been killed by the OOM killer|result 'oom-kill')|"
    r"(?:Out of memory|"
    r"Memory cgroup out of memory): Kill(?:ed)? process"
    r" \d+,? \(?(?:node|openclaw|MainThread|npm)|oom-kill:.*task=(?:node|openclaw|MainThread)|"
    r"sending SIG(?:TERM|KILL) to process \d+ .*\"(?:openclaw|node|MainThread|clawd)[^\"]*\": badness|"
    r"Killed \S*(?:claw|molt)\S* due to memory|(?:claw|molt)\S*\.service: systemd-oomd killed|"
    r"container oom \S+ \(.*(?:claw|molt)"
)
POD = r"^ +Reason: +OOMKilled"
IMAGE = r"^ +Image: +(?P<image>\S+)"
"""`kubectl describe pod`: of which container it is stands above."""


def judge(setup: Setup) -> Finding | None:
    limits = {service.name: service.memory for service in gateway_services(setup) if service.memory}
    limits |= {unit.name: unit.memory for unit in gateway_units(setup) if unit.memory}
    name, limit = min(limits.items(), key=lambda one: one[1].value, default=("", None))
    memory = limit.value if limit else next((one.memory for one in gateways(setup) if one.memory), None)
    killed = next((one for one in gateways(setup)
                   if one.oom_killed or one.last_oom or (KILLED in (one.exit_code, one.last_exit)
                                                         and _tight(one.memory or memory))), None)  # fmt: skip
    if killed:  # of several gateways each may have its own
        name, memory = killed.service or name, killed.memory or memory
        limit = limits.get(name, limit)
    said = last_words(setup, WORDS, Speaker.GATEWAY, Speaker.KERNEL) or _pod(setup)
    words = f"with a limit of {memory // MIB} MiB" if memory else "for want of memory"
    if killed or said:
        seen = [*([killed.at] if killed else []), *([said[0].at] if said else []), *([limit.at] if limit else [])]
        return _finding(f"the gateway was killed {words}", Severity.ERROR, _fix(setup, name), *seen)
    full = [one for one in gateways(setup) if one.memory_full and one.memory]
    if full and full[0].running:
        return _finding(f"the gateway has used up the {(full[0].memory or 0) // MIB} MiB that it may use",
                        Severity.ERROR if _tight(full[0].memory) else Severity.WARNING,
                        _fix(setup, full[0].service or ""), full[0].at)  # fmt: skip
    if limit is None or limit.value >= TIGHT:
        return None
    certain = limit.value < DIES and not serves(setup)
    return _finding(f"the gateway may use {limit.value // MIB} MiB, and OpenClaw needs 1 GiB to start",
                    Severity.ERROR if certain else Severity.WARNING, _fix(setup, name), limit.at)  # fmt: skip


def _pod(setup: Setup) -> tuple[LogLine, re.Match[str]] | None:
    said = last_words(setup, POD, Speaker.GATEWAY)
    images = [match["image"] for line, match in setup.said(IMAGE) if said and _above(line, said[0])]
    return said if images and OURS.search(images[-1]) else None


def _above(one: LogLine, other: LogLine) -> bool:
    return one.at.source == other.at.source and (one.at.line or 0) < (other.at.line or 0)


def _tight(memory: int | None) -> bool:
    """137 alone is also what `docker kill` and a stop that took too long leave behind."""
    return memory is not None and memory < TIGHT


def _fix(setup: Setup, name: str) -> Fix:
    service = setup.service(name)
    if service is not None and KIT_LABEL in service.labels:  # what clawkit renders is changed by its settings
        own = further(service.name)
        return Fix("give it more, then: clawkit up; on a small machine add swap",
                   f"clawkit gateways set {own} --gateway-memory 4g" if own
                   else "clawkit up --gateway-memory 4g")  # fmt: skip
    return Fix("mem_limit: 2g (or deploy.resources.limits.memory: 2g) for the gateway, MemoryMax=2G in its unit; on a "
               "small machine add swap",
               "docker compose up -d")  # fmt: skip


def _finding(words: str, severity: Severity, fix: Fix, *places: Place) -> Finding:
    return Finding(
        summary=words,
        fix=fix,
        evidence=at(*places),
        severity=severity,
    )  # fmt: skip


CAUSE = Cause(
    slug="gateway-out-of-memory",
    title="the gateway has memory enough",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING, Symptom.CUT),
    looks_at=looks_at(Part.CONTAINERS, Part.COMPOSE, Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-closed-mid-request", "healthcheck-too-impatient"}),
)
