"""certbot is told to use a plugin that is not installed beside it, or a server that is not on this machine."""

from __future__ import annotations

from clawkit.doctor.acme import OBTAINED
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup

MISSING = (
    r"The requested (?P<plugin>[\w-]+) plugin does not appear to be installed|"
    r"unrecognized arguments:.* ?--(?P<option>dns-[a-z0-9]+)-(?:credentials|propagation)|"
    r"NoInstallationError\(.{0,60}'(?P<program>nginx|apache2?ctl|httpd)'"
)


def judge(setup: Setup) -> Finding | None:
    for line, match in setup.said(MISSING, Speaker.ACME, Speaker.UNKNOWN):
        if _obtained_later(setup, line):
            continue
        if match["program"]:
            return Finding(
                summary=f"certbot looks for {match['program']} on this machine, where none is: the proxy runs in a "
                "container",
                fix=Fix("certbot certonly --webroot with a folder that the container serves, or a proxy that gets "
                        "certificates by itself (Caddy)", "sudo certbot certonly --webroot -w /var/www/certbot"),
                evidence=at(line.at),
            )  # fmt: skip
        plugin = match["plugin"] or match["option"]
        return Finding(
            summary=f"certbot has no plugin {plugin}, so it orders nothing",
            fix=Fix("install it the way certbot itself was: apt, snap or pip, which do not see each other's plugins",
                    f"sudo apt install python3-certbot-{plugin}; with snap: sudo snap install certbot-{plugin}"
                    if plugin.startswith("dns-") else f"sudo apt install python3-certbot-{plugin}"),
            evidence=at(line.at),
        )  # fmt: skip
    return None


def _obtained_later(setup: Setup, line: LogLine) -> bool:
    return any(one.at.source == line.at.source and (one.at.line or 0) > (line.at.line or 0)
               for one in setup.logs if OBTAINED.search(one.text))  # fmt: skip


CAUSE = Cause(
    slug="certbot-plugin-missing",
    title="certbot has the plugin that it is told to use",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
