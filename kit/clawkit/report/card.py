"""The card at the end of `up`: where it is, what runs, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from clawkit.check import Result
from clawkit.report.checks import totals
from clawkit.report.spans import time_left
from clawkit.report.style import Style
from clawkit.stack import Image, Stack
from clawkit.tls.material import ROOT_CERTIFICATE

ORIGINS = {"pulled": "pulled", "built": "built here", "given": "as given"}


def lines(stack: Stack, rendered: Path, results: Sequence[Result], elapsed: float, style: Style) -> list[str]:
    shown = ["", f"  {style.bold(stack.url)}", ""]
    openclaw = stack.images.gateway.version or stack.settings.openclaw
    shown += _row("gateway", f"OpenClaw {openclaw}", stack.images.gateway)
    shown += _row("proxy", f"{stack.proxy} {stack.images.proxy.version}".strip(), stack.images.proxy)
    shown.append(f"  certificate  {_certificate(stack, results)}")
    shown.append(f"  verified     {totals(results)}")
    shown += ["", "  next         clawkit open           a one-time link for your browser",
              "               clawkit verify         prove it again, any time",
              "               clawkit logs -f        watch it"]  # fmt: skip
    shown += _manual(stack, rendered)
    shown += ["", f"  done in {elapsed:.1f} s"]
    return shown


def _row(title: str, text: str, image: Image) -> list[str]:
    return [f"  {title.ljust(12)} {text} ({ORIGINS[image.origin]}: {image.ref})"]


def _certificate(stack: Stack, results: Sequence[Result]) -> str:
    """What visitors see, and for how long; an hour's certificate that renews itself is nothing to count days of."""
    if stack.tls == "off":
        return f"none here: TLS ends at {', '.join(stack.settings.front_proxy)}"
    chain = next((result for result in results if result.id == "certificate-chain"), None)
    if chain and chain.summary.startswith("certificate pending"):
        return "pending; see: clawkit certs"
    if stack.tls == "internal" and not stack.served_from_files:
        return f"private CA, renewed by {stack.proxy.capitalize()}"
    issuer = "private CA" if stack.tls == "internal" else str(chain.measured.get("issuer") or "") if chain else ""
    return ", ".join(part for part in (issuer, _left(results), RENEWAL[stack.tls]) if part)


RENEWAL = {"acme": "renewed by itself", "acme-staging": "renewed by itself", "internal": "renewed by clawkit up",
           "files": "renewed by you"}  # fmt: skip


def _left(results: Sequence[Result]) -> str:
    measured = next((result.measured for result in results if result.id == "certificate-expiry"), {})
    days = measured.get("days_left")
    if not isinstance(days, int | float):
        return ""
    return f"{time_left(timedelta(days=days))} left" if days > 0 else "expired"


def _manual(stack: Stack, rendered: Path) -> list[str]:
    if stack.tls != "internal":
        return []
    return ["", "  by hand      trust the private CA once on each device: clawkit certs ca",
            f"               ({rendered / ROOT_CERTIFICATE})"]  # fmt: skip
