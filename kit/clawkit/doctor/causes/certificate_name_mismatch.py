"""The certificate is another name's."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.served import covers, file_of, ours

ASKED = re.compile(r"Host: (\S+?)\.? is not in the cert|not valid for (?:the name )?'?([\w.-]+\w)")
"""In the words of Node and of others that name it."""


def judge(setup: Setup) -> Finding | None:
    for _, site in sites(setup):
        one = file_of(setup, site)
        for name in site.names:
            plain = "." in name.value and not any(sign in name.value for sign in "*~^$") and name.value[0] != "."
            if one is not None and one.names and plain and not covers(one, name.value):
                return _finding(name.value, one, (one.at, name.at))
    for one in ours(setup):
        if one.served and one.server_name and one.names and not covers(one, one.server_name):
            return _finding(one.server_name, one, (one.at,))
    said = complaints(setup, "tls-name")
    if not said:
        return None
    asked = next((match[1] or match[2] for place in said if (match := ASKED.search(place.text))), "the name")
    opened = next((value.value for _, site in sites(setup) for value in site.names), asked)
    return Finding(
        summary=f"clients refuse the certificate because it is not for the name that they open ({opened})",
        fix=Fix("get a certificate with every name in it", f"sudo certbot --expand -d {opened}"),
        evidence=at(*said[:2]),
        observed=True,
    )


def _finding(name: str, one: SeenCertificate, places: tuple[Place, ...]) -> Finding:
    return Finding(
        summary=f"the certificate for {name} covers {', '.join(one.names[:4])} only",
        fix=Fix(f"get a certificate that has {name} in it (a wildcard stands for one label only)",
                f"sudo certbot certonly --expand -d {name}"),
        evidence=at(*places),
    )  # fmt: skip


CAUSE = Cause(
    slug="certificate-name-mismatch",
    title="the certificate covers the site's name",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.CERTIFICATES, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
