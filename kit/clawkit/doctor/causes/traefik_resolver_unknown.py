"""The router asks a certificate resolver that Traefik does not have, so it shows Traefik's default certificate."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

GROUP = "certificatesresolvers."


TOO_OPEN = r"permissions (?P<mode>\d+) for (?P<path>\S+) are too open"
DEFAULT = "TRAEFIK DEFAULT CERT"


def judge(setup: Setup) -> Finding | None:
    return _too_open(setup) or _not_named(setup) or _unknown(setup)


def _too_open(setup: Setup) -> Finding | None:
    """Traefik leaves a resolver out whose store others may read, and then no router finds it."""
    for line, match in setup.said(TOO_OPEN):
        return Finding(
            summary=f"Traefik leaves the certificate resolver out: {match['path']} has mode {match['mode']}, and it "
            "takes 600 only; browsers get its default certificate",
            fix=Fix("chmod 600 on that file, on the host where it is mounted from, then restart Traefik",
                    f"docker exec traefik chmod 600 {match['path']} && docker restart traefik"),
            evidence=at(line.at),
        )  # fmt: skip
    return None


def _not_named(setup: Setup) -> Finding | None:
    """TLS is on for the router and nothing says from where, and visitors were shown what Traefik has by default."""
    served = (one for one in setup.certificates if one.served)
    seen = next((one for one in served if DEFAULT in f"{one.subject} {one.issuer}".upper()), None)
    for proxy, site in sites(setup) if seen is not None else ():
        known = sorted({key.removeprefix(GROUP).split(".")[0] for key in proxy.options if key.startswith(GROUP)})
        own = site.tls.certificate or site.tls.issuer or any("http.tls.certresolver" in key for key in proxy.options)
        if seen is not None and proxy.kind is ProxyKind.TRAEFIK and site.serves_tls and known and not own:
            return Finding(
                summary=f"the router at {site.at} has TLS and names no certificate resolver, so browsers get {DEFAULT}",
                fix=Fix(f"tls.certresolver={known[0]} beside its tls=true", reload(proxy)),
                evidence=at(site.at, seen.at),
            )
    return None


def _unknown(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        wanted = site.tls.issuer
        if proxy.kind is not ProxyKind.TRAEFIK or wanted is None or not _static_known(proxy):
            continue
        known = {key.removeprefix(GROUP).split(".")[0] for key in proxy.options if key.startswith(GROUP)}
        # a configuration without any resolver is mostly one that was shortened for whoever reads it
        seen = known or complaints(setup, "tls-self-signed", "tls-unknown-issuer", "tls-name")
        if wanted.value.lower() not in known and seen:
            there = f"it has {', '.join(sorted(known))}" if known else "it has none"
            return Finding(
                summary=f"the router asks for the certificate resolver {wanted.value}, {there}: browsers get "
                "TRAEFIK DEFAULT CERT",
                fix=Fix(f"tls.certresolver={min(known)} at {wanted.at}" if known
                        else f"--certificatesresolvers.{wanted.value}.acme.… for Traefik", reload(proxy)),
                evidence=at(wanted.at, *[proxy.options[key].at for key in proxy.options if key.startswith(GROUP)][:1]),
            )  # fmt: skip
    return None


def _static_known(proxy: Proxy) -> bool:
    """Flags, file and environment exclude each other in Traefik: what defines entry points is all there is."""
    return any(key.startswith("entrypoints.") for key in proxy.options)


CAUSE = Cause(
    slug="traefik-resolver-unknown",
    title="Traefik has the certificate resolver that the router asks for",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"private-ca-on-public-name", "certificate-name-mismatch"}),
)
