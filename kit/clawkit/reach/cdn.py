"""Which content delivery network an answer came through, by the headers that it is known for."""

from __future__ import annotations

from clawkit.probe.http import HttpFacts

SERVERS = {
    "cloudflare": "Cloudflare",
    "cloudfront": "Amazon CloudFront",
    "akamai": "Akamai",
    "fastly": "Fastly",
    "bunnycdn": "bunny.net",
    "sucuri": "Sucuri",
}
"""Parts of the Server header, or of Via, in lower case."""

HEADERS = {
    "cf-ray": "Cloudflare",
    "x-amz-cf-id": "Amazon CloudFront",
    "x-amz-cf-pop": "Amazon CloudFront",
    "x-akamai-request-id": "Akamai",
    "akamai-grn": "Akamai",
    "x-fastly-request-id": "Fastly",
    "x-azure-ref": "Azure Front Door",
    "x-sucuri-id": "Sucuri",
}


def named(seen: HttpFacts) -> str:
    """Empty when nothing tells; Varnish's `X-Served-By` alone is no sign, for many run their own."""
    for header, network in HEADERS.items():
        if seen.header(header):
            return network
    marks = f"{seen.header('server')} {seen.header('via')}".lower()
    return next((network for part, network in SERVERS.items() if part in marks), "")
