"""Docker's bridge takes larger packets than the host's way out carries, so what is large never arrives."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup

HUNG = r"TLS handshake timeout|Frag(?:mentation)? needed and DF set|message too long, mtu"
"""A connection that opens and then stays silent, or the kernel's own word for a packet that does not fit."""
OPENED = re.compile(r"bytes received|SSL connection timeout|Client hello")
"""curl's words once the connection stood; before that a firewall is likelier."""
BRIDGE = re.compile(r"^(?:docker\d+|br-[\da-f]{6,}|podman\d+|cni-podman\d+)$")
INNER = re.compile(r"^(?:lo|veth|tap|virbr|wg|tailscale|tun)\w*")
"""Never the way out by themselves, unless the routes say so."""


def judge(setup: Setup) -> Finding | None:
    """Different sizes alone do no harm where the kernel's word about a packet that is too large gets through."""
    out, wide = _way_out(setup), _bridge(setup)
    hung = _hung(setup)
    if out is None or wide is None or not hung or out.value >= wide.value:
        return None
    return Finding(
        summary=f"Docker's network takes packets of {wide.value} bytes, and the host's way out carries {out.value}: "
        "small requests pass, handshakes and answers hang",
        fix=Fix(f'"mtu": {out.value} in /etc/docker/daemon.json, and for networks of Compose driver_opts: '
                f'com.docker.network.driver.mtu: "{out.value}"; then make the networks anew',
                "docker compose down && sudo systemctl restart docker && docker compose up -d"),
        evidence=at(out.at, wide.at, *hung[:1]),
    )  # fmt: skip


def _way_out(setup: Setup) -> Value[int] | None:
    sizes = setup.host.mtu
    if setup.host.way_out:
        return sizes.get(setup.host.way_out)
    outer = [size for name, size in sizes.items() if not BRIDGE.match(name) and not INNER.match(name)]
    return outer[0] if len(outer) == 1 else None


def _bridge(setup: Setup) -> Value[int] | None:
    """A bridge of Compose before Docker's own, which nobody may use."""
    found = sorted((name, size) for name, size in setup.host.mtu.items() if BRIDGE.match(name))
    return found[0][1] if found else None


def _hung(setup: Setup) -> list[Place]:
    said = [line.at for line, _ in setup.said(HUNG)]
    return said + [
        one.at for one in setup.exchanges
        if one.error == "timeout" and (one.container or one.vantage is Vantage.PUBLIC) and OPENED.search(one.at.text)
    ]  # fmt: skip


CAUSE = Cause(
    slug="mtu-too-large",
    title="packets of the containers fit through the host's way out",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.CUT, Symptom.NO_CERTIFICATE, Symptom.REQUEST_TIMEOUT),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"authority-unreachable", "model-unreachable", "registry-unreachable"}),
)
