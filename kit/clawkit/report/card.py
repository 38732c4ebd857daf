"""The card at the end of `up`: where it is, what runs, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from clawkit import model_entry
from clawkit.check import Result
from clawkit.provider.question import Answer, State
from clawkit.report import wrap
from clawkit.report.checks import totals
from clawkit.report.spans import time_left
from clawkit.report.style import Style
from clawkit.stack import Image, Stack
from clawkit.tls.material import ROOT_CERTIFICATE

ORIGINS = {"pulled": "pulled", "built": "built here", "given": "as given"}


def lines(stack: Stack, rendered: Path, results: Sequence[Result], elapsed: float, style: Style,
          model: Answer | None = None) -> list[str]:  # fmt: skip
    shown = ["", f"  {style.bold(stack.url)}", ""]
    openclaw = stack.images.gateway.version or stack.settings.openclaw
    shown += _row("gateway", f"OpenClaw {openclaw}", stack.images.gateway)
    for name, image in stack.images.own.items():
        shown += _row(f"  {name}", f"OpenClaw {image.version}".strip(), image)
    shown += _row("proxy", f"{stack.proxy} {stack.images.proxy.version}".strip(), stack.images.proxy)
    shown += _model(stack, model)
    shown.append(f"  certificate  {_certificate(stack, results)}")
    shown.append(f"  verified     {totals(results)}")
    shown += ["", "  next         clawkit open      your one-time link",
              "               clawkit verify    prove it again",
              "               clawkit logs -f   watch it"]  # fmt: skip
    shown += _manual(stack, rendered)
    shown += ["", f"  done in {elapsed:.1f} s"]
    return [part for line in shown for part in wrap.fold(line, style.width)]


def _model(stack: Stack, answer: Answer | None) -> list[str]:
    settings = stack.settings
    if not settings.model:
        return ["  model        none yet; choose one on the page, or name it and its key:",
                "               clawkit up --model PROVIDER/NAME --model-key-file FILE"]  # fmt: skip
    named = model_entry.shown(settings)
    if answer is None:
        return [f"  model        {named}, not asked by clawkit"]
    told = {State.ANSWERS: "answers", State.REFUSED: "its key is refused"}.get(answer.state, "does not answer")
    return [f"  model        {named}, {told}"]


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
