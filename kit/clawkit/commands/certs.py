"""`clawkit certs`: the certificate that is served, and the root of the private CA."""

from __future__ import annotations

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.errors import SettingsError
from clawkit.tls import material
from clawkit.verify import deployed

TRUST = (
    "trust it once on each device:",
    "  Debian, Ubuntu  sudo cp {path} /usr/local/share/ca-certificates/clawkit.crt && sudo update-ca-certificates",
    "  Fedora, RHEL    sudo trust anchor {path}",
    "  macOS           sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {path}",
    "  Windows         certutil -addstore -f Root {path}",
    "  Firefox         Settings, Certificates, Authorities, Import",
)


@click.argument("what", required=False, type=click.Choice(["ca"]))
def certs(context: Context, what: str | None) -> int:
    """Show the certificate that is served; `clawkit certs ca` shows the root of the private CA."""
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    return _root(context, deployment) if what else _served(context, deployment)


def _root(context: Context, deployment: Deployment) -> int:
    path = deployment.rendered / material.ROOT_CERTIFICATE
    if deployment.settings.effective_tls != "internal":
        raise SettingsError(f"tls is {deployment.settings.effective_tls}: there is no private CA to trust",
                            fix="clawkit certs")  # fmt: skip
    lines = [str(path), "", *(text.format(path=path) for text in TRUST)]
    context.report.finish({"command": "certs", "ok": True, "ca": str(path), "pem": path.read_text()}, lines)
    return 0


def _served(context: Context, deployment: Deployment) -> int:
    wanted = ("certificate-chain", "certificate-name", "certificate-expiry")
    results = deployed.run(deployment, deployment.stack(), only=wanted).results
    good = bool(results) and all(result.outcome.value in ("ok", "warning") for result in results)
    data = {"command": "certs", "ok": good, "checks": {result.id: dict(result.measured) for result in results}}
    context.report.finish(data, [f"{result.title}: {result.summary}" for result in results])
    return 0 if good else 1


command = verb()(certs)
