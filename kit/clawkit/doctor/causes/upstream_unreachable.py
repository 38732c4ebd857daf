"""The proxy's packets to the gateway get no answer: a firewall between, or an address that nobody has."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Reach, links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.over import over
from clawkit.doctor.programs import gateway_services, gateways
from clawkit.doctor.witness import failures


def judge(setup: Setup) -> Finding | None:
    told = logged(setup, FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE)
    silent = told or _right_and_silent(setup) or _dialled(setup)
    if not silent:
        return None
    last = silent[-1]
    how = "no answer at all" if last.kind is FailureKind.CONNECT_TIMEOUT else "the answer that there is no way to it"
    host = last.upstream.rpartition(":")[0] or last.upstream
    return Finding(
        summary=f"the proxy dials {last.upstream} and gets {how}: a firewall drops or rejects it, or the address is "
        "no longer the gateway's",
        fix=Fix(
            "compare the address with the one that the gateway has now; is it the same, let the proxy through the "
            "firewall of that host",
            f"ip route get {host.strip('[]')}; docker network inspect bridge; sudo iptables -L DOCKER-USER -n -v",
        ),
        evidence=at(last.at, silent[0].at),
    )


def _right_and_silent(setup: Setup) -> tuple[Failure, ...]:
    """The proxy dials the very address that the gateway has, where it runs, and no packet comes back."""
    right = {use.ipv4.value for service in gateway_services(setup) for use in service.networks if use.ipv4}
    right |= {address for one in gateways(setup) for address in one.addresses.values() if address}
    runs = any(one.running for one in gateways(setup))
    silent = failures(setup, FailureKind.CONNECT_TIMEOUT) if runs else ()
    return tuple(one for one in silent if one.upstream.rpartition(":")[0] in right)


def _dialled(setup: Setup) -> tuple[Failure, ...]:
    """Another machine, by the very address that the configuration names, and its last packets went unanswered too."""
    silent = failures(setup, FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE)
    far = {str(link.target) for link in links(setup) if link.reach is Reach.ADDRESS and link.service is None}
    return tuple(one for one in silent if one.upstream in far and not over(setup, one))


CAUSE = Cause(
    slug="upstream-unreachable",
    title="the gateway's address can be reached from the proxy",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.GATEWAY_TIMEOUT,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
