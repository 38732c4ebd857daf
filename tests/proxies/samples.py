"""Deployments to try the proxies with."""

from __future__ import annotations

from typing import Any

from clawkit.settings.model import Settings
from clawkit.stack import Image, Images, Stack, assemble

POOL = "10.77.0.0/21"


def stack(proxy: str, version: str, **settings: Any) -> Stack:
    images = Images(gateway=Image("clawkit/openclaw:2026.9.6", "2026.9.6", "built"),
                    proxy=Image(f"clawkit/{proxy}:{version}", version, "built"))  # fmt: skip
    return assemble(Settings(**{"proxy": proxy, **settings}), folder_name="proxies", pool=POOL, images=images)


HOLD = 5
"""Seconds; short, for the tests that wait until it is over."""


def three(proxy: str, version: str, **settings: Any) -> Stack:
    """Two gateways that run and one that does not, on ports that show in every URL."""
    further = ({"name": "team", "domain": "team.test"}, {"name": "asleep", "domain": "asleep.test"})
    return stack(proxy, version, domain="claw.test", http_port=8080, https_port=8443, gateways=further, hold=HOLD,
                 **settings)  # fmt: skip


FILES = {"domain": "claw.example.com", "tls_cert": "claw.pem", "tls_key": "claw.key"}
FRONT = "192.0.2.10"
FRONTED = {"domain": "claw.test", "tls": "off", "front_proxy": f"{FRONT} 2001:db8::/64"}

VARIANTS: dict[str, dict[str, Any]] = {
    "localhost": {},
    "ports": {"domain": "claw.test", "http_port": 8080, "https_port": 8443},
    "gateways": {"domain": "claw.test", "gateways": ({"name": "team", "domain": "team.test"},)},
    "adopted": {
        "domain": "claw.test",
        "gateways": ({"name": "cell", "domain": "cell.test", "upstream": "http://172.17.0.1:19100"},),
    },
    "address": {"domain": "192.168.1.10"},
    "address-v6": {"domain": "fd00::10"},
    "acme": {"domain": "claw.example.com", "tls": "acme", "email": "someone@example.com"},
    "acme-staging": {"domain": "claw.example.com", "tls": "acme-staging"},
    "acme-directory": {"domain": "claw.test", "acme_directory": "https://ca.test/dir"},
    "aliases": {"domain": "claw.test", "aliases": "www.claw.test www2.claw.test"},
    "files": FILES,
    "all-logged": {"domain": "claw.test", "access_log": "all"},
    "off": FRONTED,
    "off-aliases": {**FRONTED, "aliases": "www.claw.test"},
    "off-local": {"tls": "off", "front_proxy": "127.0.0.1 ::1", "listen": "127.0.0.1"},
}
