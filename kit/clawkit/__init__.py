"""clawkit puts the real OpenClaw gateway behind Caddy or nginx with TLS, and proves that it works."""

__version__ = "0.1.0"
