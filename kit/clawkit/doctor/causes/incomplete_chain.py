"""Only the leaf certificate is sent; clients that do not know the intermediate refuse it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

CLIENTS = (
    r"unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to get local issuer certificate|"
    r"certificate signed by unknown authority"
)


def judge(setup: Setup) -> Finding | None:
    seen = [line.at for line, _ in setup.said(CLIENTS, Speaker.CLIENT, Speaker.GATEWAY, Speaker.UNKNOWN)]
    for proxy, site in sites(setup):
        path = site.tls.certificate
        if path is None:
            continue
        shown = _leaf_only(setup, path)
        if shown is not None:
            return Finding(
                summary=f"{path.value} is the leaf certificate alone, so clients without the intermediate refuse it",
                fix=Fix(f"{_chain(path.value)} in {path.at}", reload(proxy)),
                evidence=at(path.at, shown, *seen[:1]),
            )
    served = [one for one in setup.certificates if one.served and _short(one)]
    if served:
        return Finding(
            summary=f"the server shows one certificate for {', '.join(served[0].names) or served[0].subject} and not "
            "the intermediate that signed it",
            fix=Fix("give the proxy fullchain.pem (leaf, then intermediates) instead of cert.pem"),
            evidence=at(served[0].at, *seen[:1]),
        )
    return None


def _leaf_only(setup: Setup, path: Value[str]) -> Place | None:
    for one in setup.certificates:
        if one.path == path.value and not one.served:
            return one.at if _short(one) else None
    return path.at if path.value.rsplit("/", 1)[-1] == "cert.pem" and "/live/" in path.value else None


def _short(one: SeenCertificate) -> bool:
    """A certificate that signs itself has no chain; a private CA's leaf may be trusted directly."""
    return one.chain == 1 and not one.self_signed and "clawkit" not in one.issuer and "Caddy Local" not in one.issuer


def _chain(path: str) -> str:
    return path.replace("cert.pem", "fullchain.pem") if path.endswith("/cert.pem") else "the leaf and its intermediates"


CAUSE = Cause(
    slug="incomplete-chain",
    title="the whole certificate chain is sent",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY, Part.CERTIFICATES),
    judge=judge,
)
