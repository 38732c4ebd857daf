"""How strict or unkind a Pebble is: its configuration file and its environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NINETY_DAYS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Knobs:
    """Pebble's own names stand where they differ."""

    nonce_reject: int = 0
    """Percent of good nonces refused (PEBBLE_WFE_NONCEREJECT)."""
    retry_after: int = 0
    """Seconds; above 0 Pebble sends a date half of the time, which Caddy 2.6.2 cannot read (acmez 1.0.4)."""
    validity: int = NINETY_DAYS
    authz_reuse: int = 0
    """Percent of orders that get an authorization made before; 0, or a failing name succeeds by reuse."""
    eab: dict[str, str] = field(default_factory=dict)
    """Key id -> base64url key; when given, an account without one of them is refused."""
    domain_blocklist: tuple[str, ...] = ()
    current: bool = False
    """Pebble 2.6 in place of 2.4: like Let's Encrypt it leaves the common name out (letsencrypt/pebble#420)."""
    dns_server: str = ""
    """ADDRESS:PORT that is asked in place of the name server beside it."""

    def environment(self) -> dict[str, str]:
        return {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": str(self.nonce_reject),
                "PEBBLE_AUTHZREUSE": str(self.authz_reuse),
                **({"DNS_SERVER": self.dns_server} if self.dns_server else {})}  # fmt: skip

    def config(self, http_port: int, https_port: int) -> dict[str, Any]:
        return {
            "listenAddress": ":14000", "managementListenAddress": ":15000", "certificate": "/pebble/cert.pem",
            "privateKey": "/pebble/key.pem", "httpPort": http_port, "tlsPort": https_port, "ocspResponderURL": "",
            "externalAccountBindingRequired": bool(self.eab), "externalAccountMACKeys": self.eab,
            "domainBlocklist": list(self.domain_blocklist), "certificateValidityPeriod": self.validity,
            "retryAfter": {"authz": self.retry_after, "order": self.retry_after},
        }  # fmt: skip
