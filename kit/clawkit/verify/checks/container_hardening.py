"""The containers run confined, as the engine says it: what compose.yaml promises is read back.

The list follows OWASP's Docker Cheat Sheet and section 5 of the CIS Docker Benchmark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.engine.container import Confinement
from clawkit.swarmnames import base
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene

NO_NEW_PRIVILEGES = frozenset({"no-new-privileges:true", "no-new-privileges", "no-new-privileges=true"})

# Caddy's official binary carries this file capability and cannot be executed without it.
ADDABLE = frozenset({"NET_BIND_SERVICE"})


def gather(scene: Scene) -> Mapping[str, Confinement]:
    found = {name: one.confinement for name, one in scene.engine_view().inspections().items()}
    if scene.stack.swarm:  # Swarm has no word for it: it is set for the whole node, in daemon.json
        return {name: replace(one, security=one.security | NO_NEW_PRIVILEGES) for name, one in found.items()}
    return found


def judge(found: Mapping[str, Confinement]) -> Verdict:
    if not found:
        return failed("no container of this project is there", UP)
    loose = [f"{name}: {fault}" for name, confinement in found.items() for fault in faults(name, confinement)]
    if loose:
        return failed("; ".join(loose), UP, faults=len(loose))
    return ok(f"{len(found)} containers: not root, nothing but read-only roots, no capabilities, all limits set",
              containers=len(found))  # fmt: skip


def faults(name: str, seen: Confinement) -> Iterator[str]:
    if seen.user.partition(":")[0] in ("", "0", "root"):
        yield "runs as root"
    if seen.privileged:
        yield "is privileged"
    if not seen.read_only:
        yield "has a writable root"
    if "ALL" not in seen.dropped or seen.added - ADDABLE:
        yield f"keeps capabilities ({', '.join(sorted(seen.added)) or 'the default ones'})"
    if not seen.security & NO_NEW_PRIVILEGES:
        yield "may gain privileges"
    for limit in ("memory", "cpus", "pids"):
        if getattr(seen, limit) <= 0:
            yield f"has no {limit} limit"
    if seen.host_namespaces:
        yield f"shares the host's {', '.join(seen.host_namespaces)}"
    if seen.sockets:
        yield "can reach the engine's socket"
    if seen.published and base(name) != "proxy":
        yield f"publishes {', '.join(seen.published)}"
    if not seen.rotated:
        yield "writes logs without a limit"


CHECK = Check("container-hardening", "containers are confined", Group.SECURITY, gather, judge)
