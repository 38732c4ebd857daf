"""What `--help` shows to be typed, verb by verb; a test parses every line."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": ("clawkit init", "clawkit init --yes --domain claw.example.com --proxy nginx"),
    "up": ("clawkit up", "clawkit up --domain claw.example.com --email me@example.com",
           "clawkit up --proxy nginx --tls acme-staging", "clawkit up --domain claw.lan --https-port 8443"),
    "verify": ("clawkit verify", "clawkit verify --deep --fake-model --html report.html",
               "clawkit verify --only websocket-auth --json"),
    "doctor": ("clawkit doctor", "clawkit doctor /etc/nginx /opt/openclaw", "clawkit doctor --symptom 502 nginx.conf",
               "clawkit doctor --fix --yes"),
    "status": ("clawkit status", "clawkit status --json"),
    "logs": ("clawkit logs -f", "clawkit logs gateway --tail 50"),
    "restart": ("clawkit restart", "clawkit restart gateway"),
    "upgrade": ("clawkit upgrade", "clawkit upgrade 2026.9.6", "clawkit upgrade 2026.9.6 --gateway alice",
                "clawkit upgrade --resume"),
    "rollback": ("clawkit rollback", "clawkit rollback --yes"),
    "switch": ("clawkit switch nginx", "clawkit switch caddy"),
    "down": ("clawkit down", "clawkit down --volumes --yes"),
    "render": ("clawkit render --output /opt/claw", "clawkit render --domain claw.example.com"),
    "diff": ("clawkit diff", "clawkit diff --proxy nginx", "clawkit diff --exit-code"),
    "config": ("clawkit config", "clawkit config --json"),
    "open": ("clawkit open", "clawkit open --gateway alice --no-browser"),
    "devices": ("clawkit devices list", "clawkit devices approve 3f9a2c", "clawkit devices revoke 3f9a2c"),
    "token": ("clawkit token", "clawkit token --show"),
    "gateways": ("clawkit gateways add alice --domain alice.example.com", "clawkit gateways list",
                 "clawkit gateways set alice --gateway-memory 4g", "clawkit gateways remove alice"),
    "certs": ("clawkit certs", "clawkit certs ca", "clawkit certs renew"),
    "backup": ("clawkit backup create", "clawkit backup list", "clawkit backup verify FILE",
               "clawkit backup restore FILE"),
    "images": ("clawkit images build", "clawkit images list", "clawkit images save clawkit-images.tar.gz",
               "clawkit images load clawkit-images.tar.gz"),
    "explain": ("clawkit explain", "clawkit explain upstream-wrong-port"),
    "completion": ("clawkit completion bash", "clawkit completion zsh", "clawkit completion fish"),
}  # fmt: skip


def shown(verb: str) -> str:
    """As an epilogue of click's help, which keeps the lines as they are behind a \\b."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in EXAMPLES[verb])])
