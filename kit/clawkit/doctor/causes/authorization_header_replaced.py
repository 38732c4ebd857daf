"""The proxy takes the client's Authorization header away, and the API's token with it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import api_links, http_links, visits
from clawkit.doctor.witness import path_of

HOOKS = "/hooks"


def judge(setup: Setup) -> Finding | None:
    for link in api_links(setup):
        line = link.route.headers_up.get("authorization")
        basic = line is not None and line.value.strip("\"'").lower().startswith("basic ")
        if line is None or (line.value.strip("\"'") and not basic):
            continue
        seen = [exchange.at for exchange in setup.exchanges if _unauthorized(exchange)]
        return Finding(
            summary=f"{line.at} "
            + ("puts a user and password in the place of Authorization" if basic else "takes Authorization away")
            + ": the API answers 401 unauthorized to every bearer token",
            fix=Fix(f"take {line.at} out", reload(link.proxy)),
            evidence=at(line.at, link.route.at, *seen[:1]),
            severity=Severity.ERROR if seen or _serves(link.gateway) else Severity.WARNING,
        )
    return _for_hooks(setup)


def _for_hooks(setup: Setup) -> Finding | None:
    """Senders of webhooks have a token of their own (hooks.token), and the proxy puts another one in its place."""
    seen = [one.at for one in setup.exchanges if one.status == 401 and path_of(one).startswith(HOOKS)]
    ways = {id(visit.route(f"{HOOKS}/wake")) for visit in visits(setup)}
    for link in http_links(setup) if seen else ():
        line = link.route.headers_up.get("authorization")
        fixed = line is not None and line.value.strip("\"'").lower().startswith("bearer ") and "$" not in line.value
        if line is not None and fixed and id(link.route) in ways:
            return Finding(
                summary=f"{line.at} puts a token of its own in the place of the sender's: {HOOKS} answers 401 to "
                "everybody whose token is not that one",
                fix=Fix(f"take {line.at} out (or $http_authorization in its place)", reload(link.proxy)),
                evidence=at(line.at, link.route.at, *seen[:1]),
            )
    return None


def _serves(gateway: Gateway | None) -> bool:
    return gateway is not None and gateway.chat_api is not None and gateway.chat_api.value


def _unauthorized(exchange: Exchange) -> bool:
    return exchange.status == 401 and path_of(exchange).startswith(("/v1/", "/api/", "/tools", "/control-ui"))


CAUSE = Cause(
    slug="authorization-header-replaced",
    title="the proxy leaves the client's Authorization alone",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAUTHORIZED,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"token-not-sent", "token-mismatch"}),
)
