"""Faults of the hand-written Caddy stack that are text in its files."""

from __future__ import annotations

from faults import certificates
from faults.fault import Fault, Heal
from faults.looks import ASSET, BODY, CERTIFICATE, PAGE, SOCKET

FILE = "Caddyfile"
PROXY = "reverse_proxy claw:18789 {\n"
SITE = "claw.example.net {\n"


def text(old: str, new: str) -> dict[str, dict[str, str]]:
    return {FILE: {old: new}}


def inside(line: str) -> dict[str, dict[str, str]]:
    """One more line in the block of reverse_proxy."""
    return text(PROXY, f"{PROXY}\t\t{line}\n")


FAST = (
    Fault("upstream-wrong-port", "upstream port 8080", PAGE, "^502", text("claw:18789", "claw:8080"), heal=Heal.FIX),
    Fault("proxy-uses-own-loopback", "upstream localhost", PAGE, "^502", text("claw:18789", "localhost:18789")),
    Fault(
        "caddy-upstream-with-path",
        "upstream with a trailing slash",
        PAGE,
        "refused|closed",
        text("claw:18789", "http://claw:18789/"),
        heal=Heal.FIX,
    ),
    Fault(
        "no-xff-sent",
        "header_up -X-Forwarded-For",
        PAGE,
        "^403 proxy_attribution",
        inside("header_up -X-Forwarded-For"),
    ),
    Fault("ws-upgrade-headers-missing", "header_up -Upgrade", SOCKET, "^(200|400|403)", inside("header_up -Upgrade")),
    Fault(
        "site-name-not-matched",
        "www. alone",
        PAGE,
        "TLS|certificate|200",
        {**text(SITE, "www." + SITE), "certs/fullchain.pem": certificates.BOTH, "certs/privkey.pem": certificates.KEY},
        recorded=True,
    ),
    Fault(
        "caddy-active-health-check-403", "health_uri /", PAGE, "^503", inside("health_uri /\n\t\thealth_interval 1s")
    ),
    Fault("upstream-tls-to-plain-gateway", "upstream https://", PAGE, "^502", text("claw:18789", "https://claw:18789")),
    Fault(
        "incomplete-chain",
        "only the leaf",
        CERTIFICATE,
        "unable to get",
        {"certs/fullchain.pem": certificates.LEAF_ONLY},
    ),
)

MORE = (
    Fault(
        "acl-denies-client",
        "other addresses than 10.0.0.0/24 get 403",
        PAGE,
        "^403",
        text("\timport claw\n", "\t@others not remote_ip 10.0.0.0/24\n\trespond @others 403\n\timport claw\n"),
        recorded=True,
    ),
    Fault(
        "body-too-large-413",
        "request_body max_size 1MB",
        BODY,
        "^413 (?!application/json)",
        text("\timport claw\n", "\trequest_body {\n\t\tmax_size 1MB\n\t}\n\timport claw\n"),
    ),
    Fault(
        "basic-auth-before-ui",
        "a password before the page",
        PAGE,
        "^401",
        text(
            "\timport claw\n",
            "\tbasic_auth {\n\t\tme $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG\n\t}\n\timport claw\n",
        ),
    ),
    Fault(
        "caddy-dns-module-missing",
        "tls with dns cloudflare",
        PAGE,
        "refused|closed",
        text(
            "\ttls /etc/caddy/certs/fullchain.pem /etc/caddy/certs/privkey.pem\n",
            "\ttls {\n\t\tdns cloudflare {env.CF_API_TOKEN}\n\t}\n",
        ),
        recorded=True,
    ),
    Fault(
        "caddyfile-refused",
        "a time-out beside reverse_proxy, not in it",
        PAGE,
        "refused|closed",
        text("\timport claw\n}", "\timport claw\n\tread_timeout 600s\n}"),
    ),
    Fault(
        "redirect-loop",
        "everything redirected to itself",
        PAGE,
        "^30",
        text("\timport claw\n", "\tredir https://claw.example.net{uri}\n\timport claw\n"),
    ),
    Fault(
        "upstream-name-unknown",
        "upstream under a name that nobody has",
        PAGE,
        "^502",
        text("claw:18789", "openclaw-gw:18789"),
    ),
    Fault(
        "host-docker-internal-undefined",
        "host.docker.internal without extra_hosts",
        PAGE,
        "^502",
        text("claw:18789", "host.docker.internal:18789"),
    ),
    Fault(
        "page-not-proxied",
        "handle /ws alone",
        PAGE,
        "^200 empty",
        text("\timport claw\n", "\thandle /ws* {\n\t\timport claw\n\t}\n"),
    ),
    Fault(
        "assets-not-proxied",
        "assets answered with 404",
        ASSET,
        "^404",
        text("\timport claw\n", "\trespond /assets/* 404\n\timport claw\n"),
    ),
    Fault(
        "compose-443-not-published",
        "443 is not published",
        PAGE,
        "refused",
        {"compose.yaml": {'      - "$BIND:443:443"\n': ""}},
    ),
    Fault(
        "published-port-used-between-containers",
        "the host's port between containers",
        PAGE,
        "^502",
        {
            FILE: {"claw:18789": "claw:28789"},
            "compose.yaml": {"    mem_limit: 2g\n": '    mem_limit: 2g\n    ports:\n      - "$BIND:28789:18789"\n'},
        },
    ),
    Fault(
        "no-common-network",
        "the two share no network",
        PAGE,
        "50[24]|no answer",
        {
            "compose.yaml": {
                "      inner:\n        ipv4_address: $PREFIX.2\n": "      outer: {}\n",
                "networks:\n  inner:\n    ipam": "networks:\n  outer: {}\n  inner:\n    ipam",
            }
        },
    ),
    Fault(
        "certificate-expired",
        "a certificate that has expired",
        CERTIFICATE,
        "expired",
        {"certs/fullchain.pem": certificates.EXPIRED, "certs/privkey.pem": certificates.KEY},
    ),
    Fault(
        "certificate-name-mismatch",
        "a certificate for another name",
        CERTIFICATE,
        "another name|TLS",
        {"certs/fullchain.pem": certificates.OTHER_NAME, "certs/privkey.pem": certificates.KEY},
    ),
    Fault(
        "caddyfile-refused",
        "the key of another certificate",
        PAGE,
        "refused|closed",
        {"certs/privkey.pem": certificates.KEY},
        recorded=True,
    ),
)
