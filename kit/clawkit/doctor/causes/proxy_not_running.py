"""There is no proxy process: its container or its unit is stopped."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import HOPELESS, PROXY, gateways, proxies, proxy_services

LATER = r"host not found in upstream|No chain/target/match by that name"
"""Faults of the network group that keep a proxy from its start."""


def judge(setup: Setup) -> Finding | None:
    if any(setup.said(LATER)) or any(re.search(LATER, one.error) for one in setup.containers):
        return None
    own = proxies(setup)
    for container in own if not any(one.running for one in own) else ():
        if container.state in (*HOPELESS, "paused"):
            last = [line for line, _ in setup.said(r"\[emerg\]|Error:|error", Speaker.NGINX, Speaker.CADDY)][-1:]
            code = f", status {container.exit_code}" if container.exit_code is not None else ""
            code += f": {container.error}" if container.error else ""
            return Finding(
                summary=f"the proxy's container {container.name} is {container.state}{code}",
                fix=Fix("start it; its own words: docker logs " + container.name, _start(container)),
                evidence=at(container.at, *(line.at for line in last)),
            )
    absent = _absent(setup)
    if absent is not None:
        return absent
    for unit in setup.host.units if not own else ():
        if PROXY.search(unit.name) and unit.active in ("inactive", "failed"):
            return Finding(
                summary=f"{unit.name} is {unit.active}",
                fix=Fix(f"start it; its own words: journalctl -u {unit.name} -n 30",
                        f"sudo systemctl enable --now {unit.name.removesuffix('.service')}"),
                evidence=at(unit.at),
            )  # fmt: skip
    return None


def _start(container: Container) -> str:
    return f"docker service scale {container.name}=1" if container.wanted == 0 else "docker compose up -d"


def _absent(setup: Setup) -> Finding | None:
    """A complete list of containers without the proxy's, beside a gateway that does run."""
    known = setup.containers_known and not proxies(setup) and any(one.running for one in gateways(setup))
    for _, service in proxy_services(setup) if known else ():
        if not any(name in one.name for one in setup.containers for name in service.names):
            return Finding(
                summary=f"service {service.name} has no container: it was never started, or was removed",
                fix=Fix("start it", "docker compose up -d"),
                evidence=at(service.at, *(one.at for one in setup.containers[:1])),
            )
    return None


CAUSE = Cause(
    slug="proxy-not-running",
    title="the proxy runs",
    layer=Layer.PROXY,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.CONTAINERS, Part.HOST),
    judge=judge,
)
