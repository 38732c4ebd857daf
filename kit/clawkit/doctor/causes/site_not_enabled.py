"""OpenClaw's site is written, and the proxy's main file does not take the file in which it stands."""

from __future__ import annotations

import posixpath

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import is_meant
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

SAMPLE = ".sample"


def judge(setup: Setup) -> Finding | None:
    if any(is_meant(setup, proxy, site) for proxy in setup.proxies for site in proxy.sites):
        return None
    for proxy in setup.proxies:
        for site in proxy.aside:
            if is_meant(setup, proxy, site):
                file = site.at.source
                name = site.names[0].value if site.names else "OpenClaw's site"
                why = f"which {proxy.at.source} does not include"
                if file.endswith(SAMPLE):
                    why = "and SWAG takes no file whose name ends in .sample"
                return Finding(
                    summary=f"{name} is written in {file}, {why}: {proxy.kind.value} serves what else there is",
                    fix=Fix(_remedy(file), reload(proxy)),
                    evidence=at(site.at, proxy.at),
                )
    return None


def _remedy(file: str) -> str:
    name = posixpath.basename(file)
    if file.endswith(SAMPLE):
        return f"mv {name} {name.removesuffix(SAMPLE)} in nginx/proxy-confs, then restart SWAG"
    if "available" in posixpath.basename(posixpath.dirname(file)):
        return f"ln -s ../sites-available/{name} /etc/nginx/sites-enabled/{name}"
    return f"give {file} a name that the include or import takes"


CAUSE = Cause(
    slug="site-not-enabled",
    title="the proxy takes the file with OpenClaw's site",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE, Symptom.NOT_FOUND, Symptom.REFUSED, Symptom.TLS),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"site-name-not-matched", "page-not-proxied"}),
)
