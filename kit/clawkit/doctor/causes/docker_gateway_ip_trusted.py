"""The address of Docker's bridge is trusted, so whoever comes straight through a published port is refused."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.peer import parsed


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        bridge = next((entry for entry in gateway.trusted_proxies or () if _bridge(setup, gateway, entry)), None)
        if bridge is None:
            continue
        seen = _refused_directly(setup)
        service = setup.service(gateway.service) if gateway.service else None
        published = [port.at for port in service.ports if port.target == gateway.effective_port] if service else []
        if seen or (published and not links(setup)):
            return Finding(
                summary=f"{bridge.value} in gateway.trustedProxies is Docker's own bridge address: what comes straight "
                "through the published port, without a proxy, gets 403 proxy_attribution_required",
                fix=Fix(
                    f"ask /healthz, or come through the proxy; if the proxy is a container, list its own address in "
                    f"place of {bridge.value}"
                ),
                evidence=at(bridge.at, *seen[:1], *published[:1]),
                severity=Severity.ERROR if seen else Severity.WARNING,
            )
    return None


def _bridge(setup: Setup, gateway: Gateway, entry: Value[str]) -> bool:
    network = parsed(entry.value)
    if network is None or not network.is_private or network.is_loopback:
        return False
    known = {str(address) for box in setup.containers for address in box.gateways.values() if address}
    if known and network.num_addresses == 1:
        return str(network.network_address) in known
    return network.num_addresses == 1 and str(network.network_address).endswith(".1")


def _refused_directly(setup: Setup) -> tuple[Place, ...]:
    return tuple(
        exchange.at
        for exchange in setup.exchanges
        if exchange.vantage is Vantage.DIRECT and exchange.error_type == "proxy_attribution_required"
    )


CAUSE = Cause(
    slug="docker-gateway-ip-trusted",
    title="who comes without a proxy is not taken for one",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.FORBIDDEN,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
