"""What is to be had, from whom and how: plan.json, which clawkit/render.py writes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from files import digest

PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory"
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    names: tuple[str, ...]
    sites: tuple[str, ...] = ()
    """Those that are served with it beside the one of its own name: a wildcard's, which is ordered for none of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    directory: str
    certificates: tuple[Certificate, ...]
    ca: str = ""
    email: str = ""
    challenge: str = "http-01"
    profile: str = ""
    hook: str = ""
    rfc2136: str = ""
    wait: int = 60
    """Seconds until every name server of the zone has a record; a hook waits by itself."""
    eab: str = ""
    generation: str = ""
    """Of the proxy's configuration that knows these names: before it is served, a challenge finds nothing."""

    @property
    def authority(self) -> str:
        return urlsplit(self.directory).netloc

    @property
    def lineages(self) -> str:
        """Folder of what this authority issued: another directory is another account and another certificate."""
        return f"{re.sub(r'[^a-z0-9.-]', '-', self.authority.lower())}-{digest(self.directory)[:8]}"

    def fingerprint(self, certificate: Certificate) -> str:
        """Changes with everything that may turn a refusal into a certificate, the lent files' contents included."""
        lent = [Path(name).read_bytes().hex() for name in (self.ca, self.hook, self.rfc2136, self.eab) if name]
        return digest(repr((replace(self, certificates=(), generation=""), certificate.names, lent)))[:16]


def read_plan(path: Path) -> Plan:
    raw = json.loads(path.read_text())
    certificates = tuple(Certificate(one["name"], tuple(one["names"]), tuple(one.get("sites", ())))
                         for one in raw.pop("certificates"))  # fmt: skip
    known = {one.name for one in fields(Plan)}
    return Plan(certificates=certificates, **{key: value for key, value in raw.items() if key in known})
