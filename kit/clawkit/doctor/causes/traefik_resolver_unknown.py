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


def judge(setup: Setup) -> Finding | None:
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
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"private-ca-on-public-name", "certificate-name-mismatch"}),
)
