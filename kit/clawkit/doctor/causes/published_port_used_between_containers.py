"""Between containers only the inner port counts; the published one exists on the host."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import inside_ports
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        asked = link.target.effective_port
        if link.reach is not Reach.SERVICE or link.service is None or not in_container(link.proxy):
            continue
        inside = inside_ports(setup, link)
        mapped = [port for port in link.service.ports if port.published == asked and port.target != asked]
        if mapped and asked not in inside.numbers:
            return _finding(link, mapped[0].target, mapped[0].at)
    return None


def _finding(link: Link, inner: int, published: Place) -> Finding:
    asked = link.target.effective_port
    return Finding(
        summary=f"{link.target} is the port published on the host; between containers the gateway's own port {inner} "
        "counts",
        fix=Fix(
            f"write {link.target.host}:{inner} instead of {link.target.host}:{asked} in {link.target.at}",
            reload(link.proxy),
        ),
        evidence=at(link.target.at, published),
    )


CAUSE = Cause(
    slug="published-port-used-between-containers",
    title="between containers the inner port is used",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
